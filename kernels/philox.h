/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * philox.h -- random words as a function of a key and a counter, many counters
 * at once.
 *
 *     random*.c --> [philox.h]
 *
 * Philox 4x32 with 10 rounds (Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", 2011).  Each vector lane works on one counter.
 * Its four words are the low halves of a lane in four vectors; what is in the
 * high halves does not count, since multiplication leaves it out.
 *
 * Included by families, when they are compiled for an instruction set.
 */
#ifndef QUERN_KERNELS_PHILOX_H
#define QUERN_KERNELS_PHILOX_H

#include "simd.h"

enum { PHILOX_ROUNDS = 10, PHILOX_LANES = SIMD_BYTES / 8 };

#define PHILOX_LOW UINT64_C(0xffffffff)

/* The products of the low halves of lanes. */
static inline u64v
u64v_mul_low(u64v a, u64v b)
{
#if defined(__AVX512F__)
	return (u64v)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
	return (u64v)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
	return (u64v)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
	return (u64v)vmull_u32(
	    vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
#endif
}

#if SIMD_BYTES == 64
#define PHILOX_SWAP 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14
#define PHILOX_HIGH 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15
#define PHILOX_EVEN 0, 8, 2, 10, 4, 12, 6, 14
#define PHILOX_ODD 1, 9, 3, 11, 5, 13, 7, 15
#define PHILOX_ORDER 0, 4, 1, 5, 2, 6, 3, 7
#define PHILOX_IN_ORDER 0, 1, 2, 3, 4, 5, 6, 7
#elif SIMD_BYTES == 32
#define PHILOX_SWAP 1, 0, 3, 2, 5, 4, 7, 6
#define PHILOX_HIGH 1, 1, 3, 3, 5, 5, 7, 7
#define PHILOX_EVEN 0, 4, 2, 6
#define PHILOX_ODD 1, 5, 3, 7
#define PHILOX_ORDER 0, 2, 1, 3
#define PHILOX_IN_ORDER 0, 1, 2, 3
#else
#define PHILOX_SWAP 1, 0, 3, 2
#define PHILOX_HIGH 1, 1, 3, 3
#define PHILOX_EVEN 0, 2
#define PHILOX_ODD 1, 3
#define PHILOX_ORDER 0, 1
#define PHILOX_IN_ORDER 0, 1
#endif

/* Swap the halves of lanes. */
static inline u64v
u64v_swap(u64v v)
{
	return (u64v)__builtin_shufflevector((u32v)v, (u32v)v, PHILOX_SWAP);
}

/* The high half of lanes in both halves. */
static inline u64v
u64v_high_halves(u64v v)
{
	return (u64v)__builtin_shufflevector((u32v)v, (u32v)v, PHILOX_HIGH);
}

/*
 * PHILOX_LANES blocks of four words from the counter `block` on: a[j] has the
 * first two words of that of lane j, b[j] the others, the lower one first.  The
 * lanes are in such an order that philox_pair() is cheap.
 *
 * The key is `seed`; words 0 and 1 of a counter are the block's number, of
 * which `high_mask` says what counts of word 1, and word 2 is `attempt`.
 */
static inline void
philox(u64v *a, u64v *b, uint64_t seed, uint64_t block, uint32_t high_mask,
    uint32_t attempt, uint32_t stream)
{
	const u64v low = u64v_all(PHILOX_LOW), m0 = u64v_all(0xd2511f53),
		   m1 = u64v_all(0xcd9e8d57);
	u64v c0 = u64v_all(block) + (u64v) { PHILOX_ORDER };
	u64v c1 = (c0 >> 32) & u64v_all(high_mask);
	u64v c2 = u64v_all(attempt), c3 = u64v_all(stream), p0, p1, k0, k1;
	uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);

#pragma GCC unroll 10
	for (int r = 0; r < PHILOX_ROUNDS - 1; r++) {
		p0 = u64v_mul_low(c0, m0);
		p1 = u64v_mul_low(c2, m1);
		c0 = (p1 >> 32) ^ c1 ^ u64v_all(key0);
		c1 = p1;
		c2 = (p0 >> 32) ^ c3 ^ u64v_all(key1);
		c3 = p0;
		key0 += 0x9e3779b9;
		key1 += 0xbb67ae85;
	}
	/* The last one, whose words end up side by side. */
	k0 = u64v_all(key0);
	k1 = u64v_all(key1);
	p0 = u64v_mul_low(c0, m0);
	p1 = u64v_mul_low(c2, m1);
	*a = u64v_swap(p1) ^ ((c1 ^ k0) & low);
	*b = u64v_swap(p0) ^ ((c3 ^ k1) & low);
}

/* What was made of a and b, in the order of the blocks. */
static inline void
philox_pair(u64v r[2], u64v a, u64v b)
{
	r[0] = __builtin_shufflevector(a, b, PHILOX_EVEN);
	r[1] = __builtin_shufflevector(a, b, PHILOX_ODD);
}

#endif

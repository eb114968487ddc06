/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.h -- what a family of random kernels is made of.
 *
 *     random*.c --> [random.h] --> map.c, philox.h
 *
 * An element is a function of the words of a block of Philox that is its own,
 * or that it shares with its neighbours; quern/random.h says which.  In an op
 * scalar is the seed, and scalar2 the index of the first element.
 */
#ifndef QUERN_KERNELS_RANDOM_H
#define QUERN_KERNELS_RANDOM_H

#include "map.h"

/* Word 3 of the counters.  Public: the bits depend on it. */
enum {
	RANDOM_BITS,
	RANDOM_UNIFORM_F64,
	RANDOM_UNIFORM_F32,
	RANDOM_NORMAL_F64,
	RANDOM_NORMAL_F32,
	RANDOM_EXPONENTIAL_F64,
	RANDOM_EXPONENTIAL_F32,
	RANDOM_RANGE_64,
	RANDOM_RANGE_32,
	RANDOM_PERMUTATION,
};

/* Elements of a block of words. */
#define RANDOM_OF_BLOCK(t) (16 / sizeof(quern__##t))

#ifdef QUERN_ISA_NAME

#include "philox.h"

/* Block numbers are shorter than indices; past the last the first comes. */
#define RANDOM_HIGH_MASK(t) ((uint32_t)(UINT32_MAX / RANDOM_OF_BLOCK(t)))

/*
 * To store to any address.  (GCC takes vectors that are copied as an array
 * there by way of the stack.)
 */
typedef u64v random_any __attribute__((aligned(1), may_alias));

/*
 * The body of a loop: MAKE, a statement, makes r[0] and r[1], the elements of
 * PHILOX_LANES blocks from `block` on.  Where the first element is in the midst
 * of a block, or the last is not the last of these, some are thrown away.
 */
#define RANDOM_FILL(t, MAKE)                                                   \
	do {                                                                   \
		enum {                                                         \
			SIZE = sizeof(quern__##t),                             \
			MANY = 2 * SIMD_BYTES / SIZE                           \
		};                                                             \
		const uint64_t first = op->how.scalar2.u64;                    \
		size_t skip = first % RANDOM_OF_BLOCK(t), piece;               \
		uint64_t block = first / RANDOM_OF_BLOCK(t);                   \
		char *to = out;                                                \
		u64v r[2];                                                     \
                                                                               \
		(void)in;                                                      \
		while (n) {                                                    \
			for (; !skip && n >= MANY; n -= MANY) {                \
				MAKE;                                          \
				*(random_any *)to = r[0];                      \
				*(random_any *)(to + SIMD_BYTES) = r[1];       \
				to += sizeof(r);                               \
				block += PHILOX_LANES;                         \
			}                                                      \
			if (!n)                                                \
				break;                                         \
			MAKE;                                                  \
			piece = MANY - skip < n ? MANY - skip : n;             \
			memcpy(to, (char *)r + skip * SIZE, piece * SIZE);     \
			to += piece * SIZE;                                    \
			block += PHILOX_LANES;                                 \
			n -= piece;                                            \
			skip = 0;                                              \
		}                                                              \
	} while (0)

/*
 * A kernel without parameters.  OF(r, a, b) makes elements, in their order, of
 * what philox() gives.
 */
#define RANDOM_LOOP(name, t, stream, OF)                                       \
	static inline void name##_##t##_make(                                  \
	    u64v r[2], uint64_t seed, uint64_t block)                          \
	{                                                                      \
		u64v a, b;                                                     \
                                                                               \
		philox(&a, &b, seed, block, RANDOM_HIGH_MASK(t), 0, stream);   \
		OF(r, a, b);                                                   \
	}                                                                      \
	MAP_LOOP(name##_##t)                                                   \
	{                                                                      \
		const uint64_t seed = op->scalar.u64;                          \
                                                                               \
		RANDOM_FILL(t, name##_##t##_make(r, seed, block));             \
	}

#define RANDOM_OP(name, t, block)

#else

#define RANDOM_LOOP(name, t, stream, OF)

/* The kind `id`, whose loops are in the table `loops`. */
#define RANDOM_KIND(id, t, block_, check_, loops)                              \
	static const struct quern_kind id = {                                  \
		.name = #id,                                                   \
		.block = block_,                                               \
		.bytes = { MAP_BYTES(t) },                                     \
		.loop = loops,                                                 \
		.indexed = true,                                               \
		.check = check_,                                               \
		.range = quern__map_range,                                     \
	};                                                                     \
	QUERN_REGISTER(id)

#define RANDOM_OP(name, t, block)                                              \
	VARIANTS(quern__loop, name##_##t)                                      \
	RANDOM_KIND(                                                           \
	    name##_##t, t, block, quern__check_map, name##_##t##_variants)     \
	quern_op quern_##name##_##t(                                           \
	    quern__##t *out, uint64_t seed, uint64_t first, size_t n)          \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, NULL, NULL, NULL, n, \
		    MAP_NUMBER_u64(seed), MAP_NUMBER_u64(first));              \
	}

#endif

#define RANDOM(name, t, block, stream, OF)                                     \
	RANDOM_LOOP(name, t, stream, OF)                                       \
	RANDOM_OP(name, t, block)

#endif

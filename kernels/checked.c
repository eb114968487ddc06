/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checked.c -- arithmetic of integers whose results must fit.
 *
 *     quern/kernels.h --> [checked.c] --> verdict.h, square.c, arithmetic.c
 */
#include "verdict.h"

/* Largest numbers whose squares fit. */
#define ROOT_i64 3037000499
#define ROOT_i32 46340
#define ROOT_u64 UINT32_MAX
#define ROOT_u32 UINT16_MAX

#define SQUARE_SIGNED(x, root) ((x) > (root) || (x) < -(root))
#define SQUARE_i64(x, y) SQUARE_SIGNED(x, ROOT_i64)
#define SQUARE_i32(x, y) SQUARE_SIGNED(x, ROOT_i32)
#define SQUARE_u64(x, y) ((x) > ROOT_u64)
#define SQUARE_u32(x, y) ((x) > ROOT_u32)

/* The sign of a sum, wrapped, that does not fit is that of neither. */
#define ADD_SIGNED(x, y) (((((x) + (y)) ^ (x)) & (((x) + (y)) ^ (y))) < 0)
#define ADD_UNSIGNED(x, y) ((x) + (y) < (x))
#define SUB_SIGNED(x, y) (((((x) - (y)) ^ (x)) & ((x) ^ (y))) < 0)
#define SUB_UNSIGNED(x, y) ((x) < (y))

/* A product of 32 bits fits into 64; of 64 there is nothing but a flag. */
#define MUL_i32(x, y) ((int64_t)(x) * (y) != (int32_t)((int64_t)(x) * (y)))
#define MUL_u32(x, y) ((uint64_t)(x) * (y) > UINT32_MAX)
#define MUL_i64(x, y) mul_overflows_i64(x, y)
#define MUL_u64(x, y) mul_overflows_u64(x, y)

#ifdef QUERN_ISA_NAME

static inline bool
mul_overflows_i64(int64_t x, int64_t y)
{
	int64_t unused;

	return __builtin_mul_overflow(x, y, &unused);
}

static inline bool
mul_overflows_u64(uint64_t x, uint64_t y)
{
	uint64_t unused;

	return __builtin_mul_overflow(x, y, &unused);
}

#define CHECKED_1(name, t, vectors, BAD)                                       \
	VERDICT_LOOP(checked_##name##_##t, name##_##t, t, t, 1, vectors, BAD)
#define CHECKED_2(name, t, vectors, BAD)                                       \
	VERDICT_LOOP(checked_##name##_##t, name##_##t, t, t, 2, vectors, BAD)

#else

#define CHECKED_1(name, t, vectors, BAD)                                       \
	VERDICT_KIND(checked_##name##_##t, MAP_BYTES(t), MAP_BYTES(t), 0)      \
	quern_op quern_checked_##name##_##t(                                   \
	    quern__##t *out, const quern__##t *in, size_t n, size_t *first)    \
	{                                                                      \
		return quern__kernel_op(&checked_##name##_##t, out, in, NULL,  \
		    first, n, QUERN__NO_NUMBER, QUERN__NO_NUMBER);             \
	}
#define CHECKED_2(name, t, vectors, BAD)                                       \
	VERDICT_KIND(                                                          \
	    checked_##name##_##t, MAP_BYTES(t), MAP_BYTES(t), MAP_BYTES(t))    \
	quern_op quern_checked_##name##_##t(quern__##t *out,                   \
	    const quern__##t *a, const quern__##t *b, size_t n, size_t *first) \
	{                                                                      \
		return quern__kernel_op(&checked_##name##_##t, out, a, b,      \
		    first, n, QUERN__NO_NUMBER, QUERN__NO_NUMBER);             \
	}

#endif

#define KERNELS(t, sort, mul_vectors)                                          \
	CHECKED_1(square, t, true, SQUARE_##t)                                 \
	CHECKED_2(add, t, true, ADD_##sort)                                    \
	CHECKED_2(sub, t, true, SUB_##sort)                                    \
	CHECKED_2(mul, t, mul_vectors, MUL_##t)

KERNELS(i64, SIGNED, false)
KERNELS(i32, SIGNED, true)
KERNELS(u64, UNSIGNED, false)
KERNELS(u32, UNSIGNED, true)

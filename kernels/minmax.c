/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * minmax.c -- the smallest or largest element.
 *
 *     quern/kernels.h --> [minmax.c] --> isa.c --> simd_reduce.c
 *
 * The accumulator is the extreme so far.  NaN beats everything and -0 < +0, so
 * the order in which elements meet does not matter.
 */
#include <quern/kernels.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "array.h"
#include "isa.h"

/* About 10 us of work. */
enum { BLOCK = 32768 };

#define DEFINE_LESSER(t, T)                                                    \
	static inline T min2_##t(T a, T b)                                     \
	{                                                                      \
		if (isnan(a) || isnan(b))                                      \
			return (T)NAN;                                         \
		if (a == b)                                                    \
			return signbit(a) ? a : b;                             \
		return a < b ? a : b;                                          \
	}                                                                      \
                                                                               \
	static inline T max2_##t(T a, T b)                                     \
	{                                                                      \
		if (isnan(a) || isnan(b))                                      \
			return (T)NAN;                                         \
		if (a == b)                                                    \
			return signbit(a) ? b : a;                             \
		return a > b ? a : b;                                          \
	}

DEFINE_LESSER(f64, double)
DEFINE_LESSER(f32, float)

static inline int64_t
min2_i64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t
max2_i64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* `what` is min or max, WORST the element that never wins. */
#define DEFINE_EXTREME(what, t, T, WORST)                                      \
	static size_t what##_acc_bytes_##t(const quern_op *op)                 \
	{                                                                      \
		(void)op;                                                      \
		return sizeof(T);                                              \
	}                                                                      \
                                                                               \
	static void what##_identity_##t(const quern_op *op, void *acc)         \
	{                                                                      \
		(void)op;                                                      \
		*(T *)acc = WORST;                                             \
	}                                                                      \
                                                                               \
	static void what##_range_##t(quern_context *ctx, const quern_op *op,   \
	    size_t begin, size_t end, void *acc)                               \
	{                                                                      \
		char buffer[QUERN__SUM_SUB * sizeof(T)];                       \
                                                                               \
		(void)ctx;                                                     \
		for (size_t m; begin < end; begin += m) {                      \
			m = end - begin < QUERN__SUM_SUB ? end - begin :       \
							   QUERN__SUM_SUB;     \
			*(T *)acc = what##2_##t(*(T *)acc,                     \
			    quern__isa()->reduce->what##_##t(                  \
				quern__elements(                               \
				    op, QUERN__IN, begin, m, buffer),          \
				m));                                           \
		}                                                              \
	}                                                                      \
                                                                               \
	static void what##_combine_##t(                                        \
	    const quern_op *op, void *acc, const void *right)                  \
	{                                                                      \
		(void)op;                                                      \
		*(T *)acc = what##2_##t(*(T *)acc, *(const T *)right);         \
	}                                                                      \
                                                                               \
	static int what##_finish_##t(const quern_op *op, const void *acc)      \
	{                                                                      \
		if (op->count == 0)                                            \
			return -EDOM;                                          \
		memcpy(op->out, acc, sizeof(T));                               \
		return 0;                                                      \
	}                                                                      \
                                                                               \
	static const struct quern_kind what##_##t = {                          \
		.name = #what "_" #t,                                          \
		.block = BLOCK,                                                \
		.bytes = { sizeof(T), sizeof(T) },                             \
		.check = quern__check_reduction,                               \
		.range = what##_range_##t,                                     \
		.acc_bytes = what##_acc_bytes_##t,                             \
		.identity = what##_identity_##t,                               \
		.combine = what##_combine_##t,                                 \
		.finish = what##_finish_##t,                                   \
	};                                                                     \
	QUERN_REGISTER(what##_##t)                                             \
                                                                               \
	quern_op quern_##what##_##t(T *result, const T *in, size_t n)          \
	{                                                                      \
		return quern__kernel_op(&what##_##t, result, in, NULL, NULL,   \
		    n, QUERN__NO_NUMBER, QUERN__NO_NUMBER);                    \
	}

DEFINE_EXTREME(min, f64, double, (double)INFINITY)
DEFINE_EXTREME(min, f32, float, INFINITY)
DEFINE_EXTREME(min, i64, int64_t, INT64_MAX)
DEFINE_EXTREME(max, f64, double, -(double)INFINITY)
DEFINE_EXTREME(max, f32, float, -INFINITY)
DEFINE_EXTREME(max, i64, int64_t, INT64_MIN)

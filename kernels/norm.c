/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * norm.c -- the norms of a vector: the sum of magnitudes, the largest of them,
 * and the root of the sum of squares of floats, none of which can overflow on
 * the way.
 *
 *     quern/kernels.h --> [norm.c] --> modes.h
 *
 * The largest magnitude is found among the bits as integers, where NaN is above
 * infinity.  Not here: squares of doubles, norm2.c.
 */
#include "modes.h"

#include <math.h>

#ifdef QUERN_ISA_NAME

#define MAGNITUDE(v, w) f64v_abs(v)

#define NORMINF_LOOP(t, bits)                                                  \
	MAP_LOOP(norminf_##t)                                                  \
	{                                                                      \
		typedef int##bits##_t I;                                       \
		enum { WIDTH = sizeof(i##bits##v) / sizeof(I) };               \
		const i##bits##v mask = i##bits##v_all(INT##bits##_MAX);       \
		const char *from = in[0];                                      \
		i##bits##v best[MAP_SIDE] = { { 0 } }, v;                      \
		I most = *(I *)out, one;                                       \
                                                                               \
		(void)op;                                                      \
		for (; n >= MAP_SIDE * WIDTH; n -= MAP_SIDE * WIDTH)           \
			for (size_t k = 0; k < MAP_SIDE; k++) {                \
				v = i##bits##v_load(from) & mask;              \
				from += sizeof(v);                             \
				best[k] = i##bits##v_larger(v, best[k]);       \
			}                                                      \
		for (size_t k = 0; k < MAP_SIDE; k++)                          \
			for (size_t j = 0; j < WIDTH; j++)                     \
				most = best[k][j] > most ? best[k][j] : most;  \
		for (; n; n--, from += sizeof(I)) {                            \
			one = i##bits##v_load_one(from) & INT##bits##_MAX;     \
			most = one > most ? one : most;                        \
		}                                                              \
		*(I *)out = most;                                              \
	}

#else

#define NORMINF_LOOP(t, bits) VARIANTS(quern__loop, norminf_##t)

MODES_ACC
MODES_LOOPS(norm1, f64)
MODES_LOOPS(norm1, f32)
MODES_FINISH(finish_norm1)

static int
finish_norm2(const quern_op *op, const void *acc)
{
	return quern__finish_float(
	    op, op->count ? sqrt(*(const double *)acc) : 0.0);
}

#define LARGER(a, b) ((a) > (b) ? (a) : (b))
REDUCTION_ACC(largest64, int64_t, 0, LARGER)
REDUCTION_ACC(largest32, int32_t, 0, LARGER)

static int
finish_norminf_f64(const quern_op *op, const void *acc)
{
	double value;

	memcpy(&value, acc, sizeof(value));
	return quern__finish_float(op, value);
}

static int
finish_norminf_f32(const quern_op *op, const void *acc)
{
	float value;

	memcpy(&value, acc, sizeof(value));
	return quern__finish_float(op, (double)value);
}

#endif

#define SQUARE(v, w) ((v) * (v))

LANES_LOOP(norm1, f64, 1, MAGNITUDE)
LANES_LOOP(norm1, f32, 1, MAGNITUDE)
LANES_LOOP(norm2, f32, 1, SQUARE)
NORMINF_LOOP(f64, 64)
NORMINF_LOOP(f32, 32)

#ifndef QUERN_ISA_NAME

MODES_1(norm1, f64, double, norm1, finish_norm1)
MODES_1(norm1, f32, float, norm1, finish_norm1)
REDUCTION_1(norm2, f32, float, norm2, lanes, &lanes_sub, finish_norm2)
REDUCTION_1(norminf, f64, double, norminf, largest64, NULL, finish_norminf_f64)
REDUCTION_1(norminf, f32, float, norminf, largest32, NULL, finish_norminf_f32)

#endif

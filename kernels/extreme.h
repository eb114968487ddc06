/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extreme.h -- which of two elements is the smaller or the larger one, and the
 * extreme of a run of them.
 *
 *     minmax.c argminmax.c ... --> [extreme.h] --> reduction.h
 *
 * NaN beats everything and -0 < +0, so the order in which elements meet does
 * not matter.
 */
#ifndef QUERN_KERNELS_EXTREME_H
#define QUERN_KERNELS_EXTREME_H

#include <math.h>

#include "reduction.h"

/* ---- of two ---- */

#define EXTREME_FLOAT(t, T)                                                    \
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

#define EXTREME_INTEGER(t, T)                                                  \
	static inline T min2_##t(T a, T b)                                     \
	{                                                                      \
		return a < b ? a : b;                                          \
	}                                                                      \
                                                                               \
	static inline T max2_##t(T a, T b)                                     \
	{                                                                      \
		return a > b ? a : b;                                          \
	}

EXTREME_FLOAT(f64, double)
EXTREME_FLOAT(f32, float)
EXTREME_INTEGER(i64, int64_t)
EXTREME_INTEGER(i32, int32_t)
EXTREME_INTEGER(u64, uint64_t)
EXTREME_INTEGER(u32, uint32_t)

/* What never wins against another one. */
#define MIN_NONE_f64 (double)INFINITY
#define MIN_NONE_f32 INFINITY
#define MIN_NONE_i64 INT64_MAX
#define MIN_NONE_i32 INT32_MAX
#define MIN_NONE_u64 UINT64_MAX
#define MIN_NONE_u32 UINT32_MAX
#define MAX_NONE_f64 -(double)INFINITY
#define MAX_NONE_f32 -INFINITY
#define MAX_NONE_i64 INT64_MIN
#define MAX_NONE_i32 INT32_MIN
#define MAX_NONE_u64 0
#define MAX_NONE_u32 0

#ifdef QUERN_ISA_NAME

/* ---- of n, at least 1 ---- */

/*
 * Several vectors run side by side, begun with the first element; it may well
 * count twice.  All are made minima of signed elements by inverting the bits
 * in `flip`: the sign bit of a float for its maximum; all bits of a signed
 * integer for its maximum; the sign bit of an unsigned one for its minimum,
 * and all others for its maximum.
 */
enum { EXTREME_SIDE = 4 };

#define EXTREME_OF_INTEGERS(t, T)                                              \
	static inline T extreme_##t(const char *from, size_t n, T flip_one)    \
	{                                                                      \
		enum { WIDTH = sizeof(t##v) / sizeof(T) };                     \
		const t##v flip = t##v_all(flip_one);                          \
		T result = t##v_load_one(from) ^ flip_one, one;                \
		t##v best[EXTREME_SIDE], v;                                    \
                                                                               \
		for (size_t k = 0; k < EXTREME_SIDE; k++)                      \
			best[k] = t##v_all(result);                            \
		for (; n >= EXTREME_SIDE * WIDTH; n -= EXTREME_SIDE * WIDTH)   \
			for (size_t k = 0; k < EXTREME_SIDE; k++) {            \
				v = t##v_load(from) ^ flip;                    \
				from += sizeof(v);                             \
				best[k] = t##v_lesser(v, best[k]);             \
			}                                                      \
		for (size_t k = 0; k < EXTREME_SIDE; k++)                      \
			for (size_t j = 0; j < WIDTH; j++)                     \
				result = min2_##t(best[k][j], result);         \
		for (; n; n--, from += sizeof(T)) {                            \
			one = t##v_load_one(from) ^ flip_one;                  \
			result = min2_##t(one, result);                        \
		}                                                              \
		return result ^ flip_one;                                      \
	}

EXTREME_OF_INTEGERS(i64, int64_t)
EXTREME_OF_INTEGERS(i32, int32_t)

/*
 * Floats.  The comparison passes by NaN and takes -0 for +0; both are put right
 * at the end.  `nan` says whether there was one.  `bits` is the union of all
 * elements' bits: if the minimum is a zero, no element is below -0, so a sign
 * bit in there is that of a -0.
 */
#define EXTREME_OF_FLOATS(t, T, iv, I)                                         \
	static inline T extreme_##t(const char *from, size_t n, I flip_one)    \
	{                                                                      \
		enum { WIDTH = sizeof(t##v) / sizeof(T) };                     \
		enum { STEP = EXTREME_SIDE * WIDTH };                          \
		const iv##v flip = iv##v_all(flip_one);                        \
		const t##v first = t##v_all(t##v_load_one(from));              \
		t##v best[EXTREME_SIDE], v, last[EXTREME_SIDE];                \
		iv##v nan = { 0 }, bits = { 0 };                               \
		I any_nan = 0, any_bits = 0;                                   \
		T result;                                                      \
                                                                               \
		for (size_t k = 0; k < EXTREME_SIDE; k++)                      \
			best[k] = (t##v)((iv##v)first ^ flip);                 \
		for (; n; n -= STEP, from += STEP * sizeof(T)) {               \
			if (n < STEP) {                                        \
				for (size_t k = 0; k < EXTREME_SIDE; k++)      \
					last[k] = first;                       \
				memcpy(last, from, n * sizeof(T));             \
				from = (const char *)last;                     \
				n = STEP;                                      \
			}                                                      \
			for (size_t k = 0; k < EXTREME_SIDE; k++) {            \
				v = t##v_load(from + k * sizeof(v));           \
				v = (t##v)((iv##v)v ^ flip);                   \
				best[k] = t##v_lesser(v, best[k]);             \
				nan |= v != v;                                 \
				bits |= (iv##v)v;                              \
			}                                                      \
		}                                                              \
		result = best[0][0];                                           \
		for (size_t k = 0; k < EXTREME_SIDE; k++)                      \
			for (size_t j = 0; j < WIDTH; j++)                     \
				result =                                       \
				    best[k][j] < result ? best[k][j] : result; \
		for (size_t j = 0; j < WIDTH; j++) {                           \
			any_nan |= nan[j];                                     \
			any_bits |= bits[j];                                   \
		}                                                              \
		if (any_nan)                                                   \
			return (T)NAN;                                         \
		if (result == 0)                                               \
			result = any_bits < 0 ? (T)-0.0 : (T)0.0;              \
		return flip_one ? -result : result;                            \
	}

EXTREME_OF_FLOATS(f64, double, i64, int64_t)
EXTREME_OF_FLOATS(f32, float, i32, int32_t)

#define EXTREME_min_f64(from, n) extreme_f64(from, n, 0)
#define EXTREME_max_f64(from, n) extreme_f64(from, n, INT64_MIN)
#define EXTREME_min_f32(from, n) extreme_f32(from, n, 0)
#define EXTREME_max_f32(from, n) extreme_f32(from, n, INT32_MIN)
#define EXTREME_min_i64(from, n) extreme_i64(from, n, 0)
#define EXTREME_max_i64(from, n) extreme_i64(from, n, -1)
#define EXTREME_min_i32(from, n) extreme_i32(from, n, 0)
#define EXTREME_max_i32(from, n) extreme_i32(from, n, -1)
#define EXTREME_min_u64(from, n) (uint64_t) extreme_i64(from, n, INT64_MIN)
#define EXTREME_max_u64(from, n) (uint64_t) extreme_i64(from, n, INT64_MAX)
#define EXTREME_min_u32(from, n) (uint32_t) extreme_i32(from, n, INT32_MIN)
#define EXTREME_max_u32(from, n) (uint32_t) extreme_i32(from, n, INT32_MAX)

#endif

#endif

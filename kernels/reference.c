/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.c -- a plain twin of each kernel, for tests; see reference.h.
 *
 * Written from kernels.h, not from the kernels: where both say the same thing
 * they say it in different ways, so that one slip does not hide in both.
 */
#include "reference.h"

#include <errno.h>
#include <math.h>

/* ---- element by element ---- */

#define DEFINE_SQUARE(t, T, U)                                                 \
	void quern__ref_square_##t(T *out, const T *in, size_t n)              \
	{                                                                      \
		for (size_t i = 0; i < n; i++)                                 \
			out[i] = (T)((U)in[i] * (U)in[i]);                     \
	}

DEFINE_SQUARE(f64, double, double)
DEFINE_SQUARE(f32, float, float)
DEFINE_SQUARE(i64, int64_t, uint64_t)
DEFINE_SQUARE(i32, int32_t, uint32_t)
DEFINE_SQUARE(u64, uint64_t, uint64_t)
DEFINE_SQUARE(u32, uint32_t, uint32_t)

#define DEFINE_POW(t, T, POW)                                                  \
	void quern__ref_pow_##t(T *out, const T *in, T exponent, size_t n)     \
	{                                                                      \
		for (size_t i = 0; i < n; i++)                                 \
			out[i] = POW(in[i], exponent);                         \
	}                                                                      \
	void quern__ref_powv_##t(                                              \
	    T *out, const T *in, const T *exponents, size_t n)                 \
	{                                                                      \
		for (size_t i = 0; i < n; i++)                                 \
			out[i] = POW(in[i], exponents[i]);                     \
	}

DEFINE_POW(f64, double, pow)
DEFINE_POW(f32, float, powf)

/* ---- sums of integers ---- */

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

/* The dividend is shifted up as far as it goes and divided once. */
static double
mean_wide(wide sum, size_t n)
{
	uwide size = sum < 0 ? -(uwide)sum : (uwide)sum, quotient, more;
	int exponent = 0;
	double mean;

	if (size == 0)
		return 0;
	for (; size >> 126 == 0; exponent--)
		size <<= 1;
	quotient = size / n;
	more = size % n;
	for (; quotient >> 64; exponent++) {
		more |= quotient & 1;
		quotient >>= 1;
	}
	mean = ldexp((double)((uint64_t)quotient | (more != 0)), exponent);
	return sum < 0 ? -mean : mean;
}

#define DEFINE_INTEGERS(t, R, T, LEAST, MOST)                                  \
	static wide sum_wide_##t(const T *in, size_t n)                        \
	{                                                                      \
		wide sum = 0;                                                  \
                                                                               \
		for (size_t i = 0; i < n; i++)                                 \
			sum += in[i];                                          \
		return sum;                                                    \
	}                                                                      \
	int quern__ref_sum_##t(R *result, const T *in, size_t n)               \
	{                                                                      \
		wide sum = sum_wide_##t(in, n);                                \
                                                                               \
		if (sum < (wide)LEAST || sum > (wide)MOST)                     \
			return -ERANGE;                                        \
		*result = (R)sum;                                              \
		return 0;                                                      \
	}                                                                      \
	int quern__ref_mean_##t(double *result, const T *in, size_t n)         \
	{                                                                      \
		if (n == 0)                                                    \
			return -EDOM;                                          \
		*result = mean_wide(sum_wide_##t(in, n), n);                   \
		return 0;                                                      \
	}

DEFINE_INTEGERS(i64, int64_t, int64_t, INT64_MIN, INT64_MAX)
DEFINE_INTEGERS(i32, int64_t, int32_t, INT64_MIN, INT64_MAX)
DEFINE_INTEGERS(u64, uint64_t, uint64_t, 0, UINT64_MAX)
DEFINE_INTEGERS(u32, uint64_t, uint32_t, 0, UINT64_MAX)

/* ---- extremes ---- */

/* Does a come before b?  Neither is NaN. */
static int
below(double a, double b)
{
	return a < b || (a == b && signbit(a) && !signbit(b));
}

#define MIN_BETTER(a, b) below(a, b)
#define MAX_BETTER(a, b) below(b, a)

#define DEFINE_EXTREME(name, t, T, BETTER)                                     \
	int quern__ref_##name##_##t(T *result, const T *in, size_t n)          \
	{                                                                      \
		if (n == 0)                                                    \
			return -EDOM;                                          \
		*result = in[0];                                               \
		for (size_t i = 0; i < n; i++) {                               \
			if (isnan(in[i])) {                                    \
				*result = (T)NAN;                              \
				return 0;                                      \
			}                                                      \
			if (BETTER(in[i], *result))                            \
				*result = in[i];                               \
		}                                                              \
		return 0;                                                      \
	}

DEFINE_EXTREME(min, f64, double, MIN_BETTER)
DEFINE_EXTREME(min, f32, float, MIN_BETTER)
DEFINE_EXTREME(max, f64, double, MAX_BETTER)
DEFINE_EXTREME(max, f32, float, MAX_BETTER)

#define DEFINE_INTEGER_EXTREMES(t, T)                                          \
	int quern__ref_min_##t(T *result, const T *in, size_t n)               \
	{                                                                      \
		if (n == 0)                                                    \
			return -EDOM;                                          \
		*result = in[0];                                               \
		for (size_t i = 1; i < n; i++)                                 \
			if (in[i] < *result)                                   \
				*result = in[i];                               \
		return 0;                                                      \
	}                                                                      \
	int quern__ref_max_##t(T *result, const T *in, size_t n)               \
	{                                                                      \
		if (n == 0)                                                    \
			return -EDOM;                                          \
		*result = in[0];                                               \
		for (size_t i = 1; i < n; i++)                                 \
			if (in[i] > *result)                                   \
				*result = in[i];                               \
		return 0;                                                      \
	}

DEFINE_INTEGER_EXTREMES(i64, int64_t)
DEFINE_INTEGER_EXTREMES(i32, int32_t)
DEFINE_INTEGER_EXTREMES(u64, uint64_t)
DEFINE_INTEGER_EXTREMES(u32, uint32_t)

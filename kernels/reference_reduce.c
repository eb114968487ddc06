/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference_reduce.c -- a plain twin of each reduction but the first ones, for
 * tests; see reference.h.
 *
 * What is added in an order is a function of the index here, and the order is
 * that of kernels.h, told once more.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "reference.h"

/* ---- sums of terms ---- */

struct array {
	const double *f64, *f64_2;
	const float *f32, *f32_2;
};

typedef double term_fn(const struct array *of, size_t i);

/* Of the terms [begin, end), at least one and of one block. */
static double
block(const struct array *of, term_fn *term, size_t begin, size_t end)
{
	double sum[32], lane[32], upper[32];
	size_t run;

	for (size_t j = 0; j < 32; j++)
		sum[j] = -0.0;
	for (; begin < end; begin = run) {
		run = end - begin < 512 ? end : begin + 512;
		for (size_t j = 0; j < 32; j++)
			lane[j] = -0.0;
		for (size_t i = begin; i < run; i++)
			lane[(i - begin) % 32] += term(of, i);
		for (size_t j = 0; j < 32; j++)
			sum[j] += lane[j];
	}
	for (size_t half = 16; half; half /= 2) {
		memcpy(upper, sum + half, half * sizeof(double));
		for (size_t j = 0; j < half; j++)
			sum[j] += upper[j];
	}
	return sum[0];
}

/*
 * Down the tree instead of up: the left branch is the largest power of two of
 * blocks that leaves something for the right one.
 */
static double
tree(const struct array *of, term_fn *term, size_t begin, size_t end)
{
	size_t left = 32768;

	if (end - begin <= left)
		return block(of, term, begin, end);
	while (left * 2 < end - begin)
		left *= 2;
	return tree(of, term, begin, begin + left) +
	    tree(of, term, begin + left, end);
}

static double
total(const struct array *of, term_fn *term, size_t n)
{
	return n ? tree(of, term, 0, n) : 0;
}

static double
self_f64(const struct array *of, size_t i)
{
	return of->f64[i];
}

static double
self_f32(const struct array *of, size_t i)
{
	return (double)of->f32[i];
}

static double
product_f64(const struct array *of, size_t i)
{
	return of->f64[i] * of->f64_2[i];
}

static double
product_f32(const struct array *of, size_t i)
{
	return (double)of->f32[i] * (double)of->f32_2[i];
}

static double
size_f64(const struct array *of, size_t i)
{
	return fabs(of->f64[i]);
}

static double
size_f32(const struct array *of, size_t i)
{
	return fabs((double)of->f32[i]);
}

static int
put_f64(double *result, double value)
{
	*result = isnan(value) ? (double)NAN : value;
	return 0;
}

static int
put_f32(float *result, double value)
{
	*result = isnan(value) ? NAN : (float)value;
	return 0;
}

#define DEFINE_SUMS(t, T)                                                      \
	int quern__ref_sum_##t(T *result, const T *in, size_t n)               \
	{                                                                      \
		const struct array of = { .t = in };                           \
                                                                               \
		return put_##t(result, total(&of, self_##t, n));               \
	}                                                                      \
	int quern__ref_mean_##t(T *result, const T *in, size_t n)              \
	{                                                                      \
		const struct array of = { .t = in };                           \
                                                                               \
		if (n == 0)                                                    \
			return -EDOM;                                          \
		return put_##t(result, total(&of, self_##t, n) / (double)n);   \
	}                                                                      \
	int quern__ref_dot_##t(T *result, const T *a, const T *b, size_t n)    \
	{                                                                      \
		const struct array of = { .t = a, .t##_2 = b };                \
                                                                               \
		return put_##t(result, total(&of, product_##t, n));            \
	}                                                                      \
	int quern__ref_sumsq_##t(T *result, const T *in, size_t n)             \
	{                                                                      \
		return quern__ref_dot_##t(result, in, in, n);                  \
	}                                                                      \
	int quern__ref_norm1_##t(T *result, const T *in, size_t n)             \
	{                                                                      \
		const struct array of = { .t = in };                           \
                                                                               \
		return put_##t(result, total(&of, size_##t, n));               \
	}                                                                      \
	int quern__ref_norminf_##t(T *result, const T *in, size_t n)           \
	{                                                                      \
		*result = 0;                                                   \
		for (size_t i = 0; i < n; i++)                                 \
			if (isnan(in[i]))                                      \
				return put_##t(result, (double)NAN);           \
			else if (fabs((double)in[i]) > (double)*result)        \
				*result = (T)fabs((double)in[i]);              \
		return 0;                                                      \
	}

DEFINE_SUMS(f64, double)
DEFINE_SUMS(f32, float)

int
quern__ref_norm2_f32(float *result, const float *in, size_t n)
{
	const struct array of = { .f32 = in, .f32_2 = in };

	return put_f32(result, sqrt(total(&of, product_f32, n)));
}

/*
 * Squares of at most 2^-510, of at least 2^485, and the rest; the former two
 * scaled by 2^1080 and 2^-1080.
 */
static double
small_square(const struct array *of, size_t i)
{
	double x = fabs(of->f64[i]);

	return x < 0x1p-510 ? ldexp(x, 540) * ldexp(x, 540) : 0;
}

static double
large_square(const struct array *of, size_t i)
{
	double x = fabs(of->f64[i]);

	return x >= 0x1p485 ? ldexp(x, -540) * ldexp(x, -540) : 0;
}

static double
other_square(const struct array *of, size_t i)
{
	double x = of->f64[i];

	return fabs(x) < 0x1p-510 || fabs(x) >= 0x1p485 ? 0 : x * x;
}

int
quern__ref_norm2_f64(double *result, const double *in, size_t n)
{
	const struct array of = { .f64 = in };
	double small = total(&of, small_square, n);
	double large = total(&of, large_square, n);
	double other = total(&of, other_square, n);

	if (isnan(other))
		return put_f64(result, other);
	if (large > 0)
		return put_f64(
		    result, ldexp(sqrt(large + ldexp(other, -1080)), 540));
	if (small > 0 && other < 0x1p-800)
		return put_f64(
		    result, ldexp(sqrt(small + ldexp(other, 1080)), -540));
	return put_f64(result, sqrt(other));
}

/* ---- indices ---- */

/* As an order of all values: -1, 0 or 1 for a below, equal to or above b. */
#define ORDER_INTEGER(a, b) ((a > b) - (a < b))
#define ORDER_FLOAT(a, b)                                                      \
	(a == b ? (signbit(b) != 0) - (signbit(a) != 0) : (a > b) - (a < b))

#define DEFINE_ARG(t, T, ORDER, IS_NAN)                                        \
	static int arg_##t(uint64_t *result, const T *in, size_t n, int sign)  \
	{                                                                      \
		size_t best = 0;                                               \
                                                                               \
		if (n == 0)                                                    \
			return -EDOM;                                          \
		for (size_t i = n; i-- > 0;)                                   \
			if (i + 1 == n || ORDER(in[i], in[best]) * sign <= 0)  \
				best = i;                                      \
		for (size_t i = n; i-- > 0;)                                   \
			if (IS_NAN(in[i]))                                     \
				best = i;                                      \
		*result = best;                                                \
		return 0;                                                      \
	}                                                                      \
	int quern__ref_argmin_##t(uint64_t *result, const T *in, size_t n)     \
	{                                                                      \
		return arg_##t(result, in, n, 1);                              \
	}                                                                      \
	int quern__ref_argmax_##t(uint64_t *result, const T *in, size_t n)     \
	{                                                                      \
		return arg_##t(result, in, n, -1);                             \
	}

#define NEVER(x) ((void)(x), 0)

DEFINE_ARG(f64, double, ORDER_FLOAT, isnan)
DEFINE_ARG(f32, float, ORDER_FLOAT, isnan)
DEFINE_ARG(i64, int64_t, ORDER_INTEGER, NEVER)
DEFINE_ARG(i32, int32_t, ORDER_INTEGER, NEVER)
DEFINE_ARG(u64, uint64_t, ORDER_INTEGER, NEVER)
DEFINE_ARG(u32, uint32_t, ORDER_INTEGER, NEVER)

/* ---- masks ---- */

int
quern__ref_count_u8(uint64_t *result, const uint8_t *in, size_t n)
{
	*result = 0;
	for (size_t i = 0; i < n; i++)
		*result += in[i] ? 1 : 0;
	return 0;
}

int
quern__ref_any_u8(uint8_t *result, const uint8_t *in, size_t n)
{
	for (*result = 0; n > 0 && !*result; n--)
		*result = in[n - 1] ? 1 : 0;
	return 0;
}

int
quern__ref_all_u8(uint8_t *result, const uint8_t *in, size_t n)
{
	for (*result = 1; n > 0 && *result; n--)
		*result = in[n - 1] ? 1 : 0;
	return 0;
}

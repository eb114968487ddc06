/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sum.c -- the sum of all elements, and their mean, which is the same loop
 * with another end.
 *
 *     quern/kernels.h --> [sum.c] --> isa.c --> simd_reduce.c
 *
 * Floating point adds in one order, whatever runs it.  Every 4096 elements are
 * a sub-block, added in 32 lanes (simd_reduce.c).  Sub-blocks are joined in a
 * pairwise tree: neighbours i and i + 1 for each even i, then i and i + 2 for
 * each i divisible by 4, and so on; one without a partner goes up unchanged.
 * A block of the grid holds a power of two of sub-blocks, so the tree within
 * blocks and the grid's own tree over blocks are one.
 *
 * Integers are added exactly, in 128 bits, so their order does not matter.
 */
#include <quern/kernels.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "array.h"
#include "isa.h"

/* About 10 us of work. */
enum { SUBS = 8, BLOCK = SUBS * QUERN__SUM_SUB };

/* ---- doubles and floats: the accumulator is a double ---- */

static size_t
acc_bytes_float(const quern_op *op)
{
	(void)op;
	return sizeof(double);
}

static void
identity_float(const quern_op *op, void *acc)
{
	(void)op;
	*(double *)acc = -0.0; /* -0 + x is x for every x */
}

static void
combine_float(const quern_op *op, void *acc, const void *right)
{
	(void)op;
	*(double *)acc += *(const double *)right;
}

/* The block [begin, end) by `sum`, a primitive for one sub-block. */
static void
add_block(const quern_op *op, size_t begin, size_t end, double *acc,
    double (*sum)(const void *in, size_t n))
{
	double part[SUBS];
	char buffer[QUERN__SUM_SUB * sizeof(double)];
	size_t subs = 0;

	for (size_t n; begin < end; begin += n) {
		n = end - begin;
		if (n > QUERN__SUM_SUB)
			n = QUERN__SUM_SUB;
		part[subs++] =
		    sum(quern__elements(op, QUERN__IN, begin, n, buffer), n);
	}
	for (size_t width = 1; width < subs; width *= 2)
		for (size_t i = 0; i + width < subs; i += 2 * width)
			part[i] += part[i + width];
	*acc += part[0];
}

static void
range_f64(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	(void)ctx;
	add_block(op, begin, end, acc, quern__isa()->reduce->sum_f64);
}

static void
range_f32(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	(void)ctx;
	add_block(op, begin, end, acc, quern__isa()->reduce->sum_f32);
}

/* Write `value` as an element of the result's size; NaN as the default one. */
static int
write_float(const quern_op *op, double value)
{
	size_t bytes = op->kind->bytes[QUERN__OUT];
	float narrow;

	if (isnan(value))
		value = (double)NAN;
	narrow = (float)value;
	memcpy(
	    op->out, bytes == sizeof(narrow) ? (void *)&narrow : &value, bytes);
	return 0;
}

static int
finish_sum_float(const quern_op *op, const void *acc)
{
	return write_float(op, op->count ? *(const double *)acc : 0.0);
}

static int
finish_mean_float(const quern_op *op, const void *acc)
{
	if (op->count == 0)
		return -EDOM;
	return write_float(op, *(const double *)acc / (double)op->count);
}

/* ---- 64-bit integers: the accumulator has 128 bits ---- */

/* Asks no more alignment of an accumulator than a double does. */
__extension__ typedef __int128 wide __attribute__((aligned(8)));
__extension__ typedef unsigned __int128 uwide;

static size_t
acc_bytes_i64(const quern_op *op)
{
	(void)op;
	return sizeof(wide);
}

static void
identity_i64(const quern_op *op, void *acc)
{
	(void)op;
	*(wide *)acc = 0;
}

static void
combine_i64(const quern_op *op, void *acc, const void *right)
{
	(void)op;
	*(wide *)acc += *(const wide *)right;
}

static void
range_i64(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	char buffer[QUERN__SUM_SUB * sizeof(int64_t)];
	struct quern__halves sum;

	(void)ctx;
	for (size_t n; begin < end; begin += n) {
		n = end - begin < QUERN__SUM_SUB ? end - begin : QUERN__SUM_SUB;
		sum = quern__isa()->reduce->sum_i64(
		    quern__elements(op, QUERN__IN, begin, n, buffer), n);
		*(wide *)acc +=
		    ((wide)sum.high << 32) + sum.low - ((wide)n << 63);
	}
}

static int
finish_sum_i64(const quern_op *op, const void *acc)
{
	wide sum = *(const wide *)acc;
	int64_t result = (int64_t)sum;

	if (result != sum)
		return -ERANGE;
	memcpy(op->out, &result, sizeof(result));
	return 0;
}

/*
 * sum / n, rounded once: long division in binary until the quotient has 63
 * bits.  Its lowest bit then also says that there is more, which is all that
 * rounding to 53 bits needs to know.
 */
static double
divide(wide sum, uint64_t n)
{
	uwide size = sum < 0 ? -(uwide)sum : (uwide)sum;
	uint64_t quotient = (uint64_t)(size / n), rest = (uint64_t)(size % n);
	int exponent = 0;
	double result;

	if (size == 0)
		return 0;
	for (; quotient >> 62 == 0; exponent--) {
		rest *= 2; /* n < 2^62 */
		quotient = quotient * 2 + (rest >= n);
		rest -= rest >= n ? n : 0;
	}
	result = ldexp((double)(quotient | (rest != 0)), exponent);
	return sum < 0 ? -result : result;
}

static int
finish_mean_i64(const quern_op *op, const void *acc)
{
	double result;

	if (op->count == 0)
		return -EDOM;
	result = divide(*(const wide *)acc, op->count);
	memcpy(op->out, &result, sizeof(result));
	return 0;
}

/* `sort` is float or i64: what the accumulator is. */
#define DEFINE_SUM(what, t, sort, R, T)                                        \
	static const struct quern_kind what##_##t = {                          \
		.name = #what "_" #t,                                          \
		.block = BLOCK,                                                \
		.bytes = { sizeof(R), sizeof(T) },                             \
		.check = quern__check_reduction,                               \
		.range = range_##t,                                            \
		.acc_bytes = acc_bytes_##sort,                                 \
		.identity = identity_##sort,                                   \
		.combine = combine_##sort,                                     \
		.finish = finish_##what##_##sort,                              \
	};                                                                     \
	QUERN_REGISTER(what##_##t)                                             \
                                                                               \
	quern_op quern_##what##_##t(R *result, const T *in, size_t n)          \
	{                                                                      \
		return quern__kernel_op(&what##_##t, result, in, NULL, NULL,   \
		    n, QUERN__NO_NUMBER, QUERN__NO_NUMBER);                    \
	}

DEFINE_SUM(sum, f64, float, double, double)
DEFINE_SUM(sum, f32, float, float, float)
DEFINE_SUM(sum, i64, i64, int64_t, int64_t)
DEFINE_SUM(mean, f64, float, double, double)
DEFINE_SUM(mean, f32, float, float, float)
DEFINE_SUM(mean, i64, i64, double, int64_t)

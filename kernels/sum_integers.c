/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sum_integers.c -- the exact sum of integers, and their mean.
 *
 *     quern/kernels.h --> [sum_integers.c] --> reduction.h
 *
 * The accumulator has 128 bits, so the order does not matter and no sum of
 * less than 2^63 elements overflows.
 */
#include "reduction.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Asks no more alignment of an accumulator than a double does. */
__extension__ typedef __int128 wide __attribute__((aligned(8)));
__extension__ typedef unsigned __int128 uwide;

#ifdef QUERN_ISA_NAME

/* Lanes of a vector of 64 bits. */
enum { WIDTH = SIMD_BYTES / sizeof(uint64_t) };

/* Halves of 32 bits are added up in 64, so at most 2^32 of them. */
enum { PIECE = 1 << 30 };

/*
 * With `bias` added, 2^63 for signed ones, an element is unsigned, and its
 * halves of 32 bits are summed apart.  What is missing in the last vector is a
 * bare bias less the bias.
 */
static inline wide
sum_64(const char *from, size_t n, uint64_t bias_one)
{
	const u64v bias = u64v_all(bias_one);
	const u64v low_half = u64v_all(UINT32_MAX);
	u64v low = u64v_all(0), high = u64v_all(0), v;
	wide sum = -(wide)bias_one * (wide)n;

	for (; n >= WIDTH; n -= WIDTH, from += sizeof(v)) {
		v = u64v_load(from) ^ bias;
		low += v & low_half;
		high += v >> 32;
	}
	v = u64v_load_part(from, n, bias) ^ bias;
	low += v & low_half;
	high += v >> 32;
	for (size_t k = 0; k < WIDTH; k++)
		sum += (wide)low[k] + ((wide)high[k] << 32);
	return sum;
}

typedef int32_t i32half SIMD_VECTOR(SIMD_BYTES / 2);
typedef uint32_t u32half SIMD_VECTOR(SIMD_BYTES / 2);

/* Elements of 32 bits are added up in 64. */
#define DEFINE_SUM_32(t, wider)                                                \
	static inline wide sum_##t(const char *from, size_t n)                 \
	{                                                                      \
		wider##v sum[MAP_SIDE] = { { 0 } };                            \
		t##half v = { 0 };                                             \
		wide total = 0;                                                \
                                                                               \
		for (; n >= MAP_SIDE * WIDTH; n -= MAP_SIDE * WIDTH)           \
			for (size_t k = 0; k < MAP_SIDE; k++) {                \
				memcpy(&v, from, sizeof(v));                   \
				from += sizeof(v);                             \
				sum[k] +=                                      \
				    __builtin_convertvector(v, wider##v);      \
			}                                                      \
		for (size_t k = 0; k < MAP_SIDE; k++)                          \
			for (size_t j = 0; j < WIDTH; j++)                     \
				total += sum[k][j];                            \
		for (; n; n--, from += sizeof(quern__##t))                     \
			total += t##v_load_one(from);                          \
		return total;                                                  \
	}

DEFINE_SUM_32(i32, i64)
DEFINE_SUM_32(u32, u64)

#define SUM_i64(from, n) sum_64(from, n, (uint64_t)1 << 63)
#define SUM_u64(from, n) sum_64(from, n, 0)
#define SUM_i32(from, n) sum_i32(from, n)
#define SUM_u32(from, n) sum_u32(from, n)

#define SUM_LOOP(t)                                                            \
	MAP_LOOP(sum_##t)                                                      \
	{                                                                      \
		const char *from = in[0];                                      \
                                                                               \
		(void)op;                                                      \
		for (size_t m; n; n -= m, from += m * sizeof(quern__##t)) {    \
			m = n < PIECE ? n : PIECE;                             \
			*(wide *)out += SUM_##t(from, m);                      \
		}                                                              \
	}

#else

#define SUM_LOOP(t) VARIANTS(quern__loop, sum_##t)

#define PLUS(a, b) ((a) + (b))
REDUCTION_ACC(wide, wide, 0, PLUS)

static int
finish_signed(const quern_op *op, const void *acc)
{
	wide sum = *(const wide *)acc;
	int64_t result = (int64_t)sum;

	if (result != sum)
		return -ERANGE;
	memcpy(op->out, &result, sizeof(result));
	return 0;
}

static int
finish_unsigned(const quern_op *op, const void *acc)
{
	wide sum = *(const wide *)acc;
	uint64_t result = (uint64_t)sum;

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
finish_mean(const quern_op *op, const void *acc)
{
	double result;

	if (op->count == 0)
		return -EDOM;
	result = divide(*(const wide *)acc, op->count);
	memcpy(op->out, &result, sizeof(result));
	return 0;
}

#endif

SUM_LOOP(i64)
SUM_LOOP(i32)
SUM_LOOP(u64)
SUM_LOOP(u32)

#ifndef QUERN_ISA_NAME

REDUCTION_1(sum, i64, int64_t, sum, wide, NULL, finish_signed)
REDUCTION_1(sum, i32, int64_t, sum, wide, NULL, finish_signed)
REDUCTION_1(sum, u64, uint64_t, sum, wide, NULL, finish_unsigned)
REDUCTION_1(sum, u32, uint64_t, sum, wide, NULL, finish_unsigned)
REDUCTION_1(mean, i64, double, sum, wide, NULL, finish_mean)
REDUCTION_1(mean, i32, double, sum, wide, NULL, finish_mean)
REDUCTION_1(mean, u64, double, sum, wide, NULL, finish_mean)
REDUCTION_1(mean, u32, double, sum, wide, NULL, finish_mean)

#endif

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

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

/* Asks no more alignment of an accumulator than a double does. */
__extension__ typedef __int128 wide __attribute__((aligned(8)));
__extension__ typedef unsigned __int128 uwide;

#ifdef QUERN_ISA_NAME

/* Halves of 32 bits, of a block at most, are added up in 64 bits. */
static_assert(REDUCTION_BLOCK <= UINT32_MAX, "no sum of halves overflows");

struct halves {
	u64v whole[MAP_SIDE], high[MAP_SIDE];
};

static inline void
add_halves(struct halves *sum, const char *from, u64v bias)
{
	u64v v;

	for (size_t k = 0; k < MAP_SIDE; k++) {
		v = u64v_load(from + k * sizeof(v)) ^ bias;
		sum->whole[k] += v;
		sum->high[k] += v >> 32;
	}
}

/*
 * The sum of n elements of `size` bytes.  With `bias` added, 2^63 or 2^31 for
 * signed ones, an element is unsigned.  64 bits are one element or two.  Their
 * upper halves are summed, and so is the whole: it wraps, but less the upper
 * halves it is the sum of the lower ones.  Elements that are missing in the
 * last vectors are a bare bias less the bias.
 */
static inline __attribute__((always_inline)) wide
sum_of(const char *from, size_t n, size_t size, uint64_t bias_one)
{
	const bool two = size == sizeof(uint32_t);
	const u64v bias = u64v_all(two ? bias_one << 32 | bias_one : bias_one);
	enum { STEP = MAP_SIDE * sizeof(bias) };
	struct halves sum = { 0 };
	u64v last[MAP_SIDE], low = { 0 }, high = { 0 };
	uint64_t low_sum = 0, high_sum = 0;
	size_t bytes = n * size;

	for (; bytes >= STEP; bytes -= STEP, from += STEP)
		add_halves(&sum, from, bias);
	if (bytes) {
		for (size_t k = 0; k < MAP_SIDE; k++)
			last[k] = bias;
		memcpy(last, from, bytes);
		add_halves(&sum, (const char *)last, bias);
	}
	for (size_t k = 0; k < MAP_SIDE; k++) {
		low += sum.whole[k] - (sum.high[k] << 32);
		high += sum.high[k];
	}
	for (size_t j = 0; j < sizeof(low) / sizeof(low[0]); j++) {
		low_sum += low[j];
		high_sum += high[j];
	}
	return (wide)low_sum + ((wide)high_sum << (two ? 0 : 32)) -
	    (wide)bias_one * (wide)n;
}

#define SUM_i64(from, n) sum_of(from, n, 8, UINT64_C(1) << 63)
#define SUM_u64(from, n) sum_of(from, n, 8, 0)
#define SUM_i32(from, n) sum_of(from, n, 4, UINT64_C(1) << 31)
#define SUM_u32(from, n) sum_of(from, n, 4, 0)

#define SUM_LOOP(t)                                                            \
	MAP_LOOP(sum_##t)                                                      \
	{                                                                      \
		(void)op;                                                      \
		*(wide *)out += SUM_##t(in[0], n);                             \
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
 * sum / n, rounded once: of the sum's size with no leading zeros the quotient
 * has 64 bits or more.  Its lowest bit then also says that there is a rest,
 * which is all that rounding to 53 bits needs to know.
 */
static double
divide(wide sum, uint64_t n)
{
	uwide size = sum < 0 ? -(uwide)sum : (uwide)sum, quotient;
	uint64_t upper = (uint64_t)(size >> 64);
	int zeros;
	double result;

	if (size == 0)
		return 0;
	zeros = upper ? __builtin_clzll(upper) :
			64 + __builtin_clzll((uint64_t)size);
	size <<= zeros;
	quotient = size / n;
	quotient |= quotient * n != size;
	result = ldexp((double)quotient, -zeros);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exp_edge.c -- exp just below the largest numbers.
 *
 *     hyperbolic.c --> [exp_edge.c]
 *
 * SLEEF 3.5 says infinity too early: its exp for doubles a few parts in a
 * million below the largest one, its sinh and cosh from the largest number /
 * 1.6 on.  Who notices an infinity that may be one of those asks here.  So this
 * is called rarely and may be slow: some 0.1 us.
 *
 * Method: x - 1024 ln 2 is exact in doubles but for a constant; what is left
 * modulo ln 2 goes through the Taylor series in 62-bit fixed point.  Integers,
 * hence the same bits on every machine.
 */
#include "exp_edge.h"

#include <math.h>
#include <stdint.h>

#define ONE (INT64_C(1) << 62)
#define LN2 INT64_C(0x2c5c85fdf473de6b) /* all in 2^-62 */

/* 1024 ln 2 as a double, and what it lacks. */
#define LN_LIMIT 0x1.62e42fefa39efp+9
#define LN_LIMIT_REST INT64_C(109514)

/* a * b of numbers from 0 to below 2. */
static int64_t
multiply(int64_t a, int64_t b)
{
	uint64_t ah = (uint64_t)a >> 32, al = (uint32_t)a;
	uint64_t bh = (uint64_t)b >> 32, bl = (uint32_t)b;
	uint64_t middle = ah * bl + (al * bl >> 32), other = al * bh;
	uint64_t high = ah * bh + (middle >> 32) + (other >> 32);
	uint64_t low = (uint32_t)middle + (uint64_t)(uint32_t)other;

	return (int64_t)((high << 2) + (low >> 30));
}

double
quern__exp_f64_edge(double x, int scale)
{
	int64_t rest = (int64_t)((x - LN_LIMIT) * 0x1p62) - LN_LIMIT_REST;
	int64_t sum = ONE;
	int exponent = 1024;

	for (; rest < 0; rest += LN2)
		exponent--;
	for (; rest >= LN2; rest -= LN2)
		exponent++;
	/* 0.7^21 / 21! < 2^-76 */
	for (int k = 20; k > 0; k--)
		sum = ONE + multiply(sum, rest) / k;
	return ldexp((double)sum, exponent + scale - 62);
}

/* 0.5 * exp(89), and the series in double precision: 1.5^24 / 24! < 2^-64. */
float
quern__half_exp_f32_edge(float x)
{
	double rest = (double)x - 89, sum = 1;

	for (int k = 24; k > 0; k--)
		sum = 1 + sum * rest / k;
	return (float)(0x1.51c2cc3433801p+127 * sum);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exp_edge.c -- exp just below the largest numbers.
 *
 *     hyperbolic.c --> [exp_edge.c]
 *
 * SLEEF 3.5 says infinity too early: its sinh and cosh of floats do so from the
 * largest number / 1.6 on.  Who notices an infinity that may be one of those
 * asks here.  So this is called rarely and may be slow.
 */
#include "exp_edge.h"

/* 0.5 * exp(89), and the series in double precision: 1.5^24 / 24! < 2^-64. */
float
quern__half_exp_f32_edge(float x)
{
	double rest = (double)x - 89, sum = 1;

	for (int k = 24; k > 0; k--)
		sum = 1 + sum * rest / k;
	return (float)(0x1.51c2cc3433801p+127 * sum);
}

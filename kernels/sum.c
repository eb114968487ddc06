/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sum.c -- the sum of all elements, and their mean, which is the same loop
 * with another end.
 *
 *     quern/kernels.h --> [sum.c] --> modes.h
 *
 * Integers: sum_integers.c.
 */
#include "modes.h"

#include <errno.h>

#define SUM(v, w) (v)

LANES_LOOP(sum, f64, 1, SUM)
LANES_LOOP(sum, f32, 1, SUM)

#ifndef QUERN_ISA_NAME

MODES_ACC
MODES_LOOPS(sum, f64)
MODES_LOOPS(sum, f32)
MODES_FINISH(finish_sum)

static int
finish_mean(const quern_op *op, const void *acc)
{
	if (op->count == 0)
		return -EDOM;
	return quern__finish_float(
	    op, *(const double *)acc / (double)op->count);
}

static int
finish_mean_compensated(const quern_op *op, const void *acc)
{
	if (op->count == 0)
		return -EDOM;
	return quern__finish_float(op, pair_value(acc) / (double)op->count);
}

static int
finish_mean_exact(const quern_op *op, const void *acc)
{
	if (op->count == 0)
		return -EDOM;
	return quern__superacc_finish(op, acc, op->count);
}

MODES_1(sum, f64, double, sum, finish_sum)
MODES_1(sum, f32, float, sum, finish_sum)
MODES_1(mean, f64, double, sum, finish_mean)
MODES_1(mean, f32, float, sum, finish_mean)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dot.c -- the sum of products of two arrays' elements, or of one's with
 * themselves.
 *
 *     quern/kernels.h --> [dot.c] --> lanes.h
 *
 * Not fused: the baseline has no such instruction, and the bits are to be the
 * same.  Products of floats are exact in double.
 */
#include "lanes.h"

#define PRODUCT(v, w) ((v) * (w))
#define SQUARE(v, w) ((v) * (v))

LANES_LOOP(dot, f64, 2, PRODUCT)
LANES_LOOP(dot, f32, 2, PRODUCT)
LANES_LOOP(sumsq, f64, 1, SQUARE)
LANES_LOOP(sumsq, f32, 1, SQUARE)

#ifndef QUERN_ISA_NAME

LANES_ACC

static int
finish(const quern_op *op, const void *acc)
{
	return quern__finish_float(op, op->count ? *(const double *)acc : 0.0);
}

REDUCTION_2(dot, f64, double, dot, lanes, &lanes_sub, finish)
REDUCTION_2(dot, f32, float, dot, lanes, &lanes_sub, finish)
REDUCTION_1(sumsq, f64, double, sumsq, lanes, &lanes_sub, finish)
REDUCTION_1(sumsq, f32, float, sumsq, lanes, &lanes_sub, finish)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dot.c -- the sum of products of two arrays' elements, or of one's with
 * themselves.
 *
 *     quern/kernels.h --> [dot.c] --> modes.h
 *
 * Not fused: the baseline has no such instruction, and the bits are to be the
 * same.  Products of floats are exact in double.
 */
#include "modes.h"

#define PRODUCT(v, w) ((v) * (w))
#define SQUARE(v, w) ((v) * (v))

LANES_LOOP(dot, f64, 2, PRODUCT)
LANES_LOOP(dot, f32, 2, PRODUCT)
LANES_LOOP(sumsq, f64, 1, SQUARE)
LANES_LOOP(sumsq, f32, 1, SQUARE)

#ifndef QUERN_ISA_NAME

MODES_ACC
MODES_LOOPS(dot, f64)
MODES_LOOPS(dot, f32)
MODES_LOOPS(sumsq, f64)
MODES_LOOPS(sumsq, f32)
MODES_FINISH(finish)

MODES_2(dot, f64, double, dot, finish)
MODES_2(dot, f32, float, dot, finish)
MODES_1(sumsq, f64, double, sumsq, finish)
MODES_1(sumsq, f32, float, sumsq, finish)

#endif

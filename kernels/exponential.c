/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exponential.c -- exp, exp2 and expm1 of each element.
 *
 *     quern/kernels.h --> [exponential.c] --> map.c, simd_hyperbolic.h,
 *         simd_hyperbolic_f32.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_hyperbolic.h"
#include "simd_hyperbolic_f32.h"

MAP_LOOP(exp_f64)
{
	(void)op;
	exp_f64_loop(out, in[0], n);
}

MAP_LOOP(exp2_f64)
{
	(void)op;
	exp2_f64_loop(out, in[0], n);
}

MAP_LOOP(expm1_f64)
{
	(void)op;
	expm1_f64_loop(out, in[0], n);
}

#endif

MAP_OP_1(exp, f64, MAP_DEAR)
MAP_1R(exp, f32, MAP_DEAR, exp_f32v)
MAP_OP_1(exp2, f64, MAP_DEAR)
MAP_1R(exp2, f32, MAP_DEAR, exp2_f32v)
MAP_OP_1(expm1, f64, MAP_DEAR)
MAP_1(expm1, f32, MAP_DEAR, expm1_f32v)

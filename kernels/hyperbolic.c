/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hyperbolic.c -- sinh, cosh and tanh of each element, and the logistic
 * functions: sigmoid and softplus.
 *
 *     quern/kernels.h --> [hyperbolic.c] --> map.c, simd_hyperbolic.h,
 *         simd_hyperbolic_f32.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_hyperbolic.h"
#include "simd_hyperbolic_f32.h"

MAP_LOOP(sinh_f64)
{
	(void)op;
	sinh_f64_loop(out, in[0], n);
}

MAP_LOOP(cosh_f64)
{
	(void)op;
	cosh_f64_loop(out, in[0], n);
}

MAP_LOOP(tanh_f64)
{
	(void)op;
	tanh_f64_loop(out, in[0], n);
}

MAP_LOOP(sigmoid_f64)
{
	(void)op;
	sigmoid_f64_loop(out, in[0], n);
}

MAP_LOOP(softplus_f64)
{
	(void)op;
	softplus_f64_loop(out, in[0], n);
}

#endif

MAP_OP_1(sinh, f64, MAP_DEAR)
MAP_1(sinh, f32, MAP_DEAR, sinh_f32v)
MAP_OP_1(cosh, f64, MAP_DEAR)
MAP_1(cosh, f32, MAP_DEAR, cosh_f32v)
MAP_OP_1(tanh, f64, MAP_DEAR)
MAP_1(tanh, f32, MAP_DEAR, tanh_f32v)
MAP_OP_1(sigmoid, f64, MAP_DEAR)
MAP_1(sigmoid, f32, MAP_DEAR, sigmoid_f32v)
MAP_OP_1(softplus, f64, MAP_DEAR)
MAP_1(softplus, f32, MAP_DEAR, softplus_f32v)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logarithm.c -- log, log2, log10 and log1p of each element.
 *
 *     quern/kernels.h --> [logarithm.c] --> map.c, simd_ln.h, simd_log_f32.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_ln.h"
#include "simd_log_f32.h"

MAP_LOOP(log_f64)
{
	(void)op;
	log_f64_loop(out, in[0], n);
}

MAP_LOOP(log2_f64)
{
	(void)op;
	log2_f64_loop(out, in[0], n);
}

MAP_LOOP(log10_f64)
{
	(void)op;
	log10_f64_loop(out, in[0], n);
}

MAP_LOOP(log1p_f64)
{
	(void)op;
	log1p_f64_loop(out, in[0], n);
}

#endif

MAP_OP_1(log, f64, MAP_DEAR)
MAP_1(log, f32, MAP_DEAR, log_f32v)
MAP_OP_1(log2, f64, MAP_DEAR)
MAP_1(log2, f32, MAP_DEAR, log2_f32v)
MAP_OP_1(log10, f64, MAP_DEAR)
MAP_1(log10, f32, MAP_DEAR, log10_f32v)
MAP_OP_1(log1p, f64, MAP_DEAR)
MAP_1(log1p, f32, MAP_DEAR, log1p_f32v)

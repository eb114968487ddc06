/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trigonometric.c -- sines, cosines, tangents and their inverses of each
 * element.
 *
 *     quern/kernels.h --> [trigonometric.c] --> map.c, simd_trig.h,
 *         simd_arc_f32.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_arc_f32.h"
#include "simd_trig.h"

MAP_LOOP(atan_f32)
{
	(void)op;
	in_chunks_f32(atan_chunk32, out, in[0], n);
}

MAP_LOOP(asin_f32)
{
	(void)op;
	in_chunks_f32(asin_chunk32, out, in[0], n);
}

MAP_LOOP(acos_f32)
{
	(void)op;
	in_chunks_f32(acos_chunk32, out, in[0], n);
}

#endif

MAP_1R(sin, f64, MAP_DEAR, sin_f64v)
MAP_1R(sin, f32, MAP_DEAR, sin_f32v)
MAP_1R(cos, f64, MAP_DEAR, cos_f64v)
MAP_1R(cos, f32, MAP_DEAR, cos_f32v)
MAP_1R(tan, f64, MAP_DEAR, tan_f64v)
MAP_1R(tan, f32, MAP_DEAR, tan_f32v)
MAP_1(asin, f64, MAP_DEAR, asin_f64v)
MAP_OP_1(asin, f32, MAP_DEAR)
MAP_1(acos, f64, MAP_DEAR, acos_f64v)
MAP_OP_1(acos, f32, MAP_DEAR)
MAP_1(atan, f64, MAP_DEAR, atan_f64v)
MAP_OP_1(atan, f32, MAP_DEAR)
MAP_2(atan2, f64, MAP_DEAR, atan2_f64v)
MAP_2(atan2, f32, MAP_DEAR, atan2_f32v)

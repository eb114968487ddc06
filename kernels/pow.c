/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pow.c -- each element to a power: the same for all (pow), or one for each
 * (powv).
 *
 *     quern/kernels.h --> [pow.c] --> map.c, simd_pow_f32.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_pow_f32.h"

MAP_LOOP(pow_f64)
{
	pow_f64_loop(out, in[0], &op->scalar.f64, 0, n);
}

MAP_LOOP(pow_f32)
{
	float exponent = MAP_SCALAR_f32(op->scalar);

	pow_f32_loop(out, in[0], &exponent, 0, n);
}

MAP_LOOP(powv_f64)
{
	(void)op;
	pow_f64_loop(out, in[0], in[1], 1, n);
}

MAP_LOOP(powv_f32)
{
	(void)op;
	pow_f32_loop(out, in[0], in[1], 1, n);
}

#endif

MAP_OP_1S(pow, f64, MAP_DEAR)
MAP_OP_1S(pow, f32, MAP_DEAR)
MAP_OP_2(powv, f64, MAP_DEAR)
MAP_OP_2(powv, f32, MAP_DEAR)

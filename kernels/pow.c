/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pow.c -- each element to a power: the same for all (pow), or one for each
 * (powv).
 *
 *     quern/kernels.h --> [pow.c] --> map.c, simd_pow.h, SLEEF
 *
 * Doubles go our own way.  Floats are SLEEF's, but for their NaNs.
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_pow.h"

/* The same NaN on every instruction set, the default quiet one. */
static inline f32v
pow_f32v(f32v x, f32v y)
{
	f32v r = f32v_pow(x, y);

	return f32v_select(r == r, r, f32v_all(NAN));
}

MAP_LOOP(pow_f64)
{
	pow_f64_loop(out, in[0], &op->scalar.f64, 0, n);
}

MAP_LOOP(powv_f64)
{
	(void)op;
	pow_f64_loop(out, in[0], in[1], 1, n);
}

#endif

MAP_OP_1S(pow, f64, MAP_DEAR)
MAP_1S(pow, f32, MAP_DEAR, pow_f32v)
MAP_OP_2(powv, f64, MAP_DEAR)
MAP_2(powv, f32, MAP_DEAR, pow_f32v)

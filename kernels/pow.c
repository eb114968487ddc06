/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pow.c -- each element to a power: the same for all (pow), or one for each
 * (powv).
 *
 *     quern/kernels.h --> [pow.c] --> map.c, SLEEF, pow_edge.c
 */
#include "map.h"
#include "pow_edge.h"

#ifdef QUERN_ISA_NAME

/*
 * Mend the lanes of r = pow(x, y) that are infinite and should not be.  SLEEF
 * compares y ln|x| with a bound that is a little below the logarithm of the
 * largest double.  pow(|x|, y / 2) tells these lanes from those that overflow
 * by far, where it is well above 2^512.  The sign of r is right.
 */
static f64v
mend_overflow(f64v r, f64v x, f64v y, f64v_mask suspect)
{
	const f64v_mask sign = (f64v_mask)f64v_all(-0.0);
	f64v magnitude = (f64v)((f64v_mask)x & ~sign);

	suspect &= f64v_pow(magnitude, y * 0.5) < 0x1.00001p512;
	for (size_t k = 0; k < SIMD_BYTES / sizeof(double); k++)
		if (suspect[k])
			r[k] = copysign(quern__pow_f64_edge(x[k], y[k]), r[k]);
	return r;
}

/*
 * SLEEF's pow with two repairs: the same NaN on every instruction set, the
 * default quiet one, and see mend_overflow().
 */
static inline f64v
pow_f64v(f64v x, f64v y)
{
	const f64v_mask sign = (f64v_mask)f64v_all(-0.0);
	const f64v infinity = f64v_all(INFINITY);
	f64v r = f64v_pow(x, y);
	f64v size_x = (f64v)((f64v_mask)x & ~sign);
	f64v size_y = (f64v)((f64v_mask)y & ~sign);
	f64v size_r = (f64v)((f64v_mask)r & ~sign);
	f64v_mask suspect = (size_r == infinity) & (size_x < infinity) &
	    (size_y < infinity) & (x != f64v_all(0));

	if (f64v_any(suspect))
		r = mend_overflow(r, x, y, suspect);
	return f64v_select(r == r, r, f64v_all(NAN));
}

static inline f32v
pow_f32v(f32v x, f32v y)
{
	f32v r = f32v_pow(x, y);

	return f32v_select(r == r, r, f32v_all(NAN));
}

#endif

MAP_1S(pow, f64, MAP_DEAR, pow_f64v)
MAP_1S(pow, f32, MAP_DEAR, pow_f32v)
MAP_2(powv, f64, MAP_DEAR, pow_f64v)
MAP_2(powv, f32, MAP_DEAR, pow_f32v)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_math.h -- logarithm, sine and cosine of random words.
 *
 *     random_normal.c random_exponential.c --> [random_math.h]
 *
 * The arguments are 64 or 32 random bits, taken as numbers in (0, 1], so there
 * are no special values: no zero, infinity or NaN comes in or out.  Nothing
 * here is a fused multiply-add, so the bits are equal on every instruction set.
 *
 * The polynomials are published ones: those of the doubles, and of the
 * logarithm of floats, are of fdlibm (Sun Microsystems 1993; FreeBSD's e_log.c,
 * k_sin.c, k_cos.c, e_logf.c), those of sine and cosine of floats of Cephes
 * (Moshier).
 */
#ifndef QUERN_KERNELS_RANDOM_MATH_H
#define QUERN_KERNELS_RANDOM_MATH_H

#include "philox.h"
#include "simd_ieee.h"

/*
 * -ln((w + 1/2) / 2^64), from 0 to 65 ln 2; w and the sum are rounded.
 *
 * w + 1/2 = 2^k m with m from sqrt(1/2) to sqrt(2), f = m - 1, s = f / (2 + f),
 * ln m = 2s + s^3 (2/3 + ...), put together so that f is subtracted last.
 */
static inline f64v
random_minus_log_f64(u64v w)
{
	const u64v mantissa = u64v_all(0xfffffffffffff);
	const u64v root = (u64v)f64v_all(0x1.6a09e667f3bcdp-1);
	u64v x = (u64v)(u64v_to_f64(w) + 0.5);
	/* One more, for 1/2 is below the root. */
	u64v scaled = x - root + u64v_all(UINT64_C(1) << 52);
	u64v exponent = (scaled >> 52) | (u64v)f64v_all(0x1p52);
	f64v f = (f64v)((scaled & mantissa) + root) - 1.0;
	f64v n = f64v_all(0x1p52 + 65) - (f64v)exponent;
	f64v s = f / (2.0 + f), z = s * s, zz = z * z, half = 0.5 * f * f;
	f64v odd = 2.222219843214978396e-01 + zz * 1.531383769920937332e-01;
	f64v even = 1.818357216161805012e-01 + zz * 1.479819860511658591e-01;

	odd = zz * (3.999999999940941908e-01 + zz * odd);
	even = 2.857142874366239149e-01 + zz * even;
	even = z * (6.666666666666735130e-01 + zz * even);
	s = s * (half + (odd + even)) - n * 1.90821492927058770002e-10;
	return n * 6.93147180369123816490e-01 + ((half - s) - f);
}

/* -ln((w + 1/2) / 2^31) of the 31 high bits w: from 0 to 32 ln 2. */
static inline f32v
random_minus_log_f32(u32v bits)
{
	const u32v mantissa = u32v_all(0x7fffff);
	const u32v root = (u32v)f32v_all(0x1.6a09e6p-1f);
	/* As signed integers, which are the cheaper ones to convert. */
	f32v w = __builtin_convertvector((i32v)(bits >> 1), f32v);
	u32v x = (u32v)(w + 0.5f);
	u32v scaled = x - root + u32v_all(1 << 23);
	u32v exponent = (scaled >> 23) | (u32v)f32v_all(0x1p23f);
	f32v f = (f32v)((scaled & mantissa) + root) - 1.0f;
	f32v n = f32v_all(0x1p23f + 32) - (f32v)exponent;
	f32v s = f / (2.0f + f), z = s * s, zz = z * z, half = 0.5f * f * f;
	f32v odd = zz * (0.40000972152f + zz * 0.24279078841f);
	f32v even = z * (0.66666662693f + zz * 0.28498786688f);

	s = s * (half + (odd + even)) - n * 9.0580006145e-06f;
	return n * 6.9313812256e-01f + ((half - s) - f);
}

/*
 * Cosine and sine of (w + 1/2) / 2^53 of a turn, where w is the 53 high bits.
 * The two highest, after an eighth of a turn was added, say by how many
 * quarters the rest, from -pi/4 to pi/4, is turned.
 */
static inline void
random_circle_f64(u64v w, f64v *cosine, f64v *sine)
{
	const u64v mantissa = u64v_all(0xfffffffffffff);
	const u64v sign = u64v_all(UINT64_C(1) << 63);
	u64v turned = w + u64v_all(UINT64_C(1) << 61);
	u64v part =
	    ((turned >> 10) & mantissa) | u64v_all(1) | (u64v)f64v_all(0x1p52);
	f64v a = ((f64v)part - f64v_all(0x1p52 + 0x1p51)) *
	    f64v_all(0x1.921fb54442d18p-52);
	f64v z = a * a;
	f64v s = -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10;
	f64v c = 2.08757232129817482790e-09 + z * -1.13596475577881948265e-11;
	/* Quarters 1 and 3 swap them; the signs are - in 1 and 2, 2 and 3. */
	u64v swap = u64v_all(0) - ((turned >> 62) & u64v_all(1));
	u64v x, y;

	s = 2.75573137070700676789e-06 + z * s;
	s = -1.98412698298579493134e-04 + z * s;
	s = 8.33333333332248946124e-03 + z * s;
	s = -1.66666666666666324348e-01 + z * s;
	s = a + a * (z * s);
	c = -2.75573143513906633035e-07 + z * c;
	c = 2.48015872894767294178e-05 + z * c;
	c = -1.38888888888741095749e-03 + z * c;
	c = 4.16666666666666019037e-02 + z * c;
	c = 1.0 - (0.5 * z - z * z * c);
	x = ((u64v)c & ~swap) | ((u64v)s & swap);
	y = ((u64v)s & ~swap) | ((u64v)c & swap);
	*cosine = (f64v)(x ^ ((turned ^ (turned << 1)) & sign));
	*sine = (f64v)(y ^ (turned & sign));
}

/* The same with the 24 high bits. */
static inline void
random_circle_f32(u32v w, f32v *cosine, f32v *sine)
{
	const u32v mantissa = u32v_all(0x7fffff), sign = u32v_all(1u << 31);
	u32v turned = w + u32v_all(1u << 29);
	u32v part =
	    ((turned >> 7) & mantissa) | u32v_all(1) | (u32v)f32v_all(0x1p23f);
	f32v a = ((f32v)part - f32v_all(0x1p23f + 0x1p22f)) *
	    f32v_all(0x1.921fb6p-23f);
	f32v z = a * a;
	f32v s = 8.3321608736e-3f + z * -1.9515295891e-4f;
	f32v c = -1.388731625493765e-3f + z * 2.443315711809948e-5f;
	u32v swap = u32v_all(0) - ((turned >> 30) & u32v_all(1));
	u32v x, y;

	s = a + a * (z * (-1.6666654611e-1f + z * s));
	c = 4.166664568298827e-2f + z * c;
	c = 1.0f - (0.5f * z - z * z * c);
	x = ((u32v)c & ~swap) | ((u32v)s & swap);
	y = ((u32v)s & ~swap) | ((u32v)c & swap);
	*cosine = (f32v)(x ^ ((turned ^ (turned << 1)) & sign));
	*sine = (f32v)(y ^ (turned & sign));
}

#endif

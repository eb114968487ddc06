/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_arc.h -- asin, acos and atan of doubles, and atan2.
 *
 *     simd_poly.h terms.h --> [simd_arc.h] --> trigonometric.c simd_arc_f32.h
 *
 * The angle of the point (x, y), neither of them negative, is a multiple of
 * pi / 4 and the arctangent of at most 1/2:
 *
 *     0         y / x               y <= x / 2
 *     pi / 4    (y - x) / (y + x)   the difference is exact (Sterbenz 1974)
 *     pi / 2    -x / y              y > 2 x
 *
 * asin of more than 1/2 is pi / 2 less twice that of sqrt((1 - x) / 2).  What
 * roundings take from quotient, root and multiple of pi goes into a second part,
 * and results stay within 0.9 ULP.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_ARC_H
#define QUERN_KERNELS_SIMD_ARC_H

#include "simd_any.h"
#include "simd_halves.h"
#include "simd_poly.h"
#include "simd_sqrt.h"
#include "terms.h"

/* base + (t + low), |t| being not above base unless that is 0. */
static inline f64v
arc_sum(f64v base, f64v t, f64v low)
{
	f64v sum = base + t;

	return sum + (((base - sum) + t) + low);
}

/* ---- atan and atan2 ---- */

/* Two to be divided, and the angle to be added: `eighths` times pi / 4. */
struct arc {
	f64v up, down, down_low, eighths;
};

/* Of a point that is neither far away nor too close to (0, 0). */
static inline struct arc
arc_of(f64v y, f64v x)
{
	const f64v zero = { 0 };
	f64v_mask flat = y <= x * 0.5, steep = y * 0.5 > x;
	f64v large = f64v_larger(y, x), sum = y + x;
	f64v sum_low = (large - sum) + f64v_lesser(y, x);

	return (struct arc) {
		.up = f64v_select(flat, y, f64v_select(steep, -x, y - x)),
		.down = f64v_select(flat | steep, large, sum),
		.down_low = f64v_select(flat | steep, zero, sum_low),
		.eighths = f64v_select(
		    flat, zero, f64v_select(steep, zero + 2, zero + 1)),
	};
}

/* The angle; or, where x is to the left of 0, what it is short of pi. */
static inline f64v
arc_angle(struct arc arc, f64v x)
{
	f64v inverse = 1 / arc.down, t = arc.up * inverse, s = t * t;
	f64v low = f64v_fma(-t, arc.down, arc.up), base, base_low;

	low = f64v_fma(-t, arc.down_low, low) * inverse;
	/* What t lacks has the slope of the arctangent, nearly. */
	low = f64v_fma(-low, s, low);
	low = f64v_fma(t * s, f64v_poly(s, atan_terms), low);
	base = arc.eighths * QUARTER_PI_HIGH;
	base_low = f64v_fma(arc.eighths, f64v_all(QUARTER_PI_HIGH), -base);
	base_low = f64v_fma(arc.eighths, f64v_all(QUARTER_PI_LOW), base_low);
	return arc_sum(
	    base, f64v_flip_by(t, x), f64v_flip_by(low, x) + base_low);
}

/* The same with the digits of a float, for a quotient of up to 1. */
static inline f64v
arc_angle32(f64v y, f64v x, f64v_mask left)
{
	const f64v zero = { 0 };
	f64v_mask steep = y > x;
	f64v t = f64v_select(steep, -x, y) / f64v_larger(y, x), s = t * t;

	t = f64v_fma(t * s, f64v_poly(s, atan32_terms), t);
	t += f64v_select(steep, f64v_all(HALF_PI_HIGH), zero);
	return f64v_select(left, WHOLE_PI_HIGH - t, t);
}

/* From here on the result does not change any more. */
#define ARC_FAR 0x1p100
#define ARC_FAR32 0x1p100f

static inline f64v
atan_f64v(f64v x)
{
	const f64v one = f64v_all(1);
	f64v size = f64v_lesser(f64v_all(ARC_FAR), f64v_abs(x));

	return f64v_tidy(f64v_flip_by(arc_angle(arc_of(size, one), one), x));
}

/* To the left of 0 there are 4 - eighths. */
static inline void
arc_turn(struct arc *arc, f64v x)
{
	arc->eighths = f64v_flip_by(arc->eighths, x) +
	    f64v_select((f64v_mask)x < 0, f64v_all(4), f64v_all(0));
}

static inline f64v
arc_plain(f64v y, f64v x)
{
	struct arc arc = arc_of(f64v_abs(y), f64v_abs(x));

	arc_turn(&arc, x);
	return f64v_flip_by(arc_angle(arc, x), y);
}

/* Of a pair, one that has the same angle, and is neither huge nor tiny. */
static inline void
arc_mend(f64v *y, f64v *x)
{
	const f64v one = f64v_all(1);
	f64v a = f64v_abs(*y), b = f64v_abs(*x), large = f64v_larger(a, b);
	f64v_mask far = large == (double)INFINITY;
	f64v scale = f64v_select(large > 0x1p400, one * 0x1p-500,
	    f64v_select(large < 0x1p-400, one * 0x1p600, one));

	a = f64v_select(far, f64v_select(a == large, one, one * 0), a * scale);
	b = f64v_select(far, f64v_select(b == large, one, one * 0), b * scale);
	b = f64v_select(large == 0, one, b);
	*y = f64v_flip_by(a, *y);
	*x = f64v_flip_by(b, *x);
}

/* Any two numbers; small angles are y / x to all digits. */
static __attribute__((noinline)) f64v
arc_any(f64v y, f64v x)
{
	f64v v = y, w = x, r;
	f64v_mask nan = (y != y) | (x != x);

	arc_mend(&v, &w);
	r = arc_plain(v, w);
	r = f64v_select((f64v_abs(r) < 0x1p-450) & (y != 0), y / x, r);
	return f64v_select(nan, f64v_all(NAN), r);
}

static inline f64v
atan2_f64v(f64v y, f64v x)
{
	f64v a = f64v_abs(y), b = f64v_abs(x);

	if (__builtin_expect(f64v_any(~(a + b <= 0x1p400) |
				 ~(f64v_lesser(a, b) >= 0x1p-500)),
		0))
		return arc_any(y, x);
	return arc_plain(y, x);
}

static inline f64v
arc_plain32(f64v y, f64v x)
{
	return f64v_flip_by(
	    arc_angle32(f64v_abs(y), f64v_abs(x), (f64v_mask)x < 0), y);
}

static f64v
arc_any32(f64v y, f64v x)
{
	f64v_mask nan = (y != y) | (x != x);

	arc_mend(&y, &x);
	return f64v_select(nan, f64v_all(NAN), arc_plain32(y, x));
}

HALVES_2(atan2_halves, arc_plain32)
HALVES_2(atan2_any_halves, arc_any32)

static __attribute__((noinline)) f32v
atan2_any(f32v y, f32v x)
{
	return f32v_tidy(atan2_any_halves(y, x));
}

static inline f32v
atan2_f32v(f32v y, f32v x)
{
	f32v sum = f32v_abs(y) + f32v_abs(x);

	if (__builtin_expect(f32v_any(~(sum < INFINITY) | (sum == 0)), 0))
		return atan2_any(y, x);
	return atan2_halves(y, x);
}

/* ---- asin and acos ---- */

/* Of |x| up to 1/2, itself, else the root of (1 - |x|) / 2; and its square. */
static inline f64v
arc_side(f64v size, f64v_mask big, f64v *square, f64v *root_low)
{
	f64v s = f64v_select(
	    big, f64v_fma(size, f64v_all(-0.5), f64v_all(0.5)), size * size);
	f64v root = f64v_sqrt(s);

	*square = s;
	/* Where it is 0, nothing is missing. */
	*root_low = f64v_select(big,
	    f64v_fma(-root, root, s) *
		(0.5 / f64v_larger(root, f64v_all(0x1p-60))),
	    f64v_all(0));
	return f64v_select(big, root, size);
}

static inline f64v
asin_f64v(f64v x)
{
	const f64v zero = { 0 };
	f64v size = f64v_abs(x), s, t, low;
	f64v_mask big = size > 0.5;

	t = arc_side(size, big, &s, &low);
	low = f64v_fma(t * s, f64v_poly(s, asin_terms), low);
	low = f64v_select(big, HALF_PI_LOW - 2 * low, low);
	t = arc_sum(f64v_select(big, f64v_all(HALF_PI_HIGH), zero),
	    f64v_select(big, -2 * t, t), low);
	return f64v_tidy(f64v_flip_by(t, x));
}

/*
 *     |x| <= 1/2:  pi / 2 - asin(x)
 *     x > 1/2:     2 asin(root)
 *     x < -1/2:    pi - 2 asin(root)
 */
static inline f64v
acos_f64v(f64v x)
{
	const f64v zero = { 0 };
	f64v size = f64v_abs(x), s, t, low, base, base_low;
	f64v_mask big = size > 0.5, left = x < 0;

	t = arc_side(size, big, &s, &low);
	low = f64v_fma(t * s, f64v_poly(s, asin_terms), low);
	base =
	    f64v_select(big, f64v_select(left, f64v_all(WHOLE_PI_HIGH), zero),
		f64v_all(HALF_PI_HIGH));
	base_low =
	    f64v_select(big, f64v_select(left, f64v_all(WHOLE_PI_LOW), zero),
		f64v_all(HALF_PI_LOW));
	t = f64v_flip_by(f64v_select(big, 2 * t, -t), x);
	low = f64v_flip_by(f64v_select(big, 2 * low, -low), x);
	return f64v_tidy(arc_sum(base, t, low + base_low));
}

#endif

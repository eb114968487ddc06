/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_arc.h -- asin, acos, atan and atan2.
 *
 *     simd_poly.h terms.h --> [simd_arc.h] --> trigonometric.c
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

#define ARC_SIGN ALL_BITS(0x8000000000000000)

static inline f64v
f64v_flip(f64v size, u64v sign)
{
	return (f64v)((u64v)size ^ sign);
}

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

/* The angle; or, where `left` is set, what it is short of pi. */
static inline f64v
arc_angle(struct arc arc, u64v left)
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
	    base, f64v_flip(t, left), f64v_flip(low, left) + base_low);
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
	const u64v right = { 0 };
	u64v sign = (u64v)x & ARC_SIGN;
	f64v size = f64v_lesser(f64v_all(ARC_FAR), f64v_abs(x));
	f64v r = arc_angle(arc_of(size, f64v_all(1)), right);

	return f64v_tidy(f64v_flip(r, sign));
}

/* To the left of 0 there are 4 - eighths. */
static inline u64v
arc_turn(struct arc *arc, f64v x)
{
	u64v left = (u64v)x & ARC_SIGN;

	arc->eighths = f64v_flip(arc->eighths, left) +
	    f64v_select((f64v_mask)x < 0, f64v_all(4), f64v_all(0));
	return left;
}

static inline f64v
arc_plain(f64v y, f64v x)
{
	struct arc arc = arc_of(f64v_abs(y), f64v_abs(x));
	u64v left = arc_turn(&arc, x);

	return f64v_flip(arc_angle(arc, left), (u64v)y & ARC_SIGN);
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
	*y = f64v_flip(a, (u64v)*y & ARC_SIGN);
	*x = f64v_flip(b, (u64v)*x & ARC_SIGN);
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
	return f64v_flip(
	    arc_angle32(f64v_abs(y), f64v_abs(x), (f64v_mask)x < 0),
	    (u64v)y & ARC_SIGN);
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

/*
 * Of floats, what is known of an element after the first stage: t in two parts,
 * the polynomial asin_terms_f32 or atan_terms_f32, and quarter turns to add.
 */
struct arc_columns {
	float t[COLUMN], low[COLUMN], rest[COLUMN], quarters[COLUMN];
};

/*
 * With b = 0, 1/2 and 1 in the three cases at the top of this file, t is
 *
 *     (|x| (1 - b) - b) / (|x| b + (1 - b))
 *
 * where only the lower sum is rounded.  Its inverse is 1 - t and, of b = 1, -t.
 */
static inline void
atan_sides32(struct arc_columns *c, const char *in, size_t n)
{
	const f32v zero = { 0 }, half = f32v_all(0.5f), one = f32v_all(1);

	for (size_t i = 0; i < n; i += 2 * LANES) {
		f32v x = f32v_abs(f32v_load(in + i * sizeof(float)));
		f32v a, b, up, down, down_low, t, rest, inverse;

		x = f32v_where_above(
		    x, f32v_all(ARC_FAR32), f32v_all(ARC_FAR32), x);
		b = f32v_where_above(x, half, half, zero);
		b = f32v_where_above(x, f32v_all(2), one, b);
		inverse = f32v_where_above(x, f32v_all(2), zero, one);
		a = one - b;
		up = f32v_fma(x, a, -b);
		down = f32v_fma(x, b, a);
		down_low = f32v_fma(x, b, a - down);
		t = up / down;
		rest = f32v_fma(-t, down_low, f32v_fma(-t, down, up));
		f32v_store(&c->t[i], t);
		f32v_store(&c->low[i], rest * (inverse - t));
		f32v_store(&c->rest[i], f32v_poly(t * t, atan_terms_f32));
		f32v_store(&c->quarters[i], b);
	}
}

static inline f64v
atan_at(const struct arc_columns *c, size_t i)
{
	f64v t = f64v_load_f32(&c->t[i]) + f64v_load_f32(&c->low[i]);
	f64v s = t * t, r = f64v_load_f32(&c->rest[i]);

	r = f64v_fma(s, r, f64v_all(ATAN32_0));
	r = f64v_fma(t * s, r, t);
	return f64v_fma(
	    f64v_load_f32(&c->quarters[i]), f64v_all(HALF_PI_HIGH), r);
}

static void
atan_chunk32(char *out, const char *in, size_t n)
{
	struct arc_columns c;

	atan_sides32(&c, in, n);
	for (size_t i = 0; i < n; i += 2 * LANES) {
		f32v x = f32v_load(in + i * sizeof(float));
		f32v r = f32v_of(atan_at(&c, i), atan_at(&c, i + LANES));

		r = f32v_tidy(f32v_flip_by(r, x));
		f32v_store(out + i * sizeof(float), r);
	}
}

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
	return f64v_tidy(f64v_flip(t, (u64v)x & ARC_SIGN));
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
	u64v sign = (u64v)x & ARC_SIGN;
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
	t = f64v_flip(f64v_select(big, 2 * t, -t), sign);
	low = f64v_flip(f64v_select(big, 2 * low, -low), sign);
	return f64v_tidy(arc_sum(base, t, low + base_low));
}

/*
 * For floats: |x| up to 1/2, itself, else less than 0, the root; in two parts.
 * The rest of a root needs few digits, so the inverse is guessed from the halved
 * exponent (Blinn 1997).
 */
static inline f32v
arc_side32(f32v size, f32v *low)
{
	const f32v limit = f32v_all(0.5f), zero = { 0 };
	f32v s = limit - size * limit, root = f32v_sqrt(s);
	f32v half_inverse = (f32v)(UINT32_C(0x5eb759df) - ((u32v)s >> 1));

	*low = f32v_fma(root, root, -s) * half_inverse;
	*low = f32v_where_above(size, limit, *low, zero);
	return f32v_where_above(size, limit, -root, size);
}

/* asin |x| of those parts; `rest` is what asin_terms_f32 gives. */
static inline f64v
asin_half(f64v t, f64v low, f64v rest)
{
	f64v_mask big = (f64v_mask)t < 0;
	f64v s, r;

	t += low;
	s = t * t;
	rest = f64v_fma(s, rest, f64v_all(ASIN32_0));
	r = f64v_fma(t * s, rest, t);
	/* pi / 2 - 2 asin(root) */
	return r + (f64v)((f64v_mask)(r + HALF_PI_HIGH) & big);
}

static inline void
arc_sides32(struct arc_columns *c, const char *in, size_t n)
{
	for (size_t i = 0; i < n; i += 2 * LANES) {
		f32v x = f32v_load(in + i * sizeof(float));
		f32v low, t = arc_side32(f32v_abs(x), &low);

		f32v_store(&c->t[i], t);
		f32v_store(&c->low[i], low);
		f32v_store(&c->rest[i], f32v_poly(t * t, asin_terms_f32));
	}
}

static inline f64v
asin_at(const struct arc_columns *c, size_t i)
{
	return asin_half(f64v_load_f32(&c->t[i]), f64v_load_f32(&c->low[i]),
	    f64v_load_f32(&c->rest[i]));
}

static void
asin_chunk32(char *out, const char *in, size_t n)
{
	struct arc_columns c;

	arc_sides32(&c, in, n);
	for (size_t i = 0; i < n; i += 2 * LANES) {
		f32v x = f32v_load(in + i * sizeof(float));
		f32v r = f32v_of(asin_at(&c, i), asin_at(&c, i + LANES));

		r = f32v_tidy(f32v_flip_by(r, x));
		f32v_store(out + i * sizeof(float), r);
	}
}

/* pi / 2 - asin(x); asin has digits to spare where little is left. */
static inline f64v
acos_at(const struct arc_columns *c, size_t i, const char *in)
{
	f64v x = f64v_load_f32(in + i * sizeof(float));

	return HALF_PI_HIGH - f64v_flip(asin_at(c, i), (u64v)x & ARC_SIGN);
}

static void
acos_chunk32(char *out, const char *in, size_t n)
{
	struct arc_columns c;

	arc_sides32(&c, in, n);
	for (size_t i = 0; i < n; i += 2 * LANES) {
		f32v r =
		    f32v_of(acos_at(&c, i, in), acos_at(&c, i + LANES, in));

		f32v_store(out + i * sizeof(float), f32v_tidy(r));
	}
}

#endif

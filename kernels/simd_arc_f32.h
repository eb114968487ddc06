/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_arc_f32.h -- asin, acos and atan of floats.
 *
 *     simd_arc.h --> [simd_arc_f32.h] --> trigonometric.c
 *
 * As of doubles, see there, in two stages: root or quotient and the tail of the
 * polynomial in floats, which is more of them at a time, and the sum of the parts
 * in doubles.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_ARC_F32_H
#define QUERN_KERNELS_SIMD_ARC_F32_H

#include "simd_arc.h"

/* ---- both stages ---- */

/*
 * Of floats, what is known of an element after the first stage: t in two parts,
 * the polynomial asin_terms_f32 or atan_terms_f32, and quarter turns to add.
 */
struct arc_columns {
	float t[COLUMN], low[COLUMN], rest[COLUMN], quarters[COLUMN];
};

/* t + t s (first + s rest), s = t^2, where t has two parts. */
static inline f64v
arc_at(const struct arc_columns *c, size_t i, double first)
{
	f64v t = f64v_load_f32(&c->t[i]) + f64v_load_f32(&c->low[i]);
	f64v s = t * t;
	f64v r = f64v_fma(s, f64v_load_f32(&c->rest[i]), f64v_all(first));

	return f64v_fma(t * s, r, t);
}

/* A function whose sign is that of x, by its two stages for |x|. */
static inline __attribute__((always_inline)) void
odd_chunk32(char *out, const char *in, size_t n,
    void (*sides)(struct arc_columns *c, const char *in, size_t n),
    f64v (*at)(const struct arc_columns *c, size_t i))
{
	struct arc_columns c;

	sides(&c, in, n);
	for (size_t i = 0; i < n; i += 2 * LANES) {
		f32v x = f32v_load(in + i * sizeof(float));
		f32v r = f32v_of(at(&c, i), at(&c, i + LANES));

		r = f32v_tidy(f32v_flip_by(r, x));
		f32v_store(out + i * sizeof(float), r);
	}
}

/* ---- atan ---- */

/*
 * With b = 0, 1/2 and 1 in the three cases at the top of simd_arc.h, t is
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
	return f64v_fma(f64v_load_f32(&c->quarters[i]), f64v_all(HALF_PI_HIGH),
	    arc_at(c, i, ATAN32_0));
}

static void
atan_chunk32(char *out, const char *in, size_t n)
{
	odd_chunk32(out, in, n, atan_sides32, atan_at);
}

/* ---- asin and acos ---- */

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

/* asin |x| */
static inline f64v
asin_at(const struct arc_columns *c, size_t i)
{
	f64v_mask big = (f64v_mask)f64v_load_f32(&c->t[i]) < 0;
	f64v r = arc_at(c, i, ASIN32_0);

	/* pi / 2 - 2 asin(root) */
	return r + (f64v)((f64v_mask)(r + HALF_PI_HIGH) & big);
}

static void
asin_chunk32(char *out, const char *in, size_t n)
{
	odd_chunk32(out, in, n, arc_sides32, asin_at);
}

/* pi / 2 - asin(x); asin has digits to spare where little is left. */
static inline f64v
acos_at(const struct arc_columns *c, size_t i, const char *in)
{
	f64v x = f64v_load_f32(in + i * sizeof(float));

	return HALF_PI_HIGH - f64v_flip_by(asin_at(c, i), x);
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

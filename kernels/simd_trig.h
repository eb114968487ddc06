/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_trig.h -- sin, cos and tan.
 *
 *     simd_poly.h terms.h --> [simd_trig.h] --> trigonometric.c
 *
 * With n the integer nearest to |x| * 2 / pi,
 *
 *     |x| = n pi / 2 + r + low,    |r| <= pi / 4
 *
 * where pi / 2 has two parts (Cody and Waite 1980): with fused multiply-add the
 * first difference is exact.  sin and cos of r are polynomials; n says which of
 * them it is, and its sign.  Where |x| is large, or so close to a multiple of pi
 * / 2 that too few digits are left, as many digits of 2 / pi are multiplied as
 * it takes (Payne and Hanek 1983), in integers, lane by lane.  NaN and infinity
 * go the same way, so that no other vector has to look for them.  Floats have
 * their n and r in half turns or, for tan, quarter turns.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_TRIG_H
#define QUERN_KERNELS_SIMD_TRIG_H

#include "simd_any.h"
#include "simd_halves.h"
#include "simd_poly.h"
#include "terms.h"

#define TRIG_ORIGIN 0x1.8p52

/* The last two bits of n count. */
struct angle {
	f64v r, low;
	u64v n;
};

/*
 * What pi / 2 has beyond its two parts is 2^-109: as many digits as a double
 * has, and some more, are left of an r from n 2^-40 on, which is *least.
 */
static inline struct angle
angle_of(f64v size, f64v *least)
{
	const f64v high = f64v_all(-HALF_PI_HIGH), low = f64v_all(-HALF_PI_LOW);
	f64v place =
	    f64v_fma(size, f64v_all(PER_HALF_PI), f64v_all(TRIG_ORIGIN));
	f64v n = place - TRIG_ORIGIN;
	f64v rest = f64v_fma(n, high, size);
	struct angle angle = { .n = (u64v)place };

	angle.r = f64v_fma(n, low, rest);
	angle.low = f64v_fma(n, low, rest - angle.r);
	*least = n * 0x1p-40;
	return angle;
}

/* x0 x1 x2 in base 2^64, times m, without what does not fit. */
static inline void
times(uint64_t x[3], uint64_t m)
{
	__extension__ typedef unsigned __int128 wide;
	wide low = (wide)x[2] * m, mid = (wide)x[1] * m + (uint64_t)(low >> 64);

	x[0] = x[0] * m + (uint64_t)(mid >> 64);
	x[1] = (uint64_t)mid;
	x[2] = (uint64_t)low;
}

/* x0 x1 x2 << by, in base 2^64; 0 < by < 64. */
static inline void
shift(uint64_t x[3], unsigned by, uint64_t next)
{
	x[0] = x[0] << by | x[1] >> (64 - by);
	x[1] = x[1] << by | x[2] >> (64 - by);
	x[2] = x[2] << by | next >> (64 - by);
}

/* One number, positive; returns n. */
static uint64_t
far_lane(double size, double *r, double *low)
{
	uint64_t bits, n, x[3], flip;
	unsigned first, zeros = 0;
	double high, rest, product;

	memcpy(&bits, &size, sizeof(bits));
	if (bits >= UINT64_C(0x7ff) << 52) {
		*r = *low = (double)NAN;
		return 0;
	}
	/*
	 * Size is m 2^e.  Digits of 2 / pi that make multiples of 4 do not
	 * count, and the next 192 are enough.
	 */
	first = (unsigned)(bits >> 52) - 1075 + 62;
	memcpy(x, &two_over_pi[first / 64], sizeof(x));
	if (first % 64)
		shift(x, first % 64, two_over_pi[first / 64 + 3]);
	times(x, (bits & (UINT64_MAX >> 12)) | UINT64_C(1) << 52);

	n = x[0] >> 62;
	shift(x, 2, 0);
	flip = -(x[0] >> 63);
	n -= flip;
	for (int i = 0; i < 3; i++)
		x[i] ^= flip;
	for (; !x[0]; zeros += 64) {
		x[0] = x[1];
		x[1] = x[2];
		x[2] = 0;
	}
	if (x[0] >> 63 == 0) {
		unsigned by = (unsigned)__builtin_clzll(x[0]);

		shift(x, by, 0);
		zeros += by;
	}
	high = (double)(x[0] >> 11) * ldexp(1, -53 - (int)zeros);
	rest = (double)(x[0] << 53 | x[1] >> 11) * ldexp(1, -117 - (int)zeros);
	product = high * HALF_PI_HIGH;
	*low = fma(high, HALF_PI_HIGH, -product) +
	    (high * HALF_PI_LOW + rest * HALF_PI_HIGH);
	*r = product + *low;
	*low += product - *r;
	if (flip) {
		*r = -*r;
		*low = -*low;
	}
	return n;
}

static inline void
far_lanes(struct angle *angle, f64v size, f64v_mask far)
{
	for (size_t k = 0; k < LANES; k++) {
		double r, low;

		if (!far[k])
			continue;
		angle->n[k] = far_lane(size[k], &r, &low);
		angle->r[k] = r;
		angle->low[k] = low;
	}
}

/* sin and cos of an angle, each the sum of two. */
struct sides {
	f64v sin, sin_low, cos, cos_low;
};

static inline struct sides
sides_of(struct angle angle)
{
	f64v r = angle.r, s = r * r, half = s * 0.5;
	struct sides sides = { .sin = r, .cos = 1 - half };

	sides.sin_low =
	    f64v_fma(r * s, f64v_poly(s, sin_terms), angle.low * sides.cos);
	sides.cos_low =
	    f64v_fma(s * s, f64v_poly(s, cos_terms), (1 - sides.cos) - half);
	/* What has been rounded off r and its square. */
	sides.cos_low = f64v_fma(-r, angle.low, sides.cos_low);
	sides.cos_low =
	    f64v_fma(f64v_product_low(r, r, s), f64v_all(-0.5), sides.cos_low);
	return sides;
}

/* yes where n is odd, no elsewhere */
#if defined(__AVX512F__)

static inline f64v
where_odd(u64v n, f64v yes, f64v no)
{
	return (f64v)_mm512_mask_mov_pd((__m512d)no,
	    _mm512_test_epi64_mask((__m512i)n, _mm512_set1_epi64(1)),
	    (__m512d)yes);
}

#else

static inline f64v
where_odd(u64v n, f64v yes, f64v no)
{
	return f64v_select((f64v_mask)(n << 63) < 0, yes, no);
}

#endif

static inline f64v
turned_sin(struct angle angle, u64v sign)
{
	struct sides sides = sides_of(angle);
	f64v r = where_odd(
	    angle.n, sides.cos + sides.cos_low, sides.sin + sides.sin_low);

	return f64v_flip_by(r, (f64v)(angle.n << 62 ^ sign));
}

static inline f64v
turned_tan(struct angle angle, u64v sign)
{
	struct sides sides = sides_of(angle);
	f64v sin = sides.sin + sides.sin_low, cos = sides.cos + sides.cos_low;
	f64v sin_low = (sides.sin - sin) + sides.sin_low;
	f64v cos_low = (sides.cos - cos) + sides.cos_low;
	f64v up = where_odd(angle.n, cos, sin);
	f64v up_low = where_odd(angle.n, cos_low, sin_low);
	f64v down = where_odd(angle.n, sin, cos);
	f64v down_low = where_odd(angle.n, sin_low, cos_low);
	f64v inverse = 1 / down, r = up * inverse;

	up_low += f64v_fma(-r, down, up);
	r = f64v_fma(f64v_fma(-r, down_low, up_low), inverse, r);
	return f64v_flip_by(r, (f64v)(angle.n << 63 ^ sign));
}

/*
 * name_f64v_near(x), by what `turned` makes of |x| + turn * pi / 2; the sign is
 * changed where `sign` has one.
 */
#define TRIG_DEFINE(name, turned, turn, sign)                                  \
	static __attribute__((noinline)) f64v name##_f64v_far(f64v x)          \
	{                                                                      \
		f64v least;                                                    \
		struct angle angle = angle_of(f64v_abs(x), &least);            \
                                                                               \
		far_lanes(&angle, f64v_abs(x), ~(least <= f64v_abs(angle.r))); \
		angle.n += turn;                                               \
		return f64v_tidy(turned(angle, sign));                         \
	}                                                                      \
	static inline bool name##_f64v_rare(f64v x)                            \
	{                                                                      \
		f64v least;                                                    \
		struct angle angle = angle_of(f64v_abs(x), &least);            \
                                                                               \
		return f64v_any_beyond(least, f64v_abs(angle.r));              \
	}                                                                      \
	static inline f64v name##_f64v_near(f64v x)                            \
	{                                                                      \
		f64v least;                                                    \
		struct angle angle = angle_of(f64v_abs(x), &least);            \
                                                                               \
		angle.n += turn;                                               \
		return turned(angle, sign);                                    \
	}

TRIG_DEFINE(sin, turned_sin, 0, (u64v)x)
TRIG_DEFINE(cos, turned_sin, 1, ALL_BITS(0))
TRIG_DEFINE(tan, turned_tan, 0, (u64v)x)

/* ---- floats, in doubles ---- */

/*
 * In half turns, x / pi = n + t, by two parts of 1 / pi.  The product of the first
 * one is exact, and as far as this that of the second is next to nothing.
 */
#define TRIG_NEAR32 0x1p20f

/*
 * The sine of t half turns, |t| <= 1/2, and its sign by the last bit of `place`.
 * Where t is -0, so is the sine.
 */
static inline f64v
half_sine(f64v t, f64v place)
{
	f64v s = t * t;

	t = (f64v)((u64v)t ^ (u64v)place << 63);
	return t *
	    f64v_fma(s, f64v_poly(s, sine32_terms), f64v_all(WHOLE_PI_HIGH));
}

static inline f64v
sin_near32(f64v x)
{
	f64v turns = x * PER_PI_29, place = turns + TRIG_ORIGIN;
	f64v t = turns - (place - TRIG_ORIGIN);

	return half_sine(f64v_fma(x, f64v_all(PER_PI_REST), t), place);
}

/* x / pi = n - t, and n is between two integers. */
static inline f64v
cos_near32(f64v x)
{
	f64v turns = f64v_fma_exact(x, f64v_all(PER_PI_29), f64v_all(-0.5));
	f64v place = turns + TRIG_ORIGIN, t = (place - TRIG_ORIGIN) - turns;

	return half_sine(f64v_fma(x, f64v_all(-PER_PI_REST), t), place);
}

/* x * 2 / pi = n + t; of odd n the quotient is turned. */
static inline f64v
tan_near32(f64v x)
{
	f64v turns = x * (2 * PER_PI_29), place = turns + TRIG_ORIGIN;
	f64v t = turns - (place - TRIG_ORIGIN), s, up, down;

	t = f64v_fma(x, f64v_all(2 * PER_PI_REST), t);
	s = t * t;
	t = (f64v)((u64v)t ^ (u64v)place << 63);
	up = t * f64v_poly(s, tan32_up_terms);
	down = f64v_poly(s, tan32_down_terms);
	return where_odd((u64v)place, down, up) /
	    where_odd((u64v)place, up, down);
}

#define TRIG_DEFINE32(name)                                                    \
	static f64v name##_any32(f64v x)                                       \
	{                                                                      \
		return f64v_select(f64v_abs(x) < TRIG_NEAR32,                  \
		    name##_near32(x), name##_f64v_far(x));                     \
	}                                                                      \
	HALVES_1(name##_f32v_near, name##_near32)                              \
	HALVES_1(name##_any_halves, name##_any32)                              \
	static __attribute__((noinline)) f32v name##_f32v_far(f32v x)          \
	{                                                                      \
		return f32v_tidy(name##_any_halves(x));                        \
	}                                                                      \
	static inline bool name##_f32v_rare(f32v x)                            \
	{                                                                      \
		return f32v_any_not_below(f32v_abs(x), TRIG_NEAR32);           \
	}

TRIG_DEFINE32(sin)
TRIG_DEFINE32(cos)
TRIG_DEFINE32(tan)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_exp_f32.h -- e^x and 2^x of floats.
 *
 *     simd_fused.h tables.h --> [simd_exp_f32.h] --> simd_hyperbolic_f32.h
 *
 * As of doubles, but without a table: a polynomial covers all of
 *
 *     e^x = 2^n e^r,    |r| <= ln 2 / 2
 *
 * In one number that is 2^n (1 + r q), where q is rounded to what is enough.
 *
 * In a vector with an argument for which that will not do, a function that is
 * not inline mends those lanes.  Which they are is a matter of each argument
 * alone, so results do not depend on neighbours.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_EXP_F32_H
#define QUERN_KERNELS_SIMD_EXP_F32_H

#include "simd_any.h"
#include "simd_poly.h"
#include "tables.h"

#define F32_ORIGIN 0x1.8p23f
#define F32_ONE_BITS UINT32_C(0x3f800000)
#define F32_RARE static __attribute__((noinline)) f32v

/* Is any lane limit or more, of either sign, or NaN? */
static inline bool
f32v_any_large(f32v x, float limit)
{
	return f32v_any_not_below(f32v_abs(x), limit);
}

/* x = n ln 2 + r with r = start + low, nearly; place is F32_ORIGIN + n. */
struct f32v_exp {
	f32v place, start, low;
};

static inline struct f32v_exp
f32v_split_for_exp(f32v x)
{
	f32v place =
	    f32v_fma(x, f32v_all(F32_LOG2_E_HIGH), f32v_all(F32_ORIGIN));
	f32v n = place - F32_ORIGIN;
	/* Exact, since the product is. */
	f32v start = f32v_fma(n, f32v_all(-F32_LN2_HIGH), x);

	return (struct f32v_exp) { place, start, n * -F32_LN2_LOW };
}

/* 2^n */
static inline f32v
f32v_power(f32v place)
{
	return (f32v)(((u32v)place << 23) + F32_ONE_BITS);
}

/* e^r - 1 - start */
static inline f32v
f32v_exp_rest(const struct f32v_exp *p)
{
	f32v r = p->start + p->low, r2 = r * r;
	f32v a = f32v_fma(r, f32v_all(F32_EXP_1), f32v_all(F32_EXP_0));
	f32v b = f32v_fma(r, f32v_all(F32_EXP_3), f32v_all(F32_EXP_2));
	f32v d = f32v_fma(r, f32v_all(F32_EXP_5), f32v_all(F32_EXP_4));

	return f32v_fma(r2, f32v_fma(r2, f32v_fma(r2, d, b), a), p->low);
}

/* 2^n (1 + r q); place is F32_ORIGIN + n. */
struct f32v_scaled {
	f32v place, r, q;
};

static inline struct f32v_scaled
f32v_scaled_exp(f32v x)
{
	struct f32v_exp p = f32v_split_for_exp(x);
	f32v n = p.place - F32_ORIGIN;
	f32v r = f32v_fma(n, f32v_all(-F32_LN2_LOW), p.start);

	return (struct f32v_scaled) { p.place, r, f32v_poly(r, exp_terms_f32) };
}

static inline struct f32v_scaled
f32v_scaled_exp2(f32v x)
{
	f32v place = x + F32_ORIGIN, r = x - (place - F32_ORIGIN);

	return (struct f32v_scaled) { place, r, f32v_poly(r, exp2_terms_f32) };
}

/* If it is normal. */
static inline f32v
f32v_exp_near(struct f32v_scaled s)
{
	f32v v = f32v_fma(s.r, s.q, f32v_all(1));

	/* Adds n to the exponent. */
	return (f32v)((u32v)v + ((u32v)s.place << 23));
}

/* The same times `scale`, for any n up to 250 or so; NaN if r is NaN. */
static inline f32v
f32v_exp_far(struct f32v_scaled s, float scale)
{
	f32v n = s.place - F32_ORIGIN;
	f32v half = f32v_fma(n, f32v_all(0.5f), f32v_all(F32_ORIGIN));
	f32v other = n - (half - F32_ORIGIN) + F32_ORIGIN;
	f32v v = f32v_fma(s.r, s.q, f32v_all(1)) * f32v_power(half);

	return f32v_tidy(v * (f32v_power(other) * scale));
}

/* NaN stays. */
static inline f32v
f32v_within(f32v x, float limit)
{
	x = f32v_select(x > limit, f32v_all(limit), x);
	return f32v_select(x < -limit, f32v_all(-limit), x);
}

/* e^x scale for any x. */
F32_RARE
exp_far_f32(f32v x, float scale)
{
	return f32v_exp_far(f32v_scaled_exp(f32v_within(x, 120)), scale);
}

/* As far as this e^x is normal, and 2^x. */
#define F32_EXP_SAFE 87
#define F32_EXP2_SAFE 125

/* For MAP_1R(). */
static inline bool
exp_f32v_rare(f32v x)
{
	return f32v_any_large(x, F32_EXP_SAFE);
}

static inline f32v
exp_f32v_near(f32v x)
{
	return f32v_exp_near(f32v_scaled_exp(x));
}

static inline f32v
exp_f32v_far(f32v x)
{
	return exp_far_f32(x, 1);
}

static inline bool
exp2_f32v_rare(f32v x)
{
	return f32v_any_large(x, F32_EXP2_SAFE);
}

static inline f32v
exp2_f32v_near(f32v x)
{
	return f32v_exp_near(f32v_scaled_exp2(x));
}

static inline f32v
exp2_f32v_far(f32v x)
{
	return f32v_exp_far(f32v_scaled_exp2(f32v_within(x, 180)), 1);
}

/* As far as this both parts of it are, and of e^-x. */
#define F32_TWO_SAFE 64

/* e^x = *high + *low with a relative error of 2^-27 or so; *high is rounded. */
static inline void
f32v_exp_in_two(f32v x, f32v *high, f32v *low)
{
	struct f32v_exp p = f32v_split_for_exp(x);
	f32v power = f32v_power(p.place);
	f32v v = f32v_fma(power, p.start, power);
	f32v rest = f32v_fma(
	    power, f32v_exp_rest(&p), f32v_fma(power, p.start, power - v));

	*high = v + rest;
	*low = (v - *high) + rest;
}

#endif

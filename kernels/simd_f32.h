/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_f32.h -- exponentials and logarithms of floats, and what is made of them.
 *
 *     simd_parts.h tables.h --> [simd_f32.h]
 *         --> exponential.c logarithm.c hyperbolic.c
 *
 * As of doubles, but without tables: a polynomial covers all of
 *
 *     e^x = 2^n e^r,        |r| <= ln 2 / 2
 *     ln x = k ln 2 + ln(1 + r),    1 + r from 2^-0.5 to 2^0.5
 *
 * In a vector that has an argument for which that will not do, a function that
 * is not inline mends those lanes.  Which they are is a matter of each argument
 * alone, so results do not depend on neighbours.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_F32_H
#define QUERN_KERNELS_SIMD_F32_H

#include "simd_parts.h"
#include "tables.h"

#include <float.h>

#define F32_ORIGIN 0x1.8p23f
#define F32_ONE_BITS UINT32_C(0x3f800000)
#define F32_RARE static __attribute__((noinline)) f32v

/* Is any lane's sign set? */
static inline bool
i32v_any_negative(i32v v)
{
#if defined(__AVX512F__)
	return _mm512_movepi32_mask((__m512i)v) != 0;
#elif defined(__AVX2__)
	return _mm256_movemask_ps((__m256)v) != 0;
#elif defined(__x86_64__)
	return _mm_movemask_ps((__m128)v) != 0;
#else
	return vminvq_s32((int32x4_t)v) < 0;
#endif
}

/* Is any lane limit or more, of either sign, or NaN? */
static inline bool
f32v_any_large(f32v x, float limit)
{
	i32v most = (i32v)f32v_all(limit) - 1;

	return i32v_any_negative(most - (i32v)f32v_abs(x));
}

/* ---- exponentials ---- */

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

/* The same of x ln 2. */
static inline struct f32v_exp
f32v_split_for_exp2(f32v x)
{
	f32v place = x + F32_ORIGIN, rest = x - (place - F32_ORIGIN);
	f32v start = rest * F32_LN2;
	f32v low = f32v_fma(rest, f32v_all(F32_LN2), -start);

	return (struct f32v_exp) { place, start, low };
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

/* 2^n e^r, if it is normal. */
static inline f32v
f32v_exp_near(struct f32v_exp p)
{
	f32v power = f32v_power(p.place);

	return f32v_fma(power, p.start + f32v_exp_rest(&p), power);
}

/* 2^n e^r scale for any n up to 250 or so; NaN if r is NaN. */
static inline f32v
f32v_exp_far(struct f32v_exp p, float scale)
{
	f32v n = p.place - F32_ORIGIN;
	f32v half = f32v_fma(n, f32v_all(0.5f), f32v_all(F32_ORIGIN));
	f32v other = n - (half - F32_ORIGIN) + F32_ORIGIN;

	p.place = half;
	return f32v_tidy(f32v_exp_near(p) * (f32v_power(other) * scale));
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
	return f32v_exp_far(f32v_split_for_exp(f32v_within(x, 120)), scale);
}

F32_RARE
exp2_far_f32(f32v x)
{
	return f32v_exp_far(f32v_split_for_exp2(f32v_within(x, 180)), 1);
}

/* As far as this e^x is normal, and 2^x. */
#define F32_EXP_SAFE 87
#define F32_EXP2_SAFE 125

static inline f32v
exp_f32v(f32v x)
{
	if (f32v_any_large(x, F32_EXP_SAFE))
		return exp_far_f32(x, 1);
	return f32v_exp_near(f32v_split_for_exp(x));
}

static inline f32v
exp2_f32v(f32v x)
{
	if (f32v_any_large(x, F32_EXP2_SAFE))
		return exp2_far_f32(x);
	return f32v_exp_near(f32v_split_for_exp2(x));
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

F32_RARE
mend_expm1_f32(f32v v, f32v x)
{
	return f32v_select(x < F32_EXP_SAFE, v, exp_far_f32(x, 1));
}

static inline f32v
expm1_f32v(f32v x)
{
	/* -1 from there on; NaN stays */
	f32v low = f32v_all(-25), high, v;

	f32v_exp_in_two(f32v_select(x < low, low, x), &high, &low);
	v = f32v_with_sign(expm1_of_f32(high, low), x);
	if (f32v_any_large(x, F32_EXP_SAFE))
		v = mend_expm1_f32(v, x);
	return v;
}

F32_RARE
mend_cosh_f32(f32v v, f32v size)
{
	return f32v_select(size < F32_EXP_SAFE, v, exp_far_f32(size, 0.5f));
}

static inline f32v
cosh_f32v(f32v x)
{
	f32v size = f32v_abs(x), high, low, v;

	f32v_exp_in_two(size, &high, &low);
	v = cosh_of_f32(high, low);
	if (f32v_any_large(x, F32_EXP_SAFE))
		v = mend_cosh_f32(v, size);
	return v;
}

static inline f32v
sinh_f32v(f32v x)
{
	f32v size = f32v_abs(x), high, low, v;

	f32v_exp_in_two(size, &high, &low);
	v = f32v_select(size < 0x1p-13f, size, sinh_of_f32(high, low));
	if (!f32v_any_large(x, F32_EXP_SAFE))
		return f32v_with_sign(v, x);
	v = mend_cosh_f32(v, size);
	return f32v_tidy(f32v_with_sign(v, x));
}

static inline f32v
tanh_f32v(f32v x)
{
	/* 1 from there on; NaN stays */
	f32v twice = f32v_abs(x) * 2, low = f32v_all(25), high;

	f32v_exp_in_two(f32v_select(twice > low, low, twice), &high, &low);
	return f32v_tidy(f32v_with_sign(tanh_of_f32(high, low), x));
}

/* e^x, or `large` of positive x. */
F32_RARE
mend_logistic_f32(f32v v, f32v x, f32v large)
{
	f32v e = f32v_select(x > 0, large, exp_far_f32(x, 1));

	return f32v_select(f32v_abs(x) < F32_TWO_SAFE, v, e);
}

static inline f32v
sigmoid_f32v(f32v x)
{
	f32v high, low, v;

	f32v_exp_in_two(-f32v_abs(x), &high, &low);
	v = sigmoid_of_f32(high, low, x);
	if (f32v_any_large(x, F32_TWO_SAFE))
		v = mend_logistic_f32(v, x, f32v_all(1));
	return v;
}

/* ---- logarithms ---- */

/* ln x = high + low + ln(1 + r) */
struct f32v_log {
	f32v high, low, r;
};

/*
 * Of x * 2^-shift; x is positive and normal.  Gives 2^-k.
 */
static inline f32v
f32v_split_for_log(struct f32v_log *p, f32v x, float shift)
{
	const uint32_t root_bits = UINT32_C(0x3f3504f3); /* of 0.5 */
	u32v above = (u32v)x - root_bits;
	u32v exponent = above & UINT32_C(0xff800000);
	f32v k = __builtin_convertvector((i32v)above >> 23, f32v) - shift;

	p->r = (f32v)((u32v)x - exponent) - 1;
	p->high = k * F32_LN2_HIGH; /* exact */
	p->low = k * F32_LN2_LOW;
	return (f32v)(F32_ONE_BITS - exponent);
}

/* ln x = sum + the result; the latter is much less. */
static inline f32v
f32v_log_rest(const struct f32v_log *p, f32v *sum)
{
	f32v r = p->r, half = r * -0.5f, r2 = r * r, r4 = r2 * r2;
	/* r - r^2 / 2 = s + s_low */
	f32v s = f32v_fma(half, r, r), s_low = f32v_fma(half, r, r - s);
	f32v a = f32v_fma(r, f32v_all(F32_LOG_1), f32v_all(F32_LOG_0));
	f32v b = f32v_fma(r, f32v_all(F32_LOG_3), f32v_all(F32_LOG_2));
	f32v c = f32v_fma(r, f32v_all(F32_LOG_5), f32v_all(F32_LOG_4));
	f32v d = f32v_fma(r, f32v_all(F32_LOG_7), f32v_all(F32_LOG_6));

	a = f32v_fma(r2, b, a);
	d = f32v_fma(r4, f32v_all(F32_LOG_8), f32v_fma(r2, d, c));
	a = f32v_fma(r4, d, a);
	*sum = p->high + s;
	s_low += (p->high - *sum) + s;
	return f32v_fma(r2 * r, a, p->low + s_low);
}

static inline f32v
f32v_log_in_one(const struct f32v_log *p)
{
	f32v sum, rest = f32v_log_rest(p, &sum);

	return sum + rest;
}

/* ln x times factor + factor_low, its rounding error. */
static inline f32v
f32v_log_times(const struct f32v_log *p, float factor, float factor_low)
{
	f32v f = f32v_all(factor), sum, rest = f32v_log_rest(p, &sum);
	f32v high = sum + rest, product = high * f;

	rest = (sum - high) + rest;
	rest = f32v_fma(rest, f, high * factor_low);
	return product + (f32v_fma(high, f, -product) + rest);
}

/* Is any of them not positive, normal and below the limit? */
static inline bool
f32v_any_without_log(f32v x, float limit)
{
	i32v v = (i32v)x, most = (i32v)f32v_all(limit) - 1;

	return i32v_any_negative(
	    v | (v - (i32v)f32v_all(FLT_MIN)) | (most - v));
}

/* Where x has no logarithm or an infinite one, as log_special(). */
static inline f32v
f32v_log_special(f32v x, f32v result)
{
	const f32v zero = { 0 };

	result = f32v_select(x == zero, zero - INFINITY, result);
	result = f32v_select(x == INFINITY, zero + INFINITY, result);
	return f32v_select(x >= zero, result, f32v_all(NAN));
}

/* Subnormal x times 2^23; 1 for what has no logarithm. */
static inline f32v
f32v_mend_for_log(f32v x, f32v_mask *small)
{
	x = f32v_abs(x);
	*small = x < FLT_MIN;
	x = f32v_select(*small, x * 0x1p23f, x);
	return f32v_select((x > 0) & (x <= FLT_MAX), x, f32v_all(1));
}

/* `last` makes the result of the parts. */
#define F32_LOG(name, last)                                                    \
	F32_RARE name##_any_f32(f32v x)                                        \
	{                                                                      \
		struct f32v_log p, q;                                          \
		f32v_mask small;                                               \
		f32v z = f32v_mend_for_log(x, &small);                         \
                                                                               \
		(void)f32v_split_for_log(&p, z, 0);                            \
		(void)f32v_split_for_log(&q, z, 23);                           \
		p.high = f32v_select(small, q.high, p.high);                   \
		p.low = f32v_select(small, q.low, p.low);                      \
		return f32v_log_special(x, last);                              \
	}                                                                      \
	static inline f32v name##_f32v(f32v x)                                 \
	{                                                                      \
		struct f32v_log p;                                             \
                                                                               \
		if (f32v_any_without_log(x, INFINITY))                         \
			return name##_any_f32(x);                              \
		(void)f32v_split_for_log(&p, x, 0);                            \
		return last;                                                   \
	}

F32_LOG(log, f32v_log_in_one(&p))
F32_LOG(log2, f32v_log_times(&p, F32_LOG2_E_HIGH, F32_LOG2_E_LOW))
F32_LOG(log10, f32v_log_times(&p, F32_LOG10_E_HIGH, F32_LOG10_E_LOW))

/* Of high + low; the latter is at most half a unit in the last place. */
static inline void
f32v_split_sum_for_log(struct f32v_log *p, f32v high, f32v low)
{
	f32v part = low * f32v_split_for_log(p, high, 0);

	/* over 1 + r, nearly */
	p->low += f32v_fma(f32v_fma(p->r, p->r, -p->r), part, part);
}

/* As log1p_chunk_carefully(). */
F32_RARE
mend_log1p_f32(f32v v, f32v x)
{
	v = f32v_select(x < 0x1p64f, v, log_f32v(f32v_abs(x)));
	v = f32v_select(x > -1, v, f32v_all(NAN));
	return f32v_select(x == -1, f32v_all(-INFINITY), v);
}

static inline f32v
log1p_f32v(f32v x)
{
	struct f32v_log p;
	f32v low, sum = f32v_two_sum(f32v_all(1), x, &low);

	f32v_split_sum_for_log(&p, sum, low);
	low = f32v_with_sign(f32v_log_in_one(&p), x);
	if (f32v_any_without_log(sum, 0x1p64f))
		low = mend_log1p_f32(low, x);
	return low;
}

/*
 * max(x, 0) + ln(1 + e^-|x|).  Of small e^-|x| both parts are the r of the
 * logarithm.
 */
static inline f32v
softplus_f32v(f32v x)
{
	const f32v zero = { 0 };
	struct f32v_log p;
	f32v high, low, sum, v;
	f32v_mask small;

	f32v_exp_in_two(-f32v_abs(x), &high, &low);
	sum = 1 + high;
	small = high < 0x1p-9f;
	f32v_split_sum_for_log(&p, sum, ((1 - sum) + high) + low);
	p.r = f32v_select(small, high, p.r);
	p.low = f32v_select(small, low, p.low);
	p.high = f32v_two_sum(f32v_select(x > zero, x, zero), p.high, &low);
	p.low += low;
	v = f32v_log_in_one(&p);
	if (f32v_any_large(x, F32_TWO_SAFE))
		v = mend_logistic_f32(v, x, x);
	return v;
}

#endif

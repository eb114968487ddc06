/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_log_f32.h -- logarithms of floats.
 *
 *     simd_exp_f32.h tables.h --> [simd_log_f32.h] --> logarithm.c
 *         simd_hyperbolic_f32.h
 *
 * As of doubles, but without a table: a polynomial covers all of
 *
 *     ln x = k ln 2 + ln(1 + r),    1 + r from 2^-0.5 to 2^0.5
 *
 * Lanes for which that will not do are mended, see simd_exp_f32.h.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_LOG_F32_H
#define QUERN_KERNELS_SIMD_LOG_F32_H

#include "simd_exp_f32.h"
#include "simd_parts.h"

#include <float.h>

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

#endif

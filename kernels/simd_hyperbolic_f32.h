/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_hyperbolic_f32.h -- expm1, sinh, cosh, tanh, sigmoid and softplus of
 * floats.
 *
 *     simd_parts.h simd_exp_f32.h simd_log_f32.h --> [simd_hyperbolic_f32.h]
 *         --> exponential.c hyperbolic.c
 *
 * As of doubles: of the exponential in two parts, or where that is large or
 * tiny, of the exponential alone.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_HYPERBOLIC_F32_H
#define QUERN_KERNELS_SIMD_HYPERBOLIC_F32_H

#include "simd_exp_f32.h"
#include "simd_log_f32.h"
#include "simd_parts.h"

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

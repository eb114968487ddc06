/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_parts.h -- what is made of e^x = h + l, h rounded and l the rest.
 *
 *     simd_fused.h --> [simd_parts.h] --> simd_hyperbolic.h simd_log_f32.h
 *         simd_hyperbolic_f32.h
 *
 * A sum or difference of two parts is rounded, what that loses is known exactly
 * (Dekker 1971), and everything small is added up before it is added to what is
 * large: so results are within 0.75 ULP, of floats within 1.0, even where nearly
 * all digits cancel.
 * expm1 and tanh of tiny x come out as they are, subnormal ones too, since l is
 * x then; sinh has too many roundings for that.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_PARTS_H
#define QUERN_KERNELS_SIMD_PARTS_H

#include "simd_fused.h"

/*
 * quotient: (u + u_low) / (d + d_low), with one division and one correction.
 * with_sign: v, which is not negative, with the sign of x, zeros included.
 *
 * expm1_of: e^x - 1; 0 for -0.  The others take e^|x|, and sigmoid_of() takes
 * e^-|x| and x.
 */
#define PARTS_DEFINE(t)                                                        \
	static inline t##v t##v_quotient(                                      \
	    t##v u, t##v u_low, t##v d, t##v d_low)                            \
	{                                                                      \
		t##v inverse = 1 / d, q = u * inverse;                         \
		t##v rest = t##v_fma(-q, d_low, u_low);                        \
                                                                               \
		return t##v_fma(t##v_fma(-q, d, u) + rest, inverse, q);        \
	}                                                                      \
	static inline t##v t##v_with_sign(t##v v, t##v x)                      \
	{                                                                      \
		const t##v_mask sign = (t##v_mask)t##v_all(-0.0f);             \
                                                                               \
		return (t##v)((t##v_mask)v | ((t##v_mask)x & sign));           \
	}                                                                      \
	static inline t##v expm1_of_##t(t##v h, t##v l)                        \
	{                                                                      \
		t##v sum = h - 1, one = sum - h;                               \
		t##v low = (h - (sum - one)) - (1 + one);                      \
                                                                               \
		return sum + (low + l);                                        \
	}                                                                      \
	/* e^-x = y + *low, from e^x */                                        \
	static inline t##v inverse_of_##t(t##v h, t##v l, t##v *low)           \
	{                                                                      \
		t##v y = 1 / h, rest = t##v_fma(-h, y, t##v_all(1));           \
                                                                               \
		*low = y * (rest - l * y);                                     \
		return y;                                                      \
	}                                                                      \
	static inline t##v sinh_of_##t(t##v h, t##v l)                         \
	{                                                                      \
		t##v y_low, y = inverse_of_##t(h, l, &y_low);                  \
		t##v sum = h - y, low = (h - sum) - y;                         \
                                                                               \
		return (sum + (low + (l - y_low))) * 0.5f;                     \
	}                                                                      \
	static inline t##v cosh_of_##t(t##v h, t##v l)                         \
	{                                                                      \
		t##v y_low, y = inverse_of_##t(h, l, &y_low);                  \
		t##v sum = h + y, low = (h - sum) + y;                         \
                                                                               \
		return (sum + (low + (l + y_low))) * 0.5f;                     \
	}                                                                      \
	/* tanh(x / 2) = (e^x - 1) / (e^x + 1) */                              \
	static inline t##v tanh_of_##t(t##v h, t##v l)                         \
	{                                                                      \
		t##v start = h - 1, rest = ((h - start) - 1) + l;              \
		t##v u = start + rest, u_low = (start - u) + rest;             \
		t##v d = h + 1, d_low = ((h - d) + 1) + l;                     \
                                                                               \
		return t##v_quotient(u, u_low, d, d_low);                      \
	}                                                                      \
	/* 1 / (1 + e^-x), of negative x: e^x / (1 + e^x) */                   \
	static inline t##v sigmoid_of_##t(t##v h, t##v l, t##v x)              \
	{                                                                      \
		const t##v zero = { 0 };                                       \
		t##v_mask negative = x < zero;                                 \
		t##v d = 1 + h, d_low = ((1 - d) + h) + l;                     \
                                                                               \
		return t##v_quotient(t##v_select(negative, h, zero + 1),       \
		    t##v_select(negative, l, zero), d, d_low);                 \
	}

PARTS_DEFINE(f64)
PARTS_DEFINE(f32)

#endif

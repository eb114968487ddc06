/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hyperbolic.c -- sinh, cosh and tanh of each element, and the logistic
 * functions that are made of them: sigmoid and softplus.
 *
 *     quern/kernels.h --> [hyperbolic.c] --> map.c, simd_hyperbolic.h,
 *         SLEEF, exp_edge.c
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "exp_edge.h"
#include "simd_hyperbolic.h"
#include "sleef_calls.h"

SLEEF_1_(exp, f32, u10)
SLEEF_1_(log1p, f32, u10)
SLEEF_1_(sinh, f32, u10)
SLEEF_1_(cosh, f32, u10)
SLEEF_1_(tanh, f32, u10)

/*
 * Some lanes of |sinh(x)| or cosh(x) are infinite or NaN: SLEEF's are from 710
 * or 88.7 on, where they are exp(|x|) / 2 to all digits.
 */
static __attribute__((noinline)) f32v
mend_overflow_f32(f32v size, f32v x)
{
	x = f32v_abs(x);
	for (size_t k = 0; k < SIMD_BYTES / sizeof(float); k++)
		if (!(size[k] < INFINITY) && x[k] < 89.5f)
			size[k] = quern__half_exp_f32_edge(x[k]);
	return f32v_tidy(size);
}

#define SINH_COSH(t)                                                           \
	static inline t##v cosh_##t##v(t##v x)                                 \
	{                                                                      \
		t##v r = t##v_cosh(x);                                         \
                                                                               \
		if (t##v_any_not_below(r, (quern__##t)INFINITY))               \
			r = mend_overflow_##t(r, x);                           \
		return r;                                                      \
	}                                                                      \
	static inline t##v sinh_##t##v(t##v x)                                 \
	{                                                                      \
		t##v r = t##v_sinh(x), size = t##v_abs(r);                     \
                                                                               \
		if (t##v_any_not_below(size, (quern__##t)INFINITY)) {          \
			size = mend_overflow_##t(size, x);                     \
			r = t##v_tidy(t##v_copysign(size, x));                 \
		}                                                              \
		return r;                                                      \
	}

SINH_COSH(f32)

/*
 * Near 0 SLEEF's tanh is now and then one whole ULP off.  At 0 it has the sign
 * that x - x * x * x / 3 loses.
 */
#define TANH(t, small)                                                         \
	static __attribute__((noinline)) t##v mend_tanh_##t(t##v r, t##v x)    \
	{                                                                      \
		t##v near = x - x * x * x * (quern__##t)(1. / 3);              \
                                                                               \
		return t##v_select((t##v_abs(x) < small) & (x != 0), near, r); \
	}                                                                      \
	static inline t##v tanh_##t##v(t##v x)                                 \
	{                                                                      \
		t##v r = t##v_tanh(x);                                         \
                                                                               \
		if (t##v_any_below(t##v_abs(x), small))                        \
			r = mend_tanh_##t(r, x);                               \
		return t##v_tidy(r);                                           \
	}

TANH(f32, 0x1p-12f)

/*
 * With e = exp(-|x|), which cannot overflow: 1 / (1 + e) for positive x,
 * e / (1 + e) for negative, so that small results are as accurate as others.
 */
#define SIGMOID(t)                                                             \
	static inline t##v sigmoid_##t##v(t##v x)                              \
	{                                                                      \
		t##v e = t##v_exp(-t##v_abs(x));                               \
                                                                               \
		return t##v_tidy(                                              \
		    t##v_select(x < 0, e, t##v_all(1)) / (1 + e));             \
	}

/* max(x, 0) + log1p(exp(-|x|)) */
#define SOFTPLUS(t)                                                            \
	static inline t##v softplus_##t##v(t##v x)                             \
	{                                                                      \
		t##v e = t##v_exp(-t##v_abs(x));                               \
                                                                               \
		return t##v_tidy(                                              \
		    t##v_select(x < 0, t##v_all(0), x) + t##v_log1p(e));       \
	}

SIGMOID(f32)
SOFTPLUS(f32)

MAP_LOOP(sinh_f64)
{
	(void)op;
	sinh_f64_loop(out, in[0], n);
}

MAP_LOOP(cosh_f64)
{
	(void)op;
	cosh_f64_loop(out, in[0], n);
}

MAP_LOOP(tanh_f64)
{
	(void)op;
	tanh_f64_loop(out, in[0], n);
}

MAP_LOOP(sigmoid_f64)
{
	(void)op;
	sigmoid_f64_loop(out, in[0], n);
}

MAP_LOOP(softplus_f64)
{
	(void)op;
	softplus_f64_loop(out, in[0], n);
}

#endif

MAP_OP_1(sinh, f64, MAP_DEAR)
MAP_1(sinh, f32, MAP_DEAR, sinh_f32v)
MAP_OP_1(cosh, f64, MAP_DEAR)
MAP_1(cosh, f32, MAP_DEAR, cosh_f32v)
MAP_OP_1(tanh, f64, MAP_DEAR)
MAP_1(tanh, f32, MAP_DEAR, tanh_f32v)
MAP_OP_1(sigmoid, f64, MAP_DEAR)
MAP_1(sigmoid, f32, MAP_DEAR, sigmoid_f32v)
MAP_OP_1(softplus, f64, MAP_DEAR)
MAP_1(softplus, f32, MAP_DEAR, softplus_f32v)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logarithm.c -- log, log2, log10 and log1p of each element.
 *
 *     quern/kernels.h --> [logarithm.c] --> map.c, simd_log.h, SLEEF
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_log.h"
#include "sleef_calls.h"

SLEEF_1_(log, f32, u10)
SLEEF_1_(log2, f32, u10)
SLEEF_1_(log10, f32, u10)
SLEEF_1_(log1p, f32, u10)

/*
 * SLEEF's log1p is infinite from 1e307 or 1e38 on.  From 2^64 on log1p(x) is
 * log(x) to all digits.
 */
#define LOG1P(t)                                                               \
	static __attribute__((noinline)) t##v mend_log1p_##t(t##v r, t##v x)   \
	{                                                                      \
		return t##v_select(x >= 0x1p64f, t##v_log(x), r);              \
	}                                                                      \
	static inline t##v log1p_##t##v(t##v x)                                \
	{                                                                      \
		t##v r = t##v_log1p(x);                                        \
                                                                               \
		if (t##v_any_not_below(x, 0x1p64f))                            \
			r = mend_log1p_##t(r, x);                              \
		return t##v_tidy(r);                                           \
	}

LOG1P(f32)
TIDY_1_(log, f32)
TIDY_1_(log2, f32)
TIDY_1_(log10, f32)

MAP_LOOP(log_f64)
{
	(void)op;
	log_f64_loop(out, in[0], n);
}

MAP_LOOP(log2_f64)
{
	(void)op;
	log2_f64_loop(out, in[0], n);
}

MAP_LOOP(log10_f64)
{
	(void)op;
	log10_f64_loop(out, in[0], n);
}

MAP_LOOP(log1p_f64)
{
	(void)op;
	log1p_f64_loop(out, in[0], n);
}

#endif

MAP_OP_1(log, f64, MAP_DEAR)
MAP_1(log, f32, MAP_DEAR, log_f32v)
MAP_OP_1(log2, f64, MAP_DEAR)
MAP_1(log2, f32, MAP_DEAR, log2_f32v)
MAP_OP_1(log10, f64, MAP_DEAR)
MAP_1(log10, f32, MAP_DEAR, log10_f32v)
MAP_OP_1(log1p, f64, MAP_DEAR)
MAP_1(log1p, f32, MAP_DEAR, log1p_f32v)

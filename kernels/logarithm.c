/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logarithm.c -- log, log2, log10 and log1p of each element.
 *
 *     quern/kernels.h --> [logarithm.c] --> map.c, SLEEF
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "sleef_calls.h"

SLEEF_1(log, u10)
SLEEF_1(log2, u10)
SLEEF_1(log10, u10)
SLEEF_1(log1p, u10)

/*
 * SLEEF's log1p is infinite from 1e307 or 1e38 on.  From 2^64 on log1p(x) is
 * log(x) to all digits.
 */
#define LOG1P(t)                                                               \
	static __attribute__((noinline)) t##v mend_log1p_##t(t##v r, t##v x)   \
	{                                                                      \
		return t##v_select(x > 0x1p64f, t##v_log(x), r);               \
	}                                                                      \
	static inline t##v log1p_##t##v(t##v x)                                \
	{                                                                      \
		t##v r = t##v_log1p(x);                                        \
                                                                               \
		if (t##v_any(x > 0x1p64f))                                     \
			r = mend_log1p_##t(r, x);                              \
		return t##v_quiet(r);                                          \
	}

LOG1P(f64)
LOG1P(f32)
QUIET_1(log)
QUIET_1(log2)
QUIET_1(log10)

#endif

MAP_1(log, f64, MAP_DEAR, log_f64v)
MAP_1(log, f32, MAP_DEAR, log_f32v)
MAP_1(log2, f64, MAP_DEAR, log2_f64v)
MAP_1(log2, f32, MAP_DEAR, log2_f32v)
MAP_1(log10, f64, MAP_DEAR, log10_f64v)
MAP_1(log10, f32, MAP_DEAR, log10_f32v)
MAP_1(log1p, f64, MAP_DEAR, log1p_f64v)
MAP_1(log1p, f32, MAP_DEAR, log1p_f32v)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * special.c -- erf, cbrt and hypot of each element.
 *
 *     quern/kernels.h --> [special.c] --> map.c, SLEEF
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "sleef_calls.h"

SLEEF_1(erf, u10)
SLEEF_1(cbrt, u10)
SLEEF_2(hypot, u05)

TIDY_1(cbrt)
/*
 * erf(x) is 2 x / sqrt(pi) of tiny x.  On plain x86-64 SLEEF is 1.8 ULP off
 * where that is subnormal, or nearly.
 */
#define ERF(t, tiny, up, high, low)                                            \
	static __attribute__((noinline)) t##v mend_erf_##t(t##v r, t##v x)     \
	{                                                                      \
		t##v big = x * up, linear = big * high + big * low;            \
                                                                               \
		return t##v_select(                                            \
		    (t##v_abs(x) < tiny) & (x != 0), linear * (1 / up), r);    \
	}                                                                      \
	static inline t##v erf_##t##v(t##v x)                                  \
	{                                                                      \
		t##v r = t##v_erf(x);                                          \
                                                                               \
		if (t##v_any_below(t##v_abs(x), tiny))                         \
			r = mend_erf_##t(r, x);                                \
		return t##v_tidy(r);                                           \
	}

ERF(f64, 0x1p-900, 0x1p200, 0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56)
ERF(f32, 0x1p-80f, 0x1p60f, 0x1.20dd76p0f, -0x1.f7ac92p-25f)

/* Of subnormals SLEEF's hypot is up to 1.8 ULP off on plain x86-64. */
#define HYPOT(t, small, up)                                                    \
	static __attribute__((noinline))                                       \
	t##v mend_hypot_##t(t##v r, t##v x, t##v y)                            \
	{                                                                      \
		t##v_mask suspect = (r < small) & (r != 0);                    \
                                                                               \
		if (!t##v_any(suspect))                                        \
			return r;                                              \
		return t##v_select(                                            \
		    suspect, t##v_hypot(x * up, y * up) * (1 / up), r);        \
	}                                                                      \
	static inline t##v hypot_##t##v(t##v x, t##v y)                        \
	{                                                                      \
		t##v r = t##v_hypot(x, y);                                     \
                                                                               \
		if (t##v_any_below(r, small))                                  \
			r = mend_hypot_##t(r, x, y);                           \
		return t##v_tidy(r);                                           \
	}

HYPOT(f64, 0x1p-960, 0x1p200)
HYPOT(f32, 0x1p-96f, 0x1p60f)

#endif

MAP_1(erf, f64, MAP_DEAR, erf_f64v)
MAP_1(erf, f32, MAP_DEAR, erf_f32v)
MAP_1(cbrt, f64, MAP_DEAR, cbrt_f64v)
MAP_1(cbrt, f32, MAP_DEAR, cbrt_f32v)
MAP_2(hypot, f64, MAP_DEAR, hypot_f64v)
MAP_2(hypot, f32, MAP_DEAR, hypot_f32v)

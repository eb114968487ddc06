/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trigonometric.c -- sines, cosines, tangents and their inverses of each
 * element.
 *
 *     quern/kernels.h --> [trigonometric.c] --> map.c, SLEEF
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "sleef_calls.h"

SLEEF_1(sin, u10)
SLEEF_1(cos, u10)
SLEEF_1(tan, u10)
SLEEF_1(asin, u10)
SLEEF_1(acos, u10)
SLEEF_1(atan, u10)
SLEEF_2(atan2, u10)

TIDY_1(sin)
TIDY_1(cos)
TIDY_1(tan)
TIDY_1(asin)
TIDY_1(acos)
TIDY_1(atan)

/*
 * Tiny results are y / x to all digits; on plain x86-64 SLEEF is 1.7 ULP off
 * there.
 */
#define ATAN2(t, tiny)                                                         \
	static __attribute__((noinline))                                       \
	t##v mend_atan2_##t(t##v r, t##v y, t##v x)                            \
	{                                                                      \
		return t##v_select((t##v_abs(r) < tiny) & (y != 0), y / x, r); \
	}                                                                      \
	static inline t##v atan2_##t##v(t##v y, t##v x)                        \
	{                                                                      \
		t##v r = t##v_atan2(y, x);                                     \
                                                                               \
		if (t##v_any_below(t##v_abs(r), tiny))                         \
			r = mend_atan2_##t(r, y, x);                           \
		return t##v_tidy(r);                                           \
	}

ATAN2(f64, 0x1p-900)
ATAN2(f32, 0x1p-80f)

#endif

MAP_1(sin, f64, MAP_DEAR, sin_f64v)
MAP_1(sin, f32, MAP_DEAR, sin_f32v)
MAP_1(cos, f64, MAP_DEAR, cos_f64v)
MAP_1(cos, f32, MAP_DEAR, cos_f32v)
MAP_1(tan, f64, MAP_DEAR, tan_f64v)
MAP_1(tan, f32, MAP_DEAR, tan_f32v)
MAP_1(asin, f64, MAP_DEAR, asin_f64v)
MAP_1(asin, f32, MAP_DEAR, asin_f32v)
MAP_1(acos, f64, MAP_DEAR, acos_f64v)
MAP_1(acos, f32, MAP_DEAR, acos_f32v)
MAP_1(atan, f64, MAP_DEAR, atan_f64v)
MAP_1(atan, f32, MAP_DEAR, atan_f32v)
MAP_2(atan2, f64, MAP_DEAR, atan2_f64v)
MAP_2(atan2, f32, MAP_DEAR, atan2_f32v)

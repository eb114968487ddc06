/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * round.c -- to an integer: down, up, towards zero, to the nearest.
 *
 *     quern/kernels.h --> [round.c] --> map.c, simd_ieee.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_ieee.h"

/*
 * Halves away from zero: what trunc() leaves is exact, and adding 1/2 to x
 * first would not be.  The sign of x is that of zeros as well.
 */
#define DEFINE_ROUND(V)                                                        \
	static inline V V##_round(V x)                                         \
	{                                                                      \
		const V##_mask sign = (V##_mask)V##_all(-0.0f);                \
		V size = (V)((V##_mask)x & ~sign);                             \
		V r = V##_trunc(size);                                         \
                                                                               \
		r = V##_select(size - r >= 0.5f, r + 1, r);                    \
		return (V)((V##_mask)r | ((V##_mask)x & sign));                \
	}

DEFINE_ROUND(f64v)
DEFINE_ROUND(f32v)

#endif

#define FLOOR_f64(v) f64v_tidy(f64v_floor(v))
#define FLOOR_f32(v) f32v_tidy(f32v_floor(v))
#define CEIL_f64(v) f64v_tidy(f64v_ceil(v))
#define CEIL_f32(v) f32v_tidy(f32v_ceil(v))
#define TRUNC_f64(v) f64v_tidy(f64v_trunc(v))
#define TRUNC_f32(v) f32v_tidy(f32v_trunc(v))
#define RINT_f64(v) f64v_tidy(f64v_rint(v))
#define RINT_f32(v) f32v_tidy(f32v_rint(v))
#define ROUND_f64(v) f64v_tidy(f64v_round(v))
#define ROUND_f32(v) f32v_tidy(f32v_round(v))

MAP_1(floor, f64, MAP_CHEAP, FLOOR_f64)
MAP_1(floor, f32, MAP_CHEAP, FLOOR_f32)
MAP_1(ceil, f64, MAP_CHEAP, CEIL_f64)
MAP_1(ceil, f32, MAP_CHEAP, CEIL_f32)
MAP_1(trunc, f64, MAP_CHEAP, TRUNC_f64)
MAP_1(trunc, f32, MAP_CHEAP, TRUNC_f32)
MAP_1(rint, f64, MAP_CHEAP, RINT_f64)
MAP_1(rint, f32, MAP_CHEAP, RINT_f32)
MAP_1(round, f64, MAP_CHEAP, ROUND_f64)
MAP_1(round, f32, MAP_CHEAP, ROUND_f32)

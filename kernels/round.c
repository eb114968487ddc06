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
 * Halves away from zero.  With the float below 1/2 for the 1/2, what is less
 * than a half stays below the next integer: it is at least as far from it as
 * floats there are apart.  A half comes nearer to the next integer than to any
 * other float, or is a tie with it, 1, as the even one.
 */
#define DEFINE_ROUND(V, below_half)                                            \
	static inline V V##_round(V x)                                         \
	{                                                                      \
		V##_mask sign = (V##_mask)x & (V##_mask)V##_all(-0.0f);        \
		V##_mask half = (V##_mask)V##_all(below_half);                 \
                                                                               \
		return V##_trunc(x + (V)(half | sign));                        \
	}

DEFINE_ROUND(f64v, 0x1.fffffffffffffp-2)
DEFINE_ROUND(f32v, 0x1.fffffep-2f)

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

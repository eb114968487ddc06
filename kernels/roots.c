/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roots.c -- reciprocals, square roots, and reciprocals of square roots.
 *
 *     quern/kernels.h --> [roots.c] --> map.c, simd_ieee.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME
#include "simd_ieee.h"
#endif

#define RECIPROCAL_f64(v) f64v_tidy(1 / (v))
#define RECIPROCAL_f32(v) f32v_tidy(1 / (v))
#define SQRT_f64(v) f64v_tidy(f64v_sqrt(v))
#define SQRT_f32(v) f32v_tidy(f32v_sqrt(v))
#define RSQRT_f64(v) RECIPROCAL_f64(f64v_sqrt(v))
#define RSQRT_f32(v) RECIPROCAL_f32(f32v_sqrt(v))

MAP_1(reciprocal, f64, MAP_CHEAP, RECIPROCAL_f64)
MAP_1(reciprocal, f32, MAP_CHEAP, RECIPROCAL_f32)
MAP_1(sqrt, f64, MAP_CHEAP, SQRT_f64)
MAP_1(sqrt, f32, MAP_CHEAP, SQRT_f32)
MAP_1(rsqrt, f64, MAP_CHEAP, RSQRT_f64)
MAP_1(rsqrt, f32, MAP_CHEAP, RSQRT_f32)

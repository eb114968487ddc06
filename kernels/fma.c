/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fma.c -- a product and a sum that round once: of three arrays, or with one
 * factor for all elements (axpy).
 *
 *     quern/kernels.h --> [fma.c] --> map.c, simd_ieee.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME
#include "simd_ieee.h"
#endif

#define FMA_f64(v, w, u) f64v_tidy(f64v_fma(v, w, u))
#define FMA_f32(v, w, u) f32v_tidy(f32v_fma(v, w, u))
#define AXPY_f64(v, w, s) FMA_f64(s, v, w)
#define AXPY_f32(v, w, s) FMA_f32(s, v, w)

MAP_3(fma, f64, MAP_CHEAP, FMA_f64)
MAP_3(fma, f32, MAP_CHEAP, FMA_f32)
MAP_2S(axpy, f64, MAP_CHEAP, AXPY_f64)
MAP_2S(axpy, f32, MAP_CHEAP, AXPY_f32)

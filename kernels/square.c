/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * square.c -- the square of each element.
 *
 *     quern/kernels.h --> [square.c] --> map.c
 */
#include "map.h"

#define SQUARE(v) ((v) * (v))

MAP_1(square, f64, MAP_CHEAP, SQUARE)
MAP_1(square, f32, MAP_CHEAP, SQUARE)
/* Signed vectors wrap too: simd.h. */
MAP_1(square, i64, MAP_CHEAP, SQUARE)
MAP_1(square, i32, MAP_CHEAP, SQUARE)
MAP_1(square, u64, MAP_CHEAP, SQUARE)
MAP_1(square, u32, MAP_CHEAP, SQUARE)

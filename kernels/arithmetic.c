/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arithmetic.c -- sums, differences, products and quotients of elements, with
 * each other or with one number; the negative and the absolute value.
 *
 *     quern/kernels.h --> [arithmetic.c] --> map.c
 */
#include "map.h"

/* Integers, signed ones too, wrap. */
#define ADD(v, w) ((v) + (w))
#define SUB(v, w) ((v) - (w))
#define MUL(v, w) ((v) * (w))
#define NEGATE(v) (-(v))

#define ADD_f64(v, w) f64v_tidy((v) + (w))
#define ADD_f32(v, w) f32v_tidy((v) + (w))
#define SUB_f64(v, w) f64v_tidy((v) - (w))
#define SUB_f32(v, w) f32v_tidy((v) - (w))
#define MUL_f64(v, w) f64v_tidy((v) * (w))
#define MUL_f32(v, w) f32v_tidy((v) * (w))
#define DIV_f64(v, w) f64v_tidy((v) / (w))
#define DIV_f32(v, w) f32v_tidy((v) / (w))

/* Only the sign, of NaN as well. */
#define NEGATE_f64(v) ((f64v)((i64v)(v) ^ INT64_MIN))
#define NEGATE_f32(v) ((f32v)((i32v)(v) ^ INT32_MIN))
#define ABSOLUTE_f64(v) f64v_abs(v)
#define ABSOLUTE_f32(v) f32v_abs(v)
#define ABSOLUTE_i64(v) i64v_select((v) < 0, -(v), v)
#define ABSOLUTE_i32(v) i32v_select((v) < 0, -(v), v)

#define SCALAR_SUB(v, s) SUB(s, v)
#define SCALAR_SUB_f64(v, s) SUB_f64(s, v)
#define SCALAR_SUB_f32(v, s) SUB_f32(s, v)
#define SCALAR_DIV_f64(v, s) DIV_f64(s, v)
#define SCALAR_DIV_f32(v, s) DIV_f32(s, v)

/* One shape of one operation: F for integers, F_f64 and F_f32. */
#define FLOATS(SHAPE, name, F)                                                 \
	SHAPE(name, f64, MAP_CHEAP, F##_f64)                                   \
	SHAPE(name, f32, MAP_CHEAP, F##_f32)
#define ALL(SHAPE, name, F)                                                    \
	FLOATS(SHAPE, name, F)                                                 \
	SHAPE(name, i64, MAP_CHEAP, F)                                         \
	SHAPE(name, i32, MAP_CHEAP, F)                                         \
	SHAPE(name, u64, MAP_CHEAP, F)                                         \
	SHAPE(name, u32, MAP_CHEAP, F)

ALL(MAP_2, add, ADD)
ALL(MAP_2, sub, SUB)
ALL(MAP_2, mul, MUL)
FLOATS(MAP_2, div, DIV)

ALL(MAP_1S, add_scalar, ADD)
ALL(MAP_1S, sub_scalar, SUB)
ALL(MAP_1S, scalar_sub, SCALAR_SUB)
ALL(MAP_1S, mul_scalar, MUL)
FLOATS(MAP_1S, div_scalar, DIV)
FLOATS(MAP_1S, scalar_div, SCALAR_DIV)

FLOATS(MAP_1, negate, NEGATE)
MAP_1(negate, i64, MAP_CHEAP, NEGATE)
MAP_1(negate, i32, MAP_CHEAP, NEGATE)
FLOATS(MAP_1, absolute, ABSOLUTE)
MAP_1(absolute, i64, MAP_CHEAP, ABSOLUTE_i64)
MAP_1(absolute, i32, MAP_CHEAP, ABSOLUTE_i32)

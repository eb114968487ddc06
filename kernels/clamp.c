/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clamp.c -- the lesser or greater of two elements, and an element held between
 * two bounds.
 *
 *     quern/kernels.h --> [clamp.c] --> map.c
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

/*
 * Equal numbers differ in their sign at most, if they are zeros: the lesser one
 * has the sign if either has, the greater if both have.
 */
#define DEFINE_EXTREME(V, what, less, either)                                  \
	static inline V V##_##what(V v, V w)                                   \
	{                                                                      \
		V r = V##_select(v less w, v, w);                              \
		V equal = (V)((V##_mask)v either(V##_mask) w);                 \
                                                                               \
		r = V##_select(v == w, equal, r);                              \
		return V##_select((v == v) & (w == w), r, V##_all(NAN));       \
	}                                                                      \
	static inline V V##_##what##_number(V v, V w)                          \
	{                                                                      \
		w = V##_select(w == w, w, v);                                  \
		return V##_##what(V##_select(v == v, v, w), w);                \
	}
#define DEFINE_EXTREME_INTEGER(V, what, less)                                  \
	static inline V V##_##what(V v, V w)                                   \
	{                                                                      \
		return V##_select(v less w, v, w);                             \
	}
#define DEFINE_CLAMP(V)                                                        \
	static inline V V##_clamp(V v, V low, V high)                          \
	{                                                                      \
		return V##_minimum(V##_maximum(v, low), high);                 \
	}

#define DEFINE_FLOAT(V)                                                        \
	DEFINE_EXTREME(V, minimum, <, |)                                       \
	DEFINE_EXTREME(V, maximum, >, &)                                       \
	DEFINE_CLAMP(V)
#define DEFINE_INTEGER(V)                                                      \
	DEFINE_EXTREME_INTEGER(V, minimum, <)                                  \
	DEFINE_EXTREME_INTEGER(V, maximum, >)                                  \
	DEFINE_CLAMP(V)

DEFINE_FLOAT(f64v)
DEFINE_FLOAT(f32v)
DEFINE_INTEGER(i64v)
DEFINE_INTEGER(i32v)
DEFINE_INTEGER(u64v)
DEFINE_INTEGER(u32v)

#endif

#define KERNELS(t)                                                             \
	MAP_2(minimum, t, MAP_CHEAP, t##v_minimum)                             \
	MAP_2(maximum, t, MAP_CHEAP, t##v_maximum)                             \
	MAP_1SS(clamp, t, MAP_CHEAP, t##v_clamp)
#define NUMBER_KERNELS(t)                                                      \
	MAP_2(minimum_number, t, MAP_CHEAP, t##v_minimum_number)               \
	MAP_2(maximum_number, t, MAP_CHEAP, t##v_maximum_number)

KERNELS(f64)
KERNELS(f32)
KERNELS(i64)
KERNELS(i32)
KERNELS(u64)
KERNELS(u32)
NUMBER_KERNELS(f64)
NUMBER_KERNELS(f32)

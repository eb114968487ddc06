/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.c -- the same number in all elements, and a copy of an array.
 *
 *     quern/kernels.h --> [fill.c] --> map.c
 *
 * Numbers keep their bits, NaNs as well: moving one does not look at it.  Only
 * the scalar of a fill of floats would be widened on its way (map.h), so it
 * travels as an integer.
 */
#include "map.h"

#define SAME(v) (v)

MAP_LOOP_0S(fill, u64, SAME)
MAP_LOOP_0S(fill, u32, SAME)

#ifndef QUERN_ISA_NAME

#include <string.h>

MAP_KIND(fill_u64, MAP_CHEAP, sizeof(uint64_t), 0, 0, 0)
MAP_KIND(fill_u32, MAP_CHEAP, sizeof(uint32_t), 0, 0, 0)

#define DEFINE_FILL(t, T, u)                                                   \
	quern_op quern_fill_##t(T *out, T scalar, size_t n)                    \
	{                                                                      \
		quern__##u bits;                                               \
                                                                               \
		memcpy(&bits, &scalar, sizeof(bits));                          \
		return quern__kernel_op(&fill_##u, out, NULL, NULL, NULL, n,   \
		    MAP_NUMBER_##u(bits), QUERN__NO_NUMBER);                   \
	}

DEFINE_FILL(f64, double, u64)
DEFINE_FILL(f32, float, u32)
DEFINE_FILL(i64, int64_t, u64)
DEFINE_FILL(i32, int32_t, u32)
DEFINE_FILL(u64, uint64_t, u64)
DEFINE_FILL(u32, uint32_t, u32)

#endif

MAP_1(copy, f64, MAP_CHEAP, SAME)
MAP_1(copy, f32, MAP_CHEAP, SAME)
MAP_1(copy, i64, MAP_CHEAP, SAME)
MAP_1(copy, i32, MAP_CHEAP, SAME)
MAP_1(copy, u64, MAP_CHEAP, SAME)
MAP_1(copy, u32, MAP_CHEAP, SAME)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.c -- random bits, and numbers that are uniform in [0, 1).
 *
 *     quern/random.h --> [random.c] --> map.c
 */
#include "random.h"

#ifdef QUERN_ISA_NAME

/* The words are in their order too: the lower half of a lane is first. */
static inline void
bits(u64v r[2], u64v a, u64v b)
{
	philox_pair(r, a, b);
}

static inline void
uniform_f64(u64v r[2], u64v a, u64v b)
{
	philox_pair(r, a, b);
	for (int k = 0; k < 2; k++)
		r[k] = (u64v)(u64v_to_f64(r[k] >> 11) * f64v_all(0x1p-53));
}

static inline void
uniform_f32(u64v r[2], u64v a, u64v b)
{
	philox_pair(r, a, b);
	for (int k = 0; k < 2; k++) {
		/* As signed integers, which they fit in: the cheaper way. */
		i32v high = (i32v)((u32v)r[k] >> 8);

		r[k] = (u64v)(__builtin_convertvector(high, f32v) *
		    f32v_all(0x1p-24f));
	}
}

#endif

RANDOM(random, u64, MAP_CHEAP, RANDOM_BITS, bits)
RANDOM(random, u32, MAP_CHEAP, RANDOM_BITS, bits)
RANDOM(uniform, f64, MAP_CHEAP, RANDOM_UNIFORM_F64, uniform_f64)
RANDOM(uniform, f32, MAP_CHEAP, RANDOM_UNIFORM_F32, uniform_f32)

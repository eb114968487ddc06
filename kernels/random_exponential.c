/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_exponential.c -- numbers from the exponential distribution: the
 * logarithm of uniform ones.
 *
 *     quern/random.h --> [random_exponential.c] --> map.c
 */
#include "random.h"

#ifdef QUERN_ISA_NAME

#include "random_math.h"

static inline void
exponential_f64(u64v r[2], u64v a, u64v b)
{
	philox_pair(r, a, b);
	for (int k = 0; k < 2; k++)
		r[k] = (u64v)random_minus_log_f64(r[k]);
}

static inline void
exponential_f32(u64v r[2], u64v a, u64v b)
{
	philox_pair(r, a, b);
	for (int k = 0; k < 2; k++)
		r[k] = (u64v)random_minus_log_f32((u32v)r[k]);
}

#endif

RANDOM(exponential, f64, MAP_DEAR, RANDOM_EXPONENTIAL_F64, exponential_f64)
RANDOM(exponential, f32, MAP_DEAR, RANDOM_EXPONENTIAL_F32, exponential_f32)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_normal.c -- numbers from the standard normal distribution.
 *
 *     quern/random.h --> [random_normal.c] --> map.c
 *
 * Box and Muller's method: a point in the plane whose direction is uniform and
 * the square of whose radius is exponential has two coordinates that are
 * independent and normal.  Unlike a ziggurat it rejects nothing, so an element
 * needs no words but its own and its neighbour's.
 */
#include "random.h"

#ifdef QUERN_ISA_NAME

#include "random_math.h"

/* Element 2i is the cosine's, of words 0 to 3, and 2i + 1 the sine's. */
static inline void
normal_f64(u64v r[2], u64v a, u64v b)
{
	f64v length = random_minus_log_f64(a), x, y;

	length = f64v_sqrt(length + length);
	random_circle_f64(b, &x, &y);
	philox_pair(r, (u64v)(length * x), (u64v)(length * y));
}

/* Lanes' low halves and their high ones; it is its own inverse. */
static inline void
transpose(u64v *a, u64v *b)
{
	const u64v low = u64v_all(PHILOX_LOW);
	u64v lows = (*a & low) | (*b << 32), highs = (*a >> 32) | (*b & ~low);

	*a = lows;
	*b = highs;
}

/* Words 0 and 1 are a point, and 2 and 3. */
static inline void
normal_f32(u64v r[2], u64v a, u64v b)
{
	f32v length, x, y;

	transpose(&a, &b);
	length = random_minus_log_f32((u32v)a);
	length = f32v_sqrt(length + length);
	random_circle_f32((u32v)b, &x, &y);
	a = (u64v)(length * x);
	b = (u64v)(length * y);
	transpose(&a, &b);
	philox_pair(r, a, b);
}

#endif

RANDOM(normal, f64, MAP_DEAR, RANDOM_NORMAL_F64, normal_f64)
RANDOM(normal, f32, MAP_DEAR, RANDOM_NORMAL_F32, normal_f32)

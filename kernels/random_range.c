/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_range.c -- integers between two bounds, each as likely as any other.
 *
 *     quern/random.h --> [random_range.c] --> map.c
 *
 * Lemire's method ("Fast random integer generation in an interval", 2019): with
 * s integers to choose from, the high half of w s is nearly uniform for random
 * words w, and exactly so without those words whose low half is below 2^64 mod
 * s.  An element that draws such a word draws another from its own block of the
 * next attempt, so that it stays a function of its index.
 *
 * In an op scalar3 is the lower bound, and scalar4 the upper one, inclusive.
 */
#include "random.h"

#include <errno.h>

#ifdef QUERN_ISA_NAME

/*
 * From `low` on `size` integers, or all there are if it is 0.  What is below
 * `least` is drawn again.
 */
struct choice {
	uint64_t seed;
	u64v low, size, least;
};

/*
 * One for each lane; those of `again` get no integer.  `narrow` says that the
 * upper half of the size is 0, and with it half of the products.
 */
static inline u64v
choose_u64(const struct choice *of, u64v w, u64v *again, bool narrow)
{
	const u64v half = u64v_all(PHILOX_LOW);
	u64v w1 = w >> 32, s = of->size, s1 = s >> 32;
	u64v p = u64v_mul_low(w, s), r = of->low, q;
	u64v middle = (p >> 32) + u64v_mul_low(w1, s);

	if (!narrow) {
		q = u64v_mul_low(w, s1);
		middle += q & half;
		r += u64v_mul_low(w1, s1) + (q >> 32);
	}
	*again = (u64v)(((middle << 32) | (p & half)) < of->least);
	return r + (middle >> 32);
}

/* One for each half, whose sizes are all narrow. */
static inline u64v
choose_u32(const struct choice *of, u64v w, u64v *again, bool narrow)
{
	const u64v half = u64v_all(PHILOX_LOW);
	u64v p = u64v_mul_low(w, of->size), q = u64v_mul_low(w >> 32, of->size);
	u32v rest = (u32v)((p & half) | (q << 32));

	(void)narrow;
	*again = (u64v)(rest < (u32v)of->least);
	return (u64v)((u32v)of->low + (u32v)((p >> 32) | (q & ~half)));
}

/* Is a half of a lane set?  f64v_any() may look at the higher ones alone. */
static inline bool
any_half(u64v mask)
{
	return f64v_any((f64v_mask)(mask | (mask << 32)));
}

#define DEFINE_RANGE(t, stream)                                                \
	static inline void draw_##t(                                           \
	    u64v r[2], uint64_t seed, uint64_t block, uint32_t attempt)        \
	{                                                                      \
		u64v a, b;                                                     \
                                                                               \
		philox(&a, &b, seed, block, RANDOM_HIGH_MASK(t), attempt,      \
		    stream);                                                   \
		philox_pair(r, a, b);                                          \
	}                                                                      \
                                                                               \
	/* Those of `again` once more, until none is left. */                  \
	static                                                                 \
	    __attribute__((noinline)) void retry_##t(const struct choice *of,  \
		u64v r[2], uint64_t block, u64v again0, u64v again1)           \
	{                                                                      \
		for (uint32_t k = 1; any_half(again0 | again1); k++) {         \
			u64v w[2], still0, still1;                             \
                                                                               \
			draw_##t(w, of->seed, block, k);                       \
			w[0] = choose_##t(of, w[0], &still0, false);           \
			w[1] = choose_##t(of, w[1], &still1, false);           \
			r[0] = (r[0] & ~again0) | (w[0] & again0);             \
			r[1] = (r[1] & ~again1) | (w[1] & again1);             \
			again0 &= still0;                                      \
			again1 &= still1;                                      \
		}                                                              \
	}                                                                      \
                                                                               \
	static inline void range_##t(                                          \
	    u64v r[2], const struct choice *of, uint64_t block, bool narrow)   \
	{                                                                      \
		u64v again0, again1;                                           \
                                                                               \
		draw_##t(r, of->seed, block, 0);                               \
		r[0] = choose_##t(of, r[0], &again0, narrow);                  \
		r[1] = choose_##t(of, r[1], &again1, narrow);                  \
		if (any_half(again0 | again1))                                 \
			retry_##t(of, r, block, again0, again1);               \
	}                                                                      \
                                                                               \
	static inline void all_##t(                                            \
	    u64v r[2], const struct choice *of, uint64_t block)                \
	{                                                                      \
		draw_##t(r, of->seed, block, 0);                               \
		for (int k = 0; k < 2; k++)                                    \
			r[k] = (u64v)((t##v)r[k] + (t##v)of->low);             \
	}                                                                      \
                                                                               \
	MAP_LOOP(random_range_##t)                                             \
	{                                                                      \
		const quern__##t low = MAP_SCALAR_##t(op->scalar3);            \
		const quern__##t size = MAP_SCALAR_##t(op->scalar4) - low + 1; \
		const struct choice of = {                                     \
			.seed = op->scalar.u64,                                \
			.low = (u64v)t##v_all(low),                            \
			.size = u64v_all(size),                                \
			.least = (u64v)t##v_all(                               \
			    size ? (quern__##t)(0 - size) % size : 0),         \
		};                                                             \
                                                                               \
		if (!size)                                                     \
			RANDOM_FILL(t, all_##t(r, &of, block));                \
		else if ((uint64_t)size >> 32 == 0)                            \
			RANDOM_FILL(t, range_##t(r, &of, block, true));        \
		else                                                           \
			RANDOM_FILL(t, range_##t(r, &of, block, false));       \
	}

DEFINE_RANGE(u64, RANDOM_RANGE_64)
DEFINE_RANGE(u32, RANDOM_RANGE_32)

#else

/* Signed ones, too, are made as unsigned ones, which wrap. */
#define DEFINE_RANGE(t, u, number)                                             \
	static int check_##t(const quern_op *op)                               \
	{                                                                      \
		if (op->scalar3.number > op->scalar4.number)                   \
			return -EINVAL;                                        \
		return quern__check_map(op);                                   \
	}                                                                      \
	RANDOM_KIND(random_range_##t, t, MAP_CHEAP, check_##t,                 \
	    random_range_##u##_variants)                                       \
	quern_op quern_random_range_##t(quern__##t *out, quern__##t low,       \
	    quern__##t high, uint64_t seed, uint64_t first, size_t n)          \
	{                                                                      \
		quern_op op =                                                  \
		    quern__kernel_op(&random_range_##t, out, NULL, NULL, NULL, \
			n, MAP_NUMBER_u64(seed), MAP_NUMBER_u64(first));       \
                                                                               \
		op.scalar3 = MAP_NUMBER_##t(low);                              \
		op.scalar4 = MAP_NUMBER_##t(high);                             \
		return op;                                                     \
	}

VARIANTS(quern__loop, random_range_u64)
VARIANTS(quern__loop, random_range_u32)
DEFINE_RANGE(i64, u64, i64)
DEFINE_RANGE(i32, u32, i64)
DEFINE_RANGE(u64, u64, u64)
DEFINE_RANGE(u32, u32, u64)

#endif

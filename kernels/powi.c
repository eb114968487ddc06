/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powi.c -- each element to a power that is an integer, by squaring.
 *
 *     quern/kernels.h --> [powi.c] --> map.c
 *
 * The order of the multiplications is part of what kernels.h says, so that the
 * bits are the same everywhere.
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

/*
 * Vectors side by side, since each waits for its own products.  BASE(b) is what
 * is multiplied if the power is negative.
 */
#define FOR_SIDE for (size_t j = 0; j < MAP_SIDE; j++)
#define DEFINE_POWI(t, BASE, TIDY)                                             \
	static inline void powers_##t(                                         \
	    char *to, const char *from, int64_t power)                         \
	{                                                                      \
		uint64_t k = (uint64_t)(power < 0 ? -power : power);           \
		t##v b[MAP_SIDE], r[MAP_SIDE];                                 \
                                                                               \
		FOR_SIDE b[j] = t##v_load(from + j * sizeof(t##v));            \
		FOR_SIDE r[j] = t##v_all(1);                                   \
		if (power < 0)                                                 \
			FOR_SIDE b[j] = BASE(b[j]);                            \
		for (;;) {                                                     \
			if (k & 1)                                             \
				FOR_SIDE r[j] *= b[j];                         \
			k /= 2;                                                \
			if (!k)                                                \
				break;                                         \
			FOR_SIDE b[j] *= b[j];                                 \
		}                                                              \
		FOR_SIDE t##v_store(to + j * sizeof(t##v), TIDY(r[j]));        \
	}                                                                      \
	MAP_LOOP(powi_##t)                                                     \
	{                                                                      \
		enum { STEP = MAP_SIDE * sizeof(t##v) };                       \
		const char *from = in[0];                                      \
		char *to = out, rest[STEP] = { 0 };                            \
                                                                               \
		for (n *= sizeof(quern__##t); n >= STEP; n -= STEP) {          \
			powers_##t(to, from, op->scalar.i64);                  \
			from += STEP;                                          \
			to += STEP;                                            \
		}                                                              \
		if (!n)                                                        \
			return;                                                \
		memcpy(rest, from, n);                                         \
		powers_##t(rest, rest, op->scalar.i64);                        \
		memcpy(to, rest, n);                                           \
	}

#define RECIPROCAL(b) (1 / (b))
#define SAME(b) (b)

DEFINE_POWI(f64, RECIPROCAL, f64v_tidy)
DEFINE_POWI(f32, RECIPROCAL, f32v_tidy)
DEFINE_POWI(i64, SAME, SAME)
DEFINE_POWI(u64, SAME, SAME)

#else

#include <errno.h>

static int
check_integer(const quern_op *op)
{
	return op->scalar.i64 < 0 ? -EINVAL : quern__check_map(op);
}

#define DEFINE_KIND(t, check_)                                                 \
	VARIANTS(quern__loop, powi_##t)                                        \
	static const struct quern_kind powi_##t = {                            \
		.name = "powi_" #t,                                            \
		.block = MAP_CHEAP / 2,                                        \
		.bytes = { MAP_BYTES(t), MAP_BYTES(t) },                       \
		.loop = powi_##t##_variants,                                   \
		.check = check_,                                               \
		.range = quern__map_range,                                     \
	};                                                                     \
	QUERN_REGISTER(powi_##t)                                               \
                                                                               \
	quern_op quern_powi_##t(                                               \
	    quern__##t *out, const quern__##t *in, int power, size_t n)        \
	{                                                                      \
		return quern__kernel_op(&powi_##t, out, in, NULL, NULL, n,     \
		    MAP_NUMBER_i64(power), QUERN__NO_NUMBER);                  \
	}

DEFINE_KIND(f64, quern__check_map)
DEFINE_KIND(f32, quern__check_map)
DEFINE_KIND(i64, check_integer)
DEFINE_KIND(u64, check_integer)

#endif

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
 * Vectors side by side, since each waits for its own products.  BASE(b) is
 * what is multiplied if the power is negative.
 */
#define DEFINE_POWI(t, BASE, TIDY)                                             \
	MAP_LOOP(powi_##t)                                                     \
	{                                                                      \
		enum { WIDTH = sizeof(t##v) / sizeof(quern__##t) };            \
		const int64_t power = op->scalar.i64;                          \
		t##v b[MAP_SIDE], r[MAP_SIDE];                                 \
                                                                               \
		for (size_t i = 0; i < n; i += MAP_SIDE * WIDTH) {             \
			size_t some = n - i < MAP_SIDE * WIDTH ?               \
			    n - i :                                            \
			    MAP_SIDE * WIDTH;                                  \
			uint64_t k = (uint64_t)(power < 0 ? -power : power);   \
                                                                               \
			for (size_t j = 0; j < MAP_SIDE; j++)                  \
				b[j] = r[j] = t##v_all(1);                     \
			memcpy(b, (const quern__##t *)in[0] + i,               \
			    some * sizeof(quern__##t));                        \
			for (size_t j = 0; power < 0 && j < MAP_SIDE; j++)     \
				b[j] = BASE(b[j]);                             \
			for (;;) {                                             \
				for (size_t j = 0; k & 1 && j < MAP_SIDE; j++) \
					r[j] *= b[j];                          \
				k /= 2;                                        \
				if (!k)                                        \
					break;                                 \
				for (size_t j = 0; j < MAP_SIDE; j++)          \
					b[j] *= b[j];                          \
			}                                                      \
			for (size_t j = 0; j < MAP_SIDE; j++)                  \
				r[j] = TIDY(r[j]);                             \
			memcpy((quern__##t *)out + i, r,                       \
			    some * sizeof(quern__##t));                        \
		}                                                              \
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

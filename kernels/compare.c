/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare.c -- which elements are equal, less, greater, NaN or finite, as a
 * mask of bytes; and one of two elements by such a mask.
 *
 *     quern/kernels.h --> [compare.c] --> map.c
 *
 * The bytes of a mask are narrower than what they tell of, so the loops are of
 * single elements and leave the vectors to the compiler (map.h).
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#define LOOP(id, t, expression)                                                \
	MAP_LOOP(id)                                                           \
	{                                                                      \
		const t##_at *a = in[0], *b = in[1];                           \
		const quern__##t s = MAP_SCALAR_##t(op->scalar);               \
		uint8_t *to = out;                                             \
                                                                               \
		(void)b, (void)s;                                              \
		MAP_EACH                                                       \
		for (size_t i = 0; i < n; i++)                                 \
			to[i] = expression;                                    \
	}
#define SELECT(t)                                                              \
	MAP_LOOP(select_##t)                                                   \
	{                                                                      \
		const u8_at *mask = in[0];                                     \
		const t##_at *a = in[1], *b = in[2];                           \
		t##_at *to = out;                                              \
                                                                               \
		(void)op;                                                      \
		MAP_EACH                                                       \
		for (size_t i = 0; i < n; i++) {                               \
			quern__##t x = a[i], y = b[i];                         \
                                                                               \
			to[i] = mask[i] ? x : y;                               \
		}                                                              \
	}

#define IS_1(name, t, expression) LOOP(name##_##t, t, expression)
#define IS_2(name, t, op)                                                      \
	LOOP(name##_##t, t, a[i] op b[i])                                      \
	LOOP(name##_scalar_##t, t, a[i] op s)

#else

#define IS_1(name, t, expression)                                              \
	MAP_KIND(name##_##t, MAP_CHEAP, 1, MAP_BYTES(t), 0, 0)                 \
	quern_op quern_##name##_##t(                                           \
	    uint8_t *out, const quern__##t *in, size_t n)                      \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, in, NULL, NULL, n,   \
		    QUERN__NO_NUMBER, QUERN__NO_NUMBER);                       \
	}
#define IS_2(name, t, op)                                                      \
	MAP_KIND(name##_##t, MAP_CHEAP, 1, MAP_BYTES(t), MAP_BYTES(t), 0)      \
	MAP_KIND(name##_scalar_##t, MAP_CHEAP, 1, MAP_BYTES(t), 0, 0)          \
	quern_op quern_##name##_##t(                                           \
	    uint8_t *out, const quern__##t *a, const quern__##t *b, size_t n)  \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, a, b, NULL, n,       \
		    QUERN__NO_NUMBER, QUERN__NO_NUMBER);                       \
	}                                                                      \
	quern_op quern_##name##_scalar_##t(                                    \
	    uint8_t *out, const quern__##t *in, quern__##t scalar, size_t n)   \
	{                                                                      \
		return quern__kernel_op(&name##_scalar_##t, out, in, NULL,     \
		    NULL, n, MAP_NUMBER_##t(scalar), QUERN__NO_NUMBER);        \
	}
#define SELECT(t)                                                              \
	MAP_KIND(select_##t, MAP_CHEAP, MAP_BYTES(t), 1, MAP_BYTES(t),         \
	    MAP_BYTES(t))                                                      \
	quern_op quern_select_##t(quern__##t *out, const uint8_t *mask,        \
	    const quern__##t *a, const quern__##t *b, size_t n)                \
	{                                                                      \
		return quern__kernel_op(&select_##t, out, mask, a, b, n,       \
		    QUERN__NO_NUMBER, QUERN__NO_NUMBER);                       \
	}

#endif

#define RELATIONS(t)                                                           \
	IS_2(eq, t, ==)                                                        \
	IS_2(ne, t, !=)                                                        \
	IS_2(lt, t, <)                                                         \
	IS_2(le, t, <=)                                                        \
	IS_2(gt, t, >)                                                         \
	IS_2(ge, t, >=)

RELATIONS(f64)
RELATIONS(f32)
RELATIONS(i64)
RELATIONS(i32)
RELATIONS(u64)
RELATIONS(u32)

IS_1(isnan, f64, a[i] != a[i])
IS_1(isnan, f32, a[i] != a[i])
/* Infinity less itself is NaN. */
IS_1(isfinite, f64, a[i] - a[i] == 0)
IS_1(isfinite, f32, a[i] - a[i] == 0)

/* By their bits. */
SELECT(f64)
SELECT(f32)
SELECT(i64)
SELECT(i32)
SELECT(u64)
SELECT(u32)

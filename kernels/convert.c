/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * convert.c -- from one type of element to another.
 *
 *     quern/kernels.h --> [convert.c] --> map.c, verdict.h, fill.c
 *
 * PAIRS is read as loops, as kinds, and as the two tables in which the builders
 * find the kind.  A C cast rounds as it should, one number at a time or in the
 * compiler's vectors; where it is not defined it is not reached.
 */
#include "verdict.h"

#define MIN_i64 INT64_MIN
#define MAX_i64 INT64_MAX
#define MIN_i32 INT32_MIN
#define MAX_i32 INT32_MAX
#define MIN_u64 0u
#define MAX_u64 UINT64_MAX
#define MIN_u32 0u
#define MAX_u32 UINT32_MAX

/* 2^128 less half of what floats below it are apart: a tie, which goes up. */
#define INFINITE_F32 0x1.ffffffp127

/*
 * SAFE(from, to, result): every x has a place.
 * RISKY(from, to, bad, result): but for those of which `bad` is true.
 */
#define FLOAT_INT(from, to, low, high)                                         \
	RISKY(from, to, (low) | (high) | (x != x),                             \
	    (high)     ? MAX_##to :                                            \
		(low)  ? MIN_##to :                                            \
		x == x ? (quern__##to)x :                                      \
			 0)
#define INT_INT(from, to, low, high)                                           \
	RISKY(from, to, (low) | (high),                                        \
	    (high)    ? MAX_##to :                                             \
		(low) ? MIN_##to :                                             \
			(quern__##to)x)
#define FLOAT_PAIRS(f)                                                         \
	FLOAT_INT(f, i64, x < -0x1p63f, x >= 0x1p63f)                          \
	FLOAT_INT(f, u64, x <= -1, x >= 0x1p64f)                               \
	FLOAT_INT(f, u32, x <= -1, x >= 0x1p32f)                               \
	SAFE(i64, f, x)                                                        \
	SAFE(i32, f, x)                                                        \
	SAFE(u64, f, x)                                                        \
	SAFE(u32, f, x)
#define PAIRS                                                                  \
	FLOAT_PAIRS(f64)                                                       \
	FLOAT_PAIRS(f32)                                                       \
	FLOAT_INT(f64, i32, x <= -0x1p31 - 1, x >= 0x1p31)                     \
	FLOAT_INT(f32, i32, x < -0x1p31f, x >= 0x1p31f)                        \
	RISKY(f64, f32,                                                        \
	    (x >= INFINITE_F32 || x <= -INFINITE_F32) && x - x == 0,           \
	    x == x ? (float)x : NAN)                                           \
	SAFE(f32, f64, x == x ? (double)x : (double)NAN)                       \
	INT_INT(i64, i32, INT32_MIN > x, x > INT32_MAX)                        \
	INT_INT(i64, u64, x < 0, 0)                                            \
	INT_INT(i64, u32, 0 > x, x > UINT32_MAX)                               \
	SAFE(i32, i64, x)                                                      \
	INT_INT(i32, u64, x < 0, 0)                                            \
	INT_INT(i32, u32, x < 0, 0)                                            \
	INT_INT(u64, i64, 0, x > INT64_MAX)                                    \
	INT_INT(u64, i32, 0, x > INT32_MAX)                                    \
	INT_INT(u64, u32, 0, x > UINT32_MAX)                                   \
	SAFE(u32, i64, x)                                                      \
	INT_INT(u32, i32, 0, x > INT32_MAX)                                    \
	SAFE(u32, u64, x)

#ifdef QUERN_ISA_NAME

#include <math.h>

#define SAFE(from, to, result)                                                 \
	MAP_LOOP(convert_##from##_##to)                                        \
	{                                                                      \
		const from##_at *a = in[0];                                    \
		to##_at *b = out;                                              \
                                                                               \
		(void)op;                                                      \
		MAP_EACH                                                       \
		for (size_t i = 0; i < n; i++) {                               \
			const quern__##from x = a[i];                          \
                                                                               \
			b[i] = (quern__##to)(result);                          \
		}                                                              \
	}
#define RISKY(from, to, bad, result)                                           \
	SAFE(from, to, result)                                                 \
	static inline bool bad_##from##_##to(                                  \
	    quern__##from x, quern__##from same)                               \
	{                                                                      \
		(void)same;                                                    \
		return bad;                                                    \
	}                                                                      \
	VERDICT_LOOP(checked_##from##_##to, convert_##from##_##to, to, from,   \
	    1, true, bad_##from##_##to)

PAIRS

#else

#define SAFE(from, to, result)                                                 \
	MAP_KIND(convert_##from##_##to, MAP_CHEAP, MAP_BYTES(to),              \
	    MAP_BYTES(from), 0, 0)
#define RISKY(from, to, bad, result)                                           \
	SAFE(from, to, result)                                                 \
	VERDICT_KIND(checked_##from##_##to, MAP_BYTES(to), MAP_BYTES(from), 0)

PAIRS

#undef SAFE
#undef RISKY

enum {
	TYPE_f64 = QUERN_F64,
	TYPE_f32,
	TYPE_i64,
	TYPE_i32,
	TYPE_u64,
	TYPE_u32,
	TYPES
};

#define SAFE(from, to, result)                                                 \
	[TYPE_##from][TYPE_##to] = &convert_##from##_##to,
#define RISKY(from, to, bad, result) SAFE(from, to, result)

typedef const struct quern_kind *const kinds[TYPES][TYPES];

static kinds saturating = { PAIRS };

#undef RISKY
#define RISKY(from, to, bad, result)                                           \
	[TYPE_##from][TYPE_##to] = &checked_##from##_##to,

static kinds checked = { PAIRS };

/* The kind is not in the table if both types are one. */
static quern_op
convert(kinds table, void *out, quern_type to, const void *in, quern_type from,
    size_t n, size_t *first)
{
	if ((unsigned)to >= TYPES || (unsigned)from >= TYPES)
		return (quern_op) { 0 };
	if (to != from)
		return quern__kernel_op(table[from][to], out, in, NULL, first,
		    n, QUERN__NO_NUMBER, QUERN__NO_NUMBER);
	switch (from) {
	case QUERN_F64:
	case QUERN_I64:
	case QUERN_U64:
		return quern_copy_u64(out, in, n);
	default:
		return quern_copy_u32(out, in, n);
	}
}

quern_op
quern_convert(
    void *out, quern_type to, const void *in, quern_type from, size_t n)
{
	return convert(saturating, out, to, in, from, n, NULL);
}

quern_op
quern_convert_checked(void *out, quern_type to, const void *in, quern_type from,
    size_t n, size_t *first)
{
	return convert(checked, out, to, in, from, n, first);
}

#endif

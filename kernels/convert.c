/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * convert.c -- from one type of element to another.
 *
 *     quern/kernels.h --> [convert.c] --> verdict.h, simd_ieee.h, fill.c
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
 * SAFE(from, to, LOOP, result): every x has a place.
 * RISKY(from, to, bad, LOOP, result): but for those of which `bad` is true.
 * If LOOP is EACH the result is an expression, and if VECTORS a function, for
 * what the compiler makes slow vectors of.
 */
#define FLOAT_INT(from, to, low, high)                                         \
	RISKY(from, to, (low) | (high) | (x != x), EACH,                       \
	    (high)     ? MAX_##to :                                            \
		(low)  ? MIN_##to :                                            \
		x == x ? (quern__##to)x :                                      \
			 0)
#define INT_INT(from, to, low, high)                                           \
	RISKY(from, to, (low) | (high), EACH,                                  \
	    (high)    ? MAX_##to :                                             \
		(low) ? MIN_##to :                                             \
			(quern__##to)x)
#define FLOAT_PAIRS(f)                                                         \
	FLOAT_INT(f, i64, x < -0x1p63f, x >= 0x1p63f)                          \
	FLOAT_INT(f, u64, x <= -1, x >= 0x1p64f)                               \
	SAFE(i32, f, EACH, x)                                                  \
	SAFE(u32, f, EACH, x)
#define PAIRS                                                                  \
	FLOAT_PAIRS(f64)                                                       \
	FLOAT_PAIRS(f32)                                                       \
	RISKY(f64, i32, (x <= -0x1p31 - 1) | (x >= 0x1p31) | (x != x),         \
	    VECTORS, f64v_to_i32)                                              \
	RISKY(f64, u32, (x <= -1) | (x >= 0x1p32) | (x != x), VECTORS,         \
	    f64v_to_u32)                                                       \
	FLOAT_INT(f32, i32, x < -0x1p31f, x >= 0x1p31f)                        \
	FLOAT_INT(f32, u32, x <= -1, x >= 0x1p32f)                             \
	RISKY(f64, f32,                                                        \
	    (x >= INFINITE_F32 || x <= -INFINITE_F32) && x - x == 0, EACH,     \
	    x == x ? (float)x : NAN)                                           \
	SAFE(f32, f64, EACH, x == x ? (double)x : (double)NAN)                 \
	SAFE(i64, f64, VECTORS, i64v_to_f64)                                   \
	SAFE(i64, f32, EACH, x)                                                \
	SAFE(u64, f64, VECTORS, u64v_to_f64)                                   \
	SAFE(u64, f32, EACH, x)                                                \
	RISKY(                                                                 \
	    i64, i32, (x < INT32_MIN) | (x > INT32_MAX), VECTORS, i64v_to_i32) \
	INT_INT(i64, u64, x < 0, 0)                                            \
	RISKY(i64, u32, (x < 0) | (x > UINT32_MAX), VECTORS, i64v_to_u32)      \
	SAFE(i32, i64, EACH, x)                                                \
	INT_INT(i32, u64, x < 0, 0)                                            \
	INT_INT(i32, u32, x < 0, 0)                                            \
	INT_INT(u64, i64, 0, x > INT64_MAX)                                    \
	INT_INT(u64, i32, 0, x > INT32_MAX)                                    \
	INT_INT(u64, u32, 0, x > UINT32_MAX)                                   \
	SAFE(u32, i64, EACH, x)                                                \
	INT_INT(u32, i32, 0, x > INT32_MAX)                                    \
	SAFE(u32, u64, EACH, x)

#ifdef QUERN_ISA_NAME

#include <math.h>

#include "simd_ieee.h"

typedef int32_t i32half SIMD_VECTOR(SIMD_BYTES / 2);
typedef uint32_t u32half SIMD_VECTOR(SIMD_BYTES / 2);

/* From `low` to `high`; NaN is 0. */
static inline f64v
f64v_within(f64v v, double low, double high)
{
	v = f64v_larger(f64v_unless_nan(v, f64v_all(0)), f64v_all(low));
	return f64v_lesser(v, f64v_all(high));
}

static inline i32half
f64v_to_i32(f64v v)
{
	return __builtin_convertvector(
	    f64v_within(v, INT32_MIN, INT32_MAX), i32half);
}

/* Signed ones have instructions everywhere. */
static inline u32half
f64v_to_u32(f64v v)
{
	v = f64v_trunc(f64v_within(v, 0, UINT32_MAX)) - 0x1p31;
	return (u32half) __builtin_convertvector(v, i32half) ^ 0x80000000;
}

static inline i64v
i64v_within(i64v v, int64_t low, int64_t high)
{
	return i64v_lesser(i64v_larger(v, i64v_all(low)), i64v_all(high));
}

static inline i32half
i64v_to_i32(i64v v)
{
	return __builtin_convertvector(
	    i64v_within(v, INT32_MIN, INT32_MAX), i32half);
}

static inline u32half
i64v_to_u32(i64v v)
{
	return __builtin_convertvector(i64v_within(v, 0, UINT32_MAX), u32half);
}

#define EACH(from, to, result)                                                 \
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

/* With as many lanes as there are of 64 bits. */
#define TO_f64 f64v
#define TO_i32 i32half
#define TO_u32 u32half
#define VECTORS(from, to, function)                                            \
	MAP_LOOP_(convert_##from##_##to, from, TO_##to, MAP_INPUTS1,           \
	    MAP_LOAD1, function, (v))

#define SAFE(from, to, LOOP, result) LOOP(from, to, result)
#define RISKY(from, to, bad, LOOP, result)                                     \
	LOOP(from, to, result)                                                 \
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

#define SAFE(from, to, LOOP, result)                                           \
	MAP_KIND(convert_##from##_##to, MAP_CHEAP, MAP_BYTES(to),              \
	    MAP_BYTES(from), 0, 0)
#define RISKY(from, to, bad, LOOP, result)                                     \
	SAFE(from, to, LOOP, result)                                           \
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

#define SAFE(from, to, LOOP, result)                                           \
	[TYPE_##from][TYPE_##to] = &convert_##from##_##to,
#define RISKY(from, to, bad, LOOP, result) SAFE(from, to, LOOP, result)

typedef const struct quern_kind *const kinds[TYPES][TYPES];

static kinds saturating = { PAIRS };

#undef RISKY
#define RISKY(from, to, bad, LOOP, result)                                     \
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

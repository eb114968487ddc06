/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * argminmax.c -- where the smallest or largest element is.
 *
 *     quern/kernels.h --> [argminmax.c] --> extreme.h
 *
 * Most pieces hold no new extreme: only one that does is looked through for
 * its place, while it is still in the first cache.
 */
#include "extreme.h"

#include <errno.h>
#include <string.h>

enum { PIECE = 4096 };

/* Is a better than b, which comes first? */
#define IS_BETTER_FLOAT(t)                                                     \
	static inline bool lower_##t(quern__##t a, quern__##t b)               \
	{                                                                      \
		if (isnan(a) || isnan(b))                                      \
			return isnan(a) && !isnan(b);                          \
		return a < b || (a == b && signbit(a) && !signbit(b));         \
	}                                                                      \
	static inline bool higher_##t(quern__##t a, quern__##t b)              \
	{                                                                      \
		return lower_##t(-a, -b);                                      \
	}

#define IS_BETTER_INTEGER(t)                                                   \
	static inline bool lower_##t(quern__##t a, quern__##t b)               \
	{                                                                      \
		return a < b;                                                  \
	}                                                                      \
	static inline bool higher_##t(quern__##t a, quern__##t b)              \
	{                                                                      \
		return a > b;                                                  \
	}

IS_BETTER_FLOAT(f64)
IS_BETTER_FLOAT(f32)
IS_BETTER_INTEGER(i64)
IS_BETTER_INTEGER(i32)
IS_BETTER_INTEGER(u64)
IS_BETTER_INTEGER(u32)

/* Of `seen` elements, the best one and its index. */
#define DEFINE_BEST(t)                                                         \
	struct best_##t {                                                      \
		uint64_t seen, at;                                             \
		quern__##t value;                                              \
	};

DEFINE_BEST(f64)
DEFINE_BEST(f32)
DEFINE_BEST(i64)
DEFINE_BEST(i32)
DEFINE_BEST(u64)
DEFINE_BEST(u32)

#ifdef QUERN_ISA_NAME

/* Is any lane set, be they of 32 bits or of 64? */
static inline bool
any(i64v mask)
{
	return f64v_any(mask | (i64v)((u64v)mask << 32));
}

/* The first element that is `value`, bit for bit, or NaN like it. */
#define DEFINE_PLACE(t, bits, SAME)                                            \
	static inline size_t place_##t(                                        \
	    const char *from, size_t n, quern__##t value)                      \
	{                                                                      \
		enum { WIDTH = sizeof(t##v) / sizeof(value) };                 \
		const t##v all = t##v_all(value);                              \
		size_t i = 0;                                                  \
		t##v v;                                                        \
		i##bits##v same;                                               \
                                                                               \
		for (; n - i >= WIDTH; i += WIDTH) {                           \
			v = t##v_load(from + i * sizeof(value));               \
			same = SAME(i##bits##v, v, all);                       \
			if (any((i64v)same))                                   \
				break;                                         \
		}                                                              \
		for (; i < n; i++) {                                           \
			v = t##v_all(t##v_load_one(from + i * sizeof(value))); \
			same = SAME(i##bits##v, v, all);                       \
			if (same[0])                                           \
				break;                                         \
		}                                                              \
		return i;                                                      \
	}

#define SAME_FLOAT(iv, v, all)                                                 \
	(((iv)(v) == (iv)(all)) | ((v != v) & (all != all)))
#define SAME_INTEGER(iv, v, all) ((iv)((v) == (all)))

DEFINE_PLACE(f64, 64, SAME_FLOAT)
DEFINE_PLACE(f32, 32, SAME_FLOAT)
DEFINE_PLACE(i64, 64, SAME_INTEGER)
DEFINE_PLACE(i32, 32, SAME_INTEGER)
DEFINE_PLACE(u64, 64, SAME_INTEGER)
DEFINE_PLACE(u32, 32, SAME_INTEGER)

#define ARG(what, WHAT, BETTER, t)                                             \
	MAP_LOOP(arg##what##_##t)                                              \
	{                                                                      \
		struct best_##t *best = out;                                   \
		const char *from = in[0];                                      \
		quern__##t value;                                              \
                                                                               \
		(void)op;                                                      \
		for (size_t m; n; n -= m, from += m * sizeof(value)) {         \
			m = n < PIECE ? n : PIECE;                             \
			value = EXTREME_##what##_##t(from, m);                 \
			if (BETTER##_##t(value, best->value)) {                \
				best->at =                                     \
				    best->seen + place_##t(from, m, value);    \
				best->value = value;                           \
			}                                                      \
			best->seen += m;                                       \
		}                                                              \
	}

#else

/* The index is what the result is. */
static int
finish_arg(const quern_op *op, const void *acc)
{
	const uint64_t *seen_and_at = acc;

	if (op->count == 0)
		return -EDOM;
	memcpy(op->out, &seen_and_at[1], sizeof(uint64_t));
	return 0;
}

/* That of no elements is at the first, as if that were the worst there is. */
#define ARG(what, WHAT, BETTER, t)                                             \
	static inline struct best_##t join_##what##_##t(                       \
	    struct best_##t a, struct best_##t b)                              \
	{                                                                      \
		if (BETTER##_##t(b.value, a.value)) {                          \
			a.value = b.value;                                     \
			a.at = a.seen + b.at;                                  \
		}                                                              \
		a.seen += b.seen;                                              \
		return a;                                                      \
	}                                                                      \
	VARIANTS(quern__loop, arg##what##_##t)                                 \
	REDUCTION_ACC(arg##what##_##t, struct best_##t,                        \
	    ((struct best_##t) { .value = WHAT##_NONE_##t }),                  \
	    join_##what##_##t)                                                 \
	REDUCTION_1(arg##what, t, uint64_t, arg##what, arg##what##_##t, NULL,  \
	    finish_arg)

#endif

#define ARGS(t)                                                                \
	ARG(min, MIN, lower, t)                                                \
	ARG(max, MAX, higher, t)

ARGS(f64)
ARGS(f32)
ARGS(i64)
ARGS(i32)
ARGS(u64)
ARGS(u32)

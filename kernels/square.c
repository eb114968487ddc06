/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * square.c -- the square of each element.
 *
 *     quern/kernels.h --> [square.c] --> isa.c --> simd_math.c
 */
#include <quern/kernels.h>

#include "check.h"
#include "isa.h"

/* 3 to 20 us of work, 256 KiB of doubles. */
enum { BLOCK = 32768 };

static int
check(const quern_op *op)
{
	return quern__check_map(op, op->in);
}

#define DEFINE_SQUARE(t, T)                                                    \
	static void range_##t(quern_context *ctx, const quern_op *op,          \
	    size_t begin, size_t end, void *acc)                               \
	{                                                                      \
		(void)ctx;                                                     \
		(void)acc;                                                     \
		quern__isa()->math->square_##t(quern__out_at(op, begin),       \
		    quern__in_at(op, begin), end - begin);                     \
	}                                                                      \
                                                                               \
	static const struct quern_kind square_##t = {                          \
		.name = "square_" #t,                                          \
		.block = BLOCK,                                                \
		.check = check,                                                \
		.range = range_##t,                                            \
	};                                                                     \
	QUERN_REGISTER(square_##t)                                             \
                                                                               \
	quern_op quern_square_##t(T *out, const T *in, size_t n)               \
	{                                                                      \
		return (quern_op) {                                            \
			.kind = &square_##t,                                   \
			.count = n,                                            \
			.out = out,                                            \
			.in = in,                                              \
			.out_size = sizeof(T),                                 \
			.in_size = sizeof(T),                                  \
		};                                                             \
	}

DEFINE_SQUARE(f64, double)
DEFINE_SQUARE(f32, float)
DEFINE_SQUARE(i64, int64_t)
DEFINE_SQUARE(i32, int32_t)

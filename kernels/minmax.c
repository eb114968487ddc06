/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * minmax.c -- the smallest or largest element.
 *
 *     quern/kernels.h --> [minmax.c] --> extreme.h
 *
 * The accumulator is the extreme so far.
 */
#include "extreme.h"

#include <errno.h>
#include <string.h>

#ifdef QUERN_ISA_NAME

#define EXTREME(what, WHAT, t)                                                 \
	MAP_LOOP(what##_##t)                                                   \
	{                                                                      \
		(void)op;                                                      \
		if (n)                                                         \
			*(quern__##t *)out = what##2_##t(*(quern__##t *)out,   \
			    EXTREME_##what##_##t(in[0], n));                   \
	}

#else

static int
finish(const quern_op *op, const void *acc)
{
	if (op->count == 0)
		return -EDOM;
	memcpy(op->out, acc, op->kind->bytes[QUERN__OUT]);
	return 0;
}

#define EXTREME(what, WHAT, t)                                                 \
	VARIANTS(quern__loop, what##_##t)                                      \
	REDUCTION_ACC(what##_##t, quern__##t, WHAT##_NONE_##t, what##2_##t)    \
	REDUCTION_1(what, t, quern__##t, what, what##_##t, NULL, finish)

#endif

#define EXTREMES(t)                                                            \
	EXTREME(min, MIN, t)                                                   \
	EXTREME(max, MAX, t)

EXTREMES(f64)
EXTREMES(f32)
EXTREMES(i64)
EXTREMES(i32)
EXTREMES(u64)
EXTREMES(u32)

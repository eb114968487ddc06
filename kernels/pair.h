/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pair.h -- a sum of doubles and what rounding took from it.
 *
 *     sum.c dot.c norm.c --> [pair.h] <-- compensated.c
 *
 * `high` is the plain sum, added in the same lanes and tree (lanes.h), bit for
 * bit; `low` is the sum of what each addition, and each product, was wrong by.
 */
#ifndef QUERN_KERNELS_PAIR_H
#define QUERN_KERNELS_PAIR_H

#include <math.h>

#include "lanes.h"

/* What a + b, rounded to `sum`, was wrong by, exactly (Knuth). */
#define PAIR_ERROR(a, b, sum)                                                  \
	(((a) - ((sum) - ((sum) - (a)))) + ((b) - ((sum) - (a))))

/* The state of a block. */
struct pair_lanes {
	double high[LANES], low[LANES];
};

static_assert(sizeof(struct pair_lanes) <= QUERN__SUB_STATE, "of a block");

#ifndef QUERN_ISA_NAME

struct pair {
	double high, low;
};

#define PAIR_NONE ((struct pair) { -0.0, 0 })

static inline struct pair
pair_join(struct pair a, struct pair b)
{
	double sum = a.high + b.high;

	a.low = (a.low + b.low) + PAIR_ERROR(a.high, b.high, sum);
	a.high = sum;
	return a;
}

static inline void
pair_open(void *state)
{
	struct pair_lanes *lanes = state;

	lanes_open(lanes->high);
	memset(lanes->low, 0, sizeof(lanes->low));
}

static inline void
pair_close(void *acc, const void *state)
{
	struct pair_lanes lanes = *(const struct pair_lanes *)state;
	double *high = lanes.high, *low = lanes.low;

	for (size_t half = LANES / 2; half; half /= 2)
		for (size_t j = 0; j < half; j++) {
			double sum = high[j] + high[j + half];

			low[j] = (low[j] + low[j + half]) +
			    PAIR_ERROR(high[j], high[j + half], sum);
			high[j] = sum;
		}
	*(struct pair *)acc = (struct pair) { high[0], low[0] };
}

/* The plain sum where that is not finite, or already right. */
static inline double
pair_value(const void *acc)
{
	const struct pair *pair = acc;

	if (!isfinite(pair->high) || pair->low == 0)
		return pair->high;
	return pair->high + pair->low;
}

#define PAIR_ACC                                                               \
	REDUCTION_ACC(pair, struct pair, PAIR_NONE, pair_join)                 \
	static const struct quern__sub pair_sub = { REDUCTION_BLOCK,           \
		pair_open, pair_close };

#endif

#endif

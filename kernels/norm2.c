/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * norm2.c -- the root of the sum of squares of doubles, right wherever the
 * result is one that a double can hold.
 *
 *     quern/kernels.h --> [norm2.c] --> lanes.h
 *
 * J. L. Blue's way (1978): elements so large that their squares could overflow
 * are scaled down, squared and summed apart, those so small that squares would
 * lose bits are scaled up, and what lies between is squared as it is.  Each sum
 * is one in lanes, to which an element of another kind brings 0; so a run of the
 * lanes without large and small ones may as well not add them, and nearly all
 * are.
 */
#include "lanes.h"

#include <math.h>

/* Squares of the middle ones are normal, and 2^52 of them can be added. */
#define FROM_LARGE 0x1p485
#define TO_SMALL 0x1p-510
#define SHRINK 0x1p-540
#define GROW 0x1p540

enum { MIDDLE, LARGE, SMALL, SIZES };

static_assert(SIZES * LANES * sizeof(double) <= QUERN__SUB_STATE, "the lanes");

#ifdef QUERN_ISA_NAME

/* A run, or what there is of it: elements beyond the whole 32s are in `last`. */
struct run {
	const char *from, *last;
	size_t n;
};

static inline const char *
elements(const struct run *run, size_t i)
{
	return run->n - i < LANES ? run->last : run->from + i * sizeof(double);
}

/* The middle ones only; false, and nothing changed, if there are others. */
static inline bool
add_middle(double *state, const struct run *run)
{
	const f64v small = f64v_all(TO_SMALL), large = f64v_all(FROM_LARGE);
	f64v sum[LANES_VECTORS], lane[LANES_VECTORS], v, size;
	f64v_mask other = { 0 };

	lanes_begin(lane, 0);
	for (size_t i = 0; i < run->n; i += LANES) {
		const char *from = elements(run, i);

		for (size_t k = 0; k < LANES_VECTORS; k++) {
			v = f64v_load(from + k * sizeof(v));
			size = f64v_abs(v);
			other |= (size >= large) |
			    ((size < small) & (v != f64v_all(0)));
			lane[k] += v * v;
		}
	}
	if (f64v_any(other))
		return false;
	lanes_load(sum, state);
	for (size_t k = 0; k < LANES_VECTORS; k++)
		sum[k] += lane[k];
	lanes_store(state, sum);
	return true;
}

static inline void
add_scaled(double *state, const char *from, f64v_mask mask[], f64v scale)
{
	f64v lane, v;

	for (size_t k = 0; k < LANES_VECTORS; k++) {
		v = f64v_load(from + k * sizeof(v));
		v = f64v_select(mask[k], v, f64v_all(0)) * scale;
		lane = f64v_load(state + k * LANES_WIDTH) + v * v;
		memcpy(state + k * LANES_WIDTH, &lane, sizeof(lane));
	}
}

static void
add_each(double *state, const struct run *run)
{
	f64v_mask mask[SIZES][LANES_VECTORS];
	double lane[SIZES * LANES] = { 0 };

	for (size_t i = 0; i < run->n; i += LANES) {
		const char *from = elements(run, i);

		for (size_t k = 0; k < LANES_VECTORS; k++) {
			f64v size =
			    f64v_abs(f64v_load(from + k * sizeof(size)));

			mask[LARGE][k] = size >= f64v_all(FROM_LARGE);
			mask[SMALL][k] = size < f64v_all(TO_SMALL);
			mask[MIDDLE][k] = ~(mask[LARGE][k] | mask[SMALL][k]);
		}
		add_scaled(
		    lane + MIDDLE * LANES, from, mask[MIDDLE], f64v_all(1));
		add_scaled(
		    lane + LARGE * LANES, from, mask[LARGE], f64v_all(SHRINK));
		add_scaled(
		    lane + SMALL * LANES, from, mask[SMALL], f64v_all(GROW));
	}
	for (size_t j = 0; j < SIZES * LANES; j++)
		state[j] += lane[j];
}

MAP_LOOP(norm2_f64)
{
	char last[LANES * sizeof(double)];
	struct run run = { .from = in[0], .last = last };

	(void)op;
	for (; n; n -= run.n, run.from += run.n * sizeof(double)) {
		size_t rest;

		run.n = n < LANES_RUN ? n : LANES_RUN;
		rest = run.n % LANES;
		lanes_pad(last, run.from + (run.n - rest) * sizeof(double),
		    rest, sizeof(double), 0);
		if (!add_middle(out, &run))
			add_each(out, &run);
	}
}

#else

VARIANTS(quern__loop, norm2_f64)

struct squares {
	double of[SIZES];
};

#define NOTHING ((struct squares) { { 0, 0, 0 } })

static inline struct squares
plus(struct squares a, struct squares b)
{
	for (size_t i = 0; i < SIZES; i++)
		a.of[i] += b.of[i];
	return a;
}

REDUCTION_ACC(squares, struct squares, NOTHING, plus)

static void
open_squares(void *state)
{
	memset(state, 0, SIZES * LANES * sizeof(double));
}

static void
close_squares(void *acc, const void *state)
{
	struct squares *squares = acc;
	const double *lane = state;

	for (size_t i = 0; i < SIZES; i++)
		squares->of[i] = lanes_total(lane + i * LANES);
}

static const struct quern__sub squares_sub = { REDUCTION_BLOCK, open_squares,
	close_squares };

/*
 * Of neighbouring sizes both count, of large and small only the former.  Small
 * squares are at most 2^-968 in all, so beyond 2^-800 they do not matter.
 */
static int
finish(const quern_op *op, const void *acc)
{
	const struct squares *squares = acc;
	double middle = squares->of[MIDDLE], large = squares->of[LARGE];
	double small = squares->of[SMALL], norm;

	if (isnan(middle))
		norm = middle;
	else if (large > 0)
		norm = sqrt(large + middle * SHRINK * SHRINK) / SHRINK;
	else if (small > 0 && middle < 0x1p-800)
		norm = sqrt(small + middle * GROW * GROW) / GROW;
	else
		norm = sqrt(middle);
	return quern__finish_float(op, norm);
}

REDUCTION_1(norm2, f64, double, norm2, squares, &squares_sub, finish)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lanes.h -- a sum of doubles, in an order that does not depend on the width of
 * a vector.
 *
 *     sum.c norm.c ... --> [lanes.h] --> reduction.h
 *
 * Every 512 elements are a run, which is added in 32 lanes: element i goes to
 * lane i mod 32.  Then these are added to the lanes of the block, and at the end
 * of that the upper half of the lanes to the lower half until one is left.  So no
 * lane adds up more than 16 and then 64 numbers, and only few instructions of a
 * block are not those that add elements.  Lanes start at -0, which changes
 * nothing it is added to, -0 included.  Floats are added as doubles.
 */
#ifndef QUERN_KERNELS_LANES_H
#define QUERN_KERNELS_LANES_H

#include <assert.h>
#include <string.h>

#include "reduction.h"

enum { LANES = 32, LANES_RUN = 512 };

static_assert(QUERN__BUFFERED % LANES_RUN == 0, "whole runs at a time");

/* The state of a block. */
struct lanes {
	double lane[LANES];
	double total; /* of the lanes */
};

static inline void
lanes_open(void *state)
{
	double *lane = state;

	for (size_t j = 0; j < LANES; j++)
		lane[j] = -0.0;
}

#ifdef QUERN_ISA_NAME

enum { LANES_WIDTH = SIMD_BYTES / sizeof(double) };
enum { LANES_VECTORS = LANES / LANES_WIDTH };

/* Doubles out of elements of type t. */
#define LANES_LOAD_f64(from) f64v_load(from)
#define LANES_LOAD_f32(from) f64v_load_f32(from)

/* Vector by vector, so that they stay in registers in between. */
static inline void
lanes_load(f64v lane[], const double *from)
{
	for (size_t k = 0; k < LANES_VECTORS; k++)
		lane[k] = f64v_load(from + k * LANES_WIDTH);
}

static inline void
lanes_begin(f64v lane[], double value)
{
	for (size_t k = 0; k < LANES_VECTORS; k++)
		lane[k] = f64v_all(value);
}

static inline void
lanes_store(double *to, const f64v lane[])
{
	for (size_t k = 0; k < LANES_VECTORS; k++)
		memcpy(to + k * LANES_WIDTH, &lane[k], sizeof(lane[k]));
}

/* As lanes_total() below, but in registers: each loop keeps it in the state. */
static inline double
lanes_sum(const f64v from[])
{
	f64v lane[LANES_VECTORS];
	double rest[LANES_WIDTH];

	for (size_t k = 0; k < LANES_VECTORS; k++)
		lane[k] = from[k];
	for (size_t half = LANES_VECTORS / 2; half; half /= 2)
		for (size_t k = 0; k < half; k++)
			lane[k] += lane[k + half];
	memcpy(rest, &lane[0], sizeof(rest));
	for (size_t half = LANES_WIDTH / 2; half; half /= 2)
		for (size_t k = 0; k < half; k++)
			rest[k] += rest[k + half];
	return rest[0];
}

/* Copy n elements of `size` bytes and append what makes 32 of them. */
static inline const char *
lanes_pad(char *buffer, const char *from, size_t n, size_t size, double rest)
{
	float narrow = (float)rest;

	memcpy(buffer, from, n * size);
	for (; n < LANES; n++)
		memcpy(buffer + n * size,
		    size == sizeof(float) ? (void *)&narrow : &rest, size);
	return buffer;
}

/*
 * ADD the `run` elements at a and b, 32 at a time; absent ones, of which `last`
 * has room for as many, are -0 and 1.
 */
#define LANES_EACH(run, size, ADD)                                             \
	for (size_t i = LANES; i <= run; i += LANES) {                         \
		ADD;                                                           \
		a += LANES * size;                                             \
		b += LANES * size;                                             \
	}                                                                      \
	if (run % LANES) {                                                     \
		a = lanes_pad(last[0], a, run % LANES, size, -0.0);            \
		b = lanes_pad(last[1], b, run % LANES, size, 1);               \
		ADD;                                                           \
	}

/*
 * The loop `id`_t: lane += F(v, w), where v and w are from the first and second
 * array, which is the first once more if there is no second (`arrays`).
 */
#define LANES_LOOP(id, t, arrays, F)                                           \
	MAP_LOOP(id##_##t)                                                     \
	{                                                                      \
		struct lanes *state = out;                                     \
		enum { SIZE = sizeof(quern__##t) };                            \
		const char *a = in[0], *b = in[arrays - 1];                    \
		char last[2][LANES * sizeof(double)];                          \
		f64v sum[LANES_VECTORS], lane[LANES_VECTORS];                  \
                                                                               \
		(void)op;                                                      \
		lanes_load(sum, state->lane);                                  \
		for (size_t run; n; n -= run) {                                \
			run = n < LANES_RUN ? n : LANES_RUN;                   \
			lanes_begin(lane, -0.0);                               \
			LANES_EACH(run, SIZE, LANES_ADD(t, F))                 \
			for (size_t k = 0; k < LANES_VECTORS; k++)             \
				sum[k] += lane[k];                             \
		}                                                              \
		lanes_store(state->lane, sum);                                 \
		state->total = lanes_sum(sum);                                 \
	}

#define LANES_ADD(t, F)                                                        \
	for (size_t k = 0; k < LANES_VECTORS; k++) {                           \
		f64v v = LANES_LOAD_##t(a + k * LANES_WIDTH * SIZE);           \
		f64v w = LANES_LOAD_##t(b + k * LANES_WIDTH * SIZE);           \
                                                                               \
		(void)w;                                                       \
		lane[k] += F(v, w);                                            \
	}

#else

#define LANES_LOOP(id, t, arrays, F) VARIANTS(quern__loop, id##_##t)

/* The upper half to the lower half, until one is left. */
static inline double
lanes_total(const double *from)
{
	double lane[LANES];

	memcpy(lane, from, sizeof(lane));
	for (size_t half = LANES / 2; half; half /= 2)
		for (size_t j = 0; j < half; j++)
			lane[j] += lane[j + half];
	return lane[0];
}

static inline void
lanes_close(void *acc, const void *state)
{
	*(double *)acc = ((const struct lanes *)state)->total;
}

#define LANES_PLUS(a, b) ((a) + (b))

/* The accumulator `lanes`, and how it comes from lanes. */
#define LANES_ACC                                                              \
	REDUCTION_ACC(lanes, double, -0.0, LANES_PLUS)                         \
	static const struct quern__sub lanes_sub = { REDUCTION_BLOCK,          \
		lanes_open, lanes_close };

#endif

#endif

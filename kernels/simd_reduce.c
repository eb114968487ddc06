/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_reduce.c -- sum, minimum and maximum of a run of elements, for one
 * instruction set.
 *
 *     sum.c minmax.c --> isa.c --> [simd_reduce.c]
 *
 * Compiled once per instruction set, see isa.h.
 */
#include "isa.h"
#include "simd.h"

/* Lanes of a vector of doubles or 64-bit integers. */
enum { WIDTH = SIMD_BYTES / sizeof(double) };

/*
 * Doubles and floats share their code, which works in double.  `size` is that
 * of an element, a constant wherever these are inlined.
 */
static inline f64v
load(const char *from, size_t size)
{
	return size == sizeof(float) ? f64v_load_f32(from) : f64v_load(from);
}

/* Copy n elements to `buffer` and fill it with `rest` up to `lanes` of them. */
static inline const char *
pad(char *buffer, const char *from, size_t n, size_t lanes, size_t size,
    double rest)
{
	float narrow = (float)rest;

	memcpy(buffer, from, n * size);
	for (; n < lanes; n++)
		memcpy(buffer + n * size,
		    size == sizeof(float) ? (void *)&narrow : &rest, size);
	return buffer;
}

/*
 * A sum of doubles, in an order that does not depend on the width of a vector.
 * There are 32 lanes, element i goes to lane i mod 32, and at the end the upper
 * half of the lanes is added to the lower half until one is left.  Lanes start
 * at -0, which changes nothing it is added to, -0 included; absent elements
 * are -0 too.
 */
enum { LANES = 32, VECTORS = LANES / WIDTH };

static inline double
sum(const void *in, size_t n, size_t size)
{
	const char *from = in;
	char last[LANES * sizeof(double)];
	f64v lane[VECTORS];
	double rest[WIDTH];

	for (size_t k = 0; k < VECTORS; k++)
		lane[k] = f64v_all(-0.0);
	for (; n; n -= LANES, from += LANES * size) {
		if (n < LANES) {
			from = pad(last, from, n, LANES, size, -0.0);
			n = LANES;
		}
		for (size_t k = 0; k < VECTORS; k++)
			lane[k] += load(from + k * WIDTH * size, size);
	}
	for (size_t half = VECTORS / 2; half; half /= 2)
		for (size_t k = 0; k < half; k++)
			lane[k] += lane[k + half];
	memcpy(rest, &lane[0], sizeof(rest));
	for (size_t half = WIDTH / 2; half; half /= 2)
		for (size_t k = 0; k < half; k++)
			rest[k] += rest[k + half];
	return rest[0];
}

static double
sum_f64(const void *in, size_t n)
{
	return sum(in, n, sizeof(double));
}

static double
sum_f32(const void *in, size_t n)
{
	return sum(in, n, sizeof(float));
}

/*
 * Exact: with 2^63 added an element is unsigned, and its halves of 32 bits are
 * summed apart.  What is missing in the last vector is a bare 2^63 less 2^63.
 */
static struct quern__halves
sum_i64(const void *in, size_t n)
{
	const u64v bias = u64v_all((uint64_t)1 << 63);
	const u64v low_half = u64v_all(UINT32_MAX);
	const char *from = in;
	u64v low = u64v_all(0), high = u64v_all(0), v;
	struct quern__halves sum = { 0, 0 };

	for (; n >= WIDTH; n -= WIDTH, from += sizeof(v)) {
		v = u64v_load(from) ^ bias;
		low += v & low_half;
		high += v >> 32;
	}
	v = u64v_load_part(from, n, bias) ^ bias;
	low += v & low_half;
	high += v >> 32;
	for (size_t k = 0; k < WIDTH; k++) {
		sum.low += low[k];
		sum.high += high[k];
	}
	return sum;
}

/*
 * Minimum and maximum do not depend on the order.  Several vectors run side by
 * side, begun with the first element; it may well count twice.  The maximum is
 * the minimum of the elements with the bits in `flip` inverted: the sign bit
 * of a double, all bits of an integer.
 */
enum { SIDE = 4 };

/*
 * The comparison passes by NaN and takes -0 for +0; both are put right at the
 * end.  `nan` says whether there was one.  `bits` is the union of all elements'
 * bits: if the minimum is a zero, no element is below -0, so a sign bit in
 * there is that of a -0.
 */
static inline double
extreme(const void *in, size_t n, size_t size, i64v flip)
{
	const char *from = in;
	char last[SIDE * WIDTH * sizeof(double)];
	const f64v first =
	    f64v_all(size == sizeof(float) ? (double)f32v_load_one(in) :
					     f64v_load_one(in));
	f64v best[SIDE], v;
	i64v nan = { 0 }, bits = { 0 };
	double result;
	int64_t any_nan = 0, any_bits = 0;

	for (size_t k = 0; k < SIDE; k++)
		best[k] = (f64v)((i64v)first ^ flip);
	for (; n; n -= SIDE * WIDTH, from += SIDE * WIDTH * size) {
		if (n < SIDE * WIDTH) {
			from = pad(last, from, n, SIDE * WIDTH, size, first[0]);
			n = SIDE * WIDTH;
		}
		for (size_t k = 0; k < SIDE; k++) {
			v = load(from + k * WIDTH * size, size);
			v = (f64v)((i64v)v ^ flip);
			best[k] = f64v_select(v < best[k], v, best[k]);
			nan |= v != v;
			bits |= (i64v)v;
		}
	}
	result = best[0][0];
	for (size_t k = 0; k < SIDE; k++)
		for (size_t j = 0; j < WIDTH; j++)
			result = best[k][j] < result ? best[k][j] : result;
	for (size_t j = 0; j < WIDTH; j++) {
		any_nan |= nan[j];
		any_bits |= bits[j];
	}
	if (any_nan)
		return NAN;
	if (result == 0)
		result = any_bits < 0 ? -0.0 : 0.0;
	return flip[0] ? -result : result;
}

static double
min_f64(const void *in, size_t n)
{
	return extreme(in, n, sizeof(double), i64v_all(0));
}

static double
max_f64(const void *in, size_t n)
{
	return extreme(in, n, sizeof(double), i64v_all(INT64_MIN));
}

static float
min_f32(const void *in, size_t n)
{
	return (float)extreme(in, n, sizeof(float), i64v_all(0));
}

static float
max_f32(const void *in, size_t n)
{
	return (float)extreme(in, n, sizeof(float), i64v_all(INT64_MIN));
}

static inline int64_t
extreme_i64(const void *in, size_t n, i64v flip)
{
	const char *from = in;
	const i64v first = i64v_all(i64v_load_one(in)) ^ flip;
	i64v best[SIDE], v;
	int64_t result = first[0];

	for (size_t k = 0; k < SIDE; k++)
		best[k] = first;
	for (; n >= SIDE * WIDTH; n -= SIDE * WIDTH)
		for (size_t k = 0; k < SIDE; k++) {
			v = i64v_load(from) ^ flip;
			from += sizeof(v);
			best[k] = i64v_select(v < best[k], v, best[k]);
		}
	for (size_t k = 0; k < SIDE; k++)
		for (size_t j = 0; j < WIDTH; j++)
			result = best[k][j] < result ? best[k][j] : result;
	for (; n; n--, from += sizeof(int64_t)) {
		int64_t one = i64v_load_one(from) ^ flip[0];

		result = one < result ? one : result;
	}
	return result ^ flip[0];
}

static int64_t
min_i64(const void *in, size_t n)
{
	return extreme_i64(in, n, i64v_all(0));
}

static int64_t
max_i64(const void *in, size_t n)
{
	return extreme_i64(in, n, i64v_all(-1));
}

extern const struct quern__reduce SIMD_TABLE(quern__reduce_);
const struct quern__reduce SIMD_TABLE(quern__reduce_) = {
	.sum_f64 = sum_f64,
	.sum_f32 = sum_f32,
	.sum_i64 = sum_i64,
	.min_f64 = min_f64,
	.max_f64 = max_f64,
	.min_f32 = min_f32,
	.max_f32 = max_f32,
	.min_i64 = min_i64,
	.max_i64 = max_i64,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * describe.c -- count, mean, variance, skewness, kurtosis, minimum and maximum
 * in one pass.
 *
 *     quern/kernels.h --> [describe.c] --> pair.h
 *
 * Within a sub-block, 4096 elements, powers of the distance from a number near
 * the mean are summed in 8 lanes: the mean of its first 256 elements.  If these
 * are k of n elements, and all of them as far from the others as can be, the
 * square of the distance from the true mean is n / k times the variance, so that
 * at most 4 or 5 bits of it cancel.  Sub-blocks have count, mean and central
 * moments, joined by the formulas of Chan and others (1979) and Pebay (2008); the
 * mean is kept in two doubles, for their differences are small.
 */
#include "pair.h"

#include <assert.h>
#include <quern/kernels.h>

enum { SUB = 4096, NEAR = 256, POWERS = 4, D_LANES = 8 };

/* The state of a sub-block: sums of powers of x - centre. */
struct sums {
	double power[POWERS][D_LANES];
	double min[D_LANES], max[D_LANES];
	double centre;
	size_t n;
	bool nan;
};

#ifdef QUERN_ISA_NAME

enum { VECTORS = D_LANES / LANES_WIDTH };

/* The mean of the first elements, or 0 if that is none. */
#define DEFINE_CENTRE(t)                                                       \
	static double centre_##t(const char *from, size_t n)                   \
	{                                                                      \
		enum { SIZE = sizeof(quern__##t) };                            \
		f64v lane[LANES_VECTORS];                                      \
		char last[LANES * sizeof(double)];                             \
		size_t near = n < NEAR ? n : NEAR;                             \
		double mean;                                                   \
                                                                               \
		lanes_begin(lane, 0);                                          \
		for (size_t i = 0; i < near; i += LANES) {                     \
			const char *a = from + i * SIZE;                       \
                                                                               \
			if (near - i < LANES)                                  \
				a = lanes_pad(last, a, near - i, SIZE, 0);     \
			for (size_t k = 0; k < LANES_VECTORS; k++)             \
				lane[k] += LANES_LOAD_##t(                     \
				    a + k * LANES_WIDTH * SIZE);               \
		}                                                              \
		mean = lanes_sum(lane) / (double)near;                         \
		return isfinite(mean) ? mean : 0;                              \
	}

DEFINE_CENTRE(f64)
DEFINE_CENTRE(f32)

static inline double
one_f64(const char *from)
{
	return f64v_load_one(from);
}

static inline double
one_f32(const char *from)
{
	return (double)f32v_load_one(from);
}

/* Each element x in its lane j. */
#define DESCRIBE_REST(t)                                                       \
	for (size_t j = 0; j < n; j++) {                                       \
		double x = one_##t(from + j * SIZE), d = x - s->centre;        \
                                                                               \
		s->power[0][j] += d;                                           \
		s->power[1][j] += d * d;                                       \
		s->power[2][j] += d * d * d;                                   \
		s->power[3][j] += (d * d) * (d * d);                           \
		s->min[j] = x < s->min[j] ? x : s->min[j];                     \
		s->max[j] = x > s->max[j] ? x : s->max[j];                     \
	}

#define DESCRIBE_LOOP(t)                                                       \
	MAP_LOOP(describe_##t)                                                 \
	{                                                                      \
		enum { SIZE = sizeof(quern__##t) };                            \
		struct sums *s = out;                                          \
		const char *from = in[0];                                      \
		f64v one[VECTORS], two[VECTORS], three[VECTORS];               \
		f64v four[VECTORS], min[VECTORS], max[VECTORS];                \
		f64v centre;                                                   \
		size_t all = n;                                                \
		bool unclear = false;                                          \
                                                                               \
		(void)op;                                                      \
		if (s->n == 0 && n)                                            \
			s->centre = centre_##t(from, n);                       \
		s->n += n;                                                     \
		centre = f64v_all(s->centre);                                  \
		for (size_t k = 0; k < VECTORS; k++) {                         \
			one[k] = f64v_load(s->power[0] + k * LANES_WIDTH);     \
			two[k] = f64v_load(s->power[1] + k * LANES_WIDTH);     \
			three[k] = f64v_load(s->power[2] + k * LANES_WIDTH);   \
			four[k] = f64v_load(s->power[3] + k * LANES_WIDTH);    \
			min[k] = f64v_load(s->min + k * LANES_WIDTH);          \
			max[k] = f64v_load(s->max + k * LANES_WIDTH);          \
		}                                                              \
		for (; n >= D_LANES; n -= D_LANES) {                           \
			for (size_t k = 0; k < VECTORS; k++) {                 \
				f64v x = LANES_LOAD_##t(from);                 \
				f64v d = x - centre, square = d * d;           \
                                                                               \
				from += LANES_WIDTH * SIZE;                    \
				one[k] += d;                                   \
				two[k] += square;                              \
				three[k] += square * d;                        \
				four[k] += square * square;                    \
				min[k] = f64v_lesser(x, min[k]);               \
				max[k] = f64v_larger(x, max[k]);               \
			}                                                      \
		}                                                              \
		for (size_t k = 0; k < VECTORS; k++) {                         \
			size_t at = k * LANES_WIDTH;                           \
                                                                               \
			memcpy(s->power[0] + at, &one[k], sizeof(f64v));       \
			memcpy(s->power[1] + at, &two[k], sizeof(f64v));       \
			memcpy(s->power[2] + at, &three[k], sizeof(f64v));     \
			memcpy(s->power[3] + at, &four[k], sizeof(f64v));      \
			memcpy(s->min + at, &min[k], sizeof(f64v));            \
			memcpy(s->max + at, &max[k], sizeof(f64v));            \
		}                                                              \
		DESCRIBE_REST(t)                                               \
		/* only then is there reason to look for NaN */                \
		for (size_t j = 0; j < D_LANES; j++)                           \
			unclear |= !isfinite(s->power[0][j]);                  \
		for (size_t i = 0; unclear && i < all; i++)                    \
			s->nan |=                                              \
			    isnan(one_##t((const char *)in[0] + i * SIZE));    \
	}

DESCRIBE_LOOP(f64)
DESCRIBE_LOOP(f32)

#else

VARIANTS(quern__loop, describe_f64)
VARIANTS(quern__loop, describe_f32)

/* ---- moments of some elements ---- */

struct moments {
	double n, mean, mean_low; /* the mean is the sum of these two */
	double m2, m3, m4;        /* sums of powers of x - mean */
	double min, max;          /* NaN: there is one */
};

static_assert(SUB * QUERN__SUBS == REDUCTION_BLOCK, "all of a block");
static_assert(sizeof(struct moments) <= QUERN__SUB_ACC, "of a sub-block");
static_assert(sizeof(struct sums) <= QUERN__SUB_STATE, "of a sub-block");

#define NO_MOMENTS                                                             \
	((struct moments) { .min = (double)INFINITY, .max = -(double)INFINITY })

static double
min2(double a, double b)
{
	return isnan(a) || isnan(b) ? (double)NAN : a < b ? a : b;
}

static double
max2(double a, double b)
{
	return isnan(a) || isnan(b) ? (double)NAN : a > b ? a : b;
}

static struct moments
join(struct moments a, struct moments b)
{
	struct moments both;
	double d, share, part;

	if (a.n == 0 || b.n == 0)
		return a.n == 0 ? b : a;
	both.n = a.n + b.n;
	share = b.n / both.n;
	/* from mean to mean, and from a's to the common one */
	d = (b.mean - a.mean) + (b.mean_low - a.mean_low);
	part = d * share;
	both.mean = a.mean + part;
	both.mean_low = PAIR_ERROR(a.mean, part, both.mean) + a.mean_low;
	both.m2 = a.m2 + b.m2 + d * part * a.n;
	both.m3 = a.m3 + b.m3 + d * part * d * a.n * ((a.n - b.n) / both.n) +
	    3 * d * (a.n * b.m2 - b.n * a.m2) / both.n;
	both.m4 = a.m4 + b.m4 +
	    d * part * (d * d) * a.n *
		((a.n * a.n - a.n * b.n + b.n * b.n) / (both.n * both.n)) +
	    6 * (d * d) * (a.n * a.n * b.m2 + b.n * b.n * a.m2) /
		(both.n * both.n) +
	    4 * d * (a.n * b.m3 - b.n * a.m3) / both.n;
	both.min = min2(a.min, b.min);
	both.max = max2(a.max, b.max);
	return both;
}

REDUCTION_ACC(moments, struct moments, NO_MOMENTS, join)

static void
open_sums(void *state)
{
	struct sums *s = state;

	memset(s, 0, sizeof(*s));
	for (size_t j = 0; j < D_LANES; j++) {
		s->min[j] = (double)INFINITY;
		s->max[j] = -(double)INFINITY;
	}
}

static double
total(const double *power)
{
	return ((power[0] + power[4]) + (power[2] + power[6])) +
	    ((power[1] + power[5]) + (power[3] + power[7]));
}

static void
close_sums(void *acc, const void *state)
{
	const struct sums *s = state;
	struct moments *m = acc;
	double n = (double)s->n, d = total(s->power[0]) / n;
	double s2 = total(s->power[1]), s3 = total(s->power[2]);
	double s4 = total(s->power[3]);

	*m = NO_MOMENTS;
	m->n = n;
	m->mean = s->centre + d;
	m->mean_low = PAIR_ERROR(s->centre, d, m->mean);
	m->m2 = s2 - n * d * d;
	m->m3 = s3 - 3 * d * s2 + 2 * n * d * d * d;
	m->m4 = s4 - 4 * d * s3 + 6 * d * d * s2 - 3 * n * d * d * d * d;
	for (size_t j = 0; j < D_LANES; j++) {
		m->min = s->min[j] < m->min ? s->min[j] : m->min;
		m->max = s->max[j] > m->max ? s->max[j] : m->max;
	}
	if (s->nan)
		m->min = m->max = (double)NAN;
	/* Rounding must not make a variance negative, or one where none is. */
	if (m->m2 < 0)
		m->m2 = 0;
	if (m->min == m->max) {
		m->mean = m->min;
		m->mean_low = m->m2 = m->m3 = m->m4 = 0;
	}
}

static const struct quern__sub sums_sub = { SUB, open_sums, close_sums };

/* ---- the end ---- */

static double
plain(double x)
{
	return isnan(x) ? (double)NAN : x + 0.0; /* and a zero is +0 */
}

/* Without NaN or infinities among them. */
static void
describe_finite(quern_description *d, const struct moments *m)
{
	double variance = m->m2 / m->n;

	d->mean = plain(m->mean + m->mean_low);
	if (m->n > 1)
		d->variance = plain(m->m2 / (m->n - 1));
	if (m->m2 > 0) {
		d->skewness = plain(m->m3 / m->n / (variance * sqrt(variance)));
		d->kurtosis = plain(m->m4 / m->n / (variance * variance) - 3);
	}
}

static int
finish(const quern_op *op, const void *acc)
{
	const struct moments *m = acc;
	quern_description d = { op->count, (double)NAN, (double)NAN,
		(double)NAN, (double)NAN, (double)NAN, (double)NAN };

	if (op->count) {
		d.min = plain(m->min);
		d.max = plain(m->max);
		if (isfinite(d.min) && isfinite(d.max))
			describe_finite(&d, m);
		else if (isfinite(d.min) || isfinite(d.max))
			d.mean = isfinite(d.min) ? d.max : d.min;
		else
			d.mean = plain(d.min + d.max);
	}
	memcpy(op->out, &d, sizeof(d));
	return 0;
}

REDUCTION_1(
    describe, f64, quern_description, describe, moments, &sums_sub, finish)
REDUCTION_1(
    describe, f32, quern_description, describe, moments, &sums_sub, finish)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pow_edge.c -- pow just below the largest double.
 *
 *     pow.c --> [pow_edge.c]
 *
 * SLEEF 3.5's pow for doubles says infinity from about 1.7 parts in a million
 * below the largest double on.  pow.c notices an infinity that is one of
 * those and asks here.  So this is called rarely and may be slow: some 0.3 us.
 *
 * Method: ln x = e ln 2 + 2 atanh((m - 1) / (m + 1)) for x = 2^e m, by its
 * series, all in double-double arithmetic (Dekker 1971); then y ln x - 1024
 * ln 2 is tiny and its exponential is a polynomial of degree 3.  Plain C
 * without fused multiply-add, hence the same bits on every machine.
 */
#include "pow_edge.h"

#include <stdint.h>
#include <string.h>

/* hi + lo, not evaluated; |lo| is at most about half an ULP of hi. */
struct dd {
	double hi, lo;
};

/* Exact if |a| >= |b| or a is 0. */
static struct dd
fast_two_sum(double a, double b)
{
	double s = a + b;

	return (struct dd) { s, b - (s - a) };
}

/* Exact. */
static struct dd
two_sum(double a, double b)
{
	double s = a + b, t = s - a;

	return (struct dd) { s, (a - (s - t)) + (b - t) };
}

/* a = hi + lo, each of at most 26 bits, so that products are exact. */
static struct dd
split(double a)
{
	double t = a * 0x1.0000002p27, hi = t - (t - a);

	return (struct dd) { hi, a - hi };
}

/* Exact. */
static struct dd
two_product(double a, double b)
{
	struct dd x = split(a), y = split(b);
	double p = a * b;

	return (struct dd) { p,
		x.lo * y.lo -
		    (((p - x.hi * y.hi) - x.lo * y.hi) - x.hi * y.lo) };
}

static struct dd
add(struct dd a, struct dd b)
{
	struct dd s = two_sum(a.hi, b.hi), t = two_sum(a.lo, b.lo);

	s = fast_two_sum(s.hi, s.lo + t.hi);
	return fast_two_sum(s.hi, s.lo + t.lo);
}

static struct dd
multiply(struct dd a, struct dd b)
{
	struct dd p = two_product(a.hi, b.hi);

	return fast_two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static struct dd
divide(double a, struct dd b)
{
	double q = a / b.hi;
	struct dd p = two_product(q, b.hi);

	return fast_two_sum(q, (((a - p.hi) - p.lo) - q * b.lo) / b.hi);
}

static const struct dd ln2 = { 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56 };

static struct dd
logarithm(double x)
{
	const uint64_t one = (uint64_t)1023 << 52;
	const uint64_t fraction = ((uint64_t)1 << 52) - 1;
	uint64_t bits;
	double m, e = 0;

	memcpy(&bits, &x, sizeof(bits));
	bits &= UINT64_MAX >> 1;
	if (bits >> 52 == 0) { /* subnormal */
		memcpy(&x, &bits, sizeof(x));
		x *= 0x1p54;
		e = -54;
		memcpy(&bits, &x, sizeof(bits));
	}
	e += (double)(bits >> 52) - 1023;
	bits = (bits & fraction) | one;
	memcpy(&m, &bits, sizeof(m));
	if (m >= 1.5) {
		m *= 0.5;
		e += 1;
	}

	/* |s| <= 1/5, so what the series leaves out is below 2^-78 of it. */
	struct dd s = divide(m - 1, two_sum(m, 1)), s2 = multiply(s, s);
	struct dd series = { 0, 0 };

	for (int k = 31; k >= 1; k -= 2)
		series =
		    add(multiply(series, s2), divide(1, (struct dd) { k, 0 }));
	series = multiply(series, (struct dd) { 2 * s.hi, 2 * s.lo });
	return add(multiply(ln2, (struct dd) { e, 0 }), series);
}

double
quern__pow_f64_edge(double x, double y)
{
	struct dd l = multiply(logarithm(x), (struct dd) { y, 0 });
	/* |r| is at most 10^-5, so its low part does not matter */
	double r = add(l, (struct dd) { -1024 * ln2.hi, -1024 * ln2.lo }).hi;
	struct dd e = two_sum(1, r);

	e.lo += r * r * (0.5 + r * (1.0 / 6));
	return (e.hi + e.lo) * 0x1p1023 * 2;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_describe.c -- tests kernels/describe.c on each instruction set,
 * against moments that MPFR computes about the exact mean.
 */
#include <mpfr.h>

#include "kernel_driver.h"

static double data[MOST];
static float data32[MOST];

static quern_description
described(size_t n)
{
	quern_description d;

	memset(&d, 0x5a, sizeof(d));
	CU_ASSERT_EQUAL(run_blocks(quern_describe_f64(&d, data, n), n), 0);
	return d;
}

/* Also sees that all instruction sets agree; the first one's. */
static quern_description
described_alike(size_t n)
{
	quern_description first = { 0 }, d;

	for (size_t u = 0; use_isa(u); u++) {
		d = described(n);
		if (u == 0)
			first = d;
		CU_ASSERT_EQUAL(memcmp(&first, &d, sizeof(d)), 0);
	}
	return first;
}

struct exactly {
	double mean, variance, skewness, kurtosis;
};

static struct exactly
by_mpfr(size_t n)
{
	struct exactly e;
	mpfr_t mean, power, d, m[3];

	mpfr_inits2(600, mean, power, d, m[0], m[1], m[2], NULL);
	mpfr_set_zero(mean, 1);
	for (int k = 0; k < 3; k++)
		mpfr_set_zero(m[k], 1);
	for (size_t i = 0; i < n; i++)
		mpfr_add_d(mean, mean, data[i], MPFR_RNDN);
	mpfr_div_ui(mean, mean, n, MPFR_RNDN);
	for (size_t i = 0; i < n; i++) {
		mpfr_d_sub(d, data[i], mean, MPFR_RNDN);
		mpfr_set(power, d, MPFR_RNDN);
		for (int k = 0; k < 3; k++) {
			mpfr_mul(power, power, d, MPFR_RNDN);
			mpfr_add(m[k], m[k], power, MPFR_RNDN);
		}
	}
	e.mean = mpfr_get_d(mean, MPFR_RNDN);
	mpfr_div_ui(d, m[0], n - 1, MPFR_RNDN);
	e.variance = mpfr_get_d(d, MPFR_RNDN);
	for (int k = 0; k < 3; k++)
		mpfr_div_ui(m[k], m[k], n, MPFR_RNDN);
	mpfr_sqr(d, m[0], MPFR_RNDN);
	mpfr_div(power, m[2], d, MPFR_RNDN);
	mpfr_sub_ui(power, power, 3, MPFR_RNDN);
	e.kurtosis = mpfr_get_d(power, MPFR_RNDN);
	mpfr_mul(d, d, m[0], MPFR_RNDN);
	mpfr_sqrt(d, d, MPFR_RNDN);
	mpfr_div(power, m[1], d, MPFR_RNDN);
	e.skewness = mpfr_get_d(power, MPFR_RNDN);
	mpfr_clears(mean, power, d, m[0], m[1], m[2], NULL);
	return e;
}

static bool
close_to(double got, double want, double size, double tolerance)
{
	return fabs(got - want) <= tolerance * (fabs(want) + size);
}

static void
check(const char *of, size_t n)
{
	quern_description d = described_alike(n);
	struct exactly e = by_mpfr(n);
	double least = data[0], most = data[0];
	bool good;

	for (size_t i = 1; i < n; i++) {
		least = data[i] < least ? data[i] : least;
		most = data[i] > most ? data[i] : most;
	}
	CU_ASSERT_EQUAL(d.count, n);
	CU_ASSERT_EQUAL(d.min, least);
	CU_ASSERT_EQUAL(d.max, most);
	/* higher moments are numbers of the size of 1, whose errors add up */
	good = fabs(d.mean - e.mean) <=
		0x1p-52 * fabs(e.mean) + 0x1p-48 * sqrt(e.variance) &&
	    close_to(d.variance, e.variance, 0, 1e-13) &&
	    close_to(d.skewness, e.skewness, 1, 1e-12) &&
	    close_to(d.kurtosis, e.kurtosis, 3, 1e-12);
	CU_ASSERT_TRUE(good);
	if (!good)
		printf("\n  %s, %zu: %.17g %.17g %.17g %.17g"
		       "\n  want %.17g %.17g %.17g %.17g ",
		    of, n, d.mean, d.variance, d.skewness, d.kurtosis, e.mean,
		    e.variance, e.skewness, e.kurtosis);
}

enum { KINDS = 8 };
static const char *const kinds[KINDS] = { "uniform", "skewed", "far from 0",
	"very far from 0", "a ramp", "other at first", "rare outliers",
	"of all sizes" };

static void
fill(int kind, size_t n)
{
	uint64_t state = (uint64_t)kind + 61;

	for (size_t i = 0; i < n; i++) {
		double x = next_unit(&state), y = next_unit(&state);

		data[i] = kind == 0 ? x :
		    kind == 1       ? x * x * x * y :
		    kind == 2       ? 1e6 + x + y :
		    kind == 3       ? -1e9 + (x + y) / 8 :
		    kind == 4       ? 1e3 + (double)i / 3 :
		    kind == 5       ? (i % 4096 < 256 ? 1e4 : 0) + x :
		    kind == 6       ? x + (i % 1777 == 5 ? 1e6 : 0) :
				      (x - 0.5) * exp2(20 * y);
	}
}

static void
descriptions_are_those_of_exact_moments(void)
{
	static const size_t lengths[] = { 2, 3, 5, 7, 8, 9, 31, 100, 255, 257,
		512, 1000, 4095, 4096, 4097, 8200, 32768, 32769, MOST };

	for (int kind = 0; kind < KINDS; kind++) {
		fill(kind, MOST);
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]);
		     i++)
			check(kinds[kind], lengths[i]);
	}
}

static void
floats_are_described_as_doubles(void)
{
	for (int kind = 0; kind < KINDS; kind++) {
		fill(kind, MOST);
		for (size_t i = 0; i < MOST; i++)
			data[i] = data32[i] = (float)data[i];
		for (size_t u = 0; use_isa(u); u++)
			for (size_t n = 0; n < MOST; n = n * 3 + 1) {
				quern_description want = described(n), got;

				CU_ASSERT_EQUAL(
				    run_blocks(
					quern_describe_f32(&got, data32, n), 0),
				    0);
				CU_ASSERT_EQUAL(
				    memcmp(&want, &got, sizeof(got)), 0);
			}
	}
}

static const uint64_t nan_bits = UINT64_C(0x7ff8000000000000);
#define IS_NAN(x) CU_ASSERT_EQUAL(bits_of(x), nan_bits)

static void
what_does_not_exist_is_nan(void)
{
	quern_description d = described_alike(0);

	CU_ASSERT_EQUAL(d.count, 0);
	IS_NAN(d.mean);
	IS_NAN(d.variance);
	IS_NAN(d.skewness);
	IS_NAN(d.kurtosis);
	IS_NAN(d.min);
	IS_NAN(d.max);
	data[0] = 0.1;
	d = described_alike(1);
	CU_ASSERT_EQUAL(d.mean, 0.1);
	CU_ASSERT_EQUAL(d.min, 0.1);
	CU_ASSERT_EQUAL(d.max, 0.1);
	IS_NAN(d.variance);
	IS_NAN(d.skewness);
	for (size_t i = 0; i < MOST; i++)
		data[i] = 0.1;
	for (size_t n = 2; n < MOST; n = n * 3 + 1) {
		d = described_alike(n);
		CU_ASSERT_EQUAL(d.mean, 0.1);
		CU_ASSERT_EQUAL(d.variance, 0);
		IS_NAN(d.skewness);
		IS_NAN(d.kurtosis);
	}
}

static void
a_nan_at_any_place_is_seen(void)
{
	fill(0, 9000);
	for (size_t at = 0; at < 9000; at += at < 600 ? 1 : 97) {
		double was = data[at];
		quern_description d;

		data[at] = -NAN;
		d = described_alike(9000);
		CU_ASSERT_EQUAL(d.count, 9000);
		IS_NAN(d.mean);
		IS_NAN(d.variance);
		IS_NAN(d.kurtosis);
		IS_NAN(d.min);
		IS_NAN(d.max);
		data[at] = was;
	}
}

static void
infinities_are_extremes_and_means(void)
{
	fill(0, 9000);
	for (size_t at = 0; at < 9000; at += 131) {
		double was = data[at];
		quern_description d;

		data[at] = INFINITY;
		d = described_alike(9000);
		CU_ASSERT_EQUAL(d.mean, INFINITY);
		CU_ASSERT_EQUAL(d.max, INFINITY);
		CU_ASSERT_TRUE(isfinite(d.min));
		IS_NAN(d.variance);
		data[(at + 5000) % 9000] = -INFINITY;
		d = described_alike(9000);
		IS_NAN(d.mean);
		CU_ASSERT_EQUAL(d.min, -INFINITY);
		data[at] = was;
		d = described_alike(9000);
		CU_ASSERT_EQUAL(d.mean, -INFINITY);
		data[(at + 5000) % 9000] = 0.5;
	}
}

static void
zero_extremes_are_positive(void)
{
	for (size_t i = 0; i < 50; i++)
		data[i] = i % 3 ? -0.0 : 0.0;
	for (size_t n = 1; n < 50; n++) {
		quern_description d = described_alike(n);

		CU_ASSERT_EQUAL(bits_of(d.min), 0);
		CU_ASSERT_EQUAL(bits_of(d.max), 0);
		CU_ASSERT_EQUAL(bits_of(d.mean), 0);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "descriptions are those of exact moments",
		    descriptions_are_those_of_exact_moments },
		{ "floats are described as doubles",
		    floats_are_described_as_doubles },
		{ "what does not exist is nan", what_does_not_exist_is_nan },
		{ "a nan at any place is seen", a_nan_at_any_place_is_seen },
		{ "infinities are extremes and means",
		    infinities_are_extremes_and_means },
		{ "zero extremes are positive", zero_extremes_are_positive },
		CU_TEST_INFO_NULL,
	};

	add_suite("describe", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_random_normal.c -- tests kernels/random_normal.c and
 * random_exponential.c: bits, accuracy, distribution.
 */
#include <mpfr.h>

#include "random_driver.h"
#include "random_stats.h"

/* Their twin is one element, on the plainest instruction set. */
#define FILL_ALONE(name, T)                                                    \
	static quern_op build_##name(                                          \
	    void *out, uint64_t seed, uint64_t first, size_t n)                \
	{                                                                      \
		return quern_##name(out, seed, first, n);                      \
	}                                                                      \
	static void twin_##name(void *element, uint64_t seed, uint64_t index)  \
	{                                                                      \
		const struct quern__isa *isa = quern__isa();                   \
                                                                               \
		quern__isa_use(quern__isa_at(0));                              \
		(void)run_blocks(build_##name(element, seed, index, 1), 0);    \
		quern__isa_use(isa);                                           \
	}                                                                      \
	static const struct fill name = { #name, sizeof(T), build_##name,      \
		twin_##name }

FILL_ALONE(normal_f64, double);
FILL_ALONE(normal_f32, float);
FILL_ALONE(exponential_f64, double);
FILL_ALONE(exponential_f32, float);

static void
bits_are_the_same_everywhere(void)
{
	compare_fills(&normal_f64);
	compare_fills(&normal_f32);
	compare_fills(&exponential_f64);
	compare_fills(&exponential_f32);
}

/* ---- accuracy ---- */

enum { SEED = 20, KERNEL = 3 }; /* the first of the four, quern/random.h */

/* -ln of u / 2^bits, where u is w, rounded to `digits`, and a half. */
static void
exact_log(mpfr_t r, uint64_t w, int bits, int digits)
{
	mpfr_t u;

	mpfr_init2(u, 64);
	mpfr_set_ui(u, w, MPFR_RNDN);
	mpfr_prec_round(u, digits, MPFR_RNDN);
	mpfr_add_d(u, u, 0.5, MPFR_RNDN);
	mpfr_div_2ui(u, u, (unsigned)bits, MPFR_RNDN);
	mpfr_log(r, u, MPFR_RNDN);
	mpfr_neg(r, r, MPFR_RNDN);
	mpfr_clear(u);
}

/* Length sqrt(2 log), times cosine or sine of (w + 1/2) / 2^bits of a turn. */
static void
exact_coordinate(mpfr_t r, uint64_t w, int bits, bool sine)
{
	mpfr_t angle;

	mpfr_mul_2ui(r, r, 1, MPFR_RNDN);
	mpfr_sqrt(r, r, MPFR_RNDN);
	mpfr_init2(angle, 120);
	mpfr_set_ui(angle, w, MPFR_RNDN);
	mpfr_add_d(angle, angle, 0.5, MPFR_RNDN);
	if (sine)
		mpfr_sinu(angle, angle, 1ul << bits, MPFR_RNDN);
	else
		mpfr_cosu(angle, angle, 1ul << bits, MPFR_RNDN);
	mpfr_mul(r, r, angle, MPFR_RNDN);
	mpfr_clear(angle);
}

/* How many units in the last place of `digits` x is off. */
static double
ulps(mpfr_t exact, double x, int digits)
{
	double off;
	long exponent = mpfr_zero_p(exact) ? 0 : mpfr_get_exp(exact);

	mpfr_sub_d(exact, exact, x, MPFR_RNDN);
	mpfr_mul_2si(exact, exact, digits - exponent, MPFR_RNDN);
	off = fabs(mpfr_get_d(exact, MPFR_RNDN));
	return off;
}

static size_t
points(void)
{
	return getenv("QUERN_TEST_LONG") ? 2000000 : 30000;
}

static void
expect_below(const char *name, double worst, double most)
{
	printf("\n  %s: at most %.3f ULP ", name, worst);
	CU_ASSERT(worst <= most);
}

static void
doubles_are_accurate(void)
{
	double normal = 0, exponential = 0, x[2];
	mpfr_t exact;

	mpfr_init2(exact, 120);
	for (uint64_t block = 0; block < points() / 2; block++) {
		uint32_t w[4];

		quern__ref_words(w, SEED, block, 0, KERNEL);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_normal_f64(x, SEED, 2 * block, 2), 0), 0);
		for (int i = 0; i < 2; i++) {
			exact_log(exact, w[0] + ((uint64_t)w[1] << 32), 64, 53);
			exact_coordinate(exact,
			    (w[2] + ((uint64_t)w[3] << 32)) >> 11, 53, i);
			normal = fmax(normal, ulps(exact, x[i], 53));
		}
		quern__ref_words(w, SEED, block, 0, KERNEL + 2);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_exponential_f64(x, SEED, 2 * block, 2), 0),
		    0);
		for (int i = 0; i < 2; i++) {
			exact_log(exact,
			    w[2 * i] + ((uint64_t)w[2 * i + 1] << 32), 64, 53);
			exponential = fmax(exponential, ulps(exact, x[i], 53));
		}
	}
	expect_below("normal f64", normal, 3.5);
	expect_below("exponential f64", exponential, 1.0);
	mpfr_clear(exact);
}

static void
floats_are_accurate(void)
{
	double normal = 0, exponential = 0;
	mpfr_t exact;
	float x[4];

	mpfr_init2(exact, 120);
	for (uint64_t block = 0; block < points() / 4; block++) {
		uint32_t w[4];

		quern__ref_words(w, SEED, block, 0, KERNEL + 1);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_normal_f32(x, SEED, 4 * block, 4), 0), 0);
		for (int i = 0; i < 4; i++) {
			const uint32_t *pair = w + i / 2 * 2;

			exact_log(exact, pair[0] >> 1, 31, 24);
			exact_coordinate(exact, pair[1] >> 8, 24, i % 2);
			normal = fmax(normal, ulps(exact, (double)x[i], 24));
		}
		quern__ref_words(w, SEED, block, 0, KERNEL + 3);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_exponential_f32(x, SEED, 4 * block, 4), 0),
		    0);
		for (int i = 0; i < 4; i++) {
			exact_log(exact, w[i] >> 1, 31, 24);
			exponential =
			    fmax(exponential, ulps(exact, (double)x[i], 24));
		}
	}
	expect_below("normal f32", normal, 3.5);
	expect_below("exponential f32", exponential, 1.0);
	mpfr_clear(exact);
}

/* ---- distribution ---- */

enum { N = 1 << 20 };
static double x[N];
static float narrow[N];

static double
normal_cdf(double at)
{
	return 0.5 * erfc(-at * M_SQRT1_2);
}

static double
exponential_cdf(double at)
{
	return -expm1(-at);
}

static const struct distribution normal = { "normal", normal_cdf, 0, 1, 3 };
static const struct distribution exponential = { "exponential", exponential_cdf,
	1, 1, 9 };

static void
fill(quern_op wide, quern_op other)
{
	CU_ASSERT_EQUAL(run_blocks(wide.kind ? wide : other, 0), 0);
	for (size_t i = 0; !wide.kind && i < N; i++)
		x[i] = (double)narrow[i];
}

#define NARROW(op) fill((quern_op) { 0 }, op)
#define WIDE(op) fill(op, (quern_op) { 0 })

/* As many beyond `at` as there should be, on either side. */
static void
tails_are_right(const char *name, double at, double share, bool both)
{
	size_t above = 0, below = 0;

	for (size_t i = 0; i < N; i++) {
		above += x[i] > at;
		below += x[i] < -at;
	}
	near_expected(name, "the upper tail", (double)above, N * share,
	    sqrt(N * share) + 0.5);
	if (both)
		near_expected(name, "the lower tail", (double)below, N * share,
		    sqrt(N * share) + 0.5);
}

static void
normals_look_normal(void)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		double cubes = 0, fourth = 0;

		if (seed % 2)
			WIDE(quern_normal_f64(x, seed, 0, N));
		else
			NARROW(quern_normal_f32(narrow, seed, 0, N));
		for (size_t i = 0; i < N; i++) {
			cubes += x[i] * x[i] * x[i];
			fourth += x[i] * x[i] * x[i] * x[i];
		}
		near_expected(
		    "normal", "the third moment", cubes / N, 0, sqrt(15.0 / N));
		near_expected("normal", "the fourth moment", fourth / N, 3,
		    sqrt(96.0 / N));
		for (int at = 1; at <= 5; at++)
			tails_are_right("normal", at, normal_cdf(-at), true);
		looks_like(&normal, x, N);
	}
}

static void
exponentials_look_exponential(void)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		if (seed % 2)
			WIDE(quern_exponential_f64(x, seed, 0, N));
		else
			NARROW(quern_exponential_f32(narrow, seed, 0, N));
		for (int at = 2; at <= 12; at += 2)
			tails_are_right("exponential", at, exp(-at), false);
		looks_like(&exponential, x, N);
		CU_ASSERT(x[0] >= 0);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "bits are the same everywhere",
		    bits_are_the_same_everywhere },
		{ "doubles are accurate", doubles_are_accurate },
		{ "floats are accurate", floats_are_accurate },
		{ "normals look normal", normals_look_normal },
		{ "exponentials look exponential",
		    exponentials_look_exponential },
		CU_TEST_INFO_NULL,
	};

	add_suite("random, normal and exponential", tests);
	return run_suites();
}

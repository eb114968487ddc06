/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_special.c -- tests the transcendental kernels on each instruction
 * set where the result is known without arithmetic: the special values of C11
 * Annex F (annex_f.h), what is beyond the ends of the range, and arguments
 * with exact results.  Not here: pow (test_kernels_pow.c) and accuracy
 * (test_kernels_ulp.c).
 */
#include "annex_f.h"
#include "kernel_driver.h"

/* Several vectors, all lanes alike, and a few elements more. */
enum { LANES = 35 };

static bool
alike(const void *out, const void *want, size_t bytes)
{
	for (size_t i = 0; i < LANES; i++)
		if (memcmp((const char *)out + i * bytes, want, bytes))
			return false;
	return true;
}

static void
report(const char *name, double x, double y, double got)
{
	printf(
	    "  %s(%a, %a) = %a on %s\n", name, x, y, got, quern__isa()->name);
}

static void
special_values_are_those_of_annex_f(void)
{
	double x[LANES], out[LANES], quiet = NAN;
	float x32[LANES], out32[LANES];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t i = 0; i < sizeof(annex_f) / sizeof(*annex_f);
		     i++) {
			const struct known *k = &annex_f[i];
			double want = isnan(k->want) ? quiet : k->want;
			float want32 = (float)want;
			bool right;

			for (size_t l = 0; l < LANES; l++) {
				x[l] = k->x;
				x32[l] = (float)k->x;
			}
			(void)run_blocks(k->f64(out, x, LANES), 0);
			right = alike(out, &want, sizeof(want));
			CU_ASSERT_TRUE(right);
			if (!right)
				report(k->name, k->x, 0, out[0]);
			(void)run_blocks(k->f32(out32, x32, LANES), 0);
			right = alike(out32, &want32, sizeof(want32));
			/* 1 to a float is the largest double to a double */
			if (k->want == DBL_MAX)
				right = isinf(out32[0]);
			CU_ASSERT_TRUE(right);
			if (!right)
				report(k->name, k->x, 0, (double)out32[0]);
		}
}

static void
pairs_of_special_values_are_those_of_annex_f(void)
{
	double x[LANES], y[LANES], out[LANES];
	float x32[LANES], y32[LANES], out32[LANES];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t i = 0; i < sizeof(annex_f2) / sizeof(*annex_f2);
		     i++) {
			const struct known2 *k = &annex_f2[i];
			float want32 = (float)k->want;
			bool right;

			for (size_t l = 0; l < LANES; l++) {
				x[l] = k->x;
				y[l] = k->y;
				x32[l] = (float)k->x;
				y32[l] = (float)k->y;
			}
			(void)run_blocks(k->f64(out, x, y, LANES), 0);
			right = alike(out, &k->want, sizeof(k->want));
			CU_ASSERT_TRUE(right);
			if (!right)
				report(k->name, k->x, k->y, out[0]);
			(void)run_blocks(k->f32(out32, x32, y32, LANES), 0);
			right = alike(out32, &want32, sizeof(want32));
			CU_ASSERT_TRUE(right);
			if (!right)
				report(k->name, k->x, k->y, (double)out32[0]);
		}
}

/* A payload, a sign or a signaling NaN does not come out again. */
static void
any_nan_becomes_the_default_one(void)
{
	const uint64_t nan[] = { UINT64_C(0x7ff0000000000001),
		UINT64_C(0xfff0000000000001), UINT64_C(0xfff8000000000000),
		UINT64_C(0x7ff8000000000123) };
	const uint32_t nan32[] = { 0x7f800001, 0xff800001, 0xffc00000,
		0x7fc00123 };
	const double quiet = NAN;
	const float quiet32 = NAN;

	for (size_t u = 0; use_isa(u); u++)
		for (size_t i = 0; i < sizeof(annex_f) / sizeof(*annex_f); i++)
			for (size_t j = 0; j < 4; j++) {
				double x = f64_of(nan[j]), out;
				float x32 = f32_of(nan32[j]), out32;

				(void)run_blocks(
				    annex_f[i].f64(&out, &x, 1), 0);
				(void)run_blocks(
				    annex_f[i].f32(&out32, &x32, 1), 0);
				CU_ASSERT_EQUAL(bits_of(out), bits_of(quiet));
				CU_ASSERT_EQUAL(
				    bits_of_f32(out32), bits_of_f32(quiet32));
			}
}

static void
powers_of_two_and_their_logarithms_are_exact(void)
{
	enum { N = 1024 + 1074, N32 = 128 + 149 };
	static double power[N], exponent[N], out[N];
	static float power32[N32], exponent32[N32], out32[N32];

	for (int i = 0; i < N; i++) {
		exponent[i] = i - 1074;
		power[i] = ldexp(1, i - 1074);
	}
	for (int i = 0; i < N32; i++) {
		exponent32[i] = (float)(i - 149);
		power32[i] = ldexpf(1, i - 149);
	}
	for (size_t u = 0; use_isa(u); u++) {
		(void)run_blocks(quern_exp2_f64(out, exponent, N), 0);
		CU_ASSERT_EQUAL(memcmp(out, power, sizeof(out)), 0);
		(void)run_blocks(quern_log2_f64(out, power, N), 0);
		CU_ASSERT_EQUAL(memcmp(out, exponent, sizeof(out)), 0);
		(void)run_blocks(quern_exp2_f32(out32, exponent32, N32), 0);
		CU_ASSERT_EQUAL(memcmp(out32, power32, sizeof(out32)), 0);
		(void)run_blocks(quern_log2_f32(out32, power32, N32), 0);
		CU_ASSERT_EQUAL(memcmp(out32, exponent32, sizeof(out32)), 0);
	}
}

/* All that are doubles or floats themselves. */
static void
logarithms_of_powers_of_ten_are_exact(void)
{
	double power = 1, out;
	float out32;

	for (int k = 0; k <= 22; k++, power *= 10)
		for (size_t u = 0; use_isa(u); u++) {
			float power32 = (float)power;

			(void)run_blocks(quern_log10_f64(&out, &power, 1), 0);
			CU_ASSERT_EQUAL(out, k);
			if (k > 10)
				continue;
			(void)run_blocks(
			    quern_log10_f32(&out32, &power32, 1), 0);
			CU_ASSERT_EQUAL(out32, (float)k);
		}
}

static void
cube_roots_of_cubes_are_exact(void)
{
	enum { N = 20000, N32 = 255 };
	static double cube[N], out[N];
	static float cube32[N32], out32[N32];
	bool same = true;

	for (int i = 0; i < N; i++)
		cube[i] = (double)i * i * i * (i & 1 ? -1 : 1);
	for (int i = 0; i < N32; i++)
		cube32[i] = (float)(i * i * i);
	for (size_t u = 0; use_isa(u); u++) {
		(void)run_blocks(quern_cbrt_f64(out, cube, N), 0);
		for (int i = 0; i < N; i++)
			same &= out[i] == (i & 1 ? -i : i);
		(void)run_blocks(quern_cbrt_f32(out32, cube32, N32), 0);
		for (int i = 0; i < N32; i++)
			same &= out32[i] == (float)i;
	}
	CU_ASSERT_TRUE(same);
}

/* Where repairs begin and end: one lane's must not become its neighbours'. */
static double
next_at_an_edge(uint64_t *state)
{
	static const double from[] = { -746, 709, 87, 709.782, 88.7, 0, 0, 0,
		664 };
	static const double to[] = { -700, 711, 90, 709.783, 88.8, 0x1p-1000,
		0x1p-120, 0x1p70, 667 };
	size_t i = next_random(state) % 10;

	if (i == 9)
		return annex_f[next_random(state) %
		    (sizeof(annex_f) / sizeof(*annex_f))]
		    .x;
	return (from[i] + next_unit(state) * (to[i] - from[i])) *
	    (next_random(state) & 1 ? 1 : -1);
}

static void
no_lane_depends_on_its_neighbours(void)
{
	enum { N = 4000 };
	static double x[N], out[N];
	static float x32[N], out32[N];
	const char *before = "";
	uint64_t state = 3;

	for (int i = 0; i < N; i++) {
		x[i] = next_at_an_edge(&state);
		x32[i] = (float)x[i];
	}
	for (size_t i = 0; i < sizeof(annex_f) / sizeof(*annex_f); i++) {
		const struct known *k = &annex_f[i];
		int different = 0;

		if (strcmp(k->name, before) == 0)
			continue;
		before = k->name;
		for (size_t u = 0; use_isa(u); u++) {
			(void)run_blocks(k->f64(out, x, N), 0);
			(void)run_blocks(k->f32(out32, x32, N), 0);
			for (size_t j = 0; j < N; j++) {
				double one;
				float one32;

				(void)run_blocks(k->f64(&one, &x[j], 1), 0);
				(void)run_blocks(k->f32(&one32, &x32[j], 1), 0);
				different += bits_of(one) != bits_of(out[j]) ||
				    bits_of_f32(one32) != bits_of_f32(out32[j]);
			}
		}
		CU_ASSERT_EQUAL(different, 0);
		if (different)
			printf("  %s: %d lanes\n", k->name, different);
	}
}

/* Some libraries give infinity for each of the finite ones. */
static void
the_largest_numbers_are_reached(void)
{
	static const struct known known[] = {
		{ KNOWN(exp), 0x1.62e42fefa39efp9, 0x1.fffffffffff2ap1023 },
		{ KNOWN(exp), 0x1.62e42fefa39f0p9, INF },
		{ KNOWN(log1p), DBL_MAX, 0x1.62e42fefa39efp9 },
		{ KNOWN(cosh), 0x1.633ce8fb9f87dp9, 0x1.ffffffffffd3bp1023 },
		{ KNOWN(cosh), -0x1.633ce8fb9f87ep9, INF },
		{ KNOWN(sinh), -0x1.633ce8fb9f87dp9, -0x1.ffffffffffd3bp1023 },
		{ KNOWN(sinh), 0x1.633ce8fb9f87ep9, INF },
	};
	static const struct known known32[] = {
		{ KNOWN(exp), 0x1.62e42ep6, 0x1.ffff08p127 },
		{ KNOWN(exp), 0x1.62e430p6, INF },
		{ KNOWN(expm1), 0x1.62e42ep6, 0x1.ffff08p127 },
		{ KNOWN(log1p), FLT_MAX, 0x1.62e430p6 },
		{ KNOWN(cosh), -0x1.65a9f8p6, 0x1.ffffd8p127 },
		{ KNOWN(sinh), -0x1.65a9f8p6, -0x1.ffffd8p127 },
		{ KNOWN(sinh), 0x1.65a9fap6, INF },
	};

	for (size_t u = 0; use_isa(u); u++) {
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			double out;

			(void)run_blocks(known[i].f64(&out, &known[i].x, 1), 0);
			CU_ASSERT_EQUAL(out, known[i].want);
			if (out != known[i].want)
				report(known[i].name, known[i].x, 0, out);
		}
		for (size_t i = 0; i < sizeof(known32) / sizeof(known32[0]);
		     i++) {
			float x = (float)known32[i].x, out;

			(void)run_blocks(known32[i].f32(&out, &x, 1), 0);
			CU_ASSERT_EQUAL((double)out, known32[i].want);
			if ((double)out != known32[i].want)
				report(known32[i].name, known32[i].x, 0,
				    (double)out);
		}
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "special values are those of annex f",
		    special_values_are_those_of_annex_f },
		{ "pairs of special values are those of annex f",
		    pairs_of_special_values_are_those_of_annex_f },
		{ "any nan becomes the default one",
		    any_nan_becomes_the_default_one },
		{ "powers of two and their logarithms are exact",
		    powers_of_two_and_their_logarithms_are_exact },
		{ "logarithms of powers of ten are exact",
		    logarithms_of_powers_of_ten_are_exact },
		{ "cube roots of cubes are exact",
		    cube_roots_of_cubes_are_exact },
		{ "no lane depends on its neighbours",
		    no_lane_depends_on_its_neighbours },
		{ "the largest numbers are reached",
		    the_largest_numbers_are_reached },
		CU_TEST_INFO_NULL,
	};

	add_suite("transcendental kernels, special values", tests);
	return run_suites();
}

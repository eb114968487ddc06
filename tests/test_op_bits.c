/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_op_bits.c -- tests that a result has the same bits wherever it is
 * computed, and in whatever floating-point mode the caller is.
 */
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <omp.h>
#include <quern/kernels.h>
#include <string.h>

#include "flushing.h"
#include "ops.h"

/* Neither commutative nor associative: each other tree gives another hash. */
static void
hash_identity(void *acc, void *arg)
{
	(void)arg;
	*(uint64_t *)acc = 1469598103934665603u;
}

static void
hash_body(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	for (; begin < end; begin++)
		*(uint64_t *)acc = (*(uint64_t *)acc ^ begin) * 1099511628211u;
}

static void
hash_combine(void *acc, const void *right, void *arg)
{
	uint64_t other = *(const uint64_t *)right;

	(void)arg;
	*(uint64_t *)acc =
	    (*(uint64_t *)acc * 3 ^ (other << 13 | other >> 51)) *
	    1099511628211u;
}

static const quern_reducer hash = {
	.size = sizeof(uint64_t),
	.identity = hash_identity,
	.body = hash_body,
	.combine = hash_combine,
};

/* ---- any number of threads ---- */

enum { SUMMED = 5000 };

static double number[SUMMED];

/* Of all magnitudes, so that each other order gives other bits. */
static void
fill_numbers(void)
{
	uint64_t state = seed();

	for (int i = 0; i < SUMMED; i++) {
		number[i] = (double)(int64_t)next_random(&state);
		for (uint64_t n = next_random(&state) % 64; n > 0; n--)
			number[i] /= 2;
	}
}

/* The sum as the manual describes it, over blocks [from, from + n). */
static double
sum_of_blocks(size_t from, size_t n, size_t block)
{
	size_t left = 1, begin = from * block, end = begin + block;
	double acc = 0;

	if (n == 1) {
		sum_body(
		    NULL, begin, end < SUMMED ? end : SUMMED, &acc, number);
		return acc;
	}
	while (left * 2 < n)
		left *= 2;
	return sum_of_blocks(from, left, block) +
	    sum_of_blocks(from + left, n - left, block);
}

static void
hash_of_blocks(size_t from, size_t n, size_t block, uint64_t *acc)
{
	size_t left = 1, begin = from * block, end = begin + block;
	uint64_t right;

	hash_identity(acc, NULL);
	if (n == 1) {
		hash_body(NULL, begin, end < SUMMED ? end : SUMMED, acc, NULL);
		return;
	}
	while (left * 2 < n)
		left *= 2;
	hash_of_blocks(from, left, block, acc);
	hash_of_blocks(from + left, n - left, block, &right);
	hash_combine(acc, &right, NULL);
}

static void
check_bits(struct rig *rig, enum way way, size_t grain)
{
	size_t block = grain ? grain : (SUMMED + 1023) / 1024;
	size_t blocks = (SUMMED + block - 1) / block;
	double expected = sum_of_blocks(0, blocks, block), result = 0;
	uint64_t expected_hash, result_hash = 0;

	hash_of_blocks(0, blocks, block, &expected_hash);
	CU_ASSERT_EQUAL(
	    run_by(rig, way,
		quern_reduce(SUMMED, grain, &sum_of_doubles, number, &result)),
	    0);
	CU_ASSERT_EQUAL(memcmp(&result, &expected, sizeof(result)), 0);
	CU_ASSERT_EQUAL(
	    run_by(rig, way,
		quern_reduce(SUMMED, grain, &hash, NULL, &result_hash)),
	    0);
	CU_ASSERT_EQUAL(result_hash, expected_hash);
}

static const int widths[] = { 1, 2, 3, 7 };
static const size_t grains[] = { 0, 1, 3, 100, SUMMED - 1, SUMMED };
enum { WIDTHS = 4, GRAINS = 6 };

static void
a_reduction_has_the_same_bits_on_any_number_of_threads(void)
{
	int before = omp_get_max_threads();

	fill_numbers();
	for (int w = 0; w < WIDTHS; w++) {
		omp_set_num_threads(widths[w]);
		for (int g = 0; g < GRAINS; g++)
			check_bits(NULL, ON_TEAM, grains[g]);
	}
	omp_set_num_threads(before);
}

static void
a_reduction_has_the_same_bits_on_any_number_of_workers(void)
{
	struct rig rig;

	fill_numbers();
	for (int w = 0; w < WIDTHS; w++) {
		if (!rig_open(&rig, (unsigned)widths[w]))
			return;
		for (int g = 0; g < GRAINS; g++) {
			check_bits(&rig, ON_POOL, grains[g]);
			check_bits(&rig, BY_JOB, grains[g]);
		}
		rig_close(&rig);
	}
}

/* ---- any mode of the caller ---- */

enum mode { DEFAULT, UPWARD, DOWNWARD, TOWARD_ZERO, FLUSHING, MODES };

static void
set_mode(enum mode mode)
{
	static const int rounding[MODES] = { FE_TONEAREST, FE_UPWARD,
		FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST };

	fesetenv(FE_DFL_ENV);
	fesetround(rounding[mode]);
	if (mode == FLUSHING)
		flush_subnormals();
}

enum { SAMPLES = 20000 };

static double sample[SAMPLES];
static double power[SAMPLES];

/* Sums of these round, and some of them are subnormal. */
static void
fill_samples(void)
{
	uint64_t state = seed();

	for (int i = 0; i < SAMPLES; i++) {
		sample[i] = (double)(next_random(&state) >> 11) * 0x1p-53;
		if (i % 5 == 0)
			sample[i] *= DBL_MIN;
	}
}

/* In the widest type: on x86-64 it has a mode of its own. */
static void
wide_identity(void *acc, void *arg)
{
	(void)arg;
	*(long double *)acc = 0;
}

static void
wide_body(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	for (; begin < end; begin++)
		*(long double *)acc += (long double)sample[begin] / 3;
}

static void
wide_combine(void *acc, const void *right, void *arg)
{
	(void)arg;
	*(long double *)acc += *(const long double *)right;
}

/* Subnormals throughout, in double. */
static void
tiny_identity(void *acc, void *arg)
{
	(void)arg;
	*(double *)acc = 0;
}

static void
tiny_body(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	for (; begin < end; begin++)
		*(double *)acc += sample[begin] * (DBL_MIN / 0x1p20);
}

static void
tiny_combine(void *acc, const void *right, void *arg)
{
	(void)arg;
	*(double *)acc += *(const double *)right;
}

static const quern_reducer wide = { sizeof(long double), wide_identity,
	wide_body, wide_combine };
static const quern_reducer tiny = { sizeof(double), tiny_identity, tiny_body,
	tiny_combine };

struct results {
	double sum, tiny, powers;
	long double wide;
};

/* All of them on `where`, with the caller in `mode`. */
static int
compute(struct results *r, quern_executor *where, enum mode mode)
{
	int status = 0;

	set_mode(mode);
	status |= quern_run(where, quern_sum_f64(&r->sum, sample, SAMPLES));
	status |= quern_run(where, quern_pow_f64(power, sample, 0.7, SAMPLES));
	status |= quern_run(where, quern_sum_f64(&r->powers, power, SAMPLES));
	status |=
	    quern_run(where, quern_reduce(SAMPLES, 7, &tiny, NULL, &r->tiny));
	status |=
	    quern_run(where, quern_reduce(SAMPLES, 7, &wide, NULL, &r->wide));
	set_mode(DEFAULT);
	return status;
}

static void
results_have_the_same_bits_whatever_the_callers_mode(void)
{
	struct results usual = { .sum = 0 }, r = { .sum = 0 };
	int before = omp_get_max_threads();
	struct rig rig;

	fill_samples();
	if (!rig_open(&rig, 2))
		return;
	CU_ASSERT_EQUAL(compute(&usual, NULL, DEFAULT), 0);
	CU_ASSERT_TRUE(usual.tiny > 0 && usual.tiny < DBL_MIN);
	for (enum mode mode = 0; mode < MODES; mode++) {
		for (int i = 0; i < 3; i++) {
			omp_set_num_threads(1 + i % 2);
			CU_ASSERT_EQUAL(
			    compute(&r, i == 2 ? rig.executor : NULL, mode), 0);
			CU_ASSERT_EQUAL(r.sum, usual.sum);
			CU_ASSERT_EQUAL(r.powers, usual.powers);
			CU_ASSERT_EQUAL(r.tiny, usual.tiny);
			CU_ASSERT_TRUE(r.wide == usual.wide);
		}
	}
	omp_set_num_threads(before);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a reduction has the same bits on any number of threads",
		    a_reduction_has_the_same_bits_on_any_number_of_threads },
		{ "a reduction has the same bits on any number of workers",
		    a_reduction_has_the_same_bits_on_any_number_of_workers },
		{ "results have the same bits, whatever the caller's mode",
		    results_have_the_same_bits_whatever_the_callers_mode },
		CU_TEST_INFO_NULL,
	};

	add_suite("op: bits", tests);
	return run_suites();
}

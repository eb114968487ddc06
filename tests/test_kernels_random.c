/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_random.c -- tests kernels/random.c, and Philox under all of the
 * random kernels, on each instruction set.
 */
#include <inttypes.h>

#include "random_driver.h"
#include "random_stats.h"

FILL(random_u64, uint64_t);
FILL(random_u32, uint32_t);
FILL(uniform_f64, double);
FILL(uniform_f32, float);

static const struct fill *const fills[] = { &random_u64, &random_u32,
	&uniform_f64, &uniform_f32 };
enum { FILLS = sizeof(fills) / sizeof(fills[0]) };

/* Known answers, which the authors of Philox published with Random123. */
static void
the_twin_has_the_known_answers(void)
{
	static const struct {
		uint32_t counter[4], key[2], words[4];
	} known[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 },
		    { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
		    { 0xffffffff, 0xffffffff },
		    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
		    { 0xa4093822, 0x299f31d0 },
		    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint32_t words[4];

		memcpy(words, known[i].counter, sizeof(words));
		quern__ref_philox(words, known[i].key);
		CU_ASSERT_EQUAL(
		    memcmp(words, known[i].words, sizeof(words)), 0);
	}
}

/* The first of them is the first block of seed 0. */
static void
bits_have_a_known_answer(void)
{
	static const uint32_t known[4] = { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c,
		0x9b00dbd8 };
	uint32_t words[4];
	uint64_t pairs[2];

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_random_u32(words, 0, 0, 4), 0), 0);
		CU_ASSERT_EQUAL(memcmp(words, known, sizeof(known)), 0);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_random_u64(pairs, 0, 0, 2), 0), 0);
		CU_ASSERT_EQUAL(pairs[0], UINT64_C(0xe169c58d6627e8d5));
		CU_ASSERT_EQUAL(pairs[1], UINT64_C(0x9b00dbd8bc57ac4c));
	}
}

static void
fills_have_the_bits_of_their_twins(void)
{
	for (size_t i = 0; i < FILLS; i++)
		compare_fills(fills[i]);
}

/* Pieces of any length, in any order, are one call's. */
static void
a_fill_can_be_cut_anywhere(void)
{
	enum { N = 5000 };
	static char whole[N * 8], pieces[N * 8];
	uint64_t state = 1;

	for (size_t k = 0; k < FILLS; k++) {
		size_t size = fills[k]->size, from, n;

		CU_ASSERT_EQUAL(
		    run_blocks(fills[k]->build(whole, 9, 77, N), 0), 0);
		for (from = 0; from < N; from += n) {
			n = 1 + next_random(&state) % 300;
			if (n > N - from)
				n = N - from;
			CU_ASSERT_EQUAL(
			    run_blocks(fills[k]->build(pieces + from * size, 9,
					   77 + from, n),
				0),
			    0);
		}
		CU_ASSERT_EQUAL(memcmp(whole, pieces, N * size), 0);
	}
}

static double
uniform_cdf(double at)
{
	return at;
}

static void
uniforms_look_uniform(void)
{
	enum { N = 1 << 20 };
	static const struct distribution uniform = { "uniform", uniform_cdf,
		0.5, 1.0 / 12, 1.8 };
	static double x[N];
	static float narrow[N];

	for (uint64_t seed = 1; seed <= 4; seed++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_uniform_f64(x, seed, 0, N), 0), 0);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_uniform_f32(narrow, seed, 0, N), 0), 0);
		for (size_t i = 0; seed % 2 && i < N; i++)
			x[i] = (double)narrow[i];
		looks_like(&uniform, x, N);
		CU_ASSERT(x[0] >= 0 && x[N - 1] < 1); /* sorted */
	}
}

/* Each bit is set as often as not, and whatever the others are. */
static void
bits_are_even(void)
{
	enum { N = 1 << 18 };
	static uint64_t word[N];

	CU_ASSERT_EQUAL(run_blocks(quern_random_u64(word, 5, 0, N), 0), 0);
	for (int bit = 0; bit < 64; bit++)
		for (int other = 0; other < bit; other++) {
			size_t set = 0, equal = 0;

			for (size_t i = 0; i < N; i++) {
				set += word[i] >> bit & 1;
				equal +=
				    ~(word[i] >> bit ^ word[i] >> other) & 1;
			}
			near_expected(
			    "bits", "a bit", (double)set, N / 2, sqrt(N) / 2);
			near_expected("bits", "a pair", (double)equal, N / 2,
			    sqrt(N) / 2);
		}
}

/* Seeds that differ in a bit, and kernels with the same seed. */
static void
streams_are_independent(void)
{
	enum { N = 1 << 16 };
	static double x[N], y[N];
	static float narrow[N];

	CU_ASSERT_EQUAL(run_blocks(quern_uniform_f64(x, 1, 0, N), 0), 0);
	for (int bit = 0; bit <= 64; bit++) {
		uint64_t seed = bit < 64 ? UINT64_C(1) ^ UINT64_C(1) << bit : 1;
		double sum = 0;

		CU_ASSERT_EQUAL(
		    run_blocks(quern_uniform_f64(y, seed, 0, N), 0), 0);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_uniform_f32(narrow, seed, 0, N), 0), 0);
		for (size_t i = 0; i < N; i++)
			sum += (x[i] - 0.5) *
			    ((bit < 64 ? y[i] : (double)narrow[i]) - 0.5);
		near_expected(
		    "streams", "the correlation", sum / N * 12, 0, 1 / sqrt(N));
	}
}

/*
 * What was drawn once can be drawn again, with each later version and on each
 * kind of machine.
 */
static void
streams_stay_as_they_are(void)
{
	enum { N = 1001, SEED = 20261127, FIRST = 3 };
	static double out[N];
	const struct {
		uint64_t digest;
		size_t size;
		quern_op op;
	} stream[] = {
		{ UINT64_C(0x585b4058520eb6f2), 8,
		    quern_random_u64((uint64_t *)out, SEED, FIRST, N) },
		{ UINT64_C(0x5809c61bf1647cbc), 4,
		    quern_random_u32((uint32_t *)out, SEED, FIRST, N) },
		{ UINT64_C(0xdd04ae84b24dce69), 8,
		    quern_uniform_f64(out, SEED, FIRST, N) },
		{ UINT64_C(0xe723eebffd0af9b0), 4,
		    quern_uniform_f32((float *)out, SEED, FIRST, N) },
		{ UINT64_C(0xa64916a41f483645), 8,
		    quern_normal_f64(out, SEED, FIRST, N) },
		{ UINT64_C(0x2b3d45c5dbde53c0), 4,
		    quern_normal_f32((float *)out, SEED, FIRST, N) },
		{ UINT64_C(0x2e6970568643b2d4), 8,
		    quern_exponential_f64(out, SEED, FIRST, N) },
		{ UINT64_C(0xb57b9597c6a04de4), 4,
		    quern_exponential_f32((float *)out, SEED, FIRST, N) },
		{ UINT64_C(0x283a8a341fbe6716), 8,
		    quern_random_range_i64(
			(int64_t *)out, -5, 1000000, SEED, FIRST, N) },
		{ UINT64_C(0x2a442fc429ef1bb0), 4,
		    quern_random_range_i32(
			(int32_t *)out, -5, 1000000, SEED, FIRST, N) },
		{ UINT64_C(0xaaf8f42ccf19c098), 8,
		    quern_permutation_u64(
			(uint64_t *)out, 1010, SEED, FIRST, N) },
		{ UINT64_C(0x7607deb5dd5424c2), 8,
		    quern_permutation_u64(
			(uint64_t *)out, 1000000007, SEED, FIRST, N) },
	};

	for (size_t u = 0; use_isa(u); u++)
		for (size_t i = 0; i < sizeof(stream) / sizeof(stream[0]);
		     i++) {
			uint64_t made;

			CU_ASSERT_EQUAL(run_blocks(stream[i].op, 0), 0);
			made = digest(out, N * stream[i].size);
			CU_ASSERT_EQUAL(made, stream[i].digest);
			if (made != stream[i].digest)
				printf("\n  %s on %s: 0x%016" PRIx64 " ",
				    stream[i].op.kind->name, quern__isa()->name,
				    made);
		}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the twin has the known answers",
		    the_twin_has_the_known_answers },
		{ "bits have a known answer", bits_have_a_known_answer },
		{ "fills have the bits of their twins",
		    fills_have_the_bits_of_their_twins },
		{ "a fill can be cut anywhere", a_fill_can_be_cut_anywhere },
		{ "uniforms look uniform", uniforms_look_uniform },
		{ "bits are even", bits_are_even },
		{ "streams are independent", streams_are_independent },
		{ "streams stay as they are", streams_stay_as_they_are },
		CU_TEST_INFO_NULL,
	};

	add_suite("random", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_random_permutation.c -- tests kernels/random_permutation.c and
 * shuffle.c.
 */
#include <quern/quern.h>

#include "random_driver.h"
#include "random_stats.h"

enum { LARGEST = 100003 };

static uint64_t element[LARGEST];
static unsigned char seen[LARGEST];

static void
permute(uint64_t size, uint64_t seed)
{
	CU_ASSERT_EQUAL(
	    run_blocks(quern_permutation_u64(element, size, seed, 0, size), 1),
	    0);
}

static bool
each_comes_up_once(uint64_t size)
{
	memset(seen, 0, size);
	for (uint64_t i = 0; i < size; i++)
		if (element[i] >= size || seen[element[i]]++)
			return false;
	return true;
}

/* Small ones, the first large ones, whole rectangles, and those one short. */
static const uint64_t sizes[] = { 1, 2, 3, 7, 100, 512, 1023, 1024, 1025, 1056,
	1057, 1088, 1089, 1090, 2048, 4095, 4096, 4097, 65535, 65536, 65537,
	LARGEST };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void
permutations_have_each_element_once(void)
{
	for (size_t u = 0; use_isa(u); u++)
		for (size_t s = 0; s < SIZES; s++)
			for (uint64_t seed = 0; seed < 5; seed++) {
				permute(sizes[s], seed);
				CU_ASSERT_TRUE(each_comes_up_once(sizes[s]));
			}
}

/* The same on every instruction set, and whatever else is asked for. */
static void
an_element_depends_on_seed_size_and_index(void)
{
	static uint64_t piece[300];
	uint64_t state = 1;

	for (size_t s = 0; s < SIZES; s++) {
		quern__isa_use(quern__isa_at(0));
		permute(sizes[s], 77);
		for (size_t u = 0; use_isa(u); u++)
			for (int i = 0; i < 100; i++) {
				uint64_t at = next_random(&state) % sizes[s];
				size_t n = next_random(&state) % 300;

				if (n > sizes[s] - at)
					n = sizes[s] - at;
				CU_ASSERT_EQUAL(
				    run_blocks(quern_permutation_u64(
						   piece, sizes[s], 77, at, n),
					0),
				    0);
				CU_ASSERT_EQUAL(memcmp(piece, element + at,
						    n * sizeof(*piece)),
				    0);
			}
	}
}

/* Parts of permutations that nobody could hold. */
static void
sizes_go_up_to_2_62(void)
{
	enum { N = 1000 };
	static const uint64_t huge[] = { UINT64_C(1) << 32, UINT64_C(1) << 33,
		(UINT64_C(1) << 61) - 1, (UINT64_C(1) << 62) - 1,
		UINT64_C(1) << 62 };
	static uint64_t want[N];

	for (size_t s = 0; s < sizeof(huge) / sizeof(huge[0]); s++)
		for (size_t u = 0; use_isa(u); u++) {
			CU_ASSERT_EQUAL(
			    run_blocks(quern_permutation_u64(
					   element, huge[s], 1, huge[s] - N, N),
				0),
			    0);
			if (u == 0)
				memcpy(want, element, sizeof(want));
			CU_ASSERT_EQUAL(memcmp(want, element, sizeof(want)), 0);
			for (int i = 0; i < N; i++)
				CU_ASSERT(element[i] < huge[s]);
		}
}

static void
indices_past_the_last_are_einval(void)
{
	uint64_t out[4];

	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_permutation_u64(out, 10, 1, 6, 4)), 0);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_permutation_u64(out, 10, 1, 7, 4)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_permutation_u64(out, 10, 1, 11, 0)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_permutation_u64(out, 10, 1, UINT64_MAX, 4)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL,
		quern_permutation_u64(out, (UINT64_C(1) << 62) + 1, 1, 0, 4)),
	    -EINVAL);
}

/* ---- do they look random? ---- */

static void
orders_of_five_are_equally_likely(void)
{
	enum { SEEDS = 60000 };
	static size_t count[5 * 5 * 5 * 5 * 5], of_order[120];
	size_t orders = 0;

	memset(count, 0, sizeof(count));
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		size_t code = 0;

		permute(5, seed);
		for (int i = 0; i < 5; i++)
			code = code * 5 + element[i];
		count[code]++;
	}
	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++)
		if (count[i] && orders < 120)
			of_order[orders++] = count[i];
	CU_ASSERT_EQUAL(orders, 120);
	counts_are_alike("orders of 5", of_order, 120, SEEDS);
}

static size_t
cycles(uint64_t size)
{
	size_t n = 0;

	memset(seen, 0, size);
	for (uint64_t i = 0; i < size; i++) {
		n += !seen[i];
		for (uint64_t j = i; !seen[j]; j = element[j])
			seen[j] = 1;
	}
	return n;
}

/*
 * Over many seeds: how many elements stay where they were (1 on average), are
 * greater than the one before (half), whether the number of swaps is odd (as
 * often as not), where the first goes, and where the second goes from there.
 */
static void
look_at(uint64_t size)
{
	enum { SEEDS = 4000, BINS = 16 };
	static size_t first[BINS], pair[BINS * BINS];
	double stay = 0, greater = 0, squares = 0, odd = 0;
	double expected = (double)(size - 1) / 2;
	double variance = (double)(size + 1) / 12;

	memset(first, 0, sizeof(first));
	memset(pair, 0, sizeof(pair));
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		double more = 0;

		permute(size, seed);
		for (uint64_t i = 0; i < size; i++) {
			stay += element[i] == i;
			more += i && element[i] > element[i - 1];
		}
		greater += more;
		squares += (more - expected) * (more - expected);
		odd += (size - cycles(size)) % 2;
		first[element[0] * BINS / size]++;
		pair[element[1] * BINS / size * BINS +
		    element[size / 2] * BINS / size]++;
	}
	near_expected(
	    "permutation", "what stays", stay / SEEDS, 1, 1 / sqrt(SEEDS));
	near_expected("permutation", "ascents", greater / SEEDS, expected,
	    sqrt(variance / SEEDS));
	near_expected("permutation", "their variance", squares / SEEDS,
	    variance, variance * sqrt(2.0 / SEEDS));
	near_expected(
	    "permutation", "odd ones", odd / SEEDS, 0.5, 0.5 / sqrt(SEEDS));
	counts_are_alike("the first", first, BINS, SEEDS);
	counts_are_alike("two of them", pair, BINS * BINS, SEEDS);
}

/* Fisher and Yates's; a rectangle of odd sides, a power of two, some other. */
static void
permutations_look_random(void)
{
	look_at(1024);
	look_at(33 * 33);
	look_at(1 << 12);
	look_at(1600);
}

/* ---- shuffles ---- */

static void
shuffles_put_elements_where_the_permutation_says(void)
{
	enum { N = 5000, WIDEST = 24 };
	static const size_t size[] = { 1, 2, 3, 4, 8, 16, WIDEST };
	static unsigned char in[N * WIDEST], out[N * WIDEST + 2 * GUARD];
	struct rig rig;

	if (!rig_open(&rig, 3))
		return;
	fill_bits(in, sizeof(in), 3);
	for (size_t s = 0; s < sizeof(size) / sizeof(size[0]); s++)
		for (size_t n = 0; n <= N; n = n < 10 ? n + 1 : n * 5) {
			quern_op op =
			    quern_shuffle(out + GUARD, in, size[s], n, 9);
			bool same = true;

			if (n)
				permute(n, 9);
			for (int where = 0; where < 2; where++) {
				memset(out, 0x5a, sizeof(out));
				CU_ASSERT_EQUAL(
				    quern_run(where ? rig.executor : NULL, op),
				    0);
				for (size_t i = 0; i < n; i++)
					same &=
					    memcmp(out + GUARD + i * size[s],
						in + element[i] * size[s],
						size[s]) == 0;
				for (size_t i = 0; i < GUARD; i++)
					same &= out[i] == 0x5a &&
					    out[GUARD + n * size[s] + i] ==
						0x5a;
			}
			CU_ASSERT_TRUE(same);
		}
	rig_close(&rig);
}

static void
shuffles_refuse_what_cannot_work(void)
{
	char a[64] = "", b[32] = "";

	CU_ASSERT_EQUAL(quern_run(NULL, quern_shuffle(a, b, 0, 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_shuffle(NULL, b, 8, 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_shuffle(a, NULL, 8, 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_shuffle(a, a, 8, 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_shuffle(a + 31, a, 8, 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_shuffle(a, a + 31, 8, 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_shuffle(a, b, 8, SIZE_MAX / 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_shuffle(a, b, SIZE_MAX, 4, 1)), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_shuffle(a + 32, a, 8, 4, 1)), 0);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_shuffle(NULL, NULL, 8, 0, 1)), 0);
	CU_ASSERT_EQUAL(
	    quern_run(NULL,
		quern_with_strides(quern_shuffle(a, b, 8, 4, 1), 1, 1, 1, 1)),
	    -EINVAL);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "permutations have each element once",
		    permutations_have_each_element_once },
		{ "an element depends on seed, size and index",
		    an_element_depends_on_seed_size_and_index },
		{ "sizes go up to 2^62", sizes_go_up_to_2_62 },
		{ "indices past the last are einval",
		    indices_past_the_last_are_einval },
		{ "orders of five are equally likely",
		    orders_of_five_are_equally_likely },
		{ "permutations look random", permutations_look_random },
		{ "shuffles put elements where the permutation says",
		    shuffles_put_elements_where_the_permutation_says },
		{ "shuffles refuse what cannot work",
		    shuffles_refuse_what_cannot_work },
		CU_TEST_INFO_NULL,
	};

	add_suite("permutations", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_random_range.c -- tests kernels/random_range.c. */
#include "random_driver.h"
#include "random_stats.h"

/*
 * Small ones, one integer alone, all, those with the most words in vain, and
 * sizes next to 2^32.
 */
#define BOUNDS_64(X)                                                           \
	X(die, 1, 6)                                                           \
	X(alone, -7, -7)                                                       \
	X(all, INT64_MIN, INT64_MAX)                                           \
	X(positive, 0, INT64_MAX)                                              \
	X(more_than_half, INT64_MIN, 1)                                        \
	X(two_thirds, INT64_MIN, INT64_C(0x2aaaaaaaaaaaaaaa))                  \
	X(but_one, INT64_MIN + 1, INT64_MAX)                                   \
	X(half, 1, UINT32_MAX)                                                 \
	X(more_than_a_half, 0, UINT32_MAX)                                     \
	X(wide, -INT64_C(0x100000000), 1)
#define BOUNDS_32(X)                                                           \
	X(die, 1, 6)                                                           \
	X(alone, -7, -7)                                                       \
	X(all, INT32_MIN, INT32_MAX)                                           \
	X(positive, 0, INT32_MAX)                                              \
	X(more_than_half, INT32_MIN, 1)                                        \
	X(two_thirds, INT32_MIN, 0x2aaaaaaa)                                   \
	X(but_one, INT32_MIN + 1, INT32_MAX)

#define FILL_RANGE(t, T, name, low, high)                                      \
	static quern_op build_##name##_##t(                                    \
	    void *out, uint64_t seed, uint64_t first, size_t n)                \
	{                                                                      \
		return quern_random_range_##t(out, low, high, seed, first, n); \
	}                                                                      \
	static void twin_##name##_##t(                                         \
	    void *element, uint64_t seed, uint64_t index)                      \
	{                                                                      \
		T y = quern__ref_random_range_##t(low, high, seed, index);     \
                                                                               \
		memcpy(element, &y, sizeof(y));                                \
	}
#define FILL_64(name, low, high) FILL_RANGE(i64, int64_t, name, low, high)
#define FILL_32(name, low, high) FILL_RANGE(i32, int32_t, name, low, high)
BOUNDS_64(FILL_64)
BOUNDS_32(FILL_32)

#define LIST_64(name, low, high)                                               \
	{ "i64, " #name, 8, build_##name##_i64, twin_##name##_i64 },
#define LIST_32(name, low, high)                                               \
	{ "i32, " #name, 4, build_##name##_i32, twin_##name##_i32 },
static const struct fill fills[] = { BOUNDS_64(LIST_64) BOUNDS_32(LIST_32) };

static void
ranges_have_the_bits_of_their_twins(void)
{
	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++)
		compare_fills(&fills[i]);
}

static void
unsigned_ones_have_the_same_bits(void)
{
	enum { N = 1000 };
	int64_t i64[N];
	uint64_t u64[N];
	int32_t i32[N];
	uint32_t u32[N];

	CU_ASSERT_EQUAL(
	    run_blocks(quern_random_range_i64(i64, -5, 5, 1, 0, N), 0), 0);
	CU_ASSERT_EQUAL(
	    run_blocks(quern_random_range_u64(u64, 0, 10, 1, 0, N), 0), 0);
	CU_ASSERT_EQUAL(
	    run_blocks(quern_random_range_i32(i32, -5, 5, 1, 0, N), 0), 0);
	CU_ASSERT_EQUAL(
	    run_blocks(quern_random_range_u32(u32, 0, 10, 1, 0, N), 0), 0);
	for (int i = 0; i < N; i++) {
		CU_ASSERT_EQUAL(i64[i] + 5, (int64_t)u64[i]);
		CU_ASSERT_EQUAL(i32[i] + 5, (int32_t)u32[i]);
	}
}

static void
bounds_that_are_the_wrong_way_round_are_einval(void)
{
	int64_t i64 = 7;
	int32_t i32 = 7;
	uint64_t u64 = 7;
	uint32_t u32 = 7;

	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_random_range_i64(&i64, 1, 0, 1, 0, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_random_range_i32(&i32, 0, -1, 1, 0, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(
		NULL, quern_random_range_u64(&u64, UINT64_MAX, 0, 1, 0, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(
		NULL, quern_random_range_u32(&u32, UINT32_MAX, 0, 1, 0, 1)),
	    -EINVAL);
	CU_ASSERT(i64 == 7 && i32 == 7 && u64 == 7 && u32 == 7);
	/* Above and below 0, by turns of the sign. */
	CU_ASSERT_EQUAL(
	    quern_run(
		NULL, quern_random_range_u64(&u64, 1, UINT64_MAX, 1, 0, 1)),
	    0);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_random_range_i64(&i64, -1, 1, 1, 0, 1)), 0);
	CU_ASSERT(i64 >= -1 && i64 <= 1 && u64 != 7);
}

/* A multiple of a third that is left over would show at 2/3 of all. */
static void
integers_are_equally_likely(void)
{
	enum { N = 1 << 20, LARGEST = 1000 };
	static const uint32_t sizes[] = { 2, 3, 6, 7, 10, 100, 1000 };
	static int64_t i64[N];
	static int32_t i32[N];
	static size_t wide[LARGEST], narrow[LARGEST];

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		const int64_t k = sizes[s];

		memset(wide, 0, sizeof(wide));
		memset(narrow, 0, sizeof(narrow));
		CU_ASSERT_EQUAL(
		    run_blocks(
			quern_random_range_i64(i64, -3, k - 4, s, 0, N), 0),
		    0);
		CU_ASSERT_EQUAL(run_blocks(quern_random_range_i32(i32, -3,
					       (int32_t)k - 4, s, 0, N),
				    0),
		    0);
		for (size_t i = 0; i < N; i++) {
			bool fine = i64[i] >= -3 && i64[i] <= k - 4 &&
			    i32[i] >= -3 && i32[i] <= k - 4;

			if (!fine)
				CU_FAIL_FATAL("out of its range");
			wide[i64[i] + 3]++;
			narrow[i32[i] + 3]++;
		}
		counts_are_alike("i64", wide, (size_t)k, N);
		counts_are_alike("i32", narrow, (size_t)k, N);
	}
}

/*
 * Of 3 * 2^62 integers, parts of a third: without drawing again, each fourth
 * word would go to one of two, which is twice as many there.
 */
static void
large_ranges_have_no_bias(void)
{
	enum { N = 1 << 20, BINS = 96 };
	const uint64_t size = UINT64_C(3) << 62, of_bin = size / BINS;
	static uint64_t u64[N];
	static uint32_t u32[N];
	static size_t wide[BINS], narrow[BINS], third[3];

	CU_ASSERT_EQUAL(
	    run_blocks(quern_random_range_u64(u64, 0, size - 1, 3, 0, N), 0),
	    0);
	CU_ASSERT_EQUAL(run_blocks(quern_random_range_u32(u32, 0,
				       (UINT32_C(3) << 30) - 1, 3, 0, N),
			    0),
	    0);
	for (size_t i = 0; i < N; i++) {
		wide[u64[i] / of_bin]++;
		narrow[u32[i] / (of_bin >> 32)]++;
		third[u32[i] % 3]++;
	}
	counts_are_alike("u64", wide, BINS, N);
	counts_are_alike("u32", narrow, BINS, N);
	counts_are_alike("u32 modulo 3", third, 3, N);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "ranges have the bits of their twins",
		    ranges_have_the_bits_of_their_twins },
		{ "unsigned ones have the same bits",
		    unsigned_ones_have_the_same_bits },
		{ "bounds that are the wrong way round are einval",
		    bounds_that_are_the_wrong_way_round_are_einval },
		{ "integers are equally likely", integers_are_equally_likely },
		{ "large ranges have no bias", large_ranges_have_no_bias },
		CU_TEST_INFO_NULL,
	};

	add_suite("random ranges", tests);
	return run_suites();
}

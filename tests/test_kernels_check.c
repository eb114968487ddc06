/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_check.c -- tests kernels/check.h through every kernel: which
 * arguments an op refuses.
 */
#include "kernel_driver.h"

enum { N = 8 };

/* powv takes three arrays; here the second is also the third, or apart. */
static quern_op
powv_f64_bases(void *out, const void *in, size_t n)
{
	static const double exponents[N];

	return quern_powv_f64(out, in, exponents, n);
}

static quern_op
powv_f64_exponents(void *out, const void *in, size_t n)
{
	static const double bases[N];

	return quern_powv_f64(out, bases, in, n);
}

static quern_op
powv_f32_both(void *out, const void *in, size_t n)
{
	return quern_powv_f32(out, in, in, n);
}

static quern_op
pow_f64(void *out, const void *in, size_t n)
{
	return quern_pow_f64(out, in, 2.5, n);
}

static quern_op
pow_f32(void *out, const void *in, size_t n)
{
	return quern_pow_f32(out, in, 2.5f, n);
}

#define PLAIN(name)                                                            \
	static quern_op name(void *out, const void *in, size_t n)              \
	{                                                                      \
		return quern_##name(out, in, n);                               \
	}

PLAIN(square_f64)
PLAIN(square_f32)
PLAIN(square_i64)
PLAIN(square_i32)
PLAIN(sum_f64)
PLAIN(sum_f32)
PLAIN(sum_i64)
PLAIN(mean_f64)
PLAIN(mean_f32)
PLAIN(mean_i64)
PLAIN(min_f64)
PLAIN(min_f32)
PLAIN(min_i64)
PLAIN(max_f64)
PLAIN(max_f32)
PLAIN(max_i64)

struct kernel_args {
	quern_op (*build)(void *out, const void *in, size_t n);
	size_t size; /* of an element */
};

static const struct kernel_args map[] = { { square_f64, 8 }, { square_f32, 4 },
	{ square_i64, 8 }, { square_i32, 4 }, { pow_f64, 8 }, { pow_f32, 4 },
	{ powv_f64_bases, 8 }, { powv_f64_exponents, 8 },
	{ powv_f32_both, 4 } };
enum { MAPS = sizeof(map) / sizeof(map[0]) };

static const struct kernel_args reduction[] = { { sum_f64, 8 }, { sum_f32, 4 },
	{ sum_i64, 8 }, { mean_f64, 8 }, { mean_f32, 4 }, { mean_i64, 8 },
	{ min_f64, 8 }, { min_f32, 4 }, { min_i64, 8 }, { max_f64, 8 },
	{ max_f32, 4 }, { max_i64, 8 } };
enum { REDUCTIONS = sizeof(reduction) / sizeof(reduction[0]) };

static int
check(const struct kernel_args *k, void *out, const void *in, size_t n)
{
	quern_op op = k->build(out, in, n);

	return op.kind->check(&op);
}

static char room[1024];

static void
a_missing_array_is_einval(void)
{
	for (int i = 0; i < MAPS; i++) {
		CU_ASSERT_EQUAL(check(&map[i], room, room + 512, N), 0);
		CU_ASSERT_EQUAL(check(&map[i], NULL, room, N), -EINVAL);
		CU_ASSERT_EQUAL(check(&map[i], room, NULL, N), -EINVAL);
	}
	for (int i = 0; i < REDUCTIONS; i++) {
		CU_ASSERT_EQUAL(check(&reduction[i], room, room + 512, N), 0);
		CU_ASSERT_EQUAL(check(&reduction[i], NULL, room, N), -EINVAL);
		CU_ASSERT_EQUAL(check(&reduction[i], room, NULL, N), -EINVAL);
	}
}

static void
without_elements_only_a_result_is_needed(void)
{
	for (int i = 0; i < MAPS; i++) {
		CU_ASSERT_EQUAL(check(&map[i], NULL, NULL, 0), 0);
		CU_ASSERT_EQUAL(check(&map[i], room, room + 1, 0), 0);
	}
	for (int i = 0; i < REDUCTIONS; i++) {
		CU_ASSERT_EQUAL(check(&reduction[i], NULL, NULL, 0), -EINVAL);
		CU_ASSERT_EQUAL(check(&reduction[i], room, NULL, 0), 0);
		CU_ASSERT_EQUAL(check(&reduction[i], room, room, 0), 0);
	}
}

/* Lengths whose bytes wrap to few, and arrays beyond the end of memory. */
static void
an_array_that_cannot_be_is_einval(void)
{
	char *end = (char *)(UINTPTR_MAX - 2);

	for (int i = 0; i < MAPS + REDUCTIONS; i++) {
		const struct kernel_args *k =
		    i < MAPS ? &map[i] : &reduction[i - MAPS];
		size_t wraps = SIZE_MAX / k->size + 2;

		CU_ASSERT_EQUAL(check(k, room, room + 512, wraps), -EINVAL);
		CU_ASSERT_EQUAL(check(k, room, room + 512, SIZE_MAX), -EINVAL);
		CU_ASSERT_EQUAL(
		    check(k, room, room + 512, SIZE_MAX / k->size), -EINVAL);
		CU_ASSERT_EQUAL(check(k, room, end, N), -EINVAL);
		CU_ASSERT_EQUAL(check(k, end, room, N), -EINVAL);
	}
}

static void
a_map_works_in_place_but_not_shifted(void)
{
	for (int i = 0; i < MAPS; i++) {
		int bytes = (int)map[i].size * N;

		for (int shift = -bytes; shift <= bytes; shift++) {
			int want =
			    shift == 0 || abs(shift) == bytes ? 0 : -EINVAL;

			CU_ASSERT_EQUAL(
			    check(&map[i], room + 512 + shift, room + 512, N),
			    want);
		}
	}
}

static void
a_result_may_not_lie_in_the_array(void)
{
	for (int i = 0; i < REDUCTIONS; i++) {
		quern_op op = reduction[i].build(room, room, N);
		int bytes = (int)op.in_size * N, result = (int)op.out_size;

		for (int at = -result; at <= bytes; at++)
			CU_ASSERT_EQUAL(check(&reduction[i], room + 512 + at,
					    room + 512, N),
			    at == -result || at == bytes ? 0 : -EINVAL);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a missing array is einval", a_missing_array_is_einval },
		{ "without elements only a result is needed",
		    without_elements_only_a_result_is_needed },
		{ "an array that cannot be is einval",
		    an_array_that_cannot_be_is_einval },
		{ "a map works in place but not shifted",
		    a_map_works_in_place_but_not_shifted },
		{ "a result may not lie in the array",
		    a_result_may_not_lie_in_the_array },
		CU_TEST_INFO_NULL,
	};

	add_suite("kernels, arguments", tests);
	return run_suites();
}

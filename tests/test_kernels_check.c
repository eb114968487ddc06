/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_check.c -- tests kernels/array.h through every kernel: which
 * arguments an op refuses.
 */
#include "kernel_driver.h"
#include "kernel_table.h"

enum { N = 8 };

/*
 * With `alias` as the input `which`, and arrays that are no trouble as the other
 * inputs.
 */
static int
check(const struct listed *k, void *out, unsigned which, const void *alias,
    size_t n)
{
	static const char apart[N * 8];
	const void *in[3] = { apart, apart, apart };
	quern_op op;

	in[which] = alias;
	op = k->build(out, in, n);
	return op.kind->check(&op);
}

/* Each kernel k, with each of its inputs as `which`; 0 if it has none. */
#define FOR_EACH_INPUT                                                         \
	for (const struct listed *k = listed; k < listed + listed_count; k++)  \
		for (unsigned which = 0; which == 0 || which < k->inputs;      \
		     which++)

static char room[1024];

static void
a_missing_array_is_einval(void)
{
	FOR_EACH_INPUT
	{
		CU_ASSERT_EQUAL(check(k, room, which, room + 512, N), 0);
		CU_ASSERT_EQUAL(check(k, NULL, which, room, N), -EINVAL);
		CU_ASSERT_EQUAL(
		    check(k, room, which, NULL, N), k->inputs ? -EINVAL : 0);
	}
}

static void
without_elements_only_a_result_is_needed(void)
{
	FOR_EACH_INPUT
	{
		CU_ASSERT_EQUAL(
		    check(k, NULL, which, NULL, 0), k->reduction ? -EINVAL : 0);
		CU_ASSERT_EQUAL(check(k, room, which, NULL, 0), 0);
		CU_ASSERT_EQUAL(check(k, room, which, room + 1, 0), 0);
	}
}

/* Lengths whose bytes wrap to few, and arrays beyond the end of memory. */
static void
an_array_that_cannot_be_is_einval(void)
{
	char *end = (char *)UINTPTR_MAX;

	FOR_EACH_INPUT
	{
		size_t most = SIZE_MAX /
		    (k->inputs ? listed_in_bytes(k, which) :
				 listed_out_bytes(k));
		size_t n[] = { most < SIZE_MAX ? most + 2 : most, SIZE_MAX,
			most };

		for (int i = 0; i < 3; i++)
			CU_ASSERT_EQUAL(
			    check(k, room, which, room + 512, n[i]), -EINVAL);
		CU_ASSERT_EQUAL(
		    check(k, room, which, end, N), k->inputs ? -EINVAL : 0);
		CU_ASSERT_EQUAL(check(k, end, which, room, N), -EINVAL);
	}
}

static void
a_map_works_in_place_but_not_shifted(void)
{
	FOR_EACH_INPUT
	{
		int in = (int)listed_in_bytes(k, which) * N;
		int out = (int)listed_out_bytes(k) * N;

		for (int shift = -out; !k->reduction && shift <= in; shift++) {
			bool apart = !k->inputs || shift == -out || shift == in;
			bool same = shift == 0 && in == out;
			int status =
			    check(k, room + 512 + shift, which, room + 512, N);

			CU_ASSERT_EQUAL(status, apart || same ? 0 : -EINVAL);
		}
	}
}

static void
a_result_may_not_lie_in_the_array(void)
{
	FOR_EACH_INPUT
	{
		int bytes = (int)listed_in_bytes(k, which) * N;
		int result = (int)listed_out_bytes(k);

		for (int at = -result; k->reduction && at <= bytes; at++)
			CU_ASSERT_EQUAL(
			    check(k, room + 512 + at, which, room + 512, N),
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

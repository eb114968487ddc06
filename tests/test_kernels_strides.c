/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_strides.c -- tests kernels/array.c and map.c through every
 * kernel: elements at any distance, and what goes past the caches.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_driver.h"
#include "kernel_table.h"

/* Some buffers' worth, and a short one. */
enum { N = 2 * 512 + 77, FAR = 7, WIDEST = 8, INPUTS = 3 };
enum { ROOM = N * FAR * WIDEST };

static char source[INPUTS][N * WIDEST]; /* contiguous */
static char spread[INPUTS][ROOM];       /* the same, apart */
static char expected[N * WIDEST], output[ROOM], packed[N * WIDEST];

/* The i-th of N elements that are `stride` apart in `room`. */
static char *
at(char *room, size_t i, size_t bytes, ptrdiff_t stride)
{
	char *first =
	    stride < 0 ? room + (size_t)-stride * (N - 1) * bytes : room;

	return first + (ptrdiff_t)i * stride * (ptrdiff_t)bytes;
}

static size_t
results(const struct listed *k)
{
	return k->reduction ? 1 : N;
}

/* Run it on contiguous arrays, into expected[]. */
static int
run_packed(const struct listed *k)
{
	const void *const in[INPUTS] = { source[0], source[1], source[2] };

	memset(expected, 0x5a, sizeof(expected));
	return run_blocks(k->build(expected, in, N), 0);
}

static void
compare_strides(
    const struct listed *k, ptrdiff_t out, const ptrdiff_t stride[INPUTS])
{
	size_t to = listed_out_bytes(k);
	const void *in[INPUTS] = { NULL };
	quern_op op;
	bool same;
	int status, want;

	for (unsigned j = 0; j < k->inputs; j++) {
		size_t bytes = listed_in_bytes(k, j);

		fill_elements(source[j], k->element, N, j + 1);
		for (size_t i = 0; i < N; i++) {
			if (stride[j] == 0)
				memcpy(source[j] + i * bytes, source[j], bytes);
			memcpy(at(spread[j], i, bytes, stride[j]),
			    source[j] + i * bytes, bytes);
		}
		in[j] = at(spread[j], 0, bytes, stride[j]);
	}
	want = run_packed(k);
	memset(output, 0x5a, sizeof(output));
	op = k->build(k->reduction ? output : at(output, 0, to, out), in, N);
	op = quern_with_strides(op, out, stride[0], stride[1], stride[2]);
	status = run_blocks(op, 0);
	for (size_t i = 0; i < results(k); i++) {
		char *from = k->reduction ? output : at(output, i, to, out);

		memcpy(packed + i * to, from, to);
		memset(from, 0x5a, to);
	}
	same = memcmp(packed, expected, results(k) * to) == 0;
	for (size_t i = 0; i < sizeof(output); i++)
		same &= output[i] == 0x5a;
	CU_ASSERT_EQUAL(status, want);
	CU_ASSERT_TRUE(same);
	if (status != want || !same)
		printf("\n  %s on %s, strides %td to %td ", k->name,
		    quern__isa()->name, stride[0], out);
}

static void
any_strides_give_the_bits_of_contiguous_arrays(void)
{
	static const ptrdiff_t table[][1 + INPUTS] = { { 1, 1, 1, 1 },
		{ 2, 2, 2, 2 }, { -1, 1, 1, 1 }, { 1, -1, 2, -3 },
		{ 3, 1, -1, 1 }, { -7, 7, -7, 7 }, { 1, 0, 1, 5 },
		{ 2, 1, 0, 0 } };

	for (size_t u = 0; use_isa(u); u++)
		for (size_t k = 0; k < listed_count; k++)
			for (size_t i = 0; i < sizeof(table) / sizeof(*table);
			     i++)
				compare_strides(
				    &listed[k], table[i][0], &table[i][1]);
}

/* Two interleaved arrays, such as real and imaginary parts. */
static void
one_part_of_pairs_is_made_from_the_other(void)
{
	for (size_t k = 0; k < listed_count; k++) {
		size_t to = listed_out_bytes(&listed[k]);
		char *pairs = spread[0];
		const void *const in[INPUTS] = { pairs, pairs, pairs };
		quern_op op;
		int want;

		/* The outputs between the inputs need equal sizes. */
		if (listed[k].reduction ||
		    to != element_bytes[listed[k].element] ||
		    listed_in_bytes(&listed[k], 0) != to)
			continue;
		fill_elements(source[0], listed[k].element, N, 1);
		memcpy(source[1], source[0], sizeof(source[0]));
		memcpy(source[2], source[0], sizeof(source[0]));
		for (size_t i = 0; i < N; i++)
			memcpy(pairs + 2 * i * to, source[0] + i * to, to);
		want = run_packed(&listed[k]);
		op = listed[k].build(pairs + to, in, N);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_with_strides(op, 2, 2, 2, 2), 0), want);
		for (size_t i = 0; i < N; i++)
			CU_ASSERT_EQUAL(memcmp(pairs + (2 * i + 1) * to,
					    expected + i * to, to),
			    0);
	}
}

static int
check_strides(void *out, ptrdiff_t out_stride, const void *in, ptrdiff_t stride)
{
	quern_op op = quern_with_strides(
	    quern_square_f64(out, in, 10), out_stride, stride, 9, 9);

	return op.kind->check(&op);
}

static void
elements_that_meet_are_einval(void)
{
	double *a = (double *)spread[0];

	CU_ASSERT_EQUAL(check_strides(a, 2, a, 2), 0);
	CU_ASSERT_EQUAL(check_strides(a + 1, 2, a, 2), 0);
	CU_ASSERT_EQUAL(check_strides(a, 2, a + 1, 2), 0);
	CU_ASSERT_EQUAL(check_strides(a, 2, a + 2, 2), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a + 2, 2, a, 2), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a + 20, 2, a, 2), 0);
	CU_ASSERT_EQUAL(check_strides(a + 3, 5, a, 5), 0);
	CU_ASSERT_EQUAL(check_strides(a, 5, a + 15, 5), -EINVAL);
	/* half an element further */
	CU_ASSERT_EQUAL(check_strides((char *)a + 4, 2, (char *)a, 2), -EINVAL);
	CU_ASSERT_EQUAL(
	    check_strides((char *)a + 12, 2, (char *)a, 2), -EINVAL);
	CU_ASSERT_EQUAL(
	    check_strides((char *)a, 2, (char *)a + 12, 2), -EINVAL);
	CU_ASSERT_EQUAL(check_strides((char *)a + 12, 3, (char *)a, 3), 0);
	/* backwards: the same elements, and those between them */
	CU_ASSERT_EQUAL(check_strides(a + 18, -2, a, 2), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a + 19, -2, a, 2), 0);
	/* unequal: what they span counts */
	CU_ASSERT_EQUAL(check_strides(a, 1, a + 9, 2), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a, 1, a + 10, 2), 0);
	CU_ASSERT_EQUAL(check_strides(a + 19, 1, a, 2), 0);
	CU_ASSERT_EQUAL(check_strides(a, 1, a, 2), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a, 1, a + 5, 0), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a, 1, a + 10, 0), 0);
}

static void
strides_that_cannot_be_are_einval(void)
{
	double *a = (double *)spread[0], *b = (double *)output;

	CU_ASSERT_EQUAL(check_strides(a, 0, b, 1), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a, PTRDIFF_MAX, b, 1), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a, 1, b, PTRDIFF_MIN), -EINVAL);
	CU_ASSERT_EQUAL(check_strides(a, 1, b, PTRDIFF_MAX / 8), -EINVAL);
	/* below the first address there is */
	CU_ASSERT_EQUAL(
	    check_strides(a, 1, (void *)(uintptr_t)8000, -1000), -EINVAL);
}

static int
nothing(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 0;
}

static void
functions_of_the_users_have_no_strides_and_kernels_no_argument(void)
{
	double a = 1, b;

	CU_ASSERT_EQUAL(
	    quern_run(NULL,
		quern_with_strides(quern_call(nothing, NULL), 1, 1, 1, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_with_arg(quern_square_f64(&b, &a, 1), 8)),
	    -EINVAL);
}

static void
results_past_the_caches_have_the_same_bits(void)
{
	size_t before = quern__streams_from();
	const void *const in[INPUTS] = { source[0], source[1], source[2] };

	for (size_t k = 0; k < listed_count; k++) {
		size_t bytes = listed_out_bytes(&listed[k]);

		if (listed[k].reduction)
			continue;
		for (unsigned j = 0; j < listed[k].inputs; j++)
			fill_elements(source[j], listed[k].element, N, j + 1);
		quern__streams_from_use(SIZE_MAX);
		(void)run_packed(&listed[k]);
		quern__streams_from_use(0);
		for (size_t offset = 0; offset < 70; offset += 3) {
			memset(output, 0x5a, sizeof(output));
			(void)run_blocks(
			    listed[k].build(output + offset, in, N), 0);
			CU_ASSERT_EQUAL(
			    memcmp(output + offset, expected, N * bytes), 0);
			CU_ASSERT_EQUAL(output[offset + N * bytes], 0x5a);
		}
	}
	quern__streams_from_use(before);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "any strides give the bits of contiguous arrays",
		    any_strides_give_the_bits_of_contiguous_arrays },
		{ "one part of pairs is made from the other",
		    one_part_of_pairs_is_made_from_the_other },
		{ "elements that meet are einval",
		    elements_that_meet_are_einval },
		{ "strides that cannot be are einval",
		    strides_that_cannot_be_are_einval },
		{ "functions of the user's have no strides, kernels no argument",
		    functions_of_the_users_have_no_strides_and_kernels_no_argument },
		{ "results past the caches have the same bits",
		    results_past_the_caches_have_the_same_bits },
		CU_TEST_INFO_NULL,
	};

	add_suite("strides", tests);
	return run_suites();
}

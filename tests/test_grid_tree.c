/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_grid_tree.c -- tests src/grid.c: reductions, whose blocks are combined
 * in a tree that depends on their count alone.
 */
#include "src/grid.h"
#include "src/job.h"
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A loop that the calling thread is about to work on. */
static void
begin(quern_job *job, quern_op op)
{
	quern__job_init_sync(job, op, NULL, NULL);
	quern__job_move(job, QUERN__IN_FLIGHT);
	CU_ASSERT_EQUAL(quern__grid_begin(job), 0);
}

static bool
leave_at_once(const void *arg)
{
	(void)arg;
	return true;
}

/* Accumulators are terms: "" and "3" and "(01)". */
enum { TERM_BYTES = 64 };

static void
term_identity(void *acc, void *arg)
{
	(void)arg;
	strcpy(acc, "");
}

static void
term_body(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	char *at = acc;

	(void)ctx;
	(void)arg;
	for (at += strlen(at); begin < end; begin++)
		*at++ = (char)('0' + begin);
	*at = 0;
}

static void
term_combine(void *acc, const void *right, void *arg)
{
	char left[TERM_BYTES];

	(void)arg;
	strcpy(left, acc);
	if (snprintf(acc, TERM_BYTES, "(%s%s)", left, (const char *)right) >=
	    TERM_BYTES)
		abort();
}

static const quern_reducer term = {
	.size = TERM_BYTES,
	.identity = term_identity,
	.body = term_body,
	.combine = term_combine,
};

static void
neighbours_are_combined_in_a_tree_that_the_blocks_decide(void)
{
	static const char *const expected[] = {
		"",
		"0",
		"(01)",
		"((01)2)",
		"((01)(23))",
		"(((01)(23))4)",
		"(((01)(23))(45))",
		"(((01)(23))((45)6))",
		"(((01)(23))((45)(67)))",
		"((((01)(23))((45)(67)))8)",
	};
	char result[TERM_BYTES];
	quern_job job;
	/* Two visitors take turns: who ran a block does not matter. */
	quern_context ctx[2] = { { .job = &job }, { .job = &job } };

	for (size_t n = 0; n < sizeof(expected) / sizeof(expected[0]); n++) {
		begin(&job, quern_reduce(n, 1, &term, NULL, result));
		for (size_t i = 0; i < n; i++)
			(void)quern__grid_work(
			    &ctx[i % 2], leave_at_once, NULL);
		CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
		CU_ASSERT_STRING_EQUAL(result, expected[n]);
		quern__grid_drop(&job);
	}
}

static void
a_block_is_one_leaf_of_the_tree(void)
{
	char result[TERM_BYTES];
	quern_job job;
	quern_context ctx = { .job = &job };

	begin(&job, quern_reduce(10, 4, &term, NULL, result));
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
	CU_ASSERT_STRING_EQUAL(result, "((01234567)89)");
	quern__grid_drop(&job);
}

static void
nothing_identity(void *acc, void *arg)
{
	(void)arg;
	strcpy(acc, "nothing");
}

static void
no_blocks_reduce_to_the_identity(void)
{
	quern_reducer how = term;
	char result[TERM_BYTES] = "untouched";
	quern_job job;
	quern_context ctx = { .job = &job };

	how.identity = nothing_identity;
	begin(&job, quern_reduce(0, 1, &how, NULL, result));
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
	CU_ASSERT_STRING_EQUAL(result, "nothing");
	quern__grid_drop(&job);
}

static void
a_reduction_that_failed_leaves_its_result_alone(void)
{
	char result[TERM_BYTES] = "untouched";
	quern_job job;
	quern_context ctx = { .job = &job };

	begin(&job, quern_reduce(4, 1, &term, NULL, result));
	(void)quern__grid_work(&ctx, leave_at_once, NULL);
	quern__job_fail(&job, -EIO);
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	CU_ASSERT_EQUAL(quern__grid_end(&job), -EIO);
	CU_ASSERT_STRING_EQUAL(result, "untouched");
	quern__grid_drop(&job);
}

/* Counts those that begin where malloc's could not. */
static void
misalignment_body(
    quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)acc;
	if ((uintptr_t)acc % _Alignof(max_align_t))
		++*(int *)arg;
}

static void
do_nothing(void *acc, void *arg)
{
	(void)acc;
	(void)arg;
}

static void
combine_nothing(void *acc, const void *right, void *arg)
{
	(void)acc;
	(void)right;
	(void)arg;
}

static void
accumulators_are_aligned_as_malloc_aligns(void)
{
	static const size_t size[] = { 1, 7, 8, 16, 17, 24, 33 };

	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		quern_reducer how = { size[i], do_nothing, misalignment_body,
			combine_nothing };
		char result[64];
		int misaligned = 0;
		quern_job job;
		quern_context ctx = { .job = &job };

		begin(&job, quern_reduce(9, 1, &how, &misaligned, result));
		CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
		CU_ASSERT_EQUAL(misaligned, 0);
		CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
		quern__grid_drop(&job);
	}
}

static void
accumulators_that_no_memory_can_hold_are_enomem(void)
{
	quern_reducer how = { PTRDIFF_MAX, do_nothing, misalignment_body,
		combine_nothing };
	char result;
	quern_job job;

	quern__job_init_sync(
	    &job, quern_reduce(4, 1, &how, NULL, &result), NULL, NULL);
	CU_ASSERT_EQUAL(quern__op_check(&job.op), 0);
	CU_ASSERT_EQUAL(quern__grid_begin(&job), -ENOMEM);
	CU_ASSERT_PTR_NULL(job.own.scratch);
	quern__grid_drop(&job);
	quern__grid_drop(&job); /* any number of times */
}

int
main(void)
{
	static const CU_TestInfo tree[] = {
		{ "neighbours are combined in a tree that the blocks decide",
		    neighbours_are_combined_in_a_tree_that_the_blocks_decide },
		{ "a block is one leaf of the tree",
		    a_block_is_one_leaf_of_the_tree },
		{ "no blocks reduce to the identity",
		    no_blocks_reduce_to_the_identity },
		{ "a reduction that failed leaves its result alone",
		    a_reduction_that_failed_leaves_its_result_alone },
		{ "accumulators are aligned as malloc aligns",
		    accumulators_are_aligned_as_malloc_aligns },
		{ "accumulators that no memory can hold are -ENOMEM",
		    accumulators_that_no_memory_can_hold_are_enomem },
		CU_TEST_INFO_NULL,
	};

	add_suite("grid: tree", tree);
	return run_suites();
}

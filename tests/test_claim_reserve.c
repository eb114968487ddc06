/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_claim_reserve.c -- the first blocks of a loop are reserved for those
 * who are sure to come.
 */
#include <omp.h>

#include "src/claim.h"
#include "src/grid.h"
#include "src/job.h"
#include "support.h"
#include "visited.h"

enum { BLOCKS = 5, TWO = 2, FAILED = -77, REGIONS = 200 };

/* A loop of BLOCKS blocks of which the first two are reserved. */
static void
begin(quern_job *job)
{
	visited_begin(job, BLOCKS);
	quern__claim_reserve(job, TWO);
}

static void
each_begins_with_its_own_block(void)
{
	struct quern__claim claim[TWO] = { 0 };
	struct quern__blocks step;
	quern_job job;
	uint32_t ran = 0;

	begin(&job);
	for (uint32_t i = 0; i < TWO; i++)
		quern__claim_reserved(&claim[i], i, i + 1);
	for (uint32_t i = TWO; i-- > 0;) {
		CU_ASSERT_TRUE(
		    quern__claim_next(&claim[i], &job, BLOCKS, 1, &ran, &step));
		CU_ASSERT_EQUAL(step.at, i);
		CU_ASSERT_EQUAL(step.end, i + 1);
	}
	for (uint32_t i = TWO; i < BLOCKS; i++) {
		CU_ASSERT_TRUE(
		    quern__claim_next(&claim[0], &job, BLOCKS, 1, &ran, &step));
		CU_ASSERT_EQUAL(step.at, i);
	}
	CU_ASSERT_FALSE(
	    quern__claim_next(&claim[1], &job, BLOCKS, 1, &ran, &step));
}

/* Run them with two contexts, one after the other. */
static void
work(quern_job *job)
{
	struct quern__claim claim[TWO] = { 0 };

	for (uint32_t i = 0; i < TWO; i++)
		quern__claim_reserved(&claim[i], i, i + 1);
	for (unsigned i = 0; i < TWO; i++) {
		quern_context ctx = { .job = job, .claim = &claim[i] };

		CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
		/* As one does who has stolen something meanwhile. */
		CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	}
}

static void
a_reserved_block_counts_once(void)
{
	quern_job job;

	begin(&job);
	work(&job);
	for (int i = 0; i < BLOCKS; i++)
		CU_ASSERT_EQUAL(visited[i], 1);
	CU_ASSERT_EQUAL(quern__claim_done(&job), BLOCKS);
	CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
}

static void
a_reserved_block_that_is_not_run_does_not_count(void)
{
	quern_job job;

	begin(&job);
	quern__job_fail(&job, FAILED);
	work(&job);
	for (int i = 0; i < BLOCKS; i++)
		CU_ASSERT_EQUAL(visited[i], 0);
	CU_ASSERT_EQUAL(quern__claim_done(&job), 0);
	CU_ASSERT_EQUAL(quern__grid_end(&job), FAILED);
}

static void
one_may_have_what_is_reserved_for_several(void)
{
	struct quern__claim claim = { 0 };
	quern_context ctx = { .claim = &claim };
	quern_job job;

	begin(&job);
	ctx.job = &job;
	quern__claim_reserved(&claim, 0, TWO);
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	for (int i = 0; i < BLOCKS; i++)
		CU_ASSERT_EQUAL(visited[i], 1);
	CU_ASSERT_EQUAL(quern__claim_done(&job), BLOCKS);
}

/* ---- on a team ---- */

/* The threads that have run the last loop's blocks. */
static unsigned thread_of[BLOCKS];

static void
visit_as(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)end;
	(void)arg;
	__atomic_fetch_add(&visited[begin], 1, __ATOMIC_RELAXED);
	thread_of[begin] = quern_worker_index(ctx);
}

static void
fail_at_once(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)begin;
	(void)end;
	(void)arg;
	quern_fail(ctx, FAILED);
}

/* The runtime may give a team fewer threads than were asked for. */
static void
a_narrow_team_leaves_no_block_out(void)
{
	int width = omp_get_max_threads();

	memset(visited, 0, sizeof(visited));
	omp_set_num_threads(BLOCKS);
	omp_set_dynamic(1);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_for(BLOCKS, 1, visit_as, NULL)), 0);
	for (int b = 0; b < BLOCKS; b++)
		CU_ASSERT_EQUAL(visited[b], 1);
	omp_set_dynamic(0);
	omp_set_num_threads(width);
}

static void
each_thread_of_a_team_has_a_block_of_its_own(void)
{
	int width = omp_get_max_threads(), visits = 0;

	memset(visited, 0, sizeof(visited));
	/* More threads than blocks, too. */
	for (int threads = TWO; threads <= 2 * TWO; threads++) {
		omp_set_num_threads(threads);
		for (int i = 0; i < REGIONS; i++) {
			size_t n = TWO + (size_t)i % (BLOCKS - TWO + 1);

			CU_ASSERT_EQUAL(
			    quern_run(NULL, quern_for(n, 1, visit_as, NULL)),
			    0);
			visits++;
			CU_ASSERT_NOT_EQUAL(thread_of[0], thread_of[1]);
			/* The others, if this loop had fewer. */
			for (; n < BLOCKS; n++)
				visited[n]++;
			for (int b = 0; b < BLOCKS; b++)
				CU_ASSERT_EQUAL(visited[b], visits);
		}
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_for(BLOCKS, 1, fail_at_once, NULL)),
		    FAILED);
	}
	omp_set_num_threads(width);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each begins with its own block",
		    each_begins_with_its_own_block },
		{ "a reserved block counts once",
		    a_reserved_block_counts_once },
		{ "a reserved block that is not run does not count",
		    a_reserved_block_that_is_not_run_does_not_count },
		{ "one may have what is reserved for several",
		    one_may_have_what_is_reserved_for_several },
		{ "a narrow team leaves no block out",
		    a_narrow_team_leaves_no_block_out },
		{ "each thread of a team has a block of its own",
		    each_thread_of_a_team_has_a_block_of_its_own },
		CU_TEST_INFO_NULL,
	};

	add_suite("claim, reserved", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_grid.c -- tests src/grid.c; its reductions have test_grid_tree.c. */
#include "src/grid.h"
#include "kernels/kernel.h"
#include "src/clock.h"
#include "src/job.h"
#include "support.h"

#include <errno.h>
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

/* ---- where the cuts are ---- */

static int
always_fine(const quern_op *op)
{
	(void)op;
	return 0;
}

/* Of what a kind is the grid looks at the size of a block alone. */
static struct quern__grid
grid_of(size_t count, size_t grain, size_t block_of_kind)
{
	struct quern_kind kind = { .block = block_of_kind };
	quern_op op = { .kind = &kind, .count = count, .grain = grain };

	return quern__grid_of(&op);
}

static void
the_grid_depends_on_count_and_grain_and_kind_alone(void)
{
	static const struct {
		size_t count, grain, kind;
		size_t block;
		uint32_t blocks;
	} table[] = {
		/* chosen: at most 1024 blocks */
		{ 1, 0, 0, 1, 1 },
		{ 1023, 0, 0, 1, 1023 },
		{ 1024, 0, 0, 1, 1024 },
		{ 1025, 0, 0, 2, 513 },
		{ 1000000, 0, 0, 977, 1024 },
		{ SIZE_MAX, 0, 0, (size_t)1 << 54, 1024 },
		/* the user's grain */
		{ 1, 1, 0, 1, 1 },
		{ 10, 1, 0, 1, 10 },
		{ 10, 3, 0, 3, 4 },
		{ 10, 10, 0, 10, 1 },
		{ 10, 11, 0, 11, 1 },
		{ 10, SIZE_MAX, 0, SIZE_MAX, 1 },
		{ SIZE_MAX, SIZE_MAX, 0, SIZE_MAX, 1 },
		{ SIZE_MAX, SIZE_MAX - 1, 0, SIZE_MAX - 1, 2 },
		/* the kind's, which comes before the user's */
		{ 100000, 0, 4096, 4096, 25 },
		{ 100000, 7, 4096, 4096, 25 },
		{ 4096, 0, 4096, 4096, 1 },
		{ 4097, 0, 4096, 4096, 2 },
		/* never more than 2^30 blocks */
		{ (size_t)1 << 30, 1, 0, 1, 1u << 30 },
		{ ((size_t)1 << 30) + 1, 1, 0, 2, (1u << 29) + 1 },
		{ (size_t)1 << 40, 1, 0, 1 << 10, 1u << 30 },
		{ SIZE_MAX, 1, 0, (size_t)1 << 34, 1u << 30 },
		{ SIZE_MAX, 0, 1, (size_t)1 << 34, 1u << 30 },
		{ ((size_t)3 << 30) - 1, 3, 0, 3, 1u << 30 },
		{ (size_t)3 << 30, 3, 0, 3, 1u << 30 },
		{ ((size_t)3 << 30) + 1, 3, 0, 4, (3u << 28) + 1 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct quern__grid grid =
		    grid_of(table[i].count, table[i].grain, table[i].kind);

		CU_ASSERT_EQUAL(grid.count, table[i].count);
		CU_ASSERT_EQUAL(grid.block, table[i].block);
		CU_ASSERT_EQUAL(grid.blocks, table[i].blocks);
	}
}

static void
no_elements_make_no_blocks(void)
{
	CU_ASSERT_EQUAL(grid_of(0, 0, 0).blocks, 0);
	CU_ASSERT_EQUAL(grid_of(0, 5, 0).blocks, 0);
	CU_ASSERT_EQUAL(grid_of(0, SIZE_MAX, 0).blocks, 0);
	CU_ASSERT_EQUAL(grid_of(0, 0, 4096).blocks, 0);
}

static void
any_grid_covers_its_elements_and_has_no_empty_block(void)
{
	uint64_t state = seed();

	for (unsigned long i = 0; i < rounds(20000); i++) {
		/* All magnitudes alike. */
		size_t count = next_random(&state) >> next_random(&state) % 64;
		size_t grain = next_random(&state) >> next_random(&state) % 64;
		struct quern__grid grid = grid_of(count, grain, 0);
		size_t all_but_last;

		CU_ASSERT_TRUE_FATAL(grid.blocks <= 1u << 30);
		CU_ASSERT_TRUE_FATAL(grid.block >= grain);
		if (!count)
			continue;
		all_but_last = (size_t)(grid.blocks - 1) * grid.block;
		CU_ASSERT_TRUE_FATAL(all_but_last < count);
		CU_ASSERT_TRUE_FATAL(count - all_but_last <= grid.block);
	}
}

static void
what_has_a_range_is_a_loop(void)
{
	static const struct quern_kind kind = { .check = always_fine };
	quern_op op = { .kind = &kind, .arg_bytes = 8 };
	quern_op loop = quern_for(1, 1, NULL, NULL);
	char arg;

	CU_ASSERT_TRUE(quern__op_is_loop(&loop));
	CU_ASSERT_FALSE(quern__op_is_loop(&op));
	/* And what announces an arg has one. */
	CU_ASSERT_EQUAL(quern__op_check(&op), -EINVAL);
	op.arg = &arg;
	CU_ASSERT_EQUAL(quern__op_check(&op), 0);
	op.kind = NULL;
	CU_ASSERT_EQUAL(quern__op_check(&op), -EINVAL);
}

/* ---- sharing the blocks ---- */

enum { ELEMENTS = 3000, THREADS = 4 };

struct visits {
	unsigned char element[ELEMENTS]; /* atomic */
	unsigned wrong_cuts;             /* atomic */
	size_t count, block;
};

static void
visit(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct visits *visits = arg;

	(void)ctx;
	if (begin % visits->block != 0 || end <= begin ||
	    (end - begin != visits->block && end != visits->count))
		__atomic_fetch_add(&visits->wrong_cuts, 1, __ATOMIC_RELAXED);
	for (; begin < end; begin++)
		__atomic_fetch_add(
		    &visits->element[begin], 1, __ATOMIC_RELAXED);
}

struct helper {
	quern_context ctx;
	struct gate *gate;
	bool through; /* what quern__grid_work() said */
};

static void *
help(void *arg)
{
	struct helper *helper = arg;

	gate_pass(helper->gate);
	helper->through = quern__grid_work(&helper->ctx, NULL, NULL);
	return NULL;
}

/* n threads work on one loop; asserts that each element had its turn. */
static void
share(size_t count, size_t grain, unsigned n)
{
	static struct visits visits;
	struct gate gate = GATE_INITIALIZER;
	struct helper helper[THREADS];
	pthread_t thread[THREADS];
	unsigned wrong = 0;
	uint64_t blocks = 0;
	quern_job job;

	memset(&visits, 0, sizeof(visits));
	visits.count = count;
	begin(&job, quern_for(count, grain, visit, &visits));
	visits.block = quern__grid_of(&job.op).block;
	for (unsigned i = 0; i < n; i++) {
		helper[i] = (struct helper) { { &job, i, 0 }, &gate, false };
		if (pthread_create(&thread[i], NULL, help, &helper[i]) != 0)
			abort();
	}
	gate_await(&gate, n);
	gate_open(&gate);
	for (unsigned i = 0; i < n; i++) {
		pthread_join(thread[i], NULL);
		blocks += helper[i].ctx.blocks_run;
		wrong += !helper[i].through;
	}
	for (size_t i = 0; i < ELEMENTS; i++)
		wrong += visits.element[i] != (i < count);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(visits.wrong_cuts, 0);
	CU_ASSERT_EQUAL(blocks, quern__grid_of(&job.op).blocks);
	CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
}

static void
each_element_is_visited_once_by_however_many_threads(void)
{
	static const size_t grain[] = { 0, 1, 7, 1000, ELEMENTS, SIZE_MAX };
	static const size_t count[] = { 0, 1, 1025, ELEMENTS - 1, ELEMENTS };

	for (unsigned n = 1; n <= THREADS; n++)
		for (size_t g = 0; g < sizeof(grain) / sizeof(grain[0]); g++)
			for (size_t c = 0; c < sizeof(count) / sizeof(count[0]);
			     c++)
				share(count[c], grain[g], n);
}

/* ---- leaving early, stopping ---- */

struct asked {
	const quern_context *ctx;
	unsigned times;
	unsigned before_any_block;
	uint64_t blocks_at_entry;
	bool answer;
};

static bool
leave(const void *arg)
{
	struct asked *asked = (struct asked *)arg;

	asked->times++;
	asked->before_any_block +=
	    asked->ctx->blocks_run == asked->blocks_at_entry;
	return asked->answer;
}

static void
each_visit_runs_a_block_before_it_may_leave(void)
{
	static struct visits visits;
	quern_job job;
	quern_context ctx = { .job = &job };
	struct asked asked = { .ctx = &ctx, .answer = true };

	visits = (struct visits) { .count = 5, .block = 1 };
	begin(&job, quern_for(5, 1, visit, &visits));
	for (unsigned blocks = 1; blocks < 5; blocks++) {
		asked.blocks_at_entry = ctx.blocks_run;
		CU_ASSERT_FALSE(quern__grid_work(&ctx, leave, &asked));
		CU_ASSERT_EQUAL(ctx.blocks_run, blocks);
		CU_ASSERT_EQUAL(asked.times, blocks);
	}
	/* After the last block there is nothing to leave behind. */
	asked.blocks_at_entry = ctx.blocks_run;
	CU_ASSERT_TRUE(quern__grid_work(&ctx, leave, &asked));
	CU_ASSERT_EQUAL(ctx.blocks_run, 5);
	CU_ASSERT_EQUAL(asked.times, 4);
	CU_ASSERT_EQUAL(asked.before_any_block, 0);
	CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
}

static void
without_a_reason_to_leave_a_visit_runs_all_blocks(void)
{
	static struct visits visits;
	quern_job job;
	quern_context ctx = { .job = &job };
	struct asked asked = { .ctx = &ctx, .answer = false };

	visits = (struct visits) { .count = 9, .block = 2 };
	begin(&job, quern_for(9, 2, visit, &visits));
	CU_ASSERT_TRUE(quern__grid_work(&ctx, leave, &asked));
	CU_ASSERT_EQUAL(ctx.blocks_run, 5);
	CU_ASSERT_EQUAL(asked.times, 4);
	CU_ASSERT_EQUAL(asked.before_any_block, 0);
	/* Whoever comes late finds nothing, however often. */
	for (int i = 0; i < 3; i++)
		CU_ASSERT_TRUE(quern__grid_work(&ctx, leave, &asked));
	CU_ASSERT_EQUAL(ctx.blocks_run, 5);
}

static void
fail_at_3(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	*(unsigned *)arg += (unsigned)(end - begin);
	if (begin == 3)
		quern_fail(ctx, -EIO);
}

static void
a_failure_skips_the_blocks_that_have_not_started(void)
{
	unsigned visited = 0;
	quern_job job;
	quern_context ctx = { .job = &job };

	begin(&job, quern_for(100, 1, fail_at_3, &visited));
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	CU_ASSERT_EQUAL(visited, 4);
	CU_ASSERT_EQUAL(ctx.blocks_run, 4);
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	CU_ASSERT_EQUAL(visited, 4);
	CU_ASSERT_EQUAL(quern__grid_end(&job), -EIO);
}

static void
a_passed_deadline_skips_all_blocks(void)
{
	unsigned visited = 0;
	quern_job job;
	quern_context ctx = { .job = &job };

	begin(&job, quern_for(100, 1, fail_at_3, &visited));
	job.timeout = 1e-9;
	job.own.deadline.at_ns = quern__now_ns();
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	CU_ASSERT_EQUAL(visited, 0);
	CU_ASSERT_TRUE(quern__grid_end(&job) < 0);
	CU_ASSERT_EQUAL(
	    quern__job_verdict(&job, quern__grid_end(&job)), -ETIMEDOUT);
}

static bool
leave_at_once(const void *arg)
{
	(void)arg;
	return true;
}

static void
blocks_that_did_not_run_make_the_loop_fail(void)
{
	static struct visits visits;
	quern_job job;
	quern_context ctx = { .job = &job };

	visits = (struct visits) { .count = 2, .block = 1 };
	begin(&job, quern_for(2, 1, visit, &visits));
	CU_ASSERT_TRUE(quern__grid_end(&job) < 0);
	(void)quern__grid_work(&ctx, leave_at_once, NULL);
	CU_ASSERT_TRUE(quern__grid_end(&job) < 0);
	(void)quern__grid_work(&ctx, leave_at_once, NULL);
	CU_ASSERT_EQUAL(quern__grid_end(&job), 0);
}

static void
progress_counts_the_blocks_that_ran(void)
{
	static struct visits visits;
	quern_job job;
	quern_context ctx = { .job = &job };

	visits = (struct visits) { .count = 8, .block = 1 };
	begin(&job, quern_for(8, 1, visit, &visits));
	for (int blocks = 0; blocks < 8; blocks++) {
		CU_ASSERT_EQUAL(quern__grid_progress(&job), blocks / 8.0);
		(void)quern__grid_work(&ctx, leave_at_once, NULL);
	}
	CU_ASSERT_EQUAL(quern__grid_progress(&job), 1);

	begin(&job, quern_for(0, 1, visit, &visits));
	CU_ASSERT_EQUAL(quern__grid_progress(&job), 0);
}

int
main(void)
{
	static const CU_TestInfo cuts[] = {
		{ "the grid depends on count and grain and kind alone",
		    the_grid_depends_on_count_and_grain_and_kind_alone },
		{ "no elements make no blocks", no_elements_make_no_blocks },
		{ "any grid covers its elements and has no empty block",
		    any_grid_covers_its_elements_and_has_no_empty_block },
		{ "what has a range is a loop", what_has_a_range_is_a_loop },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo work[] = {
		{ "each element is visited once by however many threads",
		    each_element_is_visited_once_by_however_many_threads },
		{ "each visit runs a block before it may leave",
		    each_visit_runs_a_block_before_it_may_leave },
		{ "without a reason to leave a visit runs all blocks",
		    without_a_reason_to_leave_a_visit_runs_all_blocks },
		{ "a failure skips the blocks that have not started",
		    a_failure_skips_the_blocks_that_have_not_started },
		{ "a passed deadline skips all blocks",
		    a_passed_deadline_skips_all_blocks },
		{ "blocks that did not run make the loop fail",
		    blocks_that_did_not_run_make_the_loop_fail },
		{ "progress counts the blocks that ran",
		    progress_counts_the_blocks_that_ran },
		CU_TEST_INFO_NULL,
	};

	add_suite("grid: cuts", cuts);
	add_suite("grid: work", work);
	return run_suites();
}

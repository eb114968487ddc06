/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_claim.c -- blocks are claimed, given back or stolen, and each is had by
 * one alone.
 */
#include "src/claim.h"

#include <time.h>

#include "src/clock.h"
#include "src/grid.h"
#include "src/job.h"
#include "src/pool.h"
#include "threads.h"
#include "visited.h"
#include "watchdog.h"

enum { BLOCKS = 1024, SECONDS = 10 };

/* Two who are inside of one loop, and one who is inside of another. */
struct scene {
	quern_executor pool;
	quern_job job, other_job;
	struct quern__claim mine, yours, stranger;
	uint32_t ran;
};

static void
scene_begin(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	quern__claim_open_locked(&scene->pool, &scene->mine, &scene->job);
	quern__claim_open_locked(
	    &scene->pool, &scene->stranger, &scene->other_job);
	quern__claim_open_locked(&scene->pool, &scene->yours, &scene->job);
}

static bool
next(struct scene *scene, struct quern__claim *claim,
    struct quern__blocks *blocks)
{
	return quern__claim_next(
	    claim, &scene->job, BLOCKS, 1, &scene->ran, blocks);
}

/* Until `claim` has at least two blocks besides those that are begun. */
static uint32_t
claim_several(struct scene *scene, struct quern__claim *claim)
{
	struct quern__blocks blocks;
	uint32_t ran = 0;

	do {
		CU_ASSERT_FATAL(next(scene, claim, &blocks));
		ran += blocks.end - blocks.at;
	} while ((uint32_t)(claim->range >> 32) - (uint32_t)claim->range < 2);
	return ran;
}

static void
a_thief_takes_the_last_block_of_the_same_loop(void)
{
	struct scene scene;
	struct quern__blocks blocks;
	uint32_t begun, end;

	scene_begin(&scene);
	CU_ASSERT_FALSE(quern__claim_steal_locked(&scene.pool, &scene.yours));
	begun = claim_several(&scene, &scene.mine);
	end = (uint32_t)(scene.mine.range >> 32);
	CU_ASSERT_EQUAL((uint32_t)scene.mine.range, begun);
	CU_ASSERT_FALSE(
	    quern__claim_steal_locked(&scene.pool, &scene.stranger));
	CU_ASSERT_TRUE(quern__claim_steal_locked(&scene.pool, &scene.yours));
	CU_ASSERT_TRUE(next(&scene, &scene.yours, &blocks));
	CU_ASSERT_EQUAL(blocks.at, end - 1);
	CU_ASSERT_EQUAL(blocks.end, end);
	/* The owner goes on at the near end, and does not see it again. */
	CU_ASSERT_TRUE(next(&scene, &scene.mine, &blocks));
	CU_ASSERT_EQUAL(blocks.at, begun);
	while (blocks.end < end - 1)
		CU_ASSERT_TRUE_FATAL(next(&scene, &scene.mine, &blocks));
	CU_ASSERT_EQUAL(blocks.end, end - 1);
	CU_ASSERT_FALSE(quern__claim_steal_locked(&scene.pool, &scene.yours));
	quern__claim_close_locked(&scene.pool, &scene.mine);
	quern__claim_close_locked(&scene.pool, &scene.mine);
	CU_ASSERT_FALSE(quern__claim_steal_locked(&scene.pool, &scene.mine));
	CU_ASSERT_PTR_EQUAL(scene.pool.claims, &scene.yours);
	CU_ASSERT_PTR_EQUAL(scene.yours.next, &scene.stranger);
	CU_ASSERT_PTR_NULL(scene.stranger.next);
}

static void
what_a_thief_has_had_is_not_given_back(void)
{
	struct scene scene;
	struct quern__blocks blocks;
	uint64_t left;

	scene_begin(&scene);
	claim_several(&scene, &scene.mine);
	CU_ASSERT_TRUE(quern__claim_steal_locked(&scene.pool, &scene.yours));
	left = scene.mine.range;
	CU_ASSERT_FALSE(quern__claim_give_back(&scene.mine, &scene.job));
	CU_ASSERT_EQUAL(scene.mine.range, left);
	/* The thief's is the last that was claimed. */
	left = scene.yours.range;
	CU_ASSERT_TRUE(quern__claim_give_back(&scene.yours, &scene.job));
	CU_ASSERT_EQUAL(scene.yours.range, 0);
	CU_ASSERT_EQUAL((uint32_t)scene.job.own.progress.loop, (uint32_t)left);
	/* Now the owner's is. */
	left = scene.mine.range;
	CU_ASSERT_TRUE(quern__claim_give_back(&scene.mine, &scene.job));
	CU_ASSERT_EQUAL((uint32_t)scene.job.own.progress.loop, (uint32_t)left);
	CU_ASSERT_TRUE(next(&scene, &scene.yours, &blocks));
	CU_ASSERT_EQUAL(blocks.at, (uint32_t)left);
}

static void
blocks_done_are_counted_with_a_claim_or_alone(void)
{
	struct scene scene;
	struct quern__blocks blocks;

	scene_begin(&scene);
	CU_ASSERT_TRUE(next(&scene, &scene.mine, &blocks));
	CU_ASSERT_EQUAL(quern__claim_done(&scene.job), 0);
	scene.ran = 1;
	CU_ASSERT_TRUE(next(&scene, &scene.yours, &blocks));
	CU_ASSERT_EQUAL(scene.ran, 0);
	CU_ASSERT_EQUAL(quern__claim_done(&scene.job), 1);
	quern__claim_count(&scene.job, 1);
	CU_ASSERT_EQUAL(quern__claim_done(&scene.job), 2);
	CU_ASSERT_FALSE(quern__claim_none_left(&scene.job, BLOCKS));
	quern__claim_drop_rest(&scene.mine, &scene.job, BLOCKS);
	CU_ASSERT_TRUE(quern__claim_none_left(&scene.job, BLOCKS));
	CU_ASSERT_EQUAL(quern__claim_done(&scene.job), 2);
	CU_ASSERT_FALSE(next(&scene, &scene.mine, &blocks));
}

/* ---- a clock that goes on by so much with each look; 0: the real one ---- */

static uint64_t clock_step_ns, clock_now_ns;
static unsigned clock_looks;

int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	if (!clock_step_ns)
		return __real_clock_gettime(clock, out);
	clock_looks++;
	clock_now_ns += clock_step_ns;
	out->tv_sec = (time_t)(clock_now_ns / 1000000000);
	out->tv_nsec = (long)(clock_now_ns % 1000000000);
	return 0;
}

static void
clock_begin(uint64_t step_ns)
{
	clock_now_ns = 1000000000;
	clock_looks = 0;
	clock_step_ns = step_ns;
}

/* ---- how many at a time, on a calling thread of its own ---- */

static void
check_each_has_run_once(quern_job *job)
{
	clock_step_ns = 0;
	CU_ASSERT_EQUAL(quern__claim_done(job), BLOCKS);
	for (int i = 0; i < BLOCKS; i++)
		CU_ASSERT_EQUAL(visited[i], 1);
	CU_ASSERT_EQUAL(quern__grid_end(job), 0);
}

/* Run them when the clock shows `step_ns` for each claim. */
static unsigned
claims_when_each_takes(uint64_t step_ns)
{
	quern_job job;
	quern_context ctx = { .job = &job };

	visited_begin(&job, BLOCKS);
	clock_begin(step_ns);
	CU_ASSERT_TRUE(quern__grid_work(&ctx, NULL, NULL));
	CU_ASSERT_EQUAL(ctx.blocks_run, BLOCKS);
	check_each_has_run_once(&job);
	return clock_looks;
}

static void
cheap_blocks_are_claimed_together_and_dear_ones_alone(void)
{
	unsigned cheap = claims_when_each_takes(1);
	unsigned dear = claims_when_each_takes(1000000);

	/* Twice as many each time, then a quarter of what is left. */
	CU_ASSERT(cheap >= 10);
	CU_ASSERT(cheap <= 40);
	/* Alone, but for the last few, which are not measured. */
	CU_ASSERT(dear >= 1000);
}

/* The same for blocks that another process runs, with one more inside. */
static unsigned
messages_when_each_takes(uint64_t step_ns)
{
	struct quern__claim claim = { .far = true };
	struct quern__blocks step;
	uint32_t ran = 0, total = 0;
	unsigned messages = 0;
	quern_job job;

	visited_begin(&job, BLOCKS);
	clock_begin(step_ns);
	for (; quern__claim_next(&claim, &job, BLOCKS, 1, &ran, &step);
	     messages++)
		total += step.end - step.at;
	clock_step_ns = 0;
	CU_ASSERT_EQUAL(total, BLOCKS);
	return messages;
}

static void
what_another_process_runs_is_worth_a_message(void)
{
	/* Up to eight times as many each time. */
	CU_ASSERT(messages_when_each_takes(1) <= 6);
	/* Then not always less: ten or more are worth a message. */
	CU_ASSERT(messages_when_each_takes(250000) <= 1024);
	CU_ASSERT(messages_when_each_takes(1000000) >= 1000);
}

/* Nothing is known of them yet, and few may be long. */
static void
another_process_begins_with_a_small_part(void)
{
	struct quern__claim claim;
	struct quern__blocks step;
	unsigned long other = 0;
	uint32_t ran = 0, share;
	quern_job job;

	for (uint32_t blocks = 1; blocks <= 2048; blocks++) {
		visited_begin(&job, BLOCKS);
		claim = (struct quern__claim) { .far = true };
		CU_ASSERT(
		    quern__claim_next(&claim, &job, blocks, 1, &ran, &step));
		share = blocks / 2 / 32;
		other += step.end - step.at != (share ? share : 1);
	}
	CU_ASSERT_EQUAL(other, 0);
}

/* Or a loop might be closed before something is given back that is left. */
static void
the_last_block_is_claimed_alone(void)
{
	struct quern__claim claim;
	struct quern__blocks step;
	unsigned long several = 0, wrong = 0;
	uint32_t ran, total;
	quern_job job;

	for (uint32_t blocks = 1; blocks < 300; blocks++)
		for (unsigned others = 0; others < 8; others++) {
			visited_begin(&job, BLOCKS);
			claim = (struct quern__claim) { .far = others % 2 };
			ran = total = 0;
			clock_begin(1);
			while (quern__claim_next(
			    &claim, &job, blocks, others / 2, &ran, &step)) {
				total += step.end - step.at;
				several += claim.size > 1;
				wrong += claim.size > 1 &&
				    quern__claim_none_left(&job, blocks);
			}
			clock_step_ns = 0;
			CU_ASSERT_EQUAL(total, blocks);
		}
	CU_ASSERT(several > 10000);
	CU_ASSERT_EQUAL(wrong, 0);
}

static bool
leave_at_once(const void *arg)
{
	(void)arg;
	return true;
}

static void
what_was_claimed_and_not_run_is_given_back(void)
{
	quern_job job;
	quern_context ctx = { .job = &job };
	uint64_t before;

	visited_begin(&job, BLOCKS);
	clock_begin(1);
	do {
		/* It goes at once, a block or sixteen into a claim. */
		before = ctx.blocks_run;
		if (quern__grid_work(&ctx, leave_at_once, NULL))
			break;
		CU_ASSERT(ctx.blocks_run > before);
		CU_ASSERT_EQUAL(quern__claim_done(&job), ctx.blocks_run);
		CU_ASSERT_EQUAL(
		    (uint32_t)job.own.progress.loop, ctx.blocks_run);
	} while (ctx.blocks_run < BLOCKS);
	CU_ASSERT_EQUAL(ctx.blocks_run, BLOCKS);
	check_each_has_run_once(&job);
}

/* Asks for the first time in the middle of a claim. */
static bool
leave_after_100(const void *ctx)
{
	return ((const quern_context *)ctx)->blocks_run >= 100;
}

static void
what_is_given_back_is_run_by_others(void)
{
	quern_job job;
	quern_context ctx = { .job = &job }, other = { .job = &job };

	visited_begin(&job, BLOCKS);
	clock_begin(1);
	CU_ASSERT_FALSE(quern__grid_work(&ctx, leave_after_100, &ctx));
	CU_ASSERT(ctx.blocks_run >= 100);
	CU_ASSERT(ctx.blocks_run < BLOCKS);
	CU_ASSERT_TRUE(quern__grid_work(&other, NULL, NULL));
	CU_ASSERT_EQUAL(ctx.blocks_run + other.blocks_run, BLOCKS);
	check_each_has_run_once(&job);
}

/* ---- on a pool ---- */

struct stuck {
	quern_executor *pool;
	int visits[BLOCKS];
	int through;
	int waits; /* somebody has waited with blocks in its claim */
	bool in_time;
};

/* The first that has more in its claim waits until all others are through. */
static void
wait_on_a_claim(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct stuck *stuck = arg;
	struct quern__worker *worker =
	    &stuck->pool->worker[quern_worker_index(ctx)];
	uint64_t until = quern__now_ns() + 6000, range;

	(void)end;
	while (quern__now_ns() < until)
		;
	add(&stuck->visits[begin], 1);
	range = __atomic_load_n(&worker->claim.range, __ATOMIC_RELAXED);
	if ((uint32_t)range < (uint32_t)(range >> 32) &&
	    !__atomic_exchange_n(&stuck->waits, 1, __ATOMIC_RELAXED)) {
		until = quern__now_ns() + SECONDS * UINT64_C(1000000000);
		while (get(&stuck->through) < BLOCKS - 1 &&
		    quern__now_ns() < until)
			nap();
		stuck->in_time = get(&stuck->through) == BLOCKS - 1;
	}
	add(&stuck->through, 1);
}

static void
what_a_stuck_worker_has_claimed_is_stolen(void)
{
	struct rig rig;
	struct stuck stuck;
	quern_job job;
	int told;

	if (!rig_open(&rig, 2))
		return;
	/* How blocks are claimed depends on what they take: try again. */
	for (int i = 0; i < 100; i++) {
		watchdog("a stuck worker", (uint64_t)i);
		memset(&stuck, 0, sizeof(stuck));
		stuck.pool = rig.executor;
		told = 0;
		counted_job(
		    &job, quern_for(BLOCKS, 1, wait_on_a_claim, &stuck), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(told, 1);
		CU_ASSERT_EQUAL(quern_job_status(&job), 0);
		for (int b = 0; b < BLOCKS; b++)
			CU_ASSERT_EQUAL(stuck.visits[b], 1);
		if (stuck.waits)
			break;
	}
	CU_ASSERT_TRUE(stuck.waits);
	CU_ASSERT_TRUE(stuck.in_time);
	CU_ASSERT_PTR_NULL(rig.executor->claims);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a thief takes the last block of the same loop",
		    a_thief_takes_the_last_block_of_the_same_loop },
		{ "what a thief has had is not given back",
		    what_a_thief_has_had_is_not_given_back },
		{ "blocks done are counted with a claim or alone",
		    blocks_done_are_counted_with_a_claim_or_alone },
		{ "cheap blocks are claimed together and dear ones alone",
		    cheap_blocks_are_claimed_together_and_dear_ones_alone },
		{ "what another process runs is worth a message",
		    what_another_process_runs_is_worth_a_message },
		{ "another process begins with a small part",
		    another_process_begins_with_a_small_part },
		{ "the last block is claimed alone",
		    the_last_block_is_claimed_alone },
		{ "what was claimed and not run is given back",
		    what_was_claimed_and_not_run_is_given_back },
		{ "what is given back is run by others",
		    what_is_given_back_is_run_by_others },
		{ "what a stuck worker has claimed is stolen",
		    what_a_stuck_worker_has_claimed_is_stolen },
		CU_TEST_INFO_NULL,
	};

	add_suite("claim", tests);
	return run_suites();
}

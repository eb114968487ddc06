/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_engine.c -- loops on an OpenMP team instead of on the workers:
 * quern_threads_options.engine.
 */
#include <errno.h>
#include <omp.h>
#include <quern/kernels.h>
#include <string.h>

#include "teams.h"
#include "threads.h"

enum { WORKERS = 4, ELEMENTS = 1000 };

static bool
open_engine(struct rig *rig, unsigned workers, unsigned engine)
{
	quern_threads_options options;

	quern_threads_options_init(&options);
	options.workers = workers;
	options.engine = engine;
	return open_cores_with(rig, &options);
}

/* Blocks that end only when so many threads are in one each. */
struct muster {
	struct gate gate;
	unsigned n;
	int by_number[WORKERS + 1]; /* atomic: blocks */
};

static void
muster(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct muster *muster = arg;

	add(&muster->by_number[quern_worker_index(ctx)], (int)(end - begin));
	gate_arrive(&muster->gate);
	gate_await(&muster->gate, muster->n);
}

static void
a_loop_on_a_lane_has_as_many_threads_as_workers(void)
{
	struct muster all = { .gate = GATE_INITIALIZER, .n = WORKERS };
	struct rig rig;
	quern_stats stats;

	if (!open_engine(&rig, WORKERS, QUERN_ENGINE_LANE))
		return;
	for (int way = ON_POOL; way < WAYS; way++) {
		gate_init(&all.gate);
		CU_ASSERT_TRUE(permits_become_free(cores()));
		memset(all.by_number, 0, sizeof(all.by_number));
		CU_ASSERT_EQUAL(
		    run_by(&rig, way, quern_for(WORKERS, 1, muster, &all)), 0);
		for (int i = 0; i < WORKERS; i++)
			CU_ASSERT_EQUAL(all.by_number[i], 1);
	}
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.lanes, 1);
	CU_ASSERT_EQUAL(stats.blocks, (WAYS - 1) * WORKERS);
	CU_ASSERT_EQUAL(stats.done, WAYS - 1);
	close_cores(&rig);
}

static void
note_width(quern_context *ctx, size_t begin, size_t end, void *width)
{
	(void)ctx;
	(void)begin;
	(void)end;
	__atomic_store_n((int *)width, omp_get_num_threads(), __ATOMIC_RELAXED);
}

/* Numbers of threads would be beyond those that are promised. */
static void
a_loop_on_a_lane_has_no_more_threads_than_workers(void)
{
	int width = 0;
	struct rig rig;

	if (!open_engine(&rig, 2, QUERN_ENGINE_LANE))
		return;
	CU_ASSERT_TRUE(permits_become_free(cores()));
	CU_ASSERT_EQUAL(
	    run_by(&rig, BY_JOB, quern_for(ELEMENTS, 1, note_width, &width)),
	    0);
	CU_ASSERT_EQUAL(width, 2);
	close_cores(&rig);
}

static void
the_pool_is_the_default_and_has_no_lanes(void)
{
	int count = 0;
	struct rig rig;

	for (unsigned engine = QUERN_ENGINE_DEFAULT;
	     engine <= QUERN_ENGINE_POOL; engine++) {
		if (!open_engine(&rig, 2, engine))
			return;
		CU_ASSERT_EQUAL(
		    run_by(&rig, BY_JOB,
			quern_for(ELEMENTS, 1, count_range, &count)),
		    0);
		CU_ASSERT_EQUAL(lanes_of(&rig), 0);
		close_cores(&rig);
	}
	CU_ASSERT_EQUAL(count, 2 * ELEMENTS);
}

static void
a_loop_of_one_block_needs_no_lane(void)
{
	int count = 0;
	struct rig rig;

	if (!open_engine(&rig, WORKERS, QUERN_ENGINE_LANE))
		return;
	CU_ASSERT_EQUAL(run_by(&rig, BY_JOB,
			    quern_for(ELEMENTS, ELEMENTS, count_range, &count)),
	    0);
	CU_ASSERT_EQUAL(count, ELEMENTS);
	CU_ASSERT_EQUAL(lanes_of(&rig), 0);
	close_cores(&rig);
}

static void
loops_have_the_same_bits_on_either_engine(void)
{
	enum { MANY = 300000 };
	static double in[MANY], out[2][MANY];
	double sum[2], reduced[2];
	struct rig rig;

	for (int i = 0; i < MANY; i++)
		in[i] = 1.0 / (i + 3);
	for (int e = 0; e < 2; e++) {
		if (!open_engine(&rig, WORKERS,
			e ? QUERN_ENGINE_LANE : QUERN_ENGINE_POOL))
			return;
		CU_ASSERT_EQUAL(
		    run_by(&rig, BY_JOB, quern_sum_f64(&sum[e], in, MANY)), 0);
		CU_ASSERT_EQUAL(
		    run_by(&rig, BY_JOB, quern_pow_f64(out[e], in, 1.7, MANY)),
		    0);
		CU_ASSERT_EQUAL(run_by(&rig, ON_POOL,
				    quern_reduce(MANY, 100, &sum_of_doubles, in,
					&reduced[e])),
		    0);
		/* Narrower ones too, if a worker was not asleep yet. */
		CU_ASSERT_EQUAL(lanes_of(&rig) > 0, e);
		close_cores(&rig);
	}
	CU_ASSERT_EQUAL(memcmp(&sum[0], &sum[1], sizeof(sum[0])), 0);
	CU_ASSERT_EQUAL(memcmp(&reduced[0], &reduced[1], sizeof(sum[0])), 0);
	CU_ASSERT_EQUAL(memcmp(out[0], out[1], sizeof(out[0])), 0);
}

/* ---- ends ---- */

static void
fail_some(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)end;
	(void)arg;
	if (begin == ELEMENTS / 2)
		quern_fail(ctx, -EIO);
}

static void
arrive_and_stay(quern_context *ctx, size_t begin, size_t end, void *gate)
{
	(void)begin;
	(void)end;
	gate_arrive(gate);
	while (!quern_should_stop(ctx))
		nap();
}

static void
loops_on_a_lane_fail_and_are_cancelled_like_others(void)
{
	struct gate gate = GATE_INITIALIZER;
	struct rig rig;
	quern_job job;

	if (!open_engine(&rig, WORKERS, QUERN_ENGINE_LANE))
		return;
	for (int way = ON_POOL; way < WAYS; way++)
		CU_ASSERT_EQUAL(
		    run_by(&rig, way, quern_for(ELEMENTS, 1, fail_some, NULL)),
		    -EIO);
	quern_job_init(
	    &job, quern_for(ELEMENTS, 1, arrive_and_stay, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, 2);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ECANCELED);
	CU_ASSERT(arrivals(&gate) <= WORKERS);
	close_cores(&rig);
}

/* ---- loops inside ---- */

enum { INNER = 64 };

struct inside {
	int taken[WORKERS + 1]; /* atomic: threads with that number, now */
	int twice, elements;    /* atomic */
};

static void
take_number(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct inside *inside = arg;
	int *taken = &inside->taken[quern_worker_index(ctx)];

	if (__atomic_add_fetch(taken, 1, __ATOMIC_RELAXED) > 1)
		add(&inside->twice, 1);
	nap();
	__atomic_fetch_sub(taken, 1, __ATOMIC_RELAXED);
	add(&inside->elements, (int)(end - begin));
}

static void
run_loop_inside(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct inside inside = { { 0 }, 0, 0 };
	int *wrong = arg;

	(void)begin;
	(void)end;
	if (quern_run_inside(ctx, quern_for(INNER, 1, take_number, &inside)) ||
	    inside.twice || inside.elements != INNER)
		add(wrong, 1);
}

static int
call_loop_inside(quern_context *ctx, void *wrong)
{
	run_loop_inside(ctx, 0, 1, wrong);
	return 0;
}

/* Which workers help with, and no two have the same number in it. */
static void
a_lane_runs_loops_inside_with_numbers_of_their_own(void)
{
	int wrong = 0;
	struct rig rig;

	if (!open_engine(&rig, 3, QUERN_ENGINE_LANE))
		return;
	CU_ASSERT_EQUAL(
	    run_by(&rig, BY_JOB, quern_for(4, 1, run_loop_inside, &wrong)), 0);
	CU_ASSERT_EQUAL(
	    run_by(&rig, BY_JOB, quern_team(2, call_loop_inside, &wrong)), 0);
	CU_ASSERT_EQUAL(wrong, 0);
	close_cores(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a loop on a lane has as many threads as workers",
		    a_loop_on_a_lane_has_as_many_threads_as_workers },
		{ "a loop on a lane has no more threads than workers",
		    a_loop_on_a_lane_has_no_more_threads_than_workers },
		{ "the pool is the default and has no lanes",
		    the_pool_is_the_default_and_has_no_lanes },
		{ "a loop of one block needs no lane",
		    a_loop_of_one_block_needs_no_lane },
		{ "loops have the same bits on either engine",
		    loops_have_the_same_bits_on_either_engine },
		{ "loops on a lane fail and are cancelled like others",
		    loops_on_a_lane_fail_and_are_cancelled_like_others },
		{ "a lane runs loops inside with numbers of their own",
		    a_lane_runs_loops_inside_with_numbers_of_their_own },
		CU_TEST_INFO_NULL,
	};

	add_suite("engine", tests);
	return run_suites();
}

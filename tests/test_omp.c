/* SPDX-License-Identifier: BSD-2-Clause */
/* test_omp.c -- tests src/omp.c: what quern asks of the OpenMP runtime. */
#include <omp.h>

#include "support.h"

static int
count_openmp_threads(quern_context *ctx, void *threads)
{
	(void)ctx;
#pragma omp parallel num_threads(4)
	__atomic_fetch_add((int *)threads, 1, __ATOMIC_RELAXED);
	return 0;
}

static void
count_openmp_threads_of_block(
    quern_context *ctx, size_t begin, size_t end, void *threads)
{
	(void)begin;
	(void)end;
	(void)count_openmp_threads(ctx, threads);
}

static void
openmp_inside_a_call_is_held_to_one_thread(void)
{
	int on_team = 0, on_pool = 0, by_job = 0, by_loop = 0;
	int width = omp_get_max_threads(), levels = omp_get_max_active_levels();
	struct rig rig;
	quern_job job;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_call(count_openmp_threads, &on_team)), 0);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_call(count_openmp_threads, &on_pool)),
	    0);
	/* Which is no lasting setting of the caller's. */
	CU_ASSERT_EQUAL(omp_get_max_threads(), width);
	CU_ASSERT_EQUAL(omp_get_max_active_levels(), levels);
	quern_job_init(&job, quern_call(count_openmp_threads, &by_job), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	quern_job_init(&job,
	    quern_for(1, 1, count_openmp_threads_of_block, &by_loop), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(by_job, 1);
	CU_ASSERT_EQUAL(by_loop, 1);
	CU_ASSERT_EQUAL(on_team, 1);
	CU_ASSERT_EQUAL(on_pool, 1);
	rig_close(&rig);
}

/* Blocks that end only when two threads are in one each. */
struct meeting {
	struct gate gate;
	unsigned index[2]; /* of each element's thread */
};

static void
meet(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct meeting *meeting = arg;

	(void)end;
	meeting->index[begin] = quern_worker_index(ctx);
	gate_arrive(&meeting->gate);
	gate_await(&meeting->gate, 2);
}

static void
without_an_executor_the_openmp_team_helps(void)
{
	struct meeting meeting = { .gate = GATE_INITIALIZER };
	int before = omp_get_max_threads();

	omp_set_num_threads(2);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_for(2, 1, meet, &meeting)), 0);
	CU_ASSERT_NOT_EQUAL(meeting.index[0], meeting.index[1]);
	omp_set_num_threads(before);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "OpenMP inside a call is held to one thread",
		    openmp_inside_a_call_is_held_to_one_thread },
		{ "without an executor the OpenMP team helps",
		    without_an_executor_the_openmp_team_helps },
		CU_TEST_INFO_NULL,
	};

	add_suite("omp", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_lane.c -- tests src/lane.c: jobs that lead an OpenMP team. */
#include <errno.h>
#include <omp.h>
#include <stdio.h>

#include "teams.h"

static void
a_team_is_as_wide_as_asked_for_and_no_wider(void)
{
	static const struct {
		unsigned asked;
		int got;
	} widths[] = { { 1, 1 }, { 2, 2 }, { 3, 2 }, { 4, 4 } };
	struct visit visit;
	struct rig rig;

	if (SANITIZED_THREAD)
		printf("num_threads() is not limited in this build ... ");
	if (!open_cores(&rig, 2))
		return;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		for (int way = ON_POOL; way < WAYS; way++) {
			visit = visit_by(&rig, way, widths[i].asked);
			check_width(&visit, widths[i].got);
		}
	close_cores(&rig);
}

static void
width_0_and_what_is_more_than_the_cores_are_all_cores(void)
{
	static const unsigned widths[] = { 0, 64, UINT32_MAX };
	struct visit visit;
	struct rig rig;

	if (!open_cores(&rig, 2))
		return;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		visit = visit_by(&rig, BY_JOB, widths[i]);
		check_width(&visit, (int)cores());
	}
	CU_ASSERT_EQUAL(lanes_of(&rig), 1);
	close_cores(&rig);
}

static void
each_width_has_a_leader_of_its_own_that_keeps_its_team(void)
{
	struct visit two, four, again;
	struct rig rig;

	if (!open_cores(&rig, 2))
		return;
	two = visit_by(&rig, BY_JOB, 2);
	four = visit_by(&rig, BY_JOB, 4);
	CU_ASSERT_EQUAL(lanes_of(&rig), 2);
	for (int i = 0; i < 10; i++) {
		again = visit_by(&rig, i % 2 ? BY_JOB : ON_POOL, 2);
		CU_ASSERT_TRUE(pthread_equal(again.leader, two.leader));
		CU_ASSERT_EQUAL(strangers(&again.plain, &two.plain, 2), 0);
		again = visit_by(&rig, i % 2 ? BY_JOB : ON_POOL, 4);
		CU_ASSERT_TRUE(pthread_equal(again.leader, four.leader));
		CU_ASSERT_EQUAL(
		    strangers(&again.plain, &four.plain, four.plain.size), 0);
	}
	CU_ASSERT_EQUAL(lanes_of(&rig), 2);
	close_cores(&rig);
}

/* A function that leaves its thread's settings changed. */
static int
meddle(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	omp_set_num_threads(3);
	omp_set_max_active_levels(5);
	omp_set_dynamic(1);
	return 0;
}

static void
what_a_function_sets_is_not_there_for_the_next(void)
{
	struct visit visit;
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	for (int way = ON_POOL; way < WAYS; way++) {
		CU_ASSERT_EQUAL(
		    run_by(&rig, way, quern_team(2, meddle, NULL)), 0);
		visit = visit_by(&rig, way, 2);
		check_width(&visit, 2);
	}
	close_cores(&rig);
}

static void
without_an_executor_it_is_the_callers_own_team(void)
{
	int threads = omp_get_max_threads();
	struct visit visit = { .result = 7 };

	omp_set_num_threads(3);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_team(2, look_round, &visit)), 7);
	CU_ASSERT_TRUE(pthread_equal(visit.leader, pthread_self()));
	CU_ASSERT_EQUAL(visit.max_threads, 3);
	CU_ASSERT_EQUAL(visit.plain.size, 3);
	CU_ASSERT_EQUAL(visit.wide.size, 16);
	CU_ASSERT_EQUAL(omp_get_max_threads(), 3);
	omp_set_num_threads(threads);
}

struct outer {
	pthread_t thread;
	struct visit inner;
	int status;
};

static int
run_team_inside(quern_context *ctx, void *arg)
{
	struct outer *outer = arg;

	outer->thread = pthread_self();
	outer->inner.result = 7;
	outer->status =
	    quern_run_inside(ctx, quern_team(4, look_round, &outer->inner));
	/* And then the outer one has its team again. */
	return region(0).size;
}

static void
inside_a_job_it_is_held_to_the_calling_thread(void)
{
	struct outer by_call, by_team;
	struct rig rig;

	if (!open_cores(&rig, 2))
		return;
	CU_ASSERT_EQUAL(
	    run_by(&rig, BY_JOB, quern_call(run_team_inside, &by_call)), 1);
	CU_ASSERT_EQUAL(lanes_of(&rig), 0);
	CU_ASSERT_EQUAL(
	    run_by(&rig, BY_JOB, quern_team(2, run_team_inside, &by_team)), 2);
	CU_ASSERT_EQUAL(lanes_of(&rig), 1);
	CU_ASSERT_EQUAL(by_call.status, 7);
	CU_ASSERT_TRUE(pthread_equal(by_call.inner.leader, by_call.thread));
	CU_ASSERT_EQUAL(by_call.inner.wide.size, 1);
	CU_ASSERT_EQUAL(by_team.status, 7);
	CU_ASSERT_TRUE(pthread_equal(by_team.inner.leader, by_team.thread));
	if (!is_libomp("a region directly in a team's function has its width"))
		CU_ASSERT_EQUAL(by_team.inner.wide.size, 1);
	close_cores(&rig);
}

static void
an_op_without_a_function_is_refused(void)
{
	quern_job job;
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	quern_job_init(&job, quern_team(2, NULL, NULL), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(rig.executor, job.op), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL, job.op), -EINVAL);
	close_cores(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a team is as wide as asked for and no wider",
		    a_team_is_as_wide_as_asked_for_and_no_wider },
		{ "width 0 and what is more than the cores are all cores",
		    width_0_and_what_is_more_than_the_cores_are_all_cores },
		{ "each width has a leader of its own that keeps its team",
		    each_width_has_a_leader_of_its_own_that_keeps_its_team },
		{ "what a function sets is not there for the next",
		    what_a_function_sets_is_not_there_for_the_next },
		{ "without an executor it is the caller's own team",
		    without_an_executor_it_is_the_callers_own_team },
		{ "inside a job it is held to the calling thread",
		    inside_a_job_it_is_held_to_the_calling_thread },
		{ "an op without a function is refused",
		    an_op_without_a_function_is_refused },
		CU_TEST_INFO_NULL,
	};

	add_suite("lane", tests);
	return run_suites();
}

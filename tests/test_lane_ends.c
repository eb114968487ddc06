/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_lane_ends.c -- tests src/lane.c: what lanes hold and when they give it
 * back, and the end of jobs and executors.
 */
#include <errno.h>

#include "src/permit.h"
#include "src/pool.h"
#include "tasks.h"
#include "teams.h"
#include "threads.h"

/* ---- idle lanes ---- */

static void
an_idle_lane_gives_its_threads_back(void)
{
	int before = tasks(), without;
	struct rig rig;

	if (!open_cores(&rig, 2))
		return;
	without = tasks();
	end_idle_lanes_after(&rig, 0);
	for (int i = 0; i < 5; i++) {
		(void)visit_by(&rig, BY_JOB, i % 2 ? 2 : 4);
		while (lanes_of(&rig))
			nap();
		if (!is_libomp(i ? NULL : "helpers stay"))
			CU_ASSERT_TRUE(tasks_become(without));
	}
	close_cores(&rig);
	if (!is_libomp(NULL))
		CU_ASSERT_TRUE(tasks_become(before));
}

static void
a_lane_is_idle_for_half_a_minute_before_it_ends(void)
{
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	CU_ASSERT_EQUAL(rig.executor->lanes.idle_ns, 30000000000);
	close_cores(&rig);
}

/* ---- permits ---- */

static void
permits_are_taken_for_the_width_and_all_given_back(void)
{
	struct gate gate = GATE_INITIALIZER;
	struct rig rig;
	quern_job job;
	unsigned free;

	if (!open_cores(&rig, 2))
		return;
	quern_job_init(&job, quern_team(2, pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, 1);
	await_sleep(rig.executor);
	free = quern__permits_take_free(CORES + 1);
	quern__permits_give(free);
	CU_ASSERT_EQUAL(free, cores() - 2);
	gate_open(&gate);
	rig_run(&rig);
	await_sleep(rig.executor);
	free = quern__permits_take_free(cores() + 1);
	quern__permits_give(free);
	CU_ASSERT_EQUAL(free, cores());
	close_cores(&rig);
}

static void
with_few_permits_a_team_is_narrower(void)
{
	static const struct {
		unsigned taken;
		int width;
	} cases[] = { { 1, 2 }, { 2, 2 }, { 3, 1 }, { 4, 1 } };
	struct visit visit = { .result = 0 };
	struct rig rig;
	unsigned free, extra;

	if (!open_cores(&rig, 1))
		return;
	extra = cores() - CORES;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		quern__permits_force(extra + cases[i].taken);
		CU_ASSERT_EQUAL(
		    run_by(&rig, BY_JOB, quern_team(4, look_round, &visit)), 0);
		check_width(&visit, cases[i].width);
		await_sleep(rig.executor);
		free = quern__permits_take_free(CORES);
		quern__permits_give(free + extra + cases[i].taken);
		CU_ASSERT_EQUAL(free, CORES - cases[i].taken);
	}
	close_cores(&rig);
}

/* Where leaders stop before they finish a job; NULL: nowhere. */
static struct gate *before_finish; /* atomic */

void __real_quern__job_finish(
    quern_job *job, int status, struct quern__counts *mine);
void __wrap_quern__job_finish(
    quern_job *job, int status, struct quern__counts *mine);

void
__wrap_quern__job_finish(quern_job *job, int status, struct quern__counts *mine)
{
	struct gate *gate = __atomic_load_n(&before_finish, __ATOMIC_ACQUIRE);

	if (gate && quern__lanes_is_own(&job->own.pool->lanes))
		gate_pass(gate);
	__real_quern__job_finish(job, status, mine);
}

/* Or a job that is submitted by the completion of another had a new one. */
static void
a_lane_can_be_had_again_before_its_job_is_finished(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_job first, second, call;
	int told = 0, ran = 0;
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	counted_job(&first, quern_team(2, add_one, &ran), &told);
	counted_job(&second, quern_team(2, add_one, &ran), &told);
	counted_job(&call, quern_call(add_one, &ran), &told);
	__atomic_store_n(&before_finish, &gate, __ATOMIC_RELEASE);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &first), 0);
	gate_await(&gate, 1);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &second), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &call), 0);
	/* The one worker has handed over the second when it runs the call. */
	while (quern_job_progress(&call) < 1)
		nap();
	CU_ASSERT_EQUAL(ran, 2);
	CU_ASSERT_EQUAL(lanes_of(&rig), 1);
	__atomic_store_n(&before_finish, NULL, __ATOMIC_RELEASE);
	gate_open(&gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 3);
	CU_ASSERT_EQUAL(ran, 3);
	close_cores(&rig);
}

static void
the_worker_is_free_while_a_lane_computes(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_job team, call;
	struct rig rig;
	int told = 0, ran = 0;

	if (!open_cores(&rig, 1))
		return;
	counted_job(&team, quern_team(2, pass_gate, &gate), &told);
	counted_job(&call, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &team), 0);
	gate_await(&gate, 1);
	CU_ASSERT_EQUAL(quern_run(rig.executor, quern_call(add_one, &ran)), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &call), 0);
	while (!get(&ran) || quern_job_progress(&call) < 1)
		nap();
	gate_open(&gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 2);
	close_cores(&rig);
}

/* ---- the end ---- */

static int
destroy_own_executor(quern_context *ctx, void *executor)
{
	(void)ctx;
	return quern_executor_destroy(executor);
}

static void
a_leader_cannot_destroy_its_own_executor(void)
{
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	CU_ASSERT_EQUAL(run_by(&rig, BY_JOB,
			    quern_team(2, destroy_own_executor, rig.executor)),
	    -EDEADLK);
	close_cores(&rig);
}

static void
keep_status(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	*(int *)job->data = status;
}

static void
a_shutdown_drops_the_waiting_and_tells_the_running(void)
{
	struct gate gate = GATE_INITIALIZER;
	int status[4] = { 1, 1, 1, 1 };
	struct jam jam;
	quern_job job[4];
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	for (int i = 0; i < 4; i++) {
		quern_job_init(&job[i], quern_team(2, run_until_stopped, &gate),
		    keep_status);
		job[i].data = &status[i];
	}
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[0]), 0);
	gate_await(&gate, 1);
	jam_begin(&jam, rig.loop, 1);
	for (int i = 1; i < 4; i++)
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	CU_ASSERT_EQUAL(quern_cancel(&job[3]), 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(rig.executor), -EBUSY);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	jam_end(&jam);
	rig_run(&rig);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(status[i], -ESHUTDOWN);
	CU_ASSERT_EQUAL(status[3], -ECANCELED);
	CU_ASSERT_EQUAL(arrivals(&gate), 1);
	close_cores(&rig);
}

static void
a_running_team_job_is_told_of_a_cancel_and_of_its_timeout(void)
{
	struct gate gate = GATE_INITIALIZER;
	int cancelled = 1, late = 1;
	quern_job job;
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	quern_job_init(
	    &job, quern_team(2, run_until_stopped, &gate), keep_status);
	job.data = &cancelled;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, 1);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	rig_run(&rig);
	job.data = &late;
	job.timeout = 0.001;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(cancelled, -ECANCELED);
	CU_ASSERT_EQUAL(late, -ETIMEDOUT);
	close_cores(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "an idle lane gives its threads back",
		    an_idle_lane_gives_its_threads_back },
		{ "a lane is idle for half a minute before it ends",
		    a_lane_is_idle_for_half_a_minute_before_it_ends },
		{ "permits are taken for the width and all given back",
		    permits_are_taken_for_the_width_and_all_given_back },
		{ "with few permits a team is narrower",
		    with_few_permits_a_team_is_narrower },
		{ "a lane can be had again before its job is finished",
		    a_lane_can_be_had_again_before_its_job_is_finished },
		{ "the worker is free while a lane computes",
		    the_worker_is_free_while_a_lane_computes },
		{ "a leader cannot destroy its own executor",
		    a_leader_cannot_destroy_its_own_executor },
		{ "a shutdown drops the waiting and tells the running",
		    a_shutdown_drops_the_waiting_and_tells_the_running },
		{ "a running team job is told of a cancel and of its timeout",
		    a_running_team_job_is_told_of_a_cancel_and_of_its_timeout },
		CU_TEST_INFO_NULL,
	};

	add_suite("lane: ends", tests);
	return run_suites();
}

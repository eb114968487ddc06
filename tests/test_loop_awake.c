/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_loop_awake.c -- an executor knows how many of its loops are awake.
 *
 * That is what workers step aside for (test_idle_aside.c).
 */
#include <ev.h>

#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

static unsigned
loops_awake(const quern_executor *executor)
{
	return __atomic_load_n(&executor->loops_awake, __ATOMIC_RELAXED);
}

/* What the executor says when a worker rings, and in the callback. */
static struct {
	quern_executor *executor;  /* atomic; NULL: nobody asks */
	unsigned in_ring, in_done; /* the first is atomic */
} answer;

void __real_ev_async_send(struct ev_loop *ev, ev_async *watcher);
void __wrap_ev_async_send(struct ev_loop *ev, ev_async *watcher);

void
__wrap_ev_async_send(struct ev_loop *ev, ev_async *watcher)
{
	quern_executor *asked =
	    __atomic_exchange_n(&answer.executor, NULL, __ATOMIC_ACQUIRE);

	if (asked)
		__atomic_store_n(
		    &answer.in_ring, loops_awake(asked), __ATOMIC_RELAXED);
	__real_ev_async_send(ev, watcher);
}

/* Submitted by a callback, so the loop is awake until it sleeps. */
static int
outlast_the_loop(quern_context *ctx, void *executor)
{
	(void)ctx;
	while (loops_awake(executor))
		nap();
	__atomic_store_n(
	    &answer.executor, (quern_executor *)executor, __ATOMIC_RELEASE);
	return 0;
}

static void
ask(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	CU_ASSERT_EQUAL(status, 0);
	answer.in_done = loops_awake(job->data);
}

static void
submit_next(quern_loop *loop, quern_job *job, int status)
{
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL(quern_submit(loop, job->data), 0);
}

static void
a_loop_that_is_rung_in_its_sleep_is_awake_at_once(void)
{
	struct rig rig;
	quern_job first, job;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	watchdog("rung", 0);
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 0);
	quern_job_init(&job, quern_call(outlast_the_loop, rig.executor), ask);
	job.data = rig.executor;
	quern_job_init(&first, quern_call(add_one, &ran), submit_next);
	first.data = &job;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &first), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(__atomic_load_n(&answer.in_ring, __ATOMIC_RELAXED), 1);
	CU_ASSERT_EQUAL(answer.in_done, 1);
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 0);
	rig_close(&rig);
}

static void
a_loop_that_has_just_begun_to_run_is_awake_in_its_callbacks(void)
{
	struct rig rig;
	quern_job job;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	watchdog("begun", 0);
	answer.in_done = 0;
	__atomic_store_n(&answer.executor, rig.executor, __ATOMIC_RELEASE);
	quern_job_init(&job, quern_call(add_one, &ran), ask);
	job.data = rig.executor;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	/* The job has ended, and the loop was rung. */
	while (__atomic_load_n(&answer.executor, __ATOMIC_ACQUIRE))
		nap();
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(answer.in_done, 1);
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 0);
	rig_close(&rig);
}

static void
a_loop_that_nobody_runs_is_not_awake_however_often_it_is_rung(void)
{
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	/* It is rung when nothing holds it any more. */
	quern_loop_hold(rig.loop);
	quern_loop_release(rig.loop);
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 0);
	CU_ASSERT_EQUAL(quern_loop_destroy(rig.loop), 0);
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 0);
	CU_ASSERT_EQUAL(quern_loop_create(&rig.loop, rig.ev, rig.executor), 0);
	rig_close(&rig);
}

static void
a_loop_that_is_destroyed_is_not_awake(void)
{
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	quern_loop_hold(rig.loop);
	ev_run(rig.ev, EVRUN_NOWAIT);
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 1); /* it will go on */
	quern_loop_release(rig.loop);
	CU_ASSERT_EQUAL(quern_loop_destroy(rig.loop), 0);
	CU_ASSERT_EQUAL(loops_awake(rig.executor), 0);
	CU_ASSERT_EQUAL(quern_loop_create(&rig.loop, rig.ev, rig.executor), 0);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo awake[] = {
		{ "a loop that is rung in its sleep is awake at once",
		    a_loop_that_is_rung_in_its_sleep_is_awake_at_once },
		{ "a loop that has just begun to run is awake in its callbacks",
		    a_loop_that_has_just_begun_to_run_is_awake_in_its_callbacks },
		{ "a loop that nobody runs is not awake however often it is "
		  "rung",
		    a_loop_that_nobody_runs_is_not_awake_however_often_it_is_rung },
		{ "a loop that is destroyed is not awake",
		    a_loop_that_is_destroyed_is_not_awake },
		CU_TEST_INFO_NULL,
	};

	add_suite("loops awake", awake);
	return run_suites();
}

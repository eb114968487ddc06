/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_loop_awake.c -- an executor knows how many of its loops are awake.
 *
 * That is what workers step aside for (test_idle_aside.c).
 */
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

static unsigned
loops_awake(const struct rig *rig)
{
	return __atomic_load_n(&rig->executor->loops_awake, __ATOMIC_RELAXED);
}

/* What the executor said in a callback. */
struct answer {
	const struct rig *rig;
	unsigned awake;
};

static void
ask(quern_loop *loop, quern_job *job, int status)
{
	struct answer *answer = job->data;

	(void)loop;
	CU_ASSERT_EQUAL(status, 0);
	answer->awake = loops_awake(answer->rig);
}

static void
a_loop_that_was_rung_is_awake_before_its_thread_comes(void)
{
	struct rig rig;
	struct answer answer = { &rig, 0 };
	int ran = 0;
	quern_job job;

	if (!rig_open(&rig, 1))
		return;
	watchdog("rung", 0);
	CU_ASSERT_EQUAL(loops_awake(&rig), 0);
	quern_job_init(&job, quern_call(add_one, &ran), ask);
	job.data = &answer;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	/* Its thread is here, and not in ev_run(). */
	while (!loops_awake(&rig))
		nap();
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1);
	CU_ASSERT_EQUAL(answer.awake, 1);
	CU_ASSERT_EQUAL(loops_awake(&rig), 0);
	rig_close(&rig);
}

static void
a_loop_that_is_destroyed_is_not_awake(void)
{
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	/* It is rung when nothing holds it any more. */
	quern_loop_hold(rig.loop);
	quern_loop_release(rig.loop);
	CU_ASSERT_EQUAL(loops_awake(&rig), 1);
	CU_ASSERT_EQUAL(quern_loop_destroy(rig.loop), 0);
	CU_ASSERT_EQUAL(loops_awake(&rig), 0);
	CU_ASSERT_EQUAL(quern_loop_create(&rig.loop, rig.ev, rig.executor), 0);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo awake[] = {
		{ "a loop that was rung is awake before its thread comes",
		    a_loop_that_was_rung_is_awake_before_its_thread_comes },
		{ "a loop that is destroyed is not awake",
		    a_loop_that_is_destroyed_is_not_awake },
		CU_TEST_INFO_NULL,
	};

	add_suite("loops awake", awake);
	return run_suites();
}

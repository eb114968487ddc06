/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_ends.c -- loops and executors that end right behind their jobs.
 *
 * After the last of them, whoever submits it, and with nobody left to touch
 * what is gone.
 */
#include <errno.h>
#include <ev.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "threads.h"
#include "watchdog.h"

static void
a_loop_can_end_right_after_its_last_completion(void)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	unsigned long count = fewer_rounds(10000);
	quern_executor *executor = NULL;
	quern_threads_options options;
	static quern_job job[3];
	int ran = 0, told = 0, expected = 0, wrong = 0;

	watchdog("loop ends after last completion", 0);
	options_with(&options, 2, 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	for (unsigned long round = 0; round < count; round++) {
		quern_loop *loop = NULL;
		int jobs = 1 + (int)(round % 3);

		wrong += quern_loop_create(
			     &loop, round % 2 ? ev : NULL, executor) != 0;
		for (int n = 0; n < jobs; n++) {
			counted_job(&job[n], quern_call(add_one, &ran), &told);
			wrong += quern_submit(loop, &job[n]) != 0;
		}
		if (round % 2)
			ev_run(ev, 0);
		while (quern_loop_pending(loop))
			wrong += quern_loop_dispatch(loop) < 0;
		wrong += quern_loop_destroy(loop) != 0;
		expected += jobs;
		wrong += told != expected;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(ran, expected);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	ev_loop_destroy(ev);
}

/*
 * Another thread submits and lets go of the loop, while this one tries to
 * destroy it all the time.  As soon as that works, the job must have been told.
 */
struct relay {
	quern_loop *loop; /* atomic: NULL until it is the submitter's turn */
	int over;         /* atomic */
	quern_job job;
	int ran, told, wrong; /* atomic but for told */
};

static void *
submit_and_release(void *arg)
{
	struct relay *relay = arg;
	quern_loop *loop;

	while (!get(&relay->over)) {
		loop =
		    __atomic_exchange_n(&relay->loop, NULL, __ATOMIC_ACQ_REL);
		if (!loop) {
			sched_yield();
			continue;
		}
		add(&relay->wrong, quern_submit(loop, &relay->job) != 0);
		quern_loop_release(loop);
	}
	return NULL;
}

/* Few calls between the tries: the gap that is looked for is narrow. */
static int
destroy_at_last(quern_loop *loop)
{
	int err;

	while ((err = quern_loop_destroy(loop)) == -EBUSY)
		if (quern_loop_pending(loop))
			(void)quern_loop_dispatch(loop);
	return err;
}

static void
a_held_loop_does_not_end_before_the_job_of_its_holder(void)
{
	static struct relay relay;
	unsigned long count = fewer_rounds(40000);
	/* With fewer free cores than threads a round takes far longer. */
	time_t end = time(NULL) + (time_t)fewer_rounds(4);
	quern_executor *executor = NULL;
	quern_threads_options options;
	pthread_t thread;
	int err;

	watchdog("held loop ends", 0);
	options_with(&options, 1, 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	start_thread(&thread, submit_and_release, &relay);
	for (int told = 1; count && time(NULL) < end && !get(&relay.wrong);
	     count--, told++) {
		quern_loop *loop = NULL;

		counted_job(
		    &relay.job, quern_call(add_one, &relay.ran), &relay.told);
		err = quern_loop_create(&loop, NULL, executor);
		quern_loop_hold(loop);
		__atomic_store_n(&relay.loop, loop, __ATOMIC_RELEASE);
		if (!err)
			err = destroy_at_last(loop);
		add(&relay.wrong, err != 0 || relay.told != told);
	}
	__atomic_store_n(&relay.over, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(relay.wrong, 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

static void
executors_come_and_go(void)
{
	unsigned long count = fewer_rounds(600);
	static quern_job job[4];
	int ran = 0, told = 0, expected = 0;
	struct rig rig;

	watchdog("executors come and go", 0);
	for (unsigned long round = 0; round < count; round++) {
		if (!rig_open(&rig, 1 + (unsigned)(round % 4)))
			return;
		for (int n = 0; n < (int)(round % 5); n++, expected++) {
			counted_job(&job[n], quern_call(add_one, &ran), &told);
			CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[n]), 0);
		}
		rig_run(&rig);
		rig_close(&rig);
	}
	CU_ASSERT_EQUAL(told, expected);
	CU_ASSERT_EQUAL(ran, expected);
}

/* ---- submits from jobs into their own loop ---- */

enum { TREE = 1 << 12 };

struct tree {
	quern_loop *loop;
	quern_job job[TREE];
	int ran, told, wrong; /* ran, wrong: atomic */
};

static struct tree tree;

static int
submit_children(quern_context *ctx, void *arg)
{
	size_t n = (size_t)((quern_job *)arg - tree.job);

	(void)ctx;
	add(&tree.ran, 1);
	for (size_t child = 2 * n; n && child <= 2 * n + 1; child++) {
		if (child >= TREE)
			break;
		counted_job(&tree.job[child],
		    quern_call(submit_children, &tree.job[child]), &tree.told);
		tree.job[child].timeout = child % 3 ? 0 : 1000;
		if (quern_submit(tree.loop, &tree.job[child]))
			add(&tree.wrong, 1);
	}
	return 0;
}

static void
jobs_submit_jobs_and_ev_run_waits_for_them_all(void)
{
	unsigned long count = fewer_rounds(30);
	struct rig rig;

	for (unsigned long round = 0; round < count; round++) {
		watchdog("jobs submit jobs", round);
		if (!rig_open(&rig, 3))
			return;
		memset(&tree, 0, sizeof(tree));
		tree.loop = rig.loop;
		counted_job(&tree.job[1],
		    quern_call(submit_children, &tree.job[1]), &tree.told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &tree.job[1]), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(tree.told, TREE - 1);
		CU_ASSERT_EQUAL(tree.ran, TREE - 1);
		CU_ASSERT_EQUAL(tree.wrong, 0);
		rig_close(&rig);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a loop can end right after its last completion",
		    a_loop_can_end_right_after_its_last_completion },
		{ "a held loop does not end before the job of its holder",
		    a_held_loop_does_not_end_before_the_job_of_its_holder },
		{ "executors come and go", executors_come_and_go },
		{ "jobs submit jobs and ev_run waits for them all",
		    jobs_submit_jobs_and_ev_run_waits_for_them_all },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress: ends", tests);
	return run_suites();
}

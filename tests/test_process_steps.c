/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_steps.c -- a worker may die at every step of a job: before it
 * reads it, in the function, and at any microsecond around its answer.
 */
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "isolated.h"
#include "watchdog.h"

enum { ANSWER_US = 100, LATEST_US = 300, NEIGHBOURS = 3 };

/* ---- idle ---- */

/* The job is already there when the worker can be known to be dead. */
static void
a_job_that_a_dead_worker_had_not_begun_is_done_by_another(void)
{
	unsigned long most = fewer_rounds(100);
	size_t wrong = 0;
	struct rig rig;
	int pid, next;

	if (!isolated_open_one(&rig))
		return;
	pid = isolated_run(&rig, quern_call(tell_pid, NULL));
	for (unsigned long n = 0; n < most; n++) {
		CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
		next = isolated_run(&rig, quern_call(tell_pid, NULL));
		wrong += next <= 0 || next == pid;
		pid = next;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	rig_close(&rig);
	expect_no_children();
}

/* The keeper has seen it, and has started another one. */
static void
an_idle_worker_that_dies_is_replaced_before_it_is_needed(void)
{
	struct rig rig;
	int pid, next;

	if (!isolated_open_one(&rig))
		return;
	for (int round = 0; round < 5; round++) {
		pid = isolated_run(&rig, quern_call(tell_pid, NULL));
		CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
		CU_ASSERT_TRUE(is_gone_soon(pid));
		for (next = 0; children(&next, 1) != 1 || next == pid;)
			sched_yield();
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(tell_pid, NULL)), next);
	}
	rig_close(&rig);
}

/* ---- around the answer ---- */

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
compute_until(uint64_t until_ns)
{
	while (now_ns() < until_ns)
		;
}

static void *
die_in_time(void *us)
{
	compute_until(now_ns() + (uintptr_t)us * 1000);
	kill(getpid(), SIGKILL);
	return NULL;
}

/* In so many microseconds this worker dies, whatever it does then. */
static int
write_and_die_soon(quern_context *ctx, void *arg)
{
	int *us = arg;
	pthread_t thread;

	(void)ctx;
	if (pthread_create(&thread, NULL, die_in_time, (void *)(uintptr_t)*us))
		return -EAGAIN;
	pthread_detach(thread);
	/* The early ones for sure in the function. */
	compute_until(
	    *us <= ANSWER_US ? UINT64_MAX : now_ns() + ANSWER_US * 1000);
	*us = -*us;
	return 1;
}
QUERN_REGISTER(write_and_die_soon)

static void
a_worker_may_die_at_any_microsecond(void)
{
	struct noted noted[1 + NEIGHBOURS];
	int step = SANITIZED ? 13 : 5, us;
	struct tally tally, all = { 0 };
	size_t half = 0;
	struct rig rig;

	if (!isolated_open_one(&rig))
		return;
	for (int latest = 0; latest <= LATEST_US; latest += step) {
		us = latest + 1;
		noted_init(&noted[0],
		    quern_with_arg(
			quern_call(write_and_die_soon, &us), sizeof(us)));
		for (int i = 1; i <= NEIGHBOURS; i++)
			noted_init(&noted[i], quern_call(return_one, NULL));
		for (int i = 0; i <= NEIGHBOURS; i++)
			noted_submit(&rig, &noted[i]);
		rig_run(&rig);
		tally = tally_of(noted, 1 + NEIGHBOURS);
		CU_ASSERT_EQUAL(tally.done + tally.died, 1 + NEIGHBOURS);
		/* One death ends one job at most; its argument is as it was. */
		CU_ASSERT(tally.died <= 1);
		half +=
		    us != (noted[0].status == 1 ? -(latest + 1) : latest + 1);
		all.done += tally.done;
		all.died += tally.died;
	}
	CU_ASSERT_EQUAL(half, 0);
	CU_ASSERT(all.done > 0);
	CU_ASSERT(all.died > 0);
	rig_close(&rig);
	expect_no_children();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a job that a dead worker had not begun is done by another",
		    a_job_that_a_dead_worker_had_not_begun_is_done_by_another },
		{ "an idle worker that dies is replaced before it is needed",
		    an_idle_worker_that_dies_is_replaced_before_it_is_needed },
		{ "a worker may die at any microsecond",
		    a_worker_may_die_at_any_microsecond },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process steps", tests);
	return run_suites();
}

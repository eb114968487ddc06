/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_faults_blocking.c -- what becomes of blocking jobs when a thread, or the
 * memory for it, is missing: refused or completed, never lost.
 */
#include <errno.h>

#include "scenario.h"
#include "threads.h"
#include "watchdog.h"
#include "still_cores.h"

static bool
open_one_worker(struct rig *rig, const char *what, uint64_t number)
{
	watchdog(what, number);
	return rig_open(rig, 1);
}

static void
without_any_thread_a_job_is_refused_as_it_was(void)
{
	long alive;
	struct rig rig;
	quern_group group;
	quern_job job, *jobs[] = { &job };
	int ran = 0, told = 0;

	if (!open_one_worker(&rig, "refusal", 0))
		return;
	alive = faults_alive();
	quern_group_init(&group, NULL, 0);
	counted_job(&job, quern_blocking(add_one, &ran), &told);
	/* Of the two things that a start needs, either one. */
	for (unsigned long n = 1; n <= 2; n++) {
		errno = ERRNO_BEFORE;
		job.timeout = 0;
		faults_arm(n, true);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), -EAGAIN);
		CU_ASSERT_EQUAL(faults_disarm(), n);
		job.timeout = 0.001;
		faults_arm(n, true);
		CU_ASSERT_EQUAL(
		    quern_group_submit(rig.loop, &group, jobs, 1), -EAGAIN);
		CU_ASSERT_EQUAL(faults_disarm(), n);
		CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
		CU_ASSERT_EQUAL(faults_alive(), alive);
		CU_ASSERT_EQUAL(quern_job_status(&job), -EINVAL);
		CU_ASSERT_EQUAL(quern_group_cancel(&group), -EINVAL);
		CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 0);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 0);
	job.timeout = 0;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1);
	CU_ASSERT_EQUAL(told, 1);
	rig_close(&rig);
}

static void
jobs_before_the_refused_one_are_taken(void)
{
	quern_job job[4], *jobs[4];
	struct rig rig;
	int ran = 0;

	if (!open_one_worker(&rig, "jobs before", 0))
		return;
	for (int i = 0; i < 4; i++) {
		quern_job_init(&job[i],
		    i < 2 ? quern_call(add_one, &ran) :
			    quern_blocking(add_one, &ran),
		    NULL);
		jobs[i] = &job[i];
	}
	faults_arm(1, true);
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, jobs, 4), 2);
	(void)faults_disarm();
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 2);
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, jobs + 2, 2), 2);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 4);
	rig_close(&rig);
}

static void
with_a_thread_there_a_job_waits_for_it(void)
{
	quern_job first, second, third;
	struct gate gate, meeting;
	quern_stats stats;
	struct rig rig;

	if (!open_one_worker(&rig, "wait", 0))
		return;
	gate_init(&gate);
	gate_init(&meeting);
	quern_job_init(&first, quern_blocking(pass_gate, &gate), NULL);
	quern_job_init(&second, quern_blocking(pass_gate, &meeting), NULL);
	quern_job_init(&third, quern_blocking(pass_gate, &meeting), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &first), 0);
	gate_await(&gate, 1);
	faults_arm(1, true);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &second), 0);
	CU_ASSERT(faults_disarm() > 0);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.waiting, 1);
	CU_ASSERT_EQUAL(stats.blocking_threads, 1);
	/* The next submit makes up for the thread that was due before. */
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &third), 0);
	gate_await(&meeting, 2);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.blocking_threads, 3);
	gate_open(&gate);
	gate_open(&meeting);
	rig_run(&rig);
	rig_close(&rig);
}

struct retry {
	quern_job job;
	int rooms, status;
};

static void
try_again(quern_loop *loop, void *data)
{
	struct retry *retry = data;

	/* Still none the first time. */
	if (++retry->rooms == 2)
		(void)faults_disarm();
	retry->status = quern_submit(loop, &retry->job);
}

static void
whoever_waits_for_room_is_told_to_try_again(void)
{
	struct retry retry = { .status = 1 };
	struct rig rig;
	int ran = 0;

	if (!open_one_worker(&rig, "room", 0))
		return;
	quern_loop_set_room(rig.loop, try_again, &retry);
	quern_job_init(&retry.job, quern_blocking(add_one, &ran), NULL);
	faults_arm(1, true);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &retry.job), -EAGAIN);
	rig_run(&rig);
	CU_ASSERT_EQUAL(retry.rooms, 2);
	CU_ASSERT_EQUAL(retry.status, 0);
	CU_ASSERT_EQUAL(ran, 1);
	rig_close(&rig);
}

/* ---- wherever it fails ---- */

enum { JOBS = 6 };

/* Did the n-th fault come?  `many`: all jobs in one submit. */
static bool
play_with_fault(unsigned long n, bool on, bool many)
{
	quern_job job[JOBS], *jobs[JOBS];
	int ran = 0, told = 0, taken = 0, result;
	long alive = faults_alive();
	unsigned long calls;
	struct rig rig;

	if (!open_one_worker(&rig, "faults", n))
		return false;
	for (int i = 0; i < JOBS; i++) {
		counted_job(&job[i], quern_blocking(add_one, &ran), &told);
		jobs[i] = &job[i];
	}
	faults_arm(n, on);
	for (int i = 0; i < JOBS; i += many ? JOBS : 1) {
		result = quern_submit_many(rig.loop, jobs + i, many ? JOBS : 1);
		CU_ASSERT_TRUE(
		    result == (many ? JOBS : 1) || result == -EAGAIN);
		taken += result > 0 ? result : 0;
	}
	calls = faults_disarm();
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, taken);
	CU_ASSERT_EQUAL(ran, taken);
	rig_close(&rig);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	return calls >= n;
}

static void
each_job_is_refused_or_completed_wherever_it_fails(void)
{
	unsigned long n;

	for (int way = 0; way < 4; way++) {
		for (n = 1; play_with_fault(n, way & 1, way & 2); n++)
			;
		CU_ASSERT(n > 2); /* else nothing was tested */
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "without any thread a job is refused as it was",
		    without_any_thread_a_job_is_refused_as_it_was },
		{ "jobs before the refused one are taken",
		    jobs_before_the_refused_one_are_taken },
		{ "with a thread there a job waits for it",
		    with_a_thread_there_a_job_waits_for_it },
		{ "whoever waits for room is told to try again",
		    whoever_waits_for_room_is_told_to_try_again },
		{ "each job is refused or completed wherever it fails",
		    each_job_is_refused_or_completed_wherever_it_fails },
		CU_TEST_INFO_NULL,
	};

	add_suite("faults: blocking", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trace_ends.c -- how a timeline starts and stops: errors, faults, forks.
 */
#include <errno.h>
#include <quern/trace.h>
#include <unistd.h>

#include "forked.h"
#include "scenario.h"
#include "threads.h"
#include "trace_file.h"
#include "watchdog.h"
#include "still_cores.h"

/* ---- results ---- */

static void
one_timeline_at_a_time(void)
{
	CU_ASSERT_EQUAL(quern_trace_stop(), -EALREADY);
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), -EALREADY);
	CU_ASSERT_EQUAL(quern_trace_start("/tmp"), -EALREADY);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	CU_ASSERT_EQUAL(quern_trace_stop(), -EALREADY);
	trace_discard();
}

static void
a_path_that_cannot_be_written_is_refused(void)
{
	long alive = faults_alive();

	errno = ERRNO_BEFORE;
	CU_ASSERT_EQUAL(quern_trace_start(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_trace_start(""), -ENOENT);
	CU_ASSERT_EQUAL(quern_trace_start("/tmp/no/such/folder/x"), -ENOENT);
	CU_ASSERT_EQUAL(quern_trace_start("/tmp"), -EISDIR);
	CU_ASSERT_EQUAL(quern_trace_start("/dev/null/x"), -ENOTDIR);
	CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
	CU_ASSERT_EQUAL(quern_trace_stop(), -EALREADY);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

static void
a_full_disk_is_reported_and_the_timeline_over(void)
{
	long alive = faults_alive();

	errno = ERRNO_BEFORE;
	CU_ASSERT_EQUAL(quern_trace_start("/dev/full"), 0);
	CU_ASSERT_EQUAL(quern_trace_stop(), -ENOSPC);
	CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	trace_discard();
}

static void
work_allocates_nothing_be_the_trace_on_or_off(void)
{
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	for (int on = 0; on < 2; on++) {
		if (on)
			CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
		faults_arm(0, false);
		trace_rig_run(&rig);
		CU_ASSERT_EQUAL(faults_disarm(), 0);
	}
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	trace_discard();
	rig_close(&rig);
	CU_ASSERT_EQUAL(access(trace_path(), F_OK), -1);
}

static void
a_stop_frees_what_the_start_took(void)
{
	long before = faults_alive();
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	for (int round = 0; round < 2; round++) {
		long alive = faults_alive();

		CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
		/* A file, and a ring for the loop, callers and workers. */
		CU_ASSERT_EQUAL(faults_alive(), alive + 1 + 4);
		trace_rig_run(&rig);
		if (round) /* the tracks may be gone by then */
			rig_close(&rig);
		CU_ASSERT_EQUAL(quern_trace_stop(), 0);
		if (!round)
			CU_ASSERT_EQUAL(faults_alive(), alive);
		trace_discard();
	}
	CU_ASSERT_EQUAL(faults_alive(), before);
}

/* ---- what is under way ---- */

static void
what_is_under_way_at_the_stop_or_the_start_is_left_out(void)
{
	struct trace_file file;
	struct jam jam;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	jam_begin(&jam, rig.loop, 1);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	(void)trace_read(&file, trace_path());
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "submit", NULL), 1);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "job", NULL), 0);
	trace_free(&file);

	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	jam_end(&jam);
	rig_run(&rig);
	trace_rig_run(&rig);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	(void)trace_read(&file, trace_path());
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "submit", NULL), 1);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "job", &jam.job[0]), 0);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "callback", NULL), 2);
	trace_free(&file);
	rig_close(&rig);
}

/* ---- faults ---- */

static struct rig ground; /* made before anything fails */

static void
remove_trace(void)
{
	int saved = errno;

	(void)unlink(trace_path());
	errno = saved;
}

static int
trace_a_job(void)
{
	int err = quern_trace_start(trace_path());

	if (!err) {
		trace_rig_run(&ground);
		err = quern_trace_stop();
	}
	remove_trace();
	return err;
}

static int
trace_a_new_loop(void)
{
	quern_loop *loop;
	int err, stop_err;

	err = quern_trace_start(trace_path());
	if (err)
		return err;
	err = quern_loop_create(&loop, NULL, ground.executor);
	if (!err)
		CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	stop_err = quern_trace_stop();
	remove_trace();
	return err ? err : stop_err;
}

static void
a_trace_starts_and_stops_whole_or_says_why(void)
{
	static const struct scenario scenarios[] = {
		{ "trace", trace_a_job, false },
		/* A track without a ring is no reason to refuse a loop. */
		{ "trace of a new loop", trace_a_new_loop, true },
	};

	if (!rig_open(&ground, 2))
		return;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		play_until_nothing_fails(&scenarios[i]);
	rig_close(&ground);
}

static void
a_track_without_memory_counts_what_it_loses(void)
{
	struct trace_file file;
	quern_loop *loop = NULL;
	unsigned long calls;
	int ran = 0;
	quern_job job;

	if (!rig_open(&ground, 1))
		return;
	/* The ring is the last thing that a loop asks for. */
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	faults_arm(0, false);
	CU_ASSERT_EQUAL(quern_loop_create(&loop, NULL, ground.executor), 0);
	calls = faults_disarm();
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	faults_arm(calls, false);
	CU_ASSERT_EQUAL(quern_loop_create(&loop, NULL, ground.executor), 0);
	faults_disarm();

	for (int round = 0; round < 2; round++) {
		if (round)
			CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
		counted_job(&job, quern_call(add_one, &ran), NULL);
		CU_ASSERT_EQUAL(quern_submit(loop, &job), 0);
		while (!quern_loop_dispatch(loop))
			nap();
		CU_ASSERT_EQUAL(ran, round + 1);
		CU_ASSERT_EQUAL(quern_trace_stop(), 0);
		(void)trace_read(&file, trace_path());
		/* Submit and delivery; perhaps it had to wake the worker. */
		if (!round)
			CU_ASSERT(file.lost >= 2 && file.lost <= 3);
		/* The next trace has memory for it and begins at 0. */
		if (round)
			CU_ASSERT_EQUAL(file.lost, 0);
		CU_ASSERT_EQUAL(
		    trace_count(&file, 'X', "callback", &job), (size_t)round);
		trace_free(&file);
	}
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	rig_close(&ground);
}

/* ---- fork ---- */

static void
trace_in_child(void *arg)
{
	struct rig rig;

	(void)arg;
	EXPECT(quern_trace_stop() == -EALREADY);
	EXPECT(quern_trace_start(trace_path()) == 0);
	if (rig_open(&rig, 1)) {
		trace_rig_run(&rig);
		rig_close(&rig);
	}
	EXPECT(quern_trace_stop() == 0);
	EXPECT(unlink(trace_path()) == 0);
}

static void
a_child_has_no_timeline_and_may_have_its_own(void)
{
	struct trace_file file;
	struct rig rig;

	if (SANITIZED_THREAD || !rig_open(&rig, 2))
		return; /* a child with threads is more than that one takes */
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	forked_run(_exit, trace_in_child, NULL);
	trace_rig_run(&rig);
	rig_close(&rig);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	(void)trace_read(&file, trace_path());
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "job", NULL), 1);
	trace_free(&file);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "one timeline at a time", one_timeline_at_a_time },
		{ "a path that cannot be written is refused",
		    a_path_that_cannot_be_written_is_refused },
		{ "a full disk is reported, and the timeline over",
		    a_full_disk_is_reported_and_the_timeline_over },
		{ "work allocates nothing, be the trace on or off",
		    work_allocates_nothing_be_the_trace_on_or_off },
		{ "a stop frees what the start took",
		    a_stop_frees_what_the_start_took },
		{ "what is under way at the stop or the start is left out",
		    what_is_under_way_at_the_stop_or_the_start_is_left_out },
		{ "a trace starts and stops whole or says why",
		    a_trace_starts_and_stops_whole_or_says_why },
		{ "a track without memory counts what it loses",
		    a_track_without_memory_counts_what_it_loses },
		{ "a child has no timeline and may have its own",
		    a_child_has_no_timeline_and_may_have_its_own },
		CU_TEST_INFO_NULL,
	};

	add_suite("trace: start and stop", tests);
	return run_suites();
}

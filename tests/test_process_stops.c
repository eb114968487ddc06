/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_stops.c -- cancel, timeout and shutdown of jobs that worker
 * processes run: who stops in time lives, who does not is killed, and nobody
 * touches a buffer once its job has ended.
 */
#include <errno.h>
#include <ev.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "isolated.h"
#include "threads.h"
#include "watchdog.h"

/* In a buffer. */
struct board {
	int begun;    /* how often; atomic */
	int pid;      /* of the worker, when it is there; atomic */
	int counting; /* as long as it goes on; atomic */
};

static struct rig rig;
static struct board *board;

static bool
open_scene(unsigned workers, double grace)
{
	quern_processes_options options;

	isolated_options(&options, workers);
	options.grace = grace;
	if (!isolated_open(&rig, &options))
		return false;
	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&board, rig.executor, sizeof(*board)),
	    0);
	if (board)
		memset(board, 0, sizeof(*board));
	return board;
}

static void
close_scene(void)
{
	CU_ASSERT_EQUAL(quern_buffer_destroy(board), 0);
	rig_close(&rig);
	expect_no_children();
}

/* ---- functions ---- */

static void
tell(int *where, int value)
{
	__atomic_store_n(where, value, __ATOMIC_RELEASE);
}

static int
count_until_told(quern_context *ctx, void *arg)
{
	struct board *to = arg;

	tell(&to->pid, (int)getpid());
	while (!quern_should_stop(ctx))
		add(&to->counting, 1);
	return -EINTR; /* the reason takes its place */
}
QUERN_REGISTER(count_until_told)

static int
count_for_ever(quern_context *ctx, void *arg)
{
	struct board *to = arg;

	(void)ctx;
	add(&to->begun, 1);
	tell(&to->pid, (int)getpid());
	for (;;)
		add(&to->counting, 1);
	return 0;
}
QUERN_REGISTER(count_for_ever)

static void
count_blocks_for_ever(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)begin;
	(void)end;
	(void)count_for_ever(ctx, arg);
}
QUERN_REGISTER(count_blocks_for_ever)

static int
finish_when_told(quern_context *ctx, void *arg)
{
	(void)count_until_told(ctx, arg);
	return 7;
}
QUERN_REGISTER(finish_when_told)

static int
stop_itself(quern_context *ctx, void *arg)
{
	(void)ctx;
	tell(&((struct board *)arg)->pid, (int)getpid());
	(void)raise(SIGSTOP);
	return 1;
}
QUERN_REGISTER(stop_itself)

/* Out of its group, where a signal to that does not reach it. */
static int
leave_group_for_ever(quern_context *ctx, void *arg)
{
	if (setpgid(0, getpgid(getppid())))
		return -EPERM;
	return count_for_ever(ctx, arg);
}
QUERN_REGISTER(leave_group_for_ever)

/* ---- what `done` sees ---- */

static struct seen {
	int times, status;
	bool worker_was_gone;
	int counting; /* of the board, at that moment */
} seen;

static void
see(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	(void)job;
	seen.times++;
	seen.status = status;
	seen.worker_was_gone = is_gone(get(&board->pid));
	seen.counting = get(&board->counting);
}

static void
init_seen(quern_job *job, quern_op op)
{
	memset(&seen, 0, sizeof(seen));
	quern_job_init(job, op, see);
}

/* Killed, before `done`, and nothing moves any more. */
static void
expect_killed(const quern_job *job, int status)
{
	quern_crash crash;

	CU_ASSERT_EQUAL(seen.times, 1);
	CU_ASSERT_EQUAL(seen.status, status);
	CU_ASSERT_TRUE(seen.worker_was_gone);
	for (int ms = 0; ms < 5; ms++)
		nap();
	CU_ASSERT_EQUAL(get(&board->counting), seen.counting);
	CU_ASSERT_EQUAL(quern_job_crash(job, &crash), 0);
	CU_ASSERT_EQUAL(crash.signal, SIGKILL);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
}

/* ---- cancel ---- */

static void
who_stops_when_cancelled_lives(void)
{
	quern_crash crash;
	quern_job job;
	int pid;

	if (!open_scene(1, INFINITY))
		return;
	init_seen(&job, quern_call(count_until_told, board));
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	pid = await_int(&board->pid);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(seen.status, -ECANCELED);
	CU_ASSERT_FALSE(seen.worker_was_gone);
	CU_ASSERT_EQUAL(quern_job_crash(&job, &crash), -ENODATA);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(tell_pid, NULL)), pid);
	close_scene();
}

static void
what_is_finished_in_spite_of_a_cancel_counts(void)
{
	quern_job job;

	if (!open_scene(1, INFINITY))
		return;
	init_seen(&job, quern_call(finish_when_told, board));
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	await_int(&board->pid);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(seen.status, 7);
	close_scene();
}

static void
cancel_while_it_runs(quern_op op)
{
	quern_job job;

	if (!open_scene(1, 0.02))
		return;
	op.arg = board;
	init_seen(&job, op);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	await_int(&board->pid);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	rig_run(&rig);
	expect_killed(&job, -ECANCELED);
	close_scene();
}

static void
who_does_not_stop_when_cancelled_is_killed(void)
{
	cancel_while_it_runs(quern_call(count_for_ever, NULL));
	cancel_while_it_runs(quern_for(100, 1, count_blocks_for_ever, NULL));
	cancel_while_it_runs(quern_blocking(count_for_ever, NULL));
}

static void
who_leaves_its_group_is_killed_too(void)
{
	cancel_while_it_runs(quern_call(leave_group_for_ever, NULL));
}

/* ---- timeout ---- */

/* With a timeout that is long enough for it to begin. */
static void
run_until_timeout(quern_job *job, quern_call_fn *fn)
{
	for (double timeout = 0.03; !get(&board->pid); timeout *= 2) {
		init_seen(job, quern_call(fn, board));
		job->timeout = timeout;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, job), 0);
		rig_run(&rig);
	}
}

static void
who_stops_in_time_lives(void)
{
	quern_job job;
	int pid;

	if (!open_scene(1, INFINITY))
		return;
	run_until_timeout(&job, count_until_told);
	pid = get(&board->pid);
	CU_ASSERT_EQUAL(seen.status, -ETIMEDOUT);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(tell_pid, NULL)), pid);
	close_scene();
}

static void
time_out(quern_call_fn *fn)
{
	quern_job job;

	if (!open_scene(1, 0.02))
		return;
	run_until_timeout(&job, fn);
	expect_killed(&job, -ETIMEDOUT);
	close_scene();
}

static void
who_does_not_stop_in_time_is_killed(void)
{
	time_out(count_for_ever);
}

static void
who_has_stopped_itself_is_killed(void)
{
	time_out(stop_itself);
}

/* Retries are for what has died by itself. */
static void
what_was_killed_for_its_time_is_not_tried_again(void)
{
	quern_processes_options options;
	quern_job job;

	isolated_options(&options, 1);
	options.grace = 0.02;
	options.retries = 1000;
	if (!isolated_open(&rig, &options))
		return;
	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&board, rig.executor, sizeof(*board)),
	    0);
	memset(board, 0, sizeof(*board));
	run_until_timeout(&job, count_for_ever);
	CU_ASSERT_EQUAL(get(&board->begun), 1);
	expect_killed(&job, -ETIMEDOUT);
	close_scene();
}

/* ---- shutdown ---- */

static void
shut_down(quern_call_fn *fn, double seconds, bool dies)
{
	struct noted waiting;
	quern_job job;

	if (!open_scene(1, dies ? 0.02 : INFINITY))
		return;
	init_seen(&job, quern_call(fn, board));
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	await_int(&board->pid);
	noted_init(&waiting, quern_call(return_one, NULL));
	noted_submit(&rig, &waiting);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, seconds), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(seen.status, -ESHUTDOWN);
	CU_ASSERT_EQUAL(seen.worker_was_gone, dies);
	CU_ASSERT_EQUAL(waiting.status, -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), -ESHUTDOWN);
	close_scene();
}

static void
a_shutdown_stops_what_runs(void)
{
	shut_down(count_until_told, 0, false);
	shut_down(count_until_told, 0.02, false);
}

static void
a_shutdown_kills_who_does_not_stop(void)
{
	shut_down(count_for_ever, 0, true);
	shut_down(count_for_ever, 0.02, true);
}

/* ---- of many ---- */

static void
all_that_run_are_killed_at_the_same_time(void)
{
	struct noted noted[4];
	struct tally tally;
	int *pid;

	if (!open_scene(4, 0.02))
		return;
	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&pid, rig.executor, 4 * sizeof(*pid)),
	    0);
	memset(pid, 0, 4 * sizeof(*pid));
	for (int i = 0; i < 4; i++) {
		noted_init(&noted[i], quern_call(spin_for_ever, &pid[i]));
		noted_submit(&rig, &noted[i]);
	}
	for (int i = 0; i < 4; i++)
		await_int(&pid[i]);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(quern_cancel(&noted[i].job), -EINPROGRESS);
	rig_run(&rig);
	tally = tally_of(noted, 4);
	CU_ASSERT_EQUAL(tally.cancelled, 4);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_TRUE(is_gone(pid[i]));
	CU_ASSERT_EQUAL(quern_buffer_destroy(pid), 0);
	close_scene();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "who stops when cancelled lives",
		    who_stops_when_cancelled_lives },
		{ "what is finished in spite of a cancel counts",
		    what_is_finished_in_spite_of_a_cancel_counts },
		{ "who does not stop when cancelled is killed",
		    who_does_not_stop_when_cancelled_is_killed },
		{ "who leaves its group is killed, too",
		    who_leaves_its_group_is_killed_too },
		{ "who stops in time lives", who_stops_in_time_lives },
		{ "who does not stop in time is killed",
		    who_does_not_stop_in_time_is_killed },
		{ "who has stopped itself is killed",
		    who_has_stopped_itself_is_killed },
		{ "what was killed for its time is not tried again",
		    what_was_killed_for_its_time_is_not_tried_again },
		{ "a shutdown stops what runs", a_shutdown_stops_what_runs },
		{ "a shutdown kills who does not stop",
		    a_shutdown_kills_who_does_not_stop },
		{ "all that run are killed at the same time",
		    all_that_run_are_killed_at_the_same_time },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process stops", tests);
	return run_suites();
}

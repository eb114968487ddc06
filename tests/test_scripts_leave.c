/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_scripts_leave.c -- a loop is stopped while a worker leaves it.
 *
 * The worker of a low loop is about to leave it at a border, for an urgent
 * call that never ends by itself; before it does, the loop is told to stop.
 * The linker sends the worker's lock through here, so that this happens
 * exactly then.
 *
 * Many schedules at random: test_schedules_jobs.c.
 */
#include <errno.h>

#include "src/job.h"
#include "support.h"
#include "watchdog.h"

/* What a script does; set while only the main thread runs. */
static struct {
	void (*before_lock)(void); /* of the thread with armed == true */
	void (*after_stop)(void);  /* any thread */
} script;

static _Thread_local bool armed;

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_quern__job_stop(quern_job *job, enum quern__reason reason);
int __wrap_quern__job_stop(quern_job *job, enum quern__reason reason);

int
__wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	int err;

	if (armed) {
		armed = false;
		script.before_lock();
	}
	err = __real_pthread_mutex_lock(mutex);
	return err;
}

int
__wrap_quern__job_stop(quern_job *job, enum quern__reason reason)
{
	int err;

	err = __real_quern__job_stop(job, reason);
	if (script.after_stop)
		script.after_stop();
	return err;
}

static struct {
	struct rig rig;
	quern_job low, urgent;
	struct gate in_block, urgent_gate, stopped;
	int low_status;
} border;

static void
low_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)end;
	(void)arg;
	if (begin != 0)
		return;
	gate_pass(&border.in_block);
	armed = true; /* its next lock is the one to leave with */
}

static void
low_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	(void)job;
	border.low_status = status;
	gate_open(&border.urgent_gate);
}

static void
stop_at_the_border(void (*stop)(void), double timeout, int expected)
{
	bool in_time;

	gate_init(&border.in_block);
	gate_init(&border.urgent_gate);
	gate_init(&border.stopped);
	border.low_status = 1;
	if (!rig_open(&border.rig, 1))
		return;
	quern_job_init(
	    &border.low, quern_for(100, 1, low_block, NULL), low_done);
	border.low.priority = QUERN_LOW;
	border.low.timeout = timeout;
	quern_job_init(
	    &border.urgent, quern_call(pass_gate, &border.urgent_gate), NULL);
	border.urgent.priority = QUERN_HIGH;

	script.before_lock = stop;
	CU_ASSERT_EQUAL(quern_submit(border.rig.loop, &border.low), 0);
	gate_await(&border.in_block, 1);
	CU_ASSERT_EQUAL(quern_submit(border.rig.loop, &border.urgent), 0);
	gate_open(&border.in_block);

	/* Else the urgent call has to be let go first. */
	in_time = rig_run_in_time(&border.rig, &border.urgent_gate);
	script.before_lock = NULL;
	script.after_stop = NULL;

	CU_ASSERT_TRUE(in_time);
	CU_ASSERT_EQUAL(border.low_status, expected);
	rig_close(&border.rig);
}

static void
cancel_low(void)
{
	(void)quern_cancel(&border.low);
}

static void
a_cancel_while_a_worker_leaves_ends_the_loop_at_once(void)
{
	watchdog("cancel at the border", 0);
	stop_at_the_border(cancel_low, 0, -ECANCELED);
}

static void
note_stop(void)
{
	gate_arrive(&border.stopped);
}

static void
await_expiry(void)
{
	gate_await(&border.stopped, 1);
}

static void
a_timeout_while_a_worker_leaves_ends_the_loop_at_once(void)
{
	watchdog("timeout at the border", 0);
	script.after_stop = note_stop;
	stop_at_the_border(await_expiry, 0.05, -ETIMEDOUT);
}

static void
shut_down(void)
{
	(void)quern_executor_shutdown(border.rig.executor, 0);
}

static void
a_shutdown_while_a_worker_leaves_ends_the_loop_at_once(void)
{
	watchdog("shutdown at the border", 0);
	stop_at_the_border(shut_down, 0, -ESHUTDOWN);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a cancel while a worker leaves ends the loop at once",
		    a_cancel_while_a_worker_leaves_ends_the_loop_at_once },
		{ "a timeout while a worker leaves ends the loop at once",
		    a_timeout_while_a_worker_leaves_ends_the_loop_at_once },
		{ "a shutdown while a worker leaves ends the loop at once",
		    a_shutdown_while_a_worker_leaves_ends_the_loop_at_once },
		CU_TEST_INFO_NULL,
	};

	add_suite("scripts: leave", tests);
	return run_suites();
}

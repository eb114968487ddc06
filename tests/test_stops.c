/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stops.c -- stops need nobody's help: no worker that is busy elsewhere
 * and no loop that stands still delays them.
 */
#include <errno.h>

#include "threads.h"
#include "watchdog.h"

/*
 * The only worker waits at a gate, in an urgent call, for which it left a low
 * loop; another job is in line.  Both end now, not when the worker is back.
 */
static struct {
	struct rig rig;
	quern_job low, urgent, waiting;
	struct gate in_block, urgent_gate;
	int status[2]; /* low, waiting */
	int told;
} blocked;

static void
pass_first_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)end;
	(void)arg;
	if (begin == 0)
		gate_pass(&blocked.in_block);
}

static void
blocked_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	blocked.status[job == &blocked.waiting] = status;
	if (++blocked.told == 2)
		gate_open(&blocked.urgent_gate);
}

static void
submit_low(quern_job *job, quern_op op, double timeout)
{
	quern_job_init(job, op, blocked_done);
	job->priority = QUERN_LOW;
	job->timeout = timeout;
	CU_ASSERT_EQUAL(quern_submit(blocked.rig.loop, job), 0);
}

static void
stop_while_blocked(void (*stop)(void), double timeout, int expected)
{
	bool in_time;

	watchdog("stop while blocked", 0);
	gate_init(&blocked.in_block);
	gate_init(&blocked.urgent_gate);
	blocked.told = 0;
	if (!rig_open(&blocked.rig, 1))
		return;
	submit_low(
	    &blocked.low, quern_for(100, 1, pass_first_block, NULL), timeout);
	gate_await(&blocked.in_block, 1);
	quern_job_init(
	    &blocked.urgent, quern_call(pass_gate, &blocked.urgent_gate), NULL);
	blocked.urgent.priority = QUERN_HIGH;
	CU_ASSERT_EQUAL(quern_submit(blocked.rig.loop, &blocked.urgent), 0);
	gate_open(&blocked.in_block);
	gate_await(&blocked.urgent_gate, 1);
	submit_low(&blocked.waiting,
	    quern_call(pass_gate, &blocked.urgent_gate), timeout);
	if (stop)
		stop();

	in_time = rig_run_in_time(&blocked.rig, &blocked.urgent_gate);

	CU_ASSERT_TRUE(in_time);
	CU_ASSERT_EQUAL(blocked.status[0], expected);
	CU_ASSERT_EQUAL(blocked.status[1], expected);
	rig_close(&blocked.rig);
}

static void
cancel_both(void)
{
	CU_ASSERT_EQUAL(quern_cancel(&blocked.low), -EINPROGRESS);
	CU_ASSERT_EQUAL(quern_cancel(&blocked.waiting), 0);
	CU_ASSERT_EQUAL(quern_cancel(&blocked.low), -EALREADY);
}

static void
shut_blocked_down(void)
{
	CU_ASSERT_EQUAL(quern_executor_shutdown(blocked.rig.executor, 0), 0);
}

static void
a_cancel_needs_no_worker(void)
{
	stop_while_blocked(cancel_both, 0, -ECANCELED);
}

static void
a_timeout_needs_no_worker(void)
{
	stop_while_blocked(NULL, 0.02, -ETIMEDOUT);
}

static void
a_shutdown_needs_no_worker(void)
{
	stop_while_blocked(shut_blocked_down, 0, -ESHUTDOWN);
}

static void
spin_until_stopped(quern_context *ctx, size_t begin, size_t end, void *gate)
{
	(void)begin;
	(void)end;
	(void)run_until_stopped(ctx, gate);
}

static int
run_endless_loop_inside(quern_context *ctx, void *gate)
{
	return quern_run_inside(ctx, quern_for(4, 1, spin_until_stopped, gate));
}

static void
a_stop_of_the_outer_op_stops_the_inner_one(void)
{
	struct gate gate;
	struct rig rig;
	quern_job job;

	watchdog("outer and inner", 0);
	gate_init(&gate);
	if (!rig_open(&rig, 2))
		return;
	quern_job_init(&job, quern_call(run_endless_loop_inside, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, 2); /* a helper is in too */
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ECANCELED);
	rig_close(&rig);
}

static void
a_running_job_sees_its_timeout_though_the_loop_stands_still(void)
{
	quern_stats stats = { .cancelled = 0 };
	struct gate gate;
	struct rig rig;
	quern_job job;

	watchdog("timeout without the loop", 0);
	gate_init(&gate);
	if (!rig_open(&rig, 1))
		return;
	quern_job_init(&job, quern_call(run_until_stopped, &gate), NULL);
	job.timeout = 0.005;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	while (!stats.cancelled) {
		nap();
		(void)quern_executor_stats(rig.executor, &stats);
	}
	CU_ASSERT_EQUAL(quern_job_status(&job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ETIMEDOUT);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a cancel needs no worker", a_cancel_needs_no_worker },
		{ "a timeout needs no worker", a_timeout_needs_no_worker },
		{ "a shutdown needs no worker", a_shutdown_needs_no_worker },
		{ "a stop of the outer op stops the inner one",
		    a_stop_of_the_outer_op_stops_the_inner_one },
		{ "a running job sees its timeout though the loop stands still",
		    a_running_job_sees_its_timeout_though_the_loop_stands_still },
		CU_TEST_INFO_NULL,
	};

	add_suite("stops", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_inside_stop.c -- tests quern_run_inside() in src/sync.c: a request to
 * stop the outer op reaches the inner one.
 */
#include <errno.h>
#include <math.h>
#include <sched.h>

#include "support.h"

/* Submit `op`, run the loop, and return the job's status. */
static int
run_as_job(struct rig *rig, quern_op op)
{
	quern_job job;

	quern_job_init(&job, op, NULL);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), 0);
	rig_run(rig);
	return quern_job_status(&job);
}

static void
count_elements(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	__atomic_fetch_add((size_t *)arg, end - begin, __ATOMIC_RELAXED);
}

struct inner {
	struct gate gate;
	size_t blocks; /* atomic */
	int status;    /* of the inner op */
};

static void
pass_in_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct inner *inner = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	__atomic_fetch_add(&inner->blocks, 1, __ATOMIC_RELAXED);
	gate_pass(&inner->gate);
}

static int
count_call(quern_context *ctx, void *arg)
{
	struct inner *inner = arg;

	(void)ctx;
	__atomic_fetch_add(&inner->blocks, 1, __ATOMIC_RELAXED);
	return 0;
}

static int
run_gated_loop(quern_context *ctx, void *arg)
{
	struct inner *inner = arg;

	inner->status =
	    quern_run_inside(ctx, quern_for(1000, 1, pass_in_block, inner));
	return inner->status;
}

/* Neither a call nor a loop is begun. */
static int
start_both(quern_context *ctx, void *arg)
{
	struct inner *inner = arg;
	int status = quern_run_inside(ctx, quern_call(count_call, inner));

	(void)run_gated_loop(ctx, inner);
	if (inner->status != status)
		inner->status = -EPROTO;
	return inner->status;
}

/* A loop in a call in a call. */
static int
run_gated_loop_deeper(quern_context *ctx, void *arg)
{
	return quern_run_inside(ctx, quern_call(run_gated_loop, arg));
}

static void
cancel_of_the_outer_op_stops_the_inner_one(void)
{
	quern_call_fn *const fn[] = { run_gated_loop, run_gated_loop_deeper };
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < 2; i++) {
		struct inner inner = { GATE_INITIALIZER, 0, 1 };
		quern_job job;

		quern_job_init(&job, quern_call(fn[i], &inner), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		gate_await(&inner.gate, 2);
		CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
		gate_open(&inner.gate);
		rig_run(&rig);
		CU_ASSERT_EQUAL(quern_job_status(&job), -ECANCELED);
		CU_ASSERT_EQUAL(inner.status, -ECANCELED);
		CU_ASSERT_EQUAL(inner.blocks, 2); /* one for each worker */
	}
	rig_close(&rig);
}

/* Wait for the reason to stop; an inner op that starts then is not begun. */
static int
start_when_over(quern_context *ctx, void *arg)
{
	while (!quern_should_stop(ctx))
		sched_yield();
	return start_both(ctx, arg);
}

static void
the_timeout_of_the_outer_op_is_the_inner_ones(void)
{
	struct inner inner = { GATE_INITIALIZER, 0, 1 };
	struct rig rig;
	quern_job job;

	if (!rig_open(&rig, 1))
		return;
	/* Until it is long enough for the function to be called at all. */
	for (double timeout = 1e-5; inner.status == 1; timeout *= 2) {
		quern_job_init(&job, quern_call(start_when_over, &inner), NULL);
		job.timeout = timeout;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(quern_job_status(&job), -ETIMEDOUT);
	}
	CU_ASSERT_EQUAL(inner.status, -ETIMEDOUT);
	CU_ASSERT_EQUAL(inner.blocks, 0);
	rig_close(&rig);
}

static int
fail_first(quern_context *ctx, void *arg)
{
	quern_fail(ctx, -EIO);
	return start_both(ctx, arg);
}

static void
an_outer_op_that_failed_starts_nothing_more(void)
{
	struct inner by_job = { GATE_INITIALIZER, 0, 1 };
	struct inner on_team = { GATE_INITIALIZER, 0, 1 };
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(
	    run_as_job(&rig, quern_call(fail_first, &by_job)), -EIO);
	CU_ASSERT_EQUAL(by_job.status, -ECANCELED);
	CU_ASSERT_EQUAL(by_job.blocks, 0);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_call(fail_first, &on_team)), -EIO);
	CU_ASSERT_EQUAL(on_team.status, -ECANCELED);
	CU_ASSERT_EQUAL(on_team.blocks, 0);
	rig_close(&rig);
}

/* Held until the executor is shut down; then a loop inside. */
struct late {
	struct gate gate;
	size_t count;
};

static int
wait_then_count(quern_context *ctx, void *arg)
{
	struct late *late = arg;

	gate_pass(&late->gate);
	return quern_run_inside(
	    ctx, quern_for(100, 1, count_elements, &late->count));
}

static int
run_late(double grace, size_t *count)
{
	struct late late = { GATE_INITIALIZER, 0 };
	struct rig rig;
	quern_job job;

	if (!rig_open(&rig, 2))
		return 1;
	quern_job_init(&job, quern_call(wait_then_count, &late), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&late.gate, 1);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, grace), 0);
	gate_open(&late.gate);
	rig_run(&rig);
	rig_close(&rig);
	*count = late.count;
	return quern_job_status(&job);
}

static void
during_the_grace_of_a_shutdown_inner_ops_still_run(void)
{
	size_t count;

	CU_ASSERT_EQUAL(run_late(INFINITY, &count), 0);
	CU_ASSERT_EQUAL(count, 100);
	CU_ASSERT_EQUAL(run_late(0, &count), -ESHUTDOWN);
	CU_ASSERT_EQUAL(count, 0);
}

int
main(void)
{
	static const CU_TestInfo stop[] = {
		{ "cancel of the outer op stops the inner one",
		    cancel_of_the_outer_op_stops_the_inner_one },
		{ "the timeout of the outer op is the inner one's",
		    the_timeout_of_the_outer_op_is_the_inner_ones },
		{ "an outer op that failed starts nothing more",
		    an_outer_op_that_failed_starts_nothing_more },
		{ "during the grace of a shutdown inner ops still run",
		    during_the_grace_of_a_shutdown_inner_ops_still_run },
		CU_TEST_INFO_NULL,
	};

	add_suite("inside: stop", stop);
	return run_suites();
}

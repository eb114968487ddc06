/* SPDX-License-Identifier: BSD-2-Clause */
/* test_shutdown.c -- the way down: what is refused, stopped and let finish. */
#include <errno.h>
#include <math.h>

#include "support.h"

static const double LONG = 1000;

/* `ended`: a job that had ended before, with 0, or NULL. */
static void
check_is_closed(struct rig *rig, quern_job *ended)
{
	quern_loop *loop = NULL;
	quern_job job, *list[] = { &job };
	quern_group group;
	int ran = 0;
	const quern_op op = quern_call(add_one, &ran);

	quern_job_init(&job, op, NULL);
	quern_group_init(&group, NULL, 0);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), -ESHUTDOWN);
	job.timeout = 1;
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_submit_many(rig->loop, list, 1), -ESHUTDOWN);
	CU_ASSERT_EQUAL(
	    quern_group_submit(rig->loop, &group, list, 1), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_group_cancel(&group), -EINVAL);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_job_status(&job), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(rig->executor, op), -ESHUTDOWN);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&loop, rig->ev, rig->executor), -ESHUTDOWN);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&loop, NULL, rig->executor), -ESHUTDOWN);
	CU_ASSERT_PTR_NULL(loop);
	CU_ASSERT_EQUAL(ran, 0);
	if (!ended)
		return;
	for (ended->timeout = 0; ended->timeout < 2; ended->timeout++) {
		CU_ASSERT_EQUAL(quern_submit(rig->loop, ended), -ESHUTDOWN);
		CU_ASSERT_EQUAL(quern_job_status(ended), 0);
		CU_ASSERT_EQUAL(quern_cancel(ended), -EALREADY);
	}
}

static void
it_is_closed_at_once_and_what_was_taken_goes_on(void)
{
	static struct jam jam;
	quern_job job[20];
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	for (int i = 0; i < 20; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, INFINITY), 0);
	check_is_closed(&rig, NULL);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 21);
	jam_end(&jam);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 20);
	CU_ASSERT_EQUAL(told, 20);
	CU_ASSERT_EQUAL(quern_job_status(&jam.job[0]), 0);
	rig_close(&rig);
}

static void
bad_times_are_refused_and_close_nothing(void)
{
	static const double bad[] = { -1, -1e-300, -INFINITY, NAN };
	quern_job job;
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(
		    quern_executor_shutdown(rig.executor, bad[i]), -EINVAL);
	CU_ASSERT_EQUAL(quern_executor_shutdown(NULL, 0), -EINVAL);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1);
	rig_close(&rig);
}

enum { PENDING = 2000, RUNNING = 2 };

/* nng's "sleep fini many", CPython's cancel_futures. */
static void
without_grace_the_waiting_are_dropped_and_the_running_told(void)
{
	static quern_job job[PENDING];
	static int told[PENDING];
	static struct gate gate = GATE_INITIALIZER;
	quern_job keeps, before;
	static struct gate kept = GATE_INITIALIZER;
	struct rig rig;
	quern_stats stats;
	int ran = 0;

	if (!rig_open(&rig, RUNNING + 1))
		return;
	quern_job_init(&before, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &before), 0);
	rig_run(&rig);
	quern_job_init(&keeps, quern_call(pass_gate, &kept), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &keeps), 0);
	gate_await(&kept, 1);
	for (int i = 0; i < PENDING; i++) {
		counted_job(&job[i],
		    i < RUNNING ? quern_call(run_until_stopped, &gate) :
				  quern_call(add_one, &ran),
		    &told[i]);
		job[i].priority = i < RUNNING ? QUERN_HIGH : i % 3 - 1;
		job[i].timeout = i % 4 ? 0 : LONG;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
		if (i < RUNNING)
			gate_await(&gate, (unsigned)i + 1);
	}
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	check_is_closed(&rig, &before);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), PENDING + 1);
	gate_open(&kept);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1);
	for (int i = 0; i < PENDING; i++) {
		CU_ASSERT_EQUAL(told[i], 1);
		CU_ASSERT_EQUAL(quern_job_status(&job[i]), -ESHUTDOWN);
	}
	CU_ASSERT_EQUAL(quern_job_status(&keeps), 0);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.done, 2);
	CU_ASSERT_EQUAL(stats.cancelled, PENDING);
	rig_close(&rig);
}

struct stuck {
	struct jam jam;
	quern_job job[100];
	int told, errors;
};

static void
release_in_the_end(quern_loop *loop, quern_job *job, int status)
{
	struct stuck *stuck = job->data;

	(void)loop;
	stuck->errors += status != -ESHUTDOWN;
	if (++stuck->told == 100)
		jam_end(&stuck->jam);
}

static void
the_waiting_are_told_behind_workers_that_do_not_listen(void)
{
	static struct stuck stuck;
	struct rig rig;
	int ran = 0;

	/* At once, and when a grace is over. */
	for (int grace = 0; grace < 2; grace++) {
		if (!rig_open(&rig, 2))
			return;
		stuck.told = stuck.errors = 0;
		jam_begin(&stuck.jam, rig.loop, 2);
		for (int i = 0; i < 100; i++) {
			quern_job_init(&stuck.job[i], quern_call(add_one, &ran),
			    release_in_the_end);
			stuck.job[i].data = &stuck;
			CU_ASSERT_EQUAL(
			    quern_submit(rig.loop, &stuck.job[i]), 0);
		}
		CU_ASSERT_EQUAL(
		    quern_executor_shutdown(rig.executor, grace * 0.01), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(stuck.told, 100);
		CU_ASSERT_EQUAL(stuck.errors, 0);
		CU_ASSERT_EQUAL(quern_job_status(&stuck.jam.job[0]), 0);
		rig_close(&rig);
	}
	CU_ASSERT_EQUAL(ran, 0);
}

static void
count_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct gate *gate = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	gate_pass(gate);
}

static void
a_running_loop_stops_at_a_block_border(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	quern_job_init(&job, quern_for(1000, 1, count_block, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, 2);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	gate_open(&gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(gate.arrived, 2);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ESHUTDOWN);
	rig_close(&rig);
}

static void
when_the_grace_is_over_endless_jobs_are_stopped(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job job[4];
	struct rig rig;
	int told = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < 4; i++) {
		counted_job(
		    &job[i], quern_call(run_until_stopped, &gate), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	gate_await(&gate, 2);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0.05), 0);
	check_is_closed(&rig, NULL);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 4);
	CU_ASSERT_EQUAL(gate.arrived, 2);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(quern_job_status(&job[i]), -ESHUTDOWN);
	rig_close(&rig);
}

struct shortener {
	quern_executor *executor;
	int left;
};

/* The last short job done: no need to wait for the endless one. */
static void
shorten(quern_loop *loop, quern_job *job, int status)
{
	struct shortener *shortener = job->data;

	(void)loop;
	CU_ASSERT_EQUAL(status, 0);
	if (--shortener->left)
		return;
	/* A longer one changes nothing. */
	CU_ASSERT_EQUAL(
	    quern_executor_shutdown(shortener->executor, 2 * LONG), 0);
	CU_ASSERT_EQUAL(
	    quern_executor_shutdown(shortener->executor, INFINITY), 0);
	CU_ASSERT_EQUAL(quern_executor_shutdown(shortener->executor, 0.01), 0);
}

static void
short_jobs_finish_in_the_grace_and_a_second_call_shortens_it(void)
{
	static struct gate gate;
	quern_job endless, job[100];
	struct shortener shortener;
	struct rig rig;
	int ran = 0;

	/* From a long grace, and from none that ends. */
	for (int first = 0; first < 2; first++) {
		if (!rig_open(&rig, 2))
			return;
		gate_init(&gate);
		shortener = (struct shortener) { rig.executor, 100 };
		quern_job_init(
		    &endless, quern_call(run_until_stopped, &gate), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &endless), 0);
		for (int i = 0; i < 100; i++) {
			quern_job_init(
			    &job[i], quern_call(add_one, &ran), shorten);
			job[i].data = &shortener;
			CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
		}
		CU_ASSERT_EQUAL(quern_executor_shutdown(
				    rig.executor, first ? INFINITY : LONG),
		    0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(shortener.left, 0);
		CU_ASSERT_EQUAL(quern_job_status(&endless), -ESHUTDOWN);
		rig_close(&rig);
	}
	CU_ASSERT_EQUAL(ran, 200);
}

/* Nobody has to wait for the rest of a grace. */
static void
a_pool_may_be_destroyed_during_its_grace(void)
{
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, LONG), 0);
	rig_close(&rig);
}

struct inner {
	quern_loop *loop;
	struct gate gate;
	quern_job job;
	int err, ran;
};

static int
submit_after_the_gate(quern_context *ctx, void *arg)
{
	struct inner *inner = arg;

	(void)ctx;
	gate_pass(&inner->gate);
	inner->err = quern_submit(inner->loop, &inner->job);
	return 0;
}

static void
a_job_cannot_submit_after_shutdown_either(void)
{
	static struct inner inner;
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	inner = (struct inner) { .loop = rig.loop };
	gate_init(&inner.gate);
	quern_job_init(&inner.job, quern_call(add_one, &inner.ran), NULL);
	quern_job_init(&job, quern_call(submit_after_the_gate, &inner), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&inner.gate, 1);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, LONG), 0);
	gate_open(&inner.gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(inner.err, -ESHUTDOWN);
	CU_ASSERT_EQUAL(inner.ran, 0);
	CU_ASSERT_EQUAL(quern_job_status(&inner.job), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_status(&job), 0);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "it is closed at once and what was taken goes on",
		    it_is_closed_at_once_and_what_was_taken_goes_on },
		{ "bad times are refused and close nothing",
		    bad_times_are_refused_and_close_nothing },
		{ "without grace the waiting are dropped and the running told",
		    without_grace_the_waiting_are_dropped_and_the_running_told },
		{ "the waiting are told behind workers that do not listen",
		    the_waiting_are_told_behind_workers_that_do_not_listen },
		{ "a running loop stops at a block border",
		    a_running_loop_stops_at_a_block_border },
		{ "when the grace is over endless jobs are stopped",
		    when_the_grace_is_over_endless_jobs_are_stopped },
		{ "short jobs finish in the grace and a second call shortens it",
		    short_jobs_finish_in_the_grace_and_a_second_call_shortens_it },
		{ "a pool may be destroyed during its grace",
		    a_pool_may_be_destroyed_during_its_grace },
		{ "a job cannot submit after shutdown either",
		    a_job_cannot_submit_after_shutdown_either },
		CU_TEST_INFO_NULL,
	};

	add_suite("shutdown", tests);
	return run_suites();
}

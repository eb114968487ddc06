/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_timeout.c -- jobs whose time is over.
 *
 * Time itself is the subject here, so timeouts are real ones; but nothing
 * depends on how long anything takes.
 *
 * Which status a job gets: test_timeout_status.c.
 */
#include <errno.h>
#include <ev.h>
#include <math.h>

#include "support.h"

static const double SHORT = 0.003, LONG = 1000;

/* Lets the jam go: what was told before was told behind endless jobs. */
static void
release(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	CU_ASSERT_EQUAL(status, -ETIMEDOUT);
	jam_end(job->data);
}

static void
a_waiting_job_expires_behind_endless_ones(void)
{
	static struct jam jam;
	quern_stats stats;
	quern_job job;
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 2))
		return;
	jam_begin(&jam, rig.loop, 2);
	quern_job_init(&job, quern_call(add_one, &ran), release);
	job.data = &jam;
	job.timeout = SHORT;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ETIMEDOUT);
	CU_ASSERT_EQUAL(ran, 0);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.cancelled, 1);
	rig_close(&rig);
}

static void
a_running_call_sees_it_should_stop(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job job;
	struct rig rig;
	int told = 0;

	if (!rig_open(&rig, 1))
		return;
	counted_job(&job, quern_call(run_until_stopped, &gate), &told);
	job.timeout = SHORT;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ETIMEDOUT);
	rig_close(&rig);
}

static void
spin_in_the_first_block(
    quern_context *ctx, size_t begin, size_t end, void *blocks)
{
	(void)begin;
	(void)end;
	__atomic_fetch_add((int *)blocks, 1, __ATOMIC_RELAXED);
	while (!quern_should_stop(ctx))
		sched_yield();
}

/* The workers look at the clock themselves. */
static void
a_running_loop_stops_even_while_the_event_loop_is_held_up(void)
{
	quern_job job;
	struct rig rig;
	int blocks = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	counted_job(
	    &job, quern_for(1000, 1, spin_in_the_first_block, &blocks), &told);
	job.timeout = SHORT;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	while (quern_job_progress(&job) < 1)
		sched_yield(); /* in the place of ev_run() */
	CU_ASSERT_EQUAL(told, 0);
	rig_run(&rig);
	CU_ASSERT(blocks <= 1); /* 0 if the worker came too late */
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ETIMEDOUT);
	rig_close(&rig);
}

static void
a_tiny_timeout_is_told_later_and_once(void)
{
	static struct jam jam;
	quern_job job[2];
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	counted_job(&job[0], quern_call(add_one, &ran), &told);
	job[0].timeout = 1e-300;
	quern_job_init(&job[1], quern_call(add_one, &ran), release);
	job[1].data = &jam;
	job[1].timeout = 1e-9;
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	CU_ASSERT_EQUAL(told, 0);
	CU_ASSERT_EQUAL(quern_job_status(&job[0]), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(ran, 0);
	CU_ASSERT_EQUAL(quern_job_status(&job[0]), -ETIMEDOUT);
	rig_close(&rig);
}

static void
end_jam(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)events;
	jam_end(timer->data);
}

static void
a_huge_timeout_never_comes(void)
{
	static const double huge[] = { LONG, 1e9, 1e18, 1e300, INFINITY };
	enum { N = sizeof(huge) / sizeof(*huge) };
	static struct jam jam;
	quern_job job[N];
	struct rig rig;
	ev_timer timer;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	for (int i = 0; i < N; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		job[i].timeout = huge[i];
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	ev_timer_init(&timer, end_jam, 0.02, 0);
	timer.data = &jam;
	ev_timer_start(rig.ev, &timer);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, N);
	CU_ASSERT_EQUAL(told, N);
	for (int i = 0; i < N; i++)
		CU_ASSERT_EQUAL(quern_job_status(&job[i]), 0);
	rig_close(&rig);
}

enum { EXPIRING = 40 };

struct expiry {
	struct jam jam;
	quern_job job[EXPIRING];
	uint64_t latest_ns;
	int told, disorder;
};

static void
note_expiry(quern_loop *loop, quern_job *job, int status)
{
	struct expiry *expiry = job->data;

	(void)loop;
	CU_ASSERT_EQUAL(status, -ETIMEDOUT);
	expiry->disorder += job->own.deadline.at_ns < expiry->latest_ns;
	expiry->latest_ns = job->own.deadline.at_ns;
	if (++expiry->told == EXPIRING)
		jam_end(&expiry->jam);
}

static void
timeouts_expire_in_the_order_of_their_deadlines(void)
{
	static struct expiry expiry;
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&expiry.jam, rig.loop, 1);
	for (int i = 0; i < EXPIRING; i++) {
		quern_job_init(
		    &expiry.job[i], quern_call(add_one, &ran), note_expiry);
		expiry.job[i].data = &expiry;
		expiry.job[i].timeout = 1e-3 * (1 + i * 7 % EXPIRING);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &expiry.job[i]), 0);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(expiry.told, EXPIRING);
	CU_ASSERT_EQUAL(expiry.disorder, 0);
	CU_ASSERT_EQUAL(ran, 0);
	rig_close(&rig);
}

/* ---- from elsewhere ---- */

struct sender {
	quern_loop *loop;
	struct gate asleep;
	quern_job job;
	int err;
};

static void *
submit_while_asleep(void *arg)
{
	struct sender *sender = arg;

	gate_await(&sender->asleep, 1);
	sender->err = quern_submit(sender->loop, &sender->job);
	return NULL;
}

static void
say_asleep(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	(void)ev;
	(void)events;
	gate_arrive(watcher->data);
}

/* The loop sleeps for a far deadline, then for none at all. */
static void
an_earlier_deadline_from_another_thread_wakes_the_loop(void)
{
	static struct sender sender;
	static struct jam jam;
	struct rig rig;
	pthread_t thread;
	ev_prepare prepare;
	quern_job far;
	int ran = 0;

	for (int with_far = 0; with_far < 2; with_far++) {
		if (!rig_open(&rig, 1))
			return;
		sender = (struct sender) { .loop = rig.loop, .err = 1 };
		gate_init(&sender.asleep);
		jam_begin(&jam, rig.loop, 1);
		quern_job_init(&far, quern_call(add_one, &ran), NULL);
		far.timeout = LONG;
		if (with_far)
			CU_ASSERT_EQUAL(quern_submit(rig.loop, &far), 0);
		quern_job_init(&sender.job, quern_call(add_one, &ran), release);
		sender.job.data = &jam;
		sender.job.timeout = SHORT;
		ev_prepare_init(&prepare, say_asleep);
		prepare.data = &sender.asleep;
		ev_prepare_start(rig.ev, &prepare);
		ev_unref(rig.ev);
		pthread_create(&thread, NULL, submit_while_asleep, &sender);
		rig_run(&rig);
		pthread_join(thread, NULL);
		CU_ASSERT_EQUAL(sender.err, 0);
		CU_ASSERT_EQUAL(quern_job_status(&sender.job), -ETIMEDOUT);
		CU_ASSERT_EQUAL(ran, with_far);
		ev_ref(rig.ev);
		ev_prepare_stop(rig.ev, &prepare);
		rig_close(&rig);
	}
}

struct chain {
	struct jam jam;
	quern_job job;
	int left;
};

static void
submit_again_or_release(quern_loop *loop, quern_job *job, int status)
{
	struct chain *chain = job->data;

	CU_ASSERT_EQUAL(status, -ETIMEDOUT);
	if (--chain->left) {
		CU_ASSERT_EQUAL(quern_submit(loop, job), 0);
	} else {
		jam_end(&chain->jam);
	}
}

static void
a_timeout_may_be_set_from_the_callback_of_another(void)
{
	static struct chain chain = { .left = 10 };
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&chain.jam, rig.loop, 1);
	quern_job_init(
	    &chain.job, quern_call(add_one, &ran), submit_again_or_release);
	chain.job.data = &chain;
	chain.job.timeout = 1e-3;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &chain.job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(chain.left, 0);
	CU_ASSERT_EQUAL(ran, 0);
	rig_close(&rig);
}

/* ---- in time ---- */

static void
a_job_that_ends_in_time_leaves_nothing_behind(void)
{
	enum { N = 200 };
	static quern_job job[N];
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < N; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		job[i].timeout = LONG + i * 31 % N;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	rig_run(&rig); /* and not for a thousand seconds */
	CU_ASSERT_EQUAL(ran, N);
	CU_ASSERT_EQUAL(told, N);
	CU_ASSERT_EQUAL(ev_run(rig.ev, EVRUN_NOWAIT), 0);
	CU_ASSERT_EQUAL(told, N);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a waiting job expires behind endless ones",
		    a_waiting_job_expires_behind_endless_ones },
		{ "a running call sees it should stop",
		    a_running_call_sees_it_should_stop },
		{ "a running loop stops even while the event loop is held up",
		    a_running_loop_stops_even_while_the_event_loop_is_held_up },
		{ "a tiny timeout is told later and once",
		    a_tiny_timeout_is_told_later_and_once },
		{ "a huge timeout never comes", a_huge_timeout_never_comes },
		{ "timeouts expire in the order of their deadlines",
		    timeouts_expire_in_the_order_of_their_deadlines },
		{ "an earlier deadline from another thread wakes the loop",
		    an_earlier_deadline_from_another_thread_wakes_the_loop },
		{ "a timeout may be set from the callback of another",
		    a_timeout_may_be_set_from_the_callback_of_another },
		{ "a job that ends in time leaves nothing behind",
		    a_job_that_ends_in_time_leaves_nothing_behind },
		CU_TEST_INFO_NULL,
	};

	add_suite("timeout", tests);
	return run_suites();
}

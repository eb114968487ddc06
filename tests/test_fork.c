/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fork.c -- in a child of fork() the old objects are stale and new ones
 * work, and the parent goes on.
 *
 * quern_run() without an executor: test_fork_run.c.
 */
#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forked.h"
#include "support.h"

/* The thread sanitizer's own wish is to end a child that starts threads. */
QUERN_API const char *__tsan_default_options(void);

const char *
__tsan_default_options(void)
{
	return "die_after_fork=0";
}

static void
in_child(void (*fn)(void *arg), void *arg)
{
	forked_run(_exit, fn, arg);
}

/* ---- old objects ---- */

struct old {
	struct rig rig;
	quern_loop *port;
	struct jam jam;
	quern_job waiting, expiring, member, ended, fresh;
	quern_group group;
	int ran, told;
	bool go_on; /* atomic */
};

static bool
old_open(struct old *old)
{
	quern_job *list[] = { &old->member };

	*old = (struct old) { .ran = 0 };
	if (!rig_open(&old->rig, 2))
		return false;
	CU_ASSERT_EQUAL_FATAL(
	    quern_loop_create(&old->port, NULL, old->rig.executor), 0);
	counted_job(&old->ended, quern_call(add_one, &old->ran), &old->told);
	CU_ASSERT_EQUAL(quern_submit(old->rig.loop, &old->ended), 0);
	rig_run(&old->rig);
	jam_begin(&old->jam, old->rig.loop, 2);
	counted_job(&old->waiting, quern_call(add_one, &old->ran), &old->told);
	CU_ASSERT_EQUAL(quern_submit(old->rig.loop, &old->waiting), 0);
	counted_job(&old->expiring, quern_call(add_one, &old->ran), &old->told);
	old->expiring.timeout = 1000;
	CU_ASSERT_EQUAL(quern_submit(old->rig.loop, &old->expiring), 0);
	quern_group_init(&old->group, NULL, 0);
	counted_job(&old->member, quern_call(add_one, &old->ran), &old->told);
	CU_ASSERT_EQUAL(
	    quern_group_submit(old->rig.loop, &old->group, list, 1), 1);
	counted_job(&old->fresh, quern_call(add_one, &old->ran), &old->told);
	quern_loop_hold(old->rig.loop);
	/* Have the loop set its timer and take its reference. */
	ev_run(old->rig.ev, EVRUN_NOWAIT);
	return true;
}

/* The parent: everything goes on as if nothing had happened. */
static void
old_run_and_close(struct old *old)
{
	quern_loop_release(old->rig.loop);
	jam_end(&old->jam);
	rig_run(&old->rig);
	CU_ASSERT_EQUAL(old->told, 4);
	CU_ASSERT_EQUAL(old->ran, 4);
	CU_ASSERT_EQUAL(quern_job_status(&old->fresh), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_destroy(old->port), 0);
	rig_close(&old->rig);
}

static void
expect_stale(void *arg)
{
	struct old *old = arg;
	quern_job *list[] = { &old->fresh };
	const quern_op op = quern_call(add_one, &old->ran);
	quern_loop *loop = NULL;
	quern_group group;
	quern_stats stats;

	quern_group_init(&group, NULL, 0);
	EXPECT(quern_submit(old->rig.loop, &old->fresh) == -ESTALE);
	EXPECT(quern_submit(old->port, &old->fresh) == -ESTALE);
	EXPECT(quern_submit_many(old->rig.loop, list, 1) == -ESTALE);
	EXPECT(quern_group_submit(old->rig.loop, &group, list, 1) == -ESTALE);
	EXPECT(quern_group_submit(old->rig.loop, &group, NULL, 0) == -ESTALE);
	EXPECT(quern_cancel(&old->jam.job[0]) == -ESTALE);
	EXPECT(quern_cancel(&old->waiting) == -ESTALE);
	EXPECT(quern_cancel(&old->expiring) == -ESTALE);
	EXPECT(quern_job_status(&old->waiting) == -ESTALE);
	EXPECT(quern_job_status(&old->jam.job[0]) == -ESTALE);
	EXPECT(quern_job_status(&old->ended) == 0); /* it did end */
	EXPECT(quern_job_status(&old->fresh) == -EINVAL);
	EXPECT(quern_job_progress(&old->ended) == 1);
	EXPECT(quern_group_cancel(&old->group) == -ESTALE);
	EXPECT(quern_group_next(&old->group) == NULL);
	EXPECT(quern_group_progress(&old->group) == 0);
	EXPECT(quern_loop_fd(old->port) == -ESTALE);
	EXPECT(quern_loop_dispatch(old->port) == -ESTALE);
	EXPECT(quern_loop_pending(old->rig.loop) == 0);
	quern_loop_hold(old->rig.loop);
	quern_loop_release(old->rig.loop);
	quern_loop_release(old->rig.loop);
	quern_loop_set_room(old->rig.loop, NULL, NULL);
	EXPECT(quern_loop_create(&loop, NULL, old->rig.executor) == -ESTALE);
	EXPECT(quern_loop_create(&loop, old->rig.ev, old->rig.executor) ==
	    -ESTALE);
	EXPECT(loop == NULL);
	EXPECT(quern_loop_destroy(old->rig.loop) == -ESTALE);
	EXPECT(quern_loop_destroy(old->port) == -ESTALE);
	EXPECT(quern_run(old->rig.executor, op) == -ESTALE);
	EXPECT(quern_executor_stats(old->rig.executor, &stats) == -ESTALE);
	EXPECT(quern_executor_shutdown(old->rig.executor, 0) == -ESTALE);
	EXPECT(quern_executor_destroy(old->rig.executor) == -ESTALE);
}

static void
old_objects_are_stale_in_a_child(void)
{
	static struct old old;

	if (!old_open(&old))
		return;
	in_child(expect_stale, &old);
	old_run_and_close(&old);
}

static void
count_tick(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)events;
	++*(int *)timer->data;
}

/* Neither jobs in flight, nor a hold, nor a far timeout keeps it. */
static void
run_the_old_loop(void *arg)
{
	struct old *old = arg;
	ev_timer timer;
	int ticks = 0;

	ev_loop_fork(old->rig.ev);
	ev_timer_init(&timer, count_tick, 0.001, 0);
	timer.data = &ticks;
	ev_timer_start(old->rig.ev, &timer);
	ev_run(old->rig.ev, 0);
	EXPECT(ticks == 1); /* what is not quern's works */
	EXPECT(old->told == 1);
}

static void
ev_run_with_an_old_loop_returns(void)
{
	static struct old old;

	if (!old_open(&old))
		return;
	in_child(run_the_old_loop, &old);
	old_run_and_close(&old);
}

/* ---- new ones ---- */

static void
make_and_use_new_ones(void *arg)
{
	struct old *old = arg;
	static quern_job job[100];
	quern_executor *executor = NULL;
	quern_loop *loop = NULL, *port = NULL;
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	int ran = 0, told = 0;

	EXPECT(quern_threads_create(&executor, NULL) == 0);
	EXPECT(quern_loop_create(&loop, ev, executor) == 0);
	EXPECT(quern_loop_create(&port, NULL, executor) == 0);
	for (int i = 0; i < 100; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		EXPECT(quern_submit(i % 2 ? loop : port, &job[i]) == 0);
	}
	/* An old executor is of no use to a new loop; an old job is, anew. */
	old->fresh.executor = old->rig.executor;
	EXPECT(quern_submit(loop, &old->fresh) == -ESTALE);
	counted_job(&old->waiting, quern_call(add_one, &ran), &told);
	EXPECT(quern_submit(loop, &old->waiting) == 0);
	ev_run(ev, 0);
	while (quern_loop_pending(port))
		EXPECT(quern_loop_dispatch(port) >= 0);
	EXPECT(ran == 101);
	EXPECT(told == 101);
	EXPECT(quern_run(executor, quern_call(add_one, &ran)) == 0);
	EXPECT(quern_loop_destroy(loop) == 0);
	EXPECT(quern_loop_destroy(port) == 0);
	EXPECT(quern_executor_destroy(executor) == 0);
	ev_loop_destroy(ev);
}

static void
new_objects_work_in_a_child(void)
{
	static struct old old;

	if (!old_open(&old))
		return;
	in_child(make_and_use_new_ones, &old);
	old_run_and_close(&old);
}

static void
run_grandchild(void *arg)
{
	expect_stale(arg);
	make_and_use_new_ones(arg);
}

/* A child with objects and stale ones of its own has a child. */
static void
fork_again(void *arg)
{
	static struct old own;
	int status = -1;
	pid_t child;

	(void)arg;
	EXPECT(old_open(&own));
	child = fork();
	if (child == 0) {
		alarm(30);
		run_grandchild(&own);
		_exit(0);
	}
	EXPECT(waitpid(child, &status, 0) == child);
	EXPECT(status == 0);
	quern_loop_release(own.rig.loop);
	jam_end(&own.jam);
	rig_run(&own.rig);
	EXPECT(own.told == 4);
	EXPECT(quern_loop_destroy(own.port) == 0);
	EXPECT(quern_loop_destroy(own.rig.loop) == 0);
	EXPECT(quern_executor_destroy(own.rig.executor) == 0);
}

static void
a_grandchild_is_no_different(void)
{
	in_child(fork_again, NULL);
}

/* ---- ways to leave, times to fork ---- */

static void
nothing(void *arg)
{
	(void)arg;
}

static void
a_child_can_leave_by_exit_and_by__exit(void)
{
	static struct old old;

	if (!old_open(&old))
		return;
	forked_run(_exit, nothing, NULL);
	if (SANITIZED_THREAD) {
		puts(
		    "left out: exit(), in which the Archer tool crashes in a child");
	} else {
		forked_run(exit, nothing, NULL);
		forked_run(exit, expect_stale, &old);
	}
	old_run_and_close(&old);
}

static void
submit_again(quern_loop *loop, quern_job *job, int status)
{
	struct old *old = job->data;

	(void)status;
	if (__atomic_load_n(&old->go_on, __ATOMIC_RELAXED) &&
	    quern_submit(loop, job) == 0)
		old->told++;
}

static void *
run_busily(void *arg)
{
	struct old *old = arg;

	ev_run(old->rig.ev, 0);
	return NULL;
}

/* The sanitizers' allocators may be locked for ever in such a child. */
static void
use_in_a_busy_moment(void *arg)
{
	struct old *old = arg;
	quern_job *list[] = { &old->fresh };

	EXPECT(quern_submit(old->rig.loop, &old->fresh) == -ESTALE);
	EXPECT(quern_submit_many(old->rig.loop, list, 1) == -ESTALE);
	EXPECT(quern_executor_destroy(old->rig.executor) == -ESTALE);
	EXPECT(quern_loop_destroy(old->rig.loop) == -ESTALE);
	if (!SANITIZED)
		make_and_use_new_ones(old);
}

static void
a_fork_while_the_pool_is_busy_harms_nobody(void)
{
	static quern_job job[50];
	static struct old old;
	pthread_t thread;
	int ran = 0;

	old = (struct old) { .go_on = true };
	if (!rig_open(&old.rig, 2))
		return;
	quern_job_init(&old.fresh, quern_call(add_one, &ran), NULL);
	for (int i = 0; i < 50; i++) {
		quern_job_init(
		    &job[i], quern_call(add_one, &ran), submit_again);
		job[i].data = &old;
		CU_ASSERT_EQUAL(quern_submit(old.rig.loop, &job[i]), 0);
	}
	pthread_create(&thread, NULL, run_busily, &old);
	for (int i = 0; i < 20; i++)
		in_child(use_in_a_busy_moment, &old);
	__atomic_store_n(&old.go_on, false, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(ran, old.told + 50);
	rig_close(&old.rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "old objects are stale in a child",
		    old_objects_are_stale_in_a_child },
		{ "ev run with an old loop returns",
		    ev_run_with_an_old_loop_returns },
		{ "new objects work in a child", new_objects_work_in_a_child },
		{ "a grandchild is no different",
		    a_grandchild_is_no_different },
		{ "a child can leave by exit and by _exit",
		    a_child_can_leave_by_exit_and_by__exit },
		{ "a fork while the pool is busy harms nobody",
		    a_fork_while_the_pool_is_busy_harms_nobody },
		CU_TEST_INFO_NULL,
	};

	add_suite("fork", tests);
	return run_suites();
}

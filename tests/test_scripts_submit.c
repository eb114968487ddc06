/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_scripts_submit.c -- what the loop's thread sees of a submit that has not
 * returned yet.
 *
 * The linker sends the steps of a submit through here, so that a script can
 * hold the submitter between two that are next to each other.
 *
 * Many schedules at random: test_schedules_*.c.
 */
#include <errno.h>
#include <ev.h>
#include <math.h>

#include "src/front.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

/* What a script does; set while only the main thread runs. */
static struct {
	void (*before_link)(void);     /* any thread */
	void (*after_link)(void);      /* any thread */
	void (*after_done_push)(void); /* any thread */
	void (*on_yield)(void);        /* any thread */
} script;

int __real_quern__pool_link(quern_executor *pool, quern_job *latest,
    quern_job *earliest, unsigned lanes, bool kept);
int __wrap_quern__pool_link(quern_executor *pool, quern_job *latest,
    quern_job *earliest, unsigned lanes, bool kept);
void __real_quern__deliver_push(quern_loop *loop, quern_job *job);
void __wrap_quern__deliver_push(quern_loop *loop, quern_job *job);

static void
act(void (*step)(void))
{
	if (step)
		step();
}

int
__wrap_quern__pool_link(quern_executor *pool, quern_job *latest,
    quern_job *earliest, unsigned lanes, bool kept)
{
	int err;

	act(script.before_link);
	err = __real_quern__pool_link(pool, latest, earliest, lanes, kept);
	act(script.after_link);
	return err;
}

int __real_sched_yield(void);
int __wrap_sched_yield(void);

int
__wrap_sched_yield(void)
{
	act(script.on_yield);
	return __real_sched_yield();
}

void
__wrap_quern__deliver_push(quern_loop *loop, quern_job *job)
{
	__real_quern__deliver_push(loop, job);
	act(script.after_done_push);
}

/*
 * Another thread's submit is refused with -ESHUTDOWN after the loop has seen
 * its job as in flight and gone to sleep for it.
 */
static struct {
	struct rig rig;
	quern_job job;
	struct gate linking, asleep;
	int result;
} refusal;

static void
await_sleep(void)
{
	gate_arrive(&refusal.linking);
	gate_await(&refusal.asleep, 1);
}

static void
note_sleep(struct ev_loop *ev)
{
	(void)ev;
	gate_arrive(&refusal.asleep);
}

static void
note_awake(struct ev_loop *ev)
{
	(void)ev;
}

static void *
submit_to_closed(void *arg)
{
	(void)arg;
	refusal.result = quern_submit(refusal.rig.loop, &refusal.job);
	return NULL;
}

static void
ev_run_returns_after_a_refused_submit_of_another_thread(void)
{
	pthread_t thread;
	bool in_time;

	watchdog("refused submit", 0);
	gate_init(&refusal.linking);
	gate_init(&refusal.asleep);
	if (!rig_open(&refusal.rig, 1))
		return;
	CU_ASSERT_EQUAL(
	    quern_executor_shutdown(refusal.rig.executor, INFINITY), 0);
	quern_job_init(&refusal.job, quern_call(pass_gate, NULL), NULL);
	script.before_link = await_sleep;
	CU_ASSERT_EQUAL_FATAL(
	    pthread_create(&thread, NULL, submit_to_closed, NULL), 0);
	gate_await(&refusal.linking, 1);

	ev_set_loop_release_cb(refusal.rig.ev, note_sleep, note_awake);
	in_time = rig_run_in_time(&refusal.rig, NULL);
	pthread_join(thread, NULL);
	script.before_link = NULL;

	CU_ASSERT_TRUE(in_time);
	CU_ASSERT_EQUAL(refusal.result, -ESHUTDOWN);
	rig_close(&refusal.rig);
}

/*
 * A member of a group ends, and its `done` is called, before the
 * quern_group_submit() of another thread has returned.
 */
static struct {
	struct rig rig;
	quern_group group;
	quern_job first, member;
	struct gate linked, pushed, told;
	int cancel_result, ended;
} quick;

static void
hold_submitter_until_told(void)
{
	gate_arrive(&quick.linked);
	gate_await(&quick.told, 1);
	/* The callback either waits for our lock now, or has its answer. */
	nap();
}

static void
count_push(void)
{
	gate_arrive(&quick.pushed);
}

static void *
submit_member(void *arg)
{
	quern_job *jobs[] = { &quick.member };

	(void)arg;
	CU_ASSERT_EQUAL(
	    quern_group_submit(quick.rig.loop, &quick.group, jobs, 1), 1);
	return NULL;
}

static void
first_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	(void)status;
	script.after_link = hold_submitter_until_told;
	CU_ASSERT_EQUAL_FATAL(
	    pthread_create(job->data, NULL, submit_member, NULL), 0);
	gate_await(&quick.linked, 1);
	gate_await(&quick.pushed, 2); /* the member's is in this turn too */
}

static void
member_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	(void)job;
	(void)status;
	gate_arrive(&quick.told);
	quick.cancel_result = quern_group_cancel(&quick.group);
}

static void
quick_group_done(quern_loop *loop, quern_group *group, int first_error)
{
	(void)loop;
	(void)group;
	(void)first_error;
	quick.ended++;
}

static void
a_member_may_cancel_its_group_before_the_submit_returns(void)
{
	pthread_t thread;
	int ran = 0;

	watchdog("quick member", 0);
	gate_init(&quick.linked);
	gate_init(&quick.pushed);
	gate_init(&quick.told);
	quick.ended = 0;
	if (!rig_open(&quick.rig, 1))
		return;
	quern_group_init(&quick.group, quick_group_done, 0);
	quern_job_init(&quick.first, quern_call(add_one, &ran), first_done);
	quick.first.data = &thread;
	quern_job_init(&quick.member, quern_call(add_one, &ran), member_done);
	script.after_done_push = count_push;
	quern_loop_hold(quick.rig.loop);
	CU_ASSERT_EQUAL(quern_submit(quick.rig.loop, &quick.first), 0);
	while (!quick.ended)
		ev_run(quick.rig.ev, EVRUN_ONCE);
	quern_loop_release(quick.rig.loop);
	pthread_join(thread, NULL);
	script.after_done_push = NULL;
	script.after_link = NULL;

	CU_ASSERT_EQUAL(quick.cancel_result, 0);
	CU_ASSERT_EQUAL(ran, 2);
	rig_close(&quick.rig);
}

/*
 * A job is through, and its loop is destroyed, while the quern_submit() of
 * another thread that brought it has not returned.
 */
static struct {
	struct rig rig;
	quern_job job;
	struct gate linked, ending;
	bool left; /* atomic */
} late;

static void
stay_until_the_end(void)
{
	gate_arrive(&late.linked);
	gate_await(&late.ending, 1);
	__atomic_store_n(&late.left, true, __ATOMIC_RELAXED);
}

/* The destroy waits. */
static void
let_go(void)
{
	gate_arrive(&late.ending);
}

static void *
submit_late(void *arg)
{
	(void)arg;
	CU_ASSERT_EQUAL(quern_submit(late.rig.loop, &late.job), 0);
	return NULL;
}

static void
destroy_waits_for_a_submit_of_another_thread(void)
{
	pthread_t thread;
	int ran = 0;

	watchdog("late submit", 0);
	gate_init(&late.linked);
	gate_init(&late.ending);
	if (!rig_open(&late.rig, 1))
		return;
	quern_job_init(&late.job, quern_call(add_one, &ran), NULL);
	script.after_link = stay_until_the_end;
	CU_ASSERT_EQUAL_FATAL(
	    pthread_create(&thread, NULL, submit_late, NULL), 0);
	gate_await(&late.linked, 1);
	ev_run(late.rig.ev, 0);
	CU_ASSERT_EQUAL(ran, 1);
	CU_ASSERT_EQUAL(quern_loop_pending(late.rig.loop), 0);

	script.on_yield = let_go;
	CU_ASSERT_EQUAL(quern_loop_destroy(late.rig.loop), 0);
	CU_ASSERT_TRUE(__atomic_load_n(&late.left, __ATOMIC_RELAXED));
	script.on_yield = NULL;
	let_go(); /* or it would wait for ever, had the destroy not waited */
	pthread_join(thread, NULL);
	script.after_link = NULL;
	late.rig.loop = NULL;
	rig_close(&late.rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "ev_run returns after a refused submit of another thread",
		    ev_run_returns_after_a_refused_submit_of_another_thread },
		{ "a member may cancel its group before the submit returns",
		    a_member_may_cancel_its_group_before_the_submit_returns },
		{ "destroy waits for a submit of another thread",
		    destroy_waits_for_a_submit_of_another_thread },
		CU_TEST_INFO_NULL,
	};

	add_suite("scripts: submit", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_scripts.c -- one schedule each, brought about exactly.
 *
 * The linker sends the library's locks and some of its inner calls through
 * here, so that a script can have another thread do something between two
 * steps of the library that are next to each other.
 *
 * Many schedules at random: test_schedules.c.
 */
#include <errno.h>
#include <ev.h>
#include <math.h>
#include <time.h>

#include "src/front.h"
#include "src/job.h"
#include "src/pool.h"
#include "support.h"
#include "watchdog.h"

/* What a script does; set while only the main thread runs. */
static struct {
	void (*before_lock)(void);     /* of the thread with armed == true */
	void (*before_link)(void);     /* any thread */
	void (*after_link)(void);      /* any thread */
	void (*after_stop)(void);      /* any thread */
	void (*after_done_push)(void); /* any thread */
	int late_signals;              /* atomic: after the waiter's unlock */
} script;

static _Thread_local bool armed;
/* In quern__waiter_wake(), before and after its unlock. */
static _Thread_local bool in_wake, after_unlock;

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __real_pthread_cond_signal(pthread_cond_t *cond);
int __wrap_pthread_cond_signal(pthread_cond_t *cond);
void __real_quern__waiter_wake(struct quern_waiter *waiter);
void __wrap_quern__waiter_wake(struct quern_waiter *waiter);
int __real_quern__pool_link(quern_executor *pool, quern_job *first);
int __wrap_quern__pool_link(quern_executor *pool, quern_job *first);
int __real_quern__job_stop(quern_job *job, enum quern__reason reason);
int __wrap_quern__job_stop(quern_job *job, enum quern__reason reason);
bool __real_quern__done_push(struct quern__done *done, quern_job *job);
bool __wrap_quern__done_push(struct quern__done *done, quern_job *job);

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

static void
act(void (*step)(void))
{
	if (step)
		step();
}

int
__wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int err = __real_pthread_mutex_unlock(mutex);

	if (in_wake) {
		in_wake = false;
		after_unlock = true;
	}
	return err;
}

int
__wrap_pthread_cond_signal(pthread_cond_t *cond)
{
	if (after_unlock)
		__atomic_fetch_add(&script.late_signals, 1, __ATOMIC_RELAXED);
	return __real_pthread_cond_signal(cond);
}

void
__wrap_quern__waiter_wake(struct quern_waiter *waiter)
{
	in_wake = true;
	__real_quern__waiter_wake(waiter);
	in_wake = after_unlock = false;
}

int
__wrap_quern__pool_link(quern_executor *pool, quern_job *first)
{
	int err;

	act(script.before_link);
	err = __real_quern__pool_link(pool, first);
	act(script.after_link);
	return err;
}

int
__wrap_quern__job_stop(quern_job *job, enum quern__reason reason)
{
	int err;

	err = __real_quern__job_stop(job, reason);
	act(script.after_stop);
	return err;
}

bool
__wrap_quern__done_push(struct quern__done *done, quern_job *job)
{
	bool first;

	first = __real_quern__done_push(done, job);
	act(script.after_done_push);
	return first;
}

static void
nap(void)
{
	static const struct timespec millisecond = { 0, 1000000 };

	nanosleep(&millisecond, NULL);
}

/* ---- scripts: one schedule, exactly ---- */

/*
 * The worker of a low loop is about to leave it at a border, for an urgent
 * call that never ends by itself; before it does, the loop is told to stop.
 */
static struct {
	struct rig rig;
	quern_job low, urgent;
	struct gate in_block, urgent_gate, stopped;
	int low_status;
	bool late; /* the urgent call had to be let go first */
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
give_up_on_low(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)timer;
	(void)events;
	border.late = true;
	gate_open(&border.urgent_gate);
}

static void
stop_at_the_border(void (*stop)(void), double timeout, int expected)
{
	ev_timer limit;

	gate_init(&border.in_block);
	gate_init(&border.urgent_gate);
	gate_init(&border.stopped);
	border.late = false;
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

	ev_timer_init(&limit, give_up_on_low, 2, 2);
	ev_timer_start(border.rig.ev, &limit);
	ev_unref(border.rig.ev);
	rig_run(&border.rig);
	ev_ref(border.rig.ev);
	ev_timer_stop(border.rig.ev, &limit);
	script.before_lock = NULL;
	script.after_stop = NULL;

	CU_ASSERT_FALSE(border.late);
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

/*
 * Another thread's submit is refused with -ESHUTDOWN after the loop has seen
 * its job as in flight and gone to sleep for it.
 */
static struct {
	struct rig rig;
	quern_job job;
	struct gate linking, asleep;
	int result;
	bool hung;
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
give_up_on_loop(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	refusal.hung = true;
	ev_break(ev, EVBREAK_ALL);
}

static void
ev_run_returns_after_a_refused_submit_of_another_thread(void)
{
	pthread_t thread;
	ev_timer limit;

	watchdog("refused submit", 0);
	refusal.hung = false;
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
	ev_timer_init(&limit, give_up_on_loop, 2, 2);
	ev_timer_start(refusal.rig.ev, &limit);
	ev_unref(refusal.rig.ev);
	rig_run(&refusal.rig);
	ev_ref(refusal.rig.ev);
	ev_timer_stop(refusal.rig.ev, &limit);
	pthread_join(thread, NULL);
	script.before_link = NULL;

	CU_ASSERT_FALSE(refusal.hung);
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

/* ---- each piece of work wakes a sleeper, if there is one ---- */

enum { SLEEPERS = 3 };

static bool
all_asleep(quern_executor *pool)
{
	bool asleep;

	pthread_mutex_lock(&pool->lock);
	asleep = pool->asleep == pool->n_workers;
	pthread_mutex_unlock(&pool->lock);
	return asleep;
}

static bool
sleepers_open(struct rig *rig, struct gate *gate)
{
	gate_init(gate);
	if (!rig_open(rig, SLEEPERS))
		return false;
	while (!all_asleep(rig->executor))
		nap();
	return true;
}

/* Have n met at the gate, after two seconds at the latest?  Lets them go. */
static bool
meet(struct gate *gate, unsigned n)
{
	bool met = false;

	for (int i = 0; i < 2000 && !met; i++) {
		nap();
		pthread_mutex_lock(&gate->lock);
		met = gate->arrived >= n;
		pthread_mutex_unlock(&gate->lock);
	}
	gate_open(gate);
	return met;
}

static void
meet_in_block(quern_context *ctx, size_t begin, size_t end, void *gate)
{
	(void)ctx;
	(void)begin;
	(void)end;
	gate_pass(gate);
}

static void
jobs_of_one_submit_wake_a_worker_each(void)
{
	quern_job job[SLEEPERS], *jobs[SLEEPERS];
	struct gate gate;
	struct rig rig;

	watchdog("wake for jobs", 0);
	if (!sleepers_open(&rig, &gate))
		return;
	for (int n = 0; n < SLEEPERS; n++) {
		quern_job_init(&job[n], quern_call(pass_gate, &gate), NULL);
		jobs[n] = &job[n];
	}
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, jobs, SLEEPERS), SLEEPERS);
	CU_ASSERT_TRUE(meet(&gate, SLEEPERS));
	rig_run(&rig);
	rig_close(&rig);
}

static void
a_loop_wakes_helpers(void)
{
	struct gate gate;
	struct rig rig;
	quern_job job;

	watchdog("wake for a loop", 0);
	if (!sleepers_open(&rig, &gate))
		return;
	quern_job_init(
	    &job, quern_for(SLEEPERS, 1, meet_in_block, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_TRUE(meet(&gate, SLEEPERS));
	rig_run(&rig);
	rig_close(&rig);
}

struct blocking {
	struct rig rig;
	struct gate gate;
};

static void *
run_meeting(void *arg)
{
	struct blocking *blocking = arg;

	return quern_run(blocking->rig.executor,
		   quern_for(SLEEPERS + 1, 1, meet_in_block, &blocking->gate)) ?
	    arg :
	    NULL;
}

static void
a_blocking_caller_wakes_helpers(void)
{
	struct blocking blocking;
	pthread_t thread;
	void *failed;

	watchdog("wake for a blocking caller", 0);
	if (!sleepers_open(&blocking.rig, &blocking.gate))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    pthread_create(&thread, NULL, run_meeting, &blocking), 0);
	CU_ASSERT_TRUE(meet(&blocking.gate, SLEEPERS + 1));
	pthread_join(thread, &failed);
	CU_ASSERT_PTR_NULL(failed);
	rig_close(&blocking.rig);
}

/* ---- stops that need nobody's help ---- */

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
	bool late;
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
give_up_on_blocked(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)timer;
	(void)events;
	blocked.late = true;
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
	ev_timer limit;

	watchdog("stop while blocked", 0);
	gate_init(&blocked.in_block);
	gate_init(&blocked.urgent_gate);
	blocked.told = 0;
	blocked.late = false;
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

	ev_timer_init(&limit, give_up_on_blocked, 2, 2);
	ev_timer_start(blocked.rig.ev, &limit);
	ev_unref(blocked.rig.ev);
	rig_run(&blocked.rig);
	ev_ref(blocked.rig.ev);
	ev_timer_stop(blocked.rig.ev, &limit);

	CU_ASSERT_FALSE(blocked.late);
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

/* ---- the waiter of a blocking caller is on that caller's stack ---- */

static struct {
	struct rig rig;
	struct gate both_in;
	pthread_t caller;
} brief;

static bool
line_is_empty(quern_executor *pool)
{
	bool empty;

	pthread_mutex_lock(&pool->lock);
	empty = !pool->line.held;
	pthread_mutex_unlock(&pool->lock);
	return empty;
}

/* The caller leaves first, and closes the loop in doing so. */
static void
meet_and_let_caller_leave(
    quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)arg;
	gate_arrive(&brief.both_in);
	gate_await(&brief.both_in, 2);
	while (!pthread_equal(pthread_self(), brief.caller) &&
	    !line_is_empty(brief.rig.executor))
		nap();
}

/*
 * From the unlock on the caller may have returned: a signal after it would go
 * to whatever is in the waiter's place by then.
 */
static void
the_last_helper_unlocks_the_waiter_and_leaves_it(void)
{
	watchdog("waiter", 0);
	gate_init(&brief.both_in);
	script.late_signals = 0;
	brief.caller = pthread_self();
	if (!rig_open(&brief.rig, 1))
		return;
	CU_ASSERT_EQUAL(quern_run(brief.rig.executor,
			    quern_for(2, 1, meet_and_let_caller_leave, NULL)),
	    0);
	rig_close(&brief.rig);
	CU_ASSERT_EQUAL(script.late_signals, 0);
}

int
main(void)
{
	static const CU_TestInfo scripts[] = {
		{ "a cancel while a worker leaves ends the loop at once",
		    a_cancel_while_a_worker_leaves_ends_the_loop_at_once },
		{ "a timeout while a worker leaves ends the loop at once",
		    a_timeout_while_a_worker_leaves_ends_the_loop_at_once },
		{ "a shutdown while a worker leaves ends the loop at once",
		    a_shutdown_while_a_worker_leaves_ends_the_loop_at_once },
		{ "ev_run returns after a refused submit of another thread",
		    ev_run_returns_after_a_refused_submit_of_another_thread },
		{ "a member may cancel its group before the submit returns",
		    a_member_may_cancel_its_group_before_the_submit_returns },
		CU_TEST_INFO_NULL,
	};

	static const CU_TestInfo wakes[] = {
		{ "jobs of one submit wake a worker each",
		    jobs_of_one_submit_wake_a_worker_each },
		{ "a loop wakes helpers", a_loop_wakes_helpers },
		{ "a blocking caller wakes helpers",
		    a_blocking_caller_wakes_helpers },
		CU_TEST_INFO_NULL,
	};

	static const CU_TestInfo stops[] = {
		{ "a cancel needs no worker", a_cancel_needs_no_worker },
		{ "a timeout needs no worker", a_timeout_needs_no_worker },
		{ "a shutdown needs no worker", a_shutdown_needs_no_worker },
		{ "a stop of the outer op stops the inner one",
		    a_stop_of_the_outer_op_stops_the_inner_one },
		{ "a running job sees its timeout though the loop stands still",
		    a_running_job_sees_its_timeout_though_the_loop_stands_still },
		{ "the last helper unlocks the waiter and leaves it",
		    the_last_helper_unlocks_the_waiter_and_leaves_it },
		CU_TEST_INFO_NULL,
	};

	add_suite("scripts", scripts);
	add_suite("wakes", wakes);
	add_suite("stops", stops);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_loop.c -- a libev loop and its jobs, end to end: how long ev_run()
 * lives, whatever the jobs were submitted from.
 *
 * Holds: test_hold.c.  On which thread jobs are told: test_completions.c.
 */
#include <errno.h>
#include <ev.h>

#include "support.h"

/* ---- how long ev_run() lives ---- */

static void
ev_run_returns_at_once_with_nothing_in_flight(void)
{
	struct rig rig;
	unsigned turns;

	if (!rig_open(&rig, 1))
		return;
	turns = ev_iteration(rig.ev);
	CU_ASSERT_EQUAL(ev_run(rig.ev, 0), 0);
	CU_ASSERT(ev_iteration(rig.ev) - turns <= 1);
	rig_close(&rig);
}

static void
ev_run_returns_when_the_last_job_is_done(void)
{
	static quern_job job[1000];
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < 1000; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1000);
	CU_ASSERT_EQUAL(told, 1000);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 0);
	rig_close(&rig);
}

/*
 * One watcher submits a job and stops.  The job cannot end before the loop has
 * polled once more, so a loop that overlooks it returns with nothing told.
 */
struct late {
	struct rig rig;
	struct gate gate;
	quern_job job;
	int told;
	bool submitted;
	unsigned turn; /* of the submit */
	ev_timer opener;
};

static void
open_in_a_later_turn(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct late *late = timer->data;

	(void)events;
	if (late->submitted && ev_iteration(ev) != late->turn)
		gate_open(&late->gate);
}

static void
submit_late(struct late *late)
{
	counted_job(
	    &late->job, quern_call(pass_gate, &late->gate), &late->told);
	CU_ASSERT_EQUAL(quern_submit(late->rig.loop, &late->job), 0);
	late->submitted = true;
	late->turn = ev_iteration(late->rig.ev);
}

static bool
late_open(struct late *late)
{
	*late = (struct late) { .told = 0 };
	gate_init(&late->gate);
	if (!rig_open(&late->rig, 1))
		return false;
	ev_timer_init(&late->opener, open_in_a_later_turn, 0.001, 0.001);
	late->opener.data = late;
	ev_timer_start(late->rig.ev, &late->opener);
	ev_unref(late->rig.ev);
	return true;
}

static void
late_run_and_close(struct late *late)
{
	rig_run(&late->rig);
	CU_ASSERT_TRUE(late->submitted);
	CU_ASSERT_EQUAL(late->told, 1);
	gate_open(&late->gate);
	rig_run(&late->rig);
	ev_ref(late->rig.ev);
	ev_timer_stop(late->rig.ev, &late->opener);
	rig_close(&late->rig);
}

/* A test for each kind of watcher: submit_from_timer() and so on. */
#define SUBMIT_FROM(kind)                                                      \
	static void on_##kind(                                                 \
	    struct ev_loop *ev, ev_##kind *watcher, int events)                \
	{                                                                      \
		(void)events;                                                  \
		ev_##kind##_stop(ev, watcher);                                 \
		submit_late(watcher->data);                                    \
	}                                                                      \
                                                                               \
	static void submit_from_##kind(void)                                   \
	{                                                                      \
		static struct late late;                                       \
		static ev_##kind watcher;                                      \
                                                                               \
		if (!late_open(&late))                                         \
			return;                                                \
		ev_init(&watcher, on_##kind);                                  \
		watcher.data = &late;                                          \
		ev_##kind##_start(late.rig.ev, &watcher);                      \
		late_run_and_close(&late);                                     \
	}

/* clang-format off */
SUBMIT_FROM(timer)
SUBMIT_FROM(prepare)
SUBMIT_FROM(check)
SUBMIT_FROM(idle)
/* clang-format on */

static void
submit_when_told(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	CU_ASSERT_EQUAL(status, 0);
	submit_late(job->data);
}

static void
submit_from_done(void)
{
	static struct late late;
	quern_job first;
	int ran = 0;

	if (!late_open(&late))
		return;
	quern_job_init(&first, quern_call(add_one, &ran), submit_when_told);
	first.data = &late;
	CU_ASSERT_EQUAL(quern_submit(late.rig.loop, &first), 0);
	late_run_and_close(&late);
	CU_ASSERT_EQUAL(ran, 1);
}

static void
nowait_does_not_wait_and_once_waits_for_an_event(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job job, first;
	struct rig rig;
	int ran = 0, told = 0;

	if (!rig_open(&rig, 1))
		return;
	counted_job(&first, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &first), 0);
	ev_run(rig.ev, EVRUN_ONCE);
	CU_ASSERT_EQUAL(told, 1);
	told = 0;
	counted_job(&job, quern_call(pass_gate, &gate), &told);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_NOT_EQUAL(ev_run(rig.ev, EVRUN_NOWAIT), 0);
	CU_ASSERT_EQUAL(told, 0);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 1);
	gate_open(&gate);
	while (ev_run(rig.ev, EVRUN_ONCE))
		;
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(ev_run(rig.ev, EVRUN_NOWAIT), 0);
	rig_close(&rig);
}

struct ticks {
	struct gate gate;
	int left;
};

static void
on_tick(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct ticks *ticks = timer->data;

	(void)events;
	if (--ticks->left == 0) {
		ev_timer_stop(ev, timer);
		gate_open(&ticks->gate);
	}
}

static void
the_users_timers_go_on_while_a_job_runs(void)
{
	static struct ticks ticks = { GATE_INITIALIZER, 10 };
	quern_job job;
	ev_timer timer;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	ev_timer_init(&timer, on_tick, 0.001, 0.001);
	timer.data = &ticks;
	ev_timer_start(rig.ev, &timer);
	quern_job_init(&job, quern_call(pass_gate, &ticks.gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ticks.left, 0);
	CU_ASSERT_EQUAL(quern_job_status(&job), 0);
	rig_close(&rig);
}

static void
break_out(quern_loop *loop, quern_job *job, int status)
{
	count_done(loop, job, status);
	ev_break(quern_loop_ev(loop), EVBREAK_ALL);
}

static void
after_ev_break_the_rest_comes_in_the_next_run(void)
{
	quern_job job[3];
	struct rig rig;
	int ran = 0, told = 0, runs = 0;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 3; i++) {
		quern_job_init(&job[i], quern_call(add_one, &ran), break_out);
		job[i].data = &told;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	while (told < 3 && runs++ < 3)
		rig_run(&rig);
	CU_ASSERT_EQUAL(told, 3);
	rig_close(&rig);
}

struct nested {
	int told;
	bool gave_up;
};

static void
give_up(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)events;
	((struct nested *)timer->data)->gave_up = true;
}

static void
run_until_the_other_is_told(quern_loop *loop, quern_job *job, int status)
{
	struct ev_loop *ev = quern_loop_ev(loop);
	struct nested *nested = job->data;
	ev_timer timer;

	(void)status;
	nested->told++;
	ev_timer_init(&timer, give_up, 1, 0);
	timer.data = nested;
	ev_timer_start(ev, &timer);
	while (nested->told < 2 && !nested->gave_up)
		ev_run(ev, EVRUN_ONCE);
	ev_timer_stop(ev, &timer);
}

/* Both have ended, so nothing new rings while the first one's done runs. */
static void
a_done_callback_may_run_the_loop_itself(void)
{
	static struct nested nested;
	quern_job job[2];
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 2; i++) {
		quern_job_init(&job[i], quern_call(add_one, &ran),
		    run_until_the_other_is_told);
		job[i].data = &nested;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		while (quern_job_progress(&job[i]) < 1)
			sched_yield();
	rig_run(&rig);
	CU_ASSERT_EQUAL(nested.told, 2);
	CU_ASSERT_FALSE(nested.gave_up);
	rig_close(&rig);
}

/* ---- making and ending ---- */

static void
try_destroy(quern_loop *loop, quern_job *job, int status)
{
	(void)status;
	*(int *)job->data = quern_loop_destroy(loop);
}

static void
destroy_refuses_while_a_loop_is_in_use(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job job;
	struct rig rig;
	int from_done = 0;

	if (!rig_open(&rig, 1))
		return;
	quern_loop_hold(rig.loop);
	CU_ASSERT_EQUAL(quern_loop_destroy(rig.loop), -EBUSY);
	quern_loop_release(rig.loop);
	quern_job_init(&job, quern_call(pass_gate, &gate), try_destroy);
	job.data = &from_done;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_EQUAL(quern_loop_destroy(rig.loop), -EBUSY);
	gate_open(&gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(from_done, -EBUSY);
	CU_ASSERT_EQUAL(quern_loop_destroy(NULL), 0);
	rig_close(&rig);
}

static void
a_loop_knows_its_ev_loop(void)
{
	quern_loop *other = NULL;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_PTR_EQUAL(quern_loop_ev(rig.loop), rig.ev);
	CU_ASSERT_PTR_NULL(quern_loop_ev(NULL));
	CU_ASSERT_EQUAL(quern_loop_create(NULL, rig.ev, rig.executor), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_create(&other, rig.ev, NULL), -EINVAL);
	CU_ASSERT_PTR_NULL(other);
	/* Two on one ev_loop are fine. */
	CU_ASSERT_EQUAL(quern_loop_create(&other, rig.ev, rig.executor), 0);
	CU_ASSERT_PTR_EQUAL(quern_loop_ev(other), rig.ev);
	CU_ASSERT_EQUAL(quern_loop_destroy(other), 0);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "ev_run returns at once with nothing in flight",
		    ev_run_returns_at_once_with_nothing_in_flight },
		{ "ev_run returns when the last job is done",
		    ev_run_returns_when_the_last_job_is_done },
		{ "a submit from a one-shot timer keeps ev_run alive",
		    submit_from_timer },
		{ "a submit from a prepare watcher keeps it alive",
		    submit_from_prepare },
		{ "a submit from a check watcher keeps it alive",
		    submit_from_check },
		{ "a submit from an idle watcher keeps it alive",
		    submit_from_idle },
		{ "a submit from a done callback keeps it alive",
		    submit_from_done },
		{ "NOWAIT does not wait and ONCE waits for an event",
		    nowait_does_not_wait_and_once_waits_for_an_event },
		{ "the user's timers go on while a job runs",
		    the_users_timers_go_on_while_a_job_runs },
		{ "after ev break the rest comes in the next run",
		    after_ev_break_the_rest_comes_in_the_next_run },
		{ "a done callback may run the loop itself",
		    a_done_callback_may_run_the_loop_itself },
		{ "destroy refuses while a loop is in use",
		    destroy_refuses_while_a_loop_is_in_use },
		{ "a loop knows its ev_loop", a_loop_knows_its_ev_loop },
		CU_TEST_INFO_NULL,
	};
	add_suite("loop", tests);
	return run_suites();
}

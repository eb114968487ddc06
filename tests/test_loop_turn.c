/* SPDX-License-Identifier: BSD-2-Clause */
/* test_loop_turn.c -- ended jobs and the program's own watchers in one turn. */
#include <ev.h>

#include "src/front.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

/* Who was called, in order, and what libev had yet to call then. */
struct turn {
	struct rig rig;
	quern_job job, other;
	int ran;
	ev_timer timer;
	unsigned calls, timer_call, done_call;
	unsigned pending;
	double called, told; /* when, for libev */
};

static void
on_done(quern_loop *loop, quern_job *job, int status)
{
	struct turn *turn = job->data;

	CU_ASSERT_EQUAL(status, 0);
	turn->done_call = ++turn->calls;
	turn->pending = ev_pending_count(quern_loop_ev(loop));
	turn->told = ev_now(quern_loop_ev(loop));
}

static void
on_timer(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct turn *turn = timer->data;

	(void)ev;
	(void)events;
	turn->timer_call = ++turn->calls;
}

static bool
turn_open(struct turn *turn)
{
	*turn = (struct turn) { .ran = 0 };
	if (!rig_open(&turn->rig, 1))
		return false;
	watchdog("turn", 0);
	quern_job_init(&turn->job, quern_call(add_one, &turn->ran), on_done);
	turn->job.data = turn;
	turn->timer.data = turn;
	return true;
}

static void
submit_and_see_it_end(struct turn *turn, quern_job *job)
{
	CU_ASSERT_EQUAL(quern_submit(turn->rig.loop, job), 0);
	while (!quern__loop_has_ends(turn->rig.loop))
		nap();
}

static void
submit_after_a_while(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct turn *turn = timer->data;

	(void)events;
	turn->called = ev_now(ev);
	ev_sleep(0.01);
	submit_and_see_it_end(turn, &turn->job);
}

static void
an_end_that_is_there_comes_before_libev_polls(void)
{
	struct turn turn;

	if (!turn_open(&turn))
		return;
	ev_timer_init(&turn.timer, submit_after_a_while, 0, 0);
	ev_timer_start(turn.rig.ev, &turn.timer);
	rig_run(&turn.rig);
	CU_ASSERT_EQUAL(turn.done_call, 1);
	CU_ASSERT_EQUAL(turn.pending, 0);
	CU_ASSERT(turn.told > turn.called + 0.005);
	rig_close(&turn.rig);
}

/* Ends when the loop that has submitted it is about to sleep. */
static int
wait_until_the_loop_sleeps(quern_context *ctx, void *arg)
{
	const quern_executor *pool = arg;

	(void)ctx;
	while (__atomic_load_n(&pool->loops_awake, __ATOMIC_RELAXED))
		nap();
	return 0;
}

static void
submit_from_a_turn(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct turn *turn = timer->data;

	(void)ev;
	(void)events;
	CU_ASSERT_EQUAL(turn->rig.executor->loops_awake, 1);
	CU_ASSERT_EQUAL(quern_submit(turn->rig.loop, &turn->job), 0);
}

static void
an_end_comes_before_libev_has_read_what_it_was_rung_with(void)
{
	struct turn turn;

	if (!turn_open(&turn))
		return;
	turn.job.op = quern_call(wait_until_the_loop_sleeps, turn.rig.executor);
	ev_timer_init(&turn.timer, submit_from_a_turn, 0, 0);
	ev_timer_start(turn.rig.ev, &turn.timer);
	rig_run(&turn.rig);
	CU_ASSERT_EQUAL(turn.done_call, 1);
	/* That, and our watcher at the end of a turn. */
	CU_ASSERT_EQUAL(turn.pending, 2);
	rig_close(&turn.rig);
}

/* ---- a callback that runs the loop ---- */

struct nested {
	struct rig rig;
	quern_job first, second;
	struct gate gate;
	int ran, told;
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
tell(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	CU_ASSERT_EQUAL(status, 0);
	((struct nested *)job->data)->told++;
}

/* The second ends meanwhile, so what rang for the first rings for it too. */
static void
run_until_the_second_is_told(quern_loop *loop, quern_job *job, int status)
{
	struct nested *nested = job->data;
	struct ev_loop *ev = quern_loop_ev(loop);
	ev_timer timer;

	CU_ASSERT_EQUAL(status, 0);
	gate_open(&nested->gate);
	while (!quern__loop_has_ends(loop))
		nap();
	ev_timer_init(&timer, give_up, 1, 0);
	timer.data = nested;
	ev_timer_start(ev, &timer);
	ev_run(ev, EVRUN_ONCE);
	ev_timer_stop(ev, &timer);
	CU_ASSERT_EQUAL(nested->told, 1);
}

static void
a_nested_run_does_not_sleep_past_an_end_that_it_has_delivered(void)
{
	struct nested nested = { .told = 0 };

	if (!rig_open(&nested.rig, 1))
		return;
	watchdog("nested run", 0);
	gate_init(&nested.gate);
	quern_job_init(&nested.first, quern_call(add_one, &nested.ran),
	    run_until_the_second_is_told);
	quern_job_init(
	    &nested.second, quern_call(pass_gate, &nested.gate), tell);
	nested.first.data = nested.second.data = &nested;
	CU_ASSERT_EQUAL(quern_submit(nested.rig.loop, &nested.first), 0);
	CU_ASSERT_EQUAL(quern_submit(nested.rig.loop, &nested.second), 0);
	gate_await(&nested.gate, 1);
	rig_run(&nested.rig);
	CU_ASSERT_EQUAL(nested.told, 1);
	CU_ASSERT_FALSE(nested.gave_up);
	rig_close(&nested.rig);
}

static void
ends_do_not_overtake_a_watcher_of_higher_priority(void)
{
	struct turn turn;

	if (!turn_open(&turn))
		return;
	ev_timer_init(&turn.timer, on_timer, 0, 0);
	ev_set_priority(&turn.timer, 1);
	ev_timer_start(turn.rig.ev, &turn.timer);
	quern_job_init(&turn.other, quern_call(add_one, &turn.ran), NULL);
	/* Two of them, since a single one may do that. */
	submit_and_see_it_end(&turn, &turn.other);
	submit_and_see_it_end(&turn, &turn.job);
	while (quern__loop_has_one_end(turn.rig.loop))
		nap();
	rig_run(&turn.rig);
	CU_ASSERT_EQUAL(turn.timer_call, 1);
	CU_ASSERT_EQUAL(turn.done_call, 2);
	rig_close(&turn.rig);
}

int
main(void)
{
	static const CU_TestInfo turn[] = {
		{ "an end that is there comes before libev polls",
		    an_end_that_is_there_comes_before_libev_polls },
		{ "an end comes before libev has read what it was rung with",
		    an_end_comes_before_libev_has_read_what_it_was_rung_with },
		{ "ends do not overtake a watcher of higher priority",
		    ends_do_not_overtake_a_watcher_of_higher_priority },
		{ "a nested run does not sleep past an end that it has "
		  "delivered",
		    a_nested_run_does_not_sleep_past_an_end_that_it_has_delivered },
		CU_TEST_INFO_NULL,
	};

	add_suite("a turn", turn);
	return run_suites();
}

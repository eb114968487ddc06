/* SPDX-License-Identifier: BSD-2-Clause */
/* test_hold.c -- other threads keep ev_run() alive, and submit meanwhile. */
#include <ev.h>

#include "support.h"
#include "watchdog.h"

struct holder {
	quern_loop *loop;
	struct gate turn; /* this one's, once somebody has arrived */
	struct gate *next;
	bool submits;
	quern_job job;
	int ran, told, err;
	bool released;
};

static void *
submit_and_release(void *arg)
{
	struct holder *holder = arg;

	gate_await(&holder->turn, 1);
	if (holder->submits)
		holder->err = quern_submit(holder->loop, &holder->job);
	holder->released = true;
	quern_loop_release(holder->loop);
	if (holder->next)
		gate_arrive(holder->next);
	return NULL;
}

static void
say_asleep(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	(void)ev;
	(void)events;
	gate_arrive(watcher->data);
}

/*
 * Run the loop while two threads hold it.  The first lets go when the loop is
 * about to sleep, the second after the first.
 */
static void
run_held(struct rig *rig, struct holder holder[2], bool submits)
{
	pthread_t thread[2];
	ev_prepare watcher;

	for (int i = 0; i < 2; i++) {
		holder[i] = (struct holder) { .loop = rig->loop,
			.next = i ? NULL : &holder[1].turn,
			.submits = submits };
		gate_init(&holder[i].turn);
		counted_job(&holder[i].job, quern_call(add_one, &holder[i].ran),
		    &holder[i].told);
		quern_loop_hold(rig->loop);
	}
	for (int i = 0; i < 2; i++)
		pthread_create(
		    &thread[i], NULL, submit_and_release, &holder[i]);
	ev_prepare_init(&watcher, say_asleep);
	watcher.data = &holder[0].turn;
	ev_prepare_start(rig->ev, &watcher);
	ev_unref(rig->ev);
	rig_run(rig);
	CU_ASSERT_TRUE(holder[0].released && holder[1].released);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(holder[i].err, 0);
		CU_ASSERT_EQUAL(holder[i].ran, submits);
		CU_ASSERT_EQUAL(holder[i].told, submits);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	ev_ref(rig->ev);
	ev_prepare_stop(rig->ev, &watcher);
}

static void
hold_keeps_ev_run_alive_until_the_last_release(void)
{
	static struct holder holder[2];
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	run_held(&rig, holder, false);
	CU_ASSERT_EQUAL(ev_run(rig.ev, EVRUN_NOWAIT), 0);
	rig_close(&rig);
}

static void
a_submit_from_another_thread_under_hold_is_not_missed(void)
{
	static struct holder holder[2];
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	run_held(&rig, holder, true);
	rig_close(&rig);
}

static void
a_release_without_a_hold_does_nothing(void)
{
	static struct holder holder[2];
	struct rig rig;
	bool returns = true;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 2 && returns; i++) {
		quern_loop_release(rig.loop);
		quern_loop_release(rig.loop);
		returns = rig_run_in_time(&rig, NULL);
		/* Nor does it take anything from the holds that follow. */
		if (returns)
			run_held(&rig, holder, true);
	}
	CU_ASSERT_TRUE(returns);
	quern_loop_release(rig.loop);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "hold keeps ev run alive until the last release",
		    hold_keeps_ev_run_alive_until_the_last_release },
		{ "a submit from another thread under hold is not missed",
		    a_submit_from_another_thread_under_hold_is_not_missed },
		{ "a release without a hold does nothing",
		    a_release_without_a_hold_does_nothing },
		CU_TEST_INFO_NULL,
	};

	add_suite("hold", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_flood.c -- a flood of tiny completions, and who else gets a turn. */
#include <ev.h>

#include "support.h"

enum {
	FLOOD = SANITIZED ? 100000 : 1000000,
	IN_FLIGHT = 20000,
	MOST_A_TURN = 1024 /* TURN_JOBS in src/deliver.c */
};

struct flood {
	long left; /* submits */
	long told;
	long this_turn, most;
	long ticks;
};

static void
count_flood(quern_loop *loop, quern_job *job, int status)
{
	struct flood *flood = job->data;

	(void)status;
	flood->told++;
	flood->this_turn++;
	if (flood->this_turn > flood->most)
		flood->most = flood->this_turn;
	if (flood->left > 0 && quern_submit(loop, job) == 0)
		flood->left--;
}

static void
end_turn(struct ev_loop *ev, ev_check *watcher, int events)
{
	struct flood *flood = watcher->data;

	(void)ev;
	(void)events;
	flood->this_turn = 0;
}

static void
count_tick(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct flood *flood = timer->data;

	(void)events;
	flood->ticks++;
	if (flood->told == FLOOD)
		ev_timer_stop(ev, timer);
}

/* Watchers get their turn after a bounded number of completions. */
static void
a_flood_of_completions_starves_no_timer(void)
{
	static quern_job job[IN_FLIGHT];
	static struct flood flood;
	struct rig rig;
	ev_check check;
	ev_timer timer;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	flood = (struct flood) { .left = FLOOD - IN_FLIGHT };
	ev_check_init(&check, end_turn);
	check.data = &flood;
	ev_check_start(rig.ev, &check);
	ev_unref(rig.ev);
	ev_timer_init(&timer, count_tick, 0.001, 0.001);
	timer.data = &flood;
	ev_timer_start(rig.ev, &timer);
	for (int i = 0; i < IN_FLIGHT; i++) {
		quern_job_init(&job[i], quern_call(add_one, &ran), count_flood);
		job[i].data = &flood;
		if (quern_submit(rig.loop, &job[i]))
			CU_FAIL("a job was refused");
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(flood.told, FLOOD);
	CU_ASSERT(flood.most <= MOST_A_TURN);
	CU_ASSERT(flood.ticks >= 2);
	ev_ref(rig.ev);
	ev_check_stop(rig.ev, &check);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a flood of completions starves no timer",
		    a_flood_of_completions_starves_no_timer },
		CU_TEST_INFO_NULL,
	};

	add_suite("flood", tests);
	return run_suites();
}

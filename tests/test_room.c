/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_room.c -- backpressure: what a full executor refuses, and how loops hear
 * that there is room again.
 */
#include <errno.h>
#include <ev.h>

#include "support.h"

enum { LIMIT = 8 };

/* A rig whose executor takes so many jobs, and who heard of room. */
struct full {
	struct rig rig;
	struct jam jam; /* holds the one worker; a job of its own */
	quern_job job[LIMIT];
	quern_job extra;
	int ran, told;
	int calls, elsewhere; /* of the room callback */
	pthread_t thread;     /* where it is due */
	bool submits;         /* the extra job */
};

static void
on_room(quern_loop *loop, void *data)
{
	struct full *full = data;

	full->calls++;
	full->elsewhere += !pthread_equal(pthread_self(), full->thread);
	if (full->submits)
		CU_ASSERT_EQUAL(quern_submit(loop, &full->extra), 0);
}

/* Full to the limit, with its worker held. */
static bool
full_open(struct full *full, size_t limit)
{
	quern_threads_options options;

	*full = (struct full) { .thread = pthread_self() };
	quern_threads_options_init(&options);
	options.workers = 1;
	options.queue_limit = limit;
	if (!rig_open_with(&full->rig, &options))
		return false;
	quern_loop_set_room(full->rig.loop, on_room, full);
	jam_begin(&full->jam, full->rig.loop, 1);
	for (size_t i = 0; i < limit - 1; i++) {
		counted_job(&full->job[i], quern_call(add_one, &full->ran),
		    &full->told);
		CU_ASSERT_EQUAL(quern_submit(full->rig.loop, &full->job[i]), 0);
	}
	counted_job(&full->extra, quern_call(add_one, &full->ran), &full->told);
	return true;
}

static void
full_run_and_close(struct full *full)
{
	jam_end(&full->jam);
	rig_run(&full->rig);
	CU_ASSERT_EQUAL(full->elsewhere, 0);
	rig_close(&full->rig);
}

static void
a_full_executor_refuses_and_loses_nothing(void)
{
	static struct full full;
	quern_job *list[] = { &full.extra };
	quern_group group;
	quern_stats stats;

	if (!full_open(&full, LIMIT))
		return;
	quern_group_init(&group, NULL, 0);
	CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &full.extra), -EAGAIN);
	CU_ASSERT_EQUAL(quern_submit_many(full.rig.loop, list, 1), -EAGAIN);
	CU_ASSERT_EQUAL(
	    quern_group_submit(full.rig.loop, &group, list, 1), -EAGAIN);
	CU_ASSERT_EQUAL(quern_job_status(&full.extra), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_pending(full.rig.loop), LIMIT);
	CU_ASSERT_EQUAL(quern_executor_stats(full.rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.waiting, LIMIT - 1);
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.ran, LIMIT - 1);
	CU_ASSERT_EQUAL(full.told, LIMIT - 1);
	CU_ASSERT_EQUAL(full.calls, 1); /* after three refusals */
}

static void
a_refused_job_keeps_its_last_status(void)
{
	static struct full full;

	if (!full_open(&full, LIMIT))
		return;
	CU_ASSERT_EQUAL(quern_cancel(&full.job[0]), 0);
	while (full.told < 1)
		ev_run(full.rig.ev, EVRUN_ONCE);
	CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &full.extra), 0);
	for (int again = 0; again < 2; again++) {
		CU_ASSERT_EQUAL(
		    quern_submit(full.rig.loop, &full.job[0]), -EAGAIN);
		CU_ASSERT_EQUAL(quern_job_status(&full.job[0]), -ECANCELED);
		CU_ASSERT_EQUAL(quern_cancel(&full.job[0]), -EALREADY);
		full.job[0].timeout = 1;
	}
	full_run_and_close(&full);
}

static void
room_is_told_only_after_a_refusal(void)
{
	static struct full full;

	if (!full_open(&full, LIMIT))
		return;
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.told, LIMIT - 1);
	CU_ASSERT_EQUAL(full.calls, 0);
}

static void
each_time_it_gets_full_room_is_told_once(void)
{
	static struct full full;

	if (!full_open(&full, LIMIT))
		return;
	for (int round = 1; round <= 3; round++) {
		CU_ASSERT_EQUAL(
		    quern_submit(full.rig.loop, &full.extra), -EAGAIN);
		jam_end(&full.jam);
		rig_run(&full.rig);
		CU_ASSERT_EQUAL(full.calls, round);
		jam_begin(&full.jam, full.rig.loop, 1);
		for (int i = 0; i < LIMIT - 1; i++)
			CU_ASSERT_EQUAL(
			    quern_submit(full.rig.loop, &full.job[i]), 0);
	}
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.calls, 3);
	CU_ASSERT_EQUAL(full.told, 4 * (LIMIT - 1));
}

static void
a_submit_from_the_room_callback_is_taken(void)
{
	static struct full full;

	if (!full_open(&full, LIMIT))
		return;
	full.submits = true;
	CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &full.extra), -EAGAIN);
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.calls, 1);
	CU_ASSERT_EQUAL(full.ran, LIMIT);
	CU_ASSERT_EQUAL(full.told, LIMIT);
}

static void
a_limit_of_one_takes_one_at_a_time(void)
{
	static struct full full;

	if (!full_open(&full, 1))
		return;
	full.submits = true;
	CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &full.extra), -EAGAIN);
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.told, 1);
	CU_ASSERT_EQUAL(full.calls, 1);
}

/* ---- slots come back ---- */

static void
cancelled_and_expired_jobs_give_their_slots_back(void)
{
	static struct full full;
	quern_job slow;

	if (!full_open(&full, LIMIT))
		return;
	full.submits = true;
	for (int i = 0; i < LIMIT - 1; i++)
		CU_ASSERT_EQUAL(quern_cancel(&full.job[i]), 0);
	/* Not delivered yet. */
	CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &full.extra), -EAGAIN);
	while (full.told < LIMIT - 1)
		ev_run(full.rig.ev, EVRUN_ONCE);
	CU_ASSERT_EQUAL(full.calls, 1); /* which has submitted */
	CU_ASSERT_EQUAL(quern_loop_pending(full.rig.loop), 2);
	counted_job(&slow, quern_call(add_one, &full.ran), &full.told);
	slow.timeout = 0.001;
	for (int i = 0; i < LIMIT - 2; i++) {
		CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &slow), 0);
		while (full.told < LIMIT + i)
			ev_run(full.rig.ev, EVRUN_ONCE);
		CU_ASSERT_EQUAL(quern_job_status(&slow), -ETIMEDOUT);
	}
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.ran, 1);
}

/* ---- several loops ---- */

/*
 * Loop B waits for room that only loop A's deliveries make; it has no job of
 * its own in flight, so it is the room call alone that keeps it running.
 */
static void *
run_b(void *arg)
{
	struct full *b = arg;

	b->thread = pthread_self();
	gate_arrive(&b->jam.gate);
	ev_run(b->rig.ev, 0);
	return NULL;
}

static void
one_loops_deliveries_make_room_for_another(void)
{
	static struct full a, b;
	pthread_t thread;

	if (!full_open(&a, LIMIT))
		return;
	b = (struct full) { .submits = true };
	gate_init(&b.jam.gate);
	b.rig.ev = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&b.rig.loop, b.rig.ev, a.rig.executor), 0);
	quern_loop_set_room(b.rig.loop, on_room, &b);
	counted_job(&b.extra, quern_call(add_one, &b.ran), &b.told);
	CU_ASSERT_EQUAL(quern_submit(b.rig.loop, &b.extra), -EAGAIN);
	pthread_create(&thread, NULL, run_b, &b);
	gate_await(&b.jam.gate, 1);
	jam_end(&a.jam);
	rig_run(&a.rig);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(a.calls, 0);
	CU_ASSERT_EQUAL(b.calls, 1);
	CU_ASSERT_EQUAL(b.elsewhere, 0);
	CU_ASSERT_EQUAL(b.ran, 1);
	CU_ASSERT_EQUAL(b.told, 1);
	CU_ASSERT_EQUAL(quern_loop_destroy(b.rig.loop), 0);
	ev_loop_destroy(b.rig.ev);
	rig_close(&a.rig);
}

static void
a_loop_that_waits_for_room_can_be_destroyed(void)
{
	static struct full full;
	quern_loop *other;

	if (!full_open(&full, LIMIT))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    quern_loop_create(&other, full.rig.ev, full.rig.executor), 0);
	quern_loop_set_room(other, on_room, &full);
	CU_ASSERT_EQUAL(quern_submit(other, &full.extra), -EAGAIN);
	CU_ASSERT_EQUAL(quern_loop_destroy(other), 0);
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.told, LIMIT - 1);
	CU_ASSERT_EQUAL(full.calls, 0);
}

static void
a_foreign_loop_hears_of_room_too(void)
{
	static struct full full;
	quern_loop *port;

	if (!full_open(&full, LIMIT))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    quern_loop_create(&port, NULL, full.rig.executor), 0);
	quern_loop_set_room(port, on_room, &full);
	full.submits = true;
	CU_ASSERT_EQUAL(quern_submit(port, &full.extra), -EAGAIN);
	CU_ASSERT_EQUAL(quern_loop_dispatch(port), 0);
	CU_ASSERT_EQUAL(full.calls, 0);
	jam_end(&full.jam);
	rig_run(&full.rig);
	CU_ASSERT_EQUAL(full.calls, 0);
	CU_ASSERT(quern_loop_dispatch(port) >= 0);
	CU_ASSERT_EQUAL(full.calls, 1);
	while (quern_loop_pending(port))
		(void)quern_loop_dispatch(port);
	CU_ASSERT_EQUAL(full.told, LIMIT);
	CU_ASSERT_EQUAL(quern_loop_destroy(port), 0);
	full_run_and_close(&full);
}

static void
a_callback_set_later_does_not_hear_of_earlier_refusals(void)
{
	static struct full full;

	if (!full_open(&full, LIMIT))
		return;
	quern_loop_set_room(full.rig.loop, NULL, NULL);
	CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &full.extra), -EAGAIN);
	jam_end(&full.jam);
	rig_run(&full.rig);
	quern_loop_set_room(full.rig.loop, on_room, &full);
	CU_ASSERT_EQUAL(quern_submit(full.rig.loop, &full.extra), 0);
	full_run_and_close(&full);
	CU_ASSERT_EQUAL(full.calls, 0);
	CU_ASSERT_EQUAL(full.told, LIMIT);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a full executor refuses and loses nothing",
		    a_full_executor_refuses_and_loses_nothing },
		{ "a refused job keeps its last status",
		    a_refused_job_keeps_its_last_status },
		{ "room is told only after a refusal",
		    room_is_told_only_after_a_refusal },
		{ "each time it gets full room is told once",
		    each_time_it_gets_full_room_is_told_once },
		{ "a submit from the room callback is taken",
		    a_submit_from_the_room_callback_is_taken },
		{ "a limit of one takes one at a time",
		    a_limit_of_one_takes_one_at_a_time },
		{ "cancelled and expired jobs give their slots back",
		    cancelled_and_expired_jobs_give_their_slots_back },
		{ "one loops deliveries make room for another",
		    one_loops_deliveries_make_room_for_another },
		{ "a loop that waits for room can be destroyed",
		    a_loop_that_waits_for_room_can_be_destroyed },
		{ "a foreign loop hears of room too",
		    a_foreign_loop_hears_of_room_too },
		{ "a callback set later does not hear of earlier refusals",
		    a_callback_set_later_does_not_hear_of_earlier_refusals },
		CU_TEST_INFO_NULL,
	};

	add_suite("room", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_submit.c -- submit, cancel and complete from many threads on
 * several loops.
 *
 * What is random comes from one seed; what must hold whatever the schedule is
 * counted and added up at the end.
 */
#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <sched.h>
#include <string.h>

#include "threads.h"
#include "watchdog.h"

enum { PRODUCERS = 8, FRONTS = 4, SLOTS = 32, ELEMENTS = 40 };

/* A loop and the thread that runs it; the last one is foreign. */
struct front {
	struct ev_loop *ev; /* NULL: foreign */
	quern_loop *loop;
	pthread_t thread;
	pthread_t self; /* set by the thread before it delivers anything */
	int stop;       /* atomic; foreign: end when nothing is left */
	int ended, ended_well, ended_by_cancel, ended_by_time, ended_badly;
	int wrong;
};

/* A job and what is known of it; the producer's while it is not busy. */
struct slot {
	quern_job job;
	struct front *front;
	int busy; /* atomic: from submit until told */
	int ran;  /* atomic: elements, or calls */
	int ran_when_told;
	int submitted, told;
	bool whole; /* a status of 0 means that all elements ran */
};

struct producer {
	struct front *fronts;
	quern_executor *executor;
	uint64_t random;
	pthread_t thread;
	struct slot slot[SLOTS];
	unsigned long accepted;
	int cancels_in_time, wrong;
};

static void
slot_done(quern_loop *loop, quern_job *job, int status)
{
	struct slot *slot = job->data;
	struct front *front = slot->front;

	front->wrong += loop != front->loop;
	front->wrong += !pthread_equal(pthread_self(), front->self);
	front->wrong +=
	    slot->whole && status == 0 && get(&slot->ran) != ELEMENTS;
	front->wrong += get(&slot->ran) > ELEMENTS;
	front->ended++;
	front->ended_well += status >= 0;
	front->ended_by_cancel += status == -ECANCELED;
	front->ended_by_time += status == -ETIMEDOUT;
	front->ended_badly += status == -EIO;
	slot->told++;
	slot->ran_when_told = get(&slot->ran);
	__atomic_store_n(&slot->busy, 0, __ATOMIC_RELEASE);
}

static int
nest(quern_context *ctx, void *count)
{
	return quern_run_inside(
	    ctx, quern_for(ELEMENTS, 4, count_range, count));
}

static quern_op
random_op(uint64_t random, struct slot *slot)
{
	slot->whole = false;
	switch (random % 8) {
	case 0:
		return quern_call(fail, &slot->ran);
	case 1:
		return quern_call(linger, &slot->ran);
	case 2:
		slot->whole = true;
		return quern_call(nest, &slot->ran);
	case 3:
	case 4:
		slot->whole = true;
		return quern_for(ELEMENTS, 1, count_range, &slot->ran);
	default:
		return quern_call(add_one, &slot->ran);
	}
}

static void
submit_slot(struct producer *producer, struct slot *slot)
{
	uint64_t random = next_random(&producer->random) >> 8;
	int err;

	if (get(&slot->busy)) {
		sched_yield(); /* or it would be busy all the time */
		return;
	}
	producer->wrong += slot->told != slot->submitted;
	/* Nobody works for a job that has ended. */
	producer->wrong += get(&slot->ran) != slot->ran_when_told;
	slot->ran = slot->ran_when_told = 0;
	quern_job_init(&slot->job, random_op(random, slot), slot_done);
	slot->job.data = slot;
	slot->job.priority = (int)(random / 8 % 3) - 1;
	if (random / 32 % 4 == 0)
		slot->job.timeout = (double)(random / 128 % 1000) * 1e-6;
	slot->front = &producer->fronts[random / 65536 % FRONTS];
	slot->submitted++;
	__atomic_store_n(&slot->busy, 1, __ATOMIC_RELAXED);
	err = quern_submit(slot->front->loop, &slot->job);
	producer->accepted += !err;
	producer->wrong += err != 0;
}

static void *
produce(void *arg)
{
	struct producer *producer = arg;
	unsigned long jobs = fewer_rounds(2500);
	uint64_t random;
	struct slot *slot;
	double progress;

	while (producer->accepted < jobs && !producer->wrong) {
		random = next_random(&producer->random) >> 8;
		slot = &producer->slot[random / 16 % SLOTS];
		switch (random % 8) {
		case 0:
		case 1:
			if (slot->submitted)
				producer->cancels_in_time +=
				    quern_cancel(&slot->job) == 0;
			break;
		case 2:
			progress = quern_job_progress(&slot->job);
			producer->wrong += !(progress >= 0 && progress <= 1);
			break;
		default:
			submit_slot(producer, slot);
		}
	}
	for (int n = 0; n < FRONTS; n++)
		quern_loop_release(producer->fronts[n].loop);
	return NULL;
}

static void *
run_front(void *arg)
{
	struct front *front = arg;
	struct pollfd poll_fd = { .events = POLLIN };

	front->self = pthread_self();
	if (front->ev) {
		ev_run(front->ev, 0);
		return NULL;
	}
	poll_fd.fd = quern_loop_fd(front->loop);
	while (!get(&front->stop) || quern_loop_pending(front->loop)) {
		(void)poll(&poll_fd, 1, 5);
		front->wrong += quern_loop_dispatch(front->loop) < 0;
	}
	return NULL;
}

static bool
front_open(struct front *front, quern_executor *executor, bool foreign)
{
	*front = (struct front) { .ev = NULL };
	if (!foreign)
		front->ev = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&front->loop, front->ev, executor), 0);
	if (!front->loop)
		return false;
	for (int n = 0; n < PRODUCERS; n++)
		quern_loop_hold(front->loop);
	start_thread(&front->thread, run_front, front);
	return true;
}

static void
front_close(struct front *front)
{
	__atomic_store_n(&front->stop, 1, __ATOMIC_RELEASE);
	pthread_join(front->thread, NULL);
	CU_ASSERT_EQUAL(front->wrong, 0);
	CU_ASSERT_EQUAL(front->ended,
	    front->ended_well + front->ended_by_cancel + front->ended_by_time +
		front->ended_badly);
	CU_ASSERT_EQUAL(quern_loop_destroy(front->loop), 0);
	if (front->ev)
		ev_loop_destroy(front->ev);
}

static void
check_stats(quern_executor *executor, struct front *fronts)
{
	quern_stats stats;
	int stopped = 0, badly = 0;

	for (int n = 0; n < FRONTS; n++) {
		stopped += fronts[n].ended_by_cancel + fronts[n].ended_by_time;
		badly += fronts[n].ended_badly;
	}
	CU_ASSERT_EQUAL(quern_executor_stats(executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.waiting, 0);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.failed, (uint64_t)badly);
	/* Loops inside calls count as well. */
	CU_ASSERT(stats.cancelled >= (uint64_t)stopped);
}

static void
every_accepted_job_is_told_once_on_its_own_loop(void)
{
	static struct producer producer[PRODUCERS];
	static struct front front[FRONTS];
	quern_executor *executor = NULL;
	quern_threads_options options;
	unsigned long accepted = 0, ended = 0;
	int in_time = 0, by_cancel = 0, wrong = 0;

	watchdog("submit, cancel, complete", 0);
	options_with(&options, 3, 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	for (int n = 0; n < FRONTS; n++)
		if (!front_open(&front[n], executor, n == FRONTS - 1))
			return;
	memset(producer, 0, sizeof(producer));
	for (int n = 0; n < PRODUCERS; n++) {
		producer[n].fronts = front;
		producer[n].executor = executor;
		producer[n].random = seed() + (uint64_t)n * 977;
		start_thread(&producer[n].thread, produce, &producer[n]);
	}
	for (int n = 0; n < PRODUCERS; n++) {
		pthread_join(producer[n].thread, NULL);
		accepted += producer[n].accepted;
		in_time += producer[n].cancels_in_time;
	}
	for (int n = 0; n < FRONTS; n++) {
		front_close(&front[n]);
		ended += (unsigned long)front[n].ended;
		by_cancel += front[n].ended_by_cancel;
	}
	for (int n = 0; n < PRODUCERS; n++) {
		wrong += producer[n].wrong;
		for (int s = 0; s < SLOTS; s++)
			wrong += producer[n].slot[s].told !=
			    producer[n].slot[s].submitted;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(ended, accepted);
	CU_ASSERT_EQUAL(accepted, PRODUCERS * fewer_rounds(2500));
	CU_ASSERT(in_time > 0);
	CU_ASSERT(by_cancel >= in_time);
	check_stats(executor, front);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "every accepted job is told once, on its own loop",
		    every_accepted_job_is_told_once_on_its_own_loop },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress: submit", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_room.c -- many threads flood an executor that has little room.
 *
 * Each waits for the loop to say that there is room again, and submits again:
 * none waits for ever, and nothing is lost.
 */
#include <errno.h>
#include <sched.h>

#include "threads.h"
#include "watchdog.h"

enum { LIMIT = 64, FLOODERS = 8, OWN_JOBS = 32 };

struct flood {
	struct rig rig;
	struct gate room;
	int ran, told, refused, wrong; /* atomic but for told */
	int most;
};

struct flooder {
	struct flood *flood;
	pthread_t thread;
	unsigned long count;
	struct flood_job {
		quern_job job;
		int busy; /* atomic */
	} own[OWN_JOBS];
};

static void
flood_room(quern_loop *loop, void *arg)
{
	struct flood *flood = arg;

	(void)loop;
	gate_arrive(&flood->room);
}

static void
flood_told(quern_loop *loop, quern_job *job, int status)
{
	struct flood_job *own = job->data;
	struct flood *flood = job->op.arg;
	int pending = (int)quern_loop_pending(loop);

	flood->told++;
	add(&flood->wrong, status != 0);
	flood->most = pending > flood->most ? pending : flood->most;
	__atomic_store_n(&own->busy, 0, __ATOMIC_RELEASE);
}

static int
flood_call(quern_context *ctx, void *arg)
{
	(void)ctx;
	add(&((struct flood *)arg)->ran, 1);
	return 0;
}

static void *
submit_flood(void *arg)
{
	struct flooder *flooder = arg;
	struct flood *flood = flooder->flood;
	struct flood_job *own;
	unsigned rooms;
	int err;

	for (unsigned long n = 0; n < flooder->count; n++) {
		own = &flooder->own[n % OWN_JOBS];
		while (get(&own->busy))
			sched_yield();
		quern_job_init(
		    &own->job, quern_call(flood_call, flood), flood_told);
		own->job.data = own;
		own->busy = 1;
		for (;;) {
			rooms = arrivals(&flood->room);
			err = quern_submit(flood->rig.loop, &own->job);
			if (!err)
				break;
			add(err == -EAGAIN ? &flood->refused : &flood->wrong,
			    1);
			gate_await(&flood->room, rooms + 1);
		}
	}
	quern_loop_release(flood->rig.loop);
	return NULL;
}

static void
a_flood_without_room_loses_nothing(void)
{
	static struct flooder flooder[FLOODERS];
	static struct flood flood;
	unsigned long count = fewer_rounds(10000);
	quern_threads_options options;

	watchdog("flood without room", 0);
	options_with(&options, 2, LIMIT);
	gate_init(&flood.room);
	if (!rig_open_with(&flood.rig, &options))
		return;
	quern_loop_set_room(flood.rig.loop, flood_room, &flood);
	for (int n = 0; n < FLOODERS; n++) {
		quern_loop_hold(flood.rig.loop);
		flooder[n].flood = &flood;
		flooder[n].count = count;
		start_thread(&flooder[n].thread, submit_flood, &flooder[n]);
	}
	rig_run(&flood.rig);
	for (int n = 0; n < FLOODERS; n++)
		pthread_join(flooder[n].thread, NULL);
	CU_ASSERT_EQUAL(flood.wrong, 0);
	CU_ASSERT_EQUAL(flood.ran, (int)count * FLOODERS);
	CU_ASSERT_EQUAL(flood.told, (int)count * FLOODERS);
	CU_ASSERT(flood.refused > 0);
	CU_ASSERT(flood.most <= LIMIT);
	rig_close(&flood.rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a flood without room loses nothing",
		    a_flood_without_room_loses_nothing },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress: room", tests);
	return run_suites();
}

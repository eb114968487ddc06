/* SPDX-License-Identifier: BSD-2-Clause */
/* test_room_threads.c -- backpressure on submitters in other threads. */
#include <errno.h>

#include "support.h"

enum { SUBMITTERS = 4, EACH = 2500 };

struct submitter {
	quern_loop *loop;
	quern_job job[EACH];
	int ran, told, refused, errors;
};

static void
arrive(quern_loop *loop, void *gate)
{
	(void)loop;
	gate_arrive(gate);
}

static void *
submit_all(void *arg)
{
	struct submitter *submitter = arg;
	int err;

	for (int i = 0; i < EACH; i++) {
		while ((err = quern_submit(
			    submitter->loop, &submitter->job[i])) == -EAGAIN) {
			submitter->refused++;
			sched_yield();
		}
		submitter->errors += err != 0;
	}
	quern_loop_release(submitter->loop);
	return NULL;
}

static void
submitters_on_many_threads_get_all_their_jobs_through(void)
{
	static struct submitter submitter[SUBMITTERS];
	static struct gate room = GATE_INITIALIZER;
	pthread_t thread[SUBMITTERS];
	quern_threads_options options;
	struct rig rig;
	int refused = 0;

	quern_threads_options_init(&options);
	options.workers = 2;
	options.queue_limit = 16;
	if (!rig_open_with(&rig, &options))
		return;
	quern_loop_set_room(rig.loop, arrive, &room);
	for (int s = 0; s < SUBMITTERS; s++) {
		submitter[s].loop = rig.loop;
		for (int i = 0; i < EACH; i++)
			counted_job(&submitter[s].job[i],
			    quern_call(add_one, &submitter[s].ran),
			    &submitter[s].told);
		quern_loop_hold(rig.loop);
		pthread_create(&thread[s], NULL, submit_all, &submitter[s]);
	}
	rig_run(&rig);
	for (int s = 0; s < SUBMITTERS; s++) {
		pthread_join(thread[s], NULL);
		CU_ASSERT_EQUAL(submitter[s].ran, EACH);
		CU_ASSERT_EQUAL(submitter[s].told, EACH);
		CU_ASSERT_EQUAL(submitter[s].errors, 0);
		refused += submitter[s].refused;
	}
	/* Never more often than there was a refusal. */
	CU_ASSERT(room.arrived <= (unsigned)refused);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "submitters on many threads get all their jobs through",
		    submitters_on_many_threads_get_all_their_jobs_through },
		CU_TEST_INFO_NULL,
	};

	add_suite("room: threads", tests);
	return run_suites();
}

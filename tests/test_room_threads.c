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

/* ---- one job, two threads ---- */

struct rival {
	quern_loop *loop;
	quern_job *job;
	int others; /* answers that were neither -EAGAIN nor -EBUSY */
};

static void *
submit_in_vain(void *arg)
{
	struct rival *rival = arg;

	for (unsigned long i = 0; i < rounds(500); i++) {
		int err = quern_submit(rival->loop, rival->job);

		rival->others += err != -EAGAIN && err != -EBUSY;
	}
	return NULL;
}

/* Each gives it back as it was; the thread sanitizer sees the hand-over. */
static void
two_threads_may_be_refused_the_same_job(void)
{
	static struct jam jam;
	quern_threads_options options;
	struct rival rival[2];
	pthread_t thread[2];
	struct rig rig;
	quern_job job;
	int ran = 0;

	quern_threads_options_init(&options);
	options.workers = 1;
	options.queue_limit = 1;
	if (!rig_open_with(&rig, &options))
		return;
	jam_begin(&jam, rig.loop, 1);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	for (int i = 0; i < 2; i++) {
		rival[i] = (struct rival) { rig.loop, &job, 0 };
		pthread_create(&thread[i], NULL, submit_in_vain, &rival[i]);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(rival[i].others, 0);
	}
	jam_end(&jam);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 1);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "submitters on many threads get all their jobs through",
		    submitters_on_many_threads_get_all_their_jobs_through },
		{ "two threads may be refused the same job",
		    two_threads_may_be_refused_the_same_job },
		CU_TEST_INFO_NULL,
	};

	add_suite("room: threads", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_cancel.c -- many threads cancel what runs, starts and ends.
 *
 * Each job must end once, and each cancel that said it worked must show.
 */
#include <errno.h>
#include <stdlib.h>

#include "threads.h"
#include "watchdog.h"

/* ---- many threads cancel the same jobs ---- */

struct crowd {
	quern_job *job;
	int *ran, *told, *in_time, *first; /* per job */
	size_t jobs;
	struct gate gate;
	int wrong;
};

struct canceller {
	struct crowd *crowd;
	pthread_t thread;
	size_t begin;
	bool backwards;
};

static void *
cancel_crowd(void *arg)
{
	struct canceller *canceller = arg;
	struct crowd *crowd = canceller->crowd;
	size_t at = canceller->begin;

	gate_pass(&crowd->gate);
	for (size_t n = 0; n < crowd->jobs; n++) {
		switch (quern_cancel(&crowd->job[at])) {
		case 0:
			add(&crowd->in_time[at], 1);
			break;
		case -EINPROGRESS:
			add(&crowd->first[at], 1);
			break;
		case -EALREADY:
			break;
		default:
			add(&crowd->wrong, 1);
		}
		at += canceller->backwards ? crowd->jobs - 1 : 1;
		at %= crowd->jobs;
	}
	return NULL;
}

static void
crowd_done(quern_loop *loop, quern_job *job, int status)
{
	struct crowd *crowd = job->data;
	long n = job - crowd->job;

	(void)loop;
	crowd->told[n]++;
	if (status == -ECANCELED)
		crowd->wrong += get(&crowd->ran[n]) != 0;
	else
		crowd->wrong += status != 0 || get(&crowd->ran[n]) != 1;
}

static void
eight_threads_cancel_the_same_jobs_and_each_ends_once(void)
{
	struct crowd crowd = { .jobs = fewer_rounds(100000) };
	struct canceller canceller[8];
	quern_job blocker[2];
	struct rig rig;
	size_t wrong = 0, in_time = 0;

	watchdog("cancel the same jobs", 0);
	if (rounds(1) > 1)
		crowd.jobs = fewer_rounds(100000) / 4;
	crowd.job = calloc(crowd.jobs, sizeof(*crowd.job));
	crowd.ran = calloc(crowd.jobs * 4, sizeof(int));
	if (!crowd.job || !crowd.ran || !rig_open(&rig, 2))
		abort();
	crowd.told = crowd.ran + crowd.jobs;
	crowd.in_time = crowd.told + crowd.jobs;
	crowd.first = crowd.in_time + crowd.jobs;
	gate_init(&crowd.gate);
	/* Both workers wait at the gate too, so there is much to cancel. */
	for (int n = 0; n < 2; n++) {
		quern_job_init(
		    &blocker[n], quern_call(pass_gate, &crowd.gate), NULL);
		wrong += quern_submit(rig.loop, &blocker[n]) != 0;
	}
	for (size_t n = 0; n < crowd.jobs; n++) {
		quern_job_init(&crowd.job[n],
		    quern_call(add_one, &crowd.ran[n]), crowd_done);
		crowd.job[n].data = &crowd;
		wrong += quern_submit(rig.loop, &crowd.job[n]) != 0;
	}
	for (size_t t = 0; t < 8; t++) {
		canceller[t] = (struct canceller) { .crowd = &crowd,
			.begin = t / 2 * crowd.jobs / 4,
			.backwards = t % 2 };
		start_thread(&canceller[t].thread, cancel_crowd, &canceller[t]);
	}
	gate_await(&crowd.gate, 8 + 2);
	gate_open(&crowd.gate);
	rig_run(&rig);
	for (int t = 0; t < 8; t++)
		pthread_join(canceller[t].thread, NULL);
	for (size_t n = 0; n < crowd.jobs; n++) {
		wrong += crowd.told[n] != 1;
		wrong += crowd.in_time[n] + crowd.first[n] > 1;
		wrong += crowd.in_time[n] && crowd.ran[n];
		in_time += (size_t)crowd.in_time[n];
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(crowd.wrong, 0);
	CU_ASSERT(in_time > 0);
	rig_close(&rig);
	free(crowd.job);
	free(crowd.ran);
}

/* ---- a job that is submitted again and again, and cancelled meanwhile ---- */

struct again {
	quern_job job;
	unsigned long left;
	int ran, wrong, over; /* atomic */
	int cancels;          /* atomic: those that said that they worked */
	int told, by_cancel;
};

static void
submit_again(quern_loop *loop, quern_job *job, int status)
{
	struct again *again = job->data;

	again->told++;
	again->by_cancel += status == -ECANCELED;
	add(&again->wrong, status != -EIO && status != -ECANCELED);
	if (!--again->left)
		return;
	add(&again->wrong, quern_submit(loop, job) != 0);
}

static void *
cancel_again(void *arg)
{
	struct again *again = arg;

	while (!get(&again->over))
		switch (quern_cancel(&again->job)) {
		case 0:
		case -EINPROGRESS:
			add(&again->cancels, 1);
			break;
		case -EALREADY:
		case -EINVAL: /* between two submits */
			break;
		default:
			add(&again->wrong, 1);
		}
	return NULL;
}

static void
a_job_that_is_submitted_again_can_be_cancelled_meanwhile(void)
{
	static struct again again;
	unsigned long count = fewer_rounds(20000);
	pthread_t canceller[2];
	quern_stats stats;
	struct rig rig;

	watchdog("submit again", 0);
	if (!rig_open(&rig, 1))
		return;
	again.left = count;
	quern_job_init(&again.job, quern_call(fail, &again.ran), submit_again);
	again.job.data = &again;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &again.job), 0);
	for (int n = 0; n < 2; n++)
		start_thread(&canceller[n], cancel_again, &again);
	rig_run(&rig);
	__atomic_store_n(&again.over, 1, __ATOMIC_RELEASE);
	for (int n = 0; n < 2; n++)
		pthread_join(canceller[n], NULL);
	CU_ASSERT_EQUAL(again.told, (int)count);
	/* No cancel was forgotten between the last look and the end. */
	CU_ASSERT_EQUAL(again.by_cancel, again.cancels);
	CU_ASSERT_EQUAL(again.wrong, 0);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.waiting, 0);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.failed + stats.cancelled, count);
	CU_ASSERT_EQUAL(stats.cancelled, (uint64_t)again.by_cancel);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "eight threads cancel the same jobs and each ends once",
		    eight_threads_cancel_the_same_jobs_and_each_ends_once },
		{ "a job that is submitted again can be cancelled meanwhile",
		    a_job_that_is_submitted_again_can_be_cancelled_meanwhile },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress: cancel", tests);
	return run_suites();
}

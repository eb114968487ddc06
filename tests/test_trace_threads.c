/* SPDX-License-Identifier: BSD-2-Clause */
/* test_trace_threads.c -- timelines start and stop while threads work. */
#include <errno.h>
#include <quern/trace.h>
#include <sched.h>

#include "threads.h"
#include "trace_file.h"
#include "watchdog.h"

struct crowded {
	struct rig rig;
	int over; /* atomic */
	int failed;
	pthread_t submitter[2], maker;
};

static void *
submit_all_the_time(void *arg)
{
	struct crowded *crowded = arg;
	quern_executor *executor = crowded->rig.executor;
	int ran = 0, bad = 0;

	while (!get(&crowded->over)) {
		bad |=
		    quern_run(executor, quern_for(100, 10, count_range, &ran));
		bad |= quern_run(executor, quern_call(add_one, &ran));
	}
	add(&crowded->failed, bad != 0);
	return NULL;
}

static void *
make_all_the_time(void *arg)
{
	struct crowded *crowded = arg;
	quern_loop *loop;
	int ran = 0, bad = 0;
	quern_job job;

	while (!get(&crowded->over) && !bad) {
		bad |= quern_loop_create(&loop, NULL, crowded->rig.executor);
		if (bad)
			break;
		quern_job_init(
		    &job, quern_for(100, 10, count_range, &ran), NULL);
		bad |= quern_submit(loop, &job);
		while (!bad && !quern_loop_dispatch(loop))
			sched_yield();
		bad |= quern_loop_destroy(loop);
	}
	add(&crowded->failed, bad != 0);
	return NULL;
}

static void
timelines_start_and_stop_while_threads_work(void)
{
	unsigned long n = fewer_rounds(20);
	struct crowded crowded = { .over = 0 };

	if (!rig_open(&crowded.rig, 3))
		return;
	for (int i = 0; i < 2; i++)
		start_thread(
		    &crowded.submitter[i], submit_all_the_time, &crowded);
	start_thread(&crowded.maker, make_all_the_time, &crowded);
	for (unsigned long i = 0; i < n; i++) {
		watchdog("start and stop", i);
		CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
		trace_rig_run(&crowded.rig);
		CU_ASSERT_EQUAL(quern_trace_stop(), 0);
		trace_discard();
	}
	add(&crowded.over, 1);
	for (int i = 0; i < 2; i++)
		pthread_join(crowded.submitter[i], NULL);
	pthread_join(crowded.maker, NULL);
	CU_ASSERT_EQUAL(crowded.failed, 0);
	rig_close(&crowded.rig);
}

/* Threads that all want to start and to stop. */
static int started, stopped; /* atomic */

static void *
start_and_stop(void *rounds_left)
{
	for (unsigned long n = *(unsigned long *)rounds_left; n; n--) {
		add(&started, !quern_trace_start("/dev/null"));
		add(&stopped, !quern_trace_stop());
	}
	return NULL;
}

static void
of_many_starts_one_wins_and_one_stop_ends_it(void)
{
	unsigned long n = fewer_rounds(300);
	pthread_t thread[3];

	watchdog("many starts", 0);
	started = stopped = 0;
	for (int i = 0; i < 3; i++)
		start_thread(&thread[i], start_and_stop, &n);
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	CU_ASSERT(started >= 1);
	CU_ASSERT_EQUAL(started, stopped);
	CU_ASSERT_EQUAL(quern_trace_stop(), -EALREADY);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "timelines start and stop while threads work",
		    timelines_start_and_stop_while_threads_work },
		{ "of many starts one wins, and one stop ends it",
		    of_many_starts_one_wins_and_one_stop_ends_it },
		CU_TEST_INFO_NULL,
	};

	add_suite("trace: threads", tests);
	return run_suites();
}

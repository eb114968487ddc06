/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_lane_bind.c -- lanes of a program whose user told OpenMP to bind its
 * threads: libgomp binds each first thread to the first place, which would
 * stack all lanes there.
 */
#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>

#include "regions.h"
#include "self.h"
#include "src/permit.h"
#include "teams.h"
#include "threads.h"

/* Two teams at the same time. */
struct meeting {
	struct gate gate;
	int threads, bound; /* atomic: in all regions; those with one core */
};

static void
note_cores(struct meeting *meeting)
{
	cpu_set_t cores;

	CPU_ZERO(&cores);
	sched_getaffinity(0, sizeof(cores), &cores);
	add(&meeting->threads, 1);
	if (CPU_COUNT(&cores) < omp_get_num_places())
		add(&meeting->bound, 1);
}

static int
meet(quern_context *ctx, void *arg)
{
	struct meeting *meeting = arg;

	(void)ctx;
	/* At the first visit: later ones find them all arrived. */
	gate_arrive(&meeting->gate);
	gate_await(&meeting->gate, 2);
	for (int i = 0; i < 3; i++) {
#pragma omp parallel
		note_cores(meeting);
	}
	return 0;
}

struct caller {
	quern_executor *executor;
	struct meeting *meeting;
	int status; /* of all rounds */
};

static void *
run_three_times(void *arg)
{
	struct caller *caller = arg;

	for (int i = 0; i < 3; i++)
		caller->status |= quern_run(
		    caller->executor, quern_team(2, meet, caller->meeting));
	return NULL;
}

/* No CUnit in here: the exit status is all that the test hears. */
static int
two_teams(void)
{
	struct meeting meeting = { GATE_INITIALIZER, 0, 0 };
	struct caller caller[2];
	pthread_t thread[2];
	quern_executor *executor;

	quern__permits_raise(4);
	if (omp_get_num_places() < 2 || quern_threads_create(&executor, NULL))
		return 2;
	/* Those that start hold permits that the teams need. */
	await_sleep(executor);
	if (!permits_become_free(4))
		return 5;
	for (int i = 0; i < 2; i++) {
		caller[i] = (struct caller) { executor, &meeting, 0 };
		start_thread(&thread[i], run_three_times, &caller[i]);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		if (caller[i].status)
			return 3;
	}
	if (quern_executor_destroy(executor) || meeting.threads != 2 * 3 * 6)
		return 4;
	return meeting.bound ? 1 : 0;
}

static void
with_bound_threads_lanes_still_use_all_cores(void)
{
	static const char *const ways[][3] = {
		{ "OMP_PROC_BIND=true", NULL },
		{ "OMP_PROC_BIND=close", "OMP_PLACES=threads", NULL },
		{ "OMP_PROC_BIND=spread", "OMP_PLACES=cores", NULL },
	};
	int status;

	if (is_libomp("it binds no second leader to where the first one is"))
		return;
	if (omp_get_num_procs() < 2) {
		printf("only one core to bind to ... ");
		return;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		status = self_run("two teams", ways[i]);
		CU_ASSERT_TRUE(WIFEXITED(status));
		/* 2: hardware threads that are one core are one place. */
		if (i == 2 && WEXITSTATUS(status) == 2)
			continue;
		CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	}
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "two teams", two_teams },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "with bound threads lanes still use all cores",
		    with_bound_threads_lanes_still_use_all_cores },
		CU_TEST_INFO_NULL,
	};

	self_begin(argc, argv, parts);
	add_suite("lane: binding", tests);
	return run_suites();
}

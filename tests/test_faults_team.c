/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_faults_team.c -- teams whose threads cannot be started: the function
 * runs all the same, narrower, and nothing is lost.
 */
#include <errno.h>
#include <omp.h>

#include "src/permit.h"
#include "teams.h"
#include "threads.h"
#include "watchdog.h"

enum { WIDTH = 4 };

struct team {
	int calls, threads, max_threads, elements; /* atomic */
};

static int
count_team(quern_context *ctx, void *arg)
{
	struct team *team = arg;

	(void)ctx;
	add(&team->calls, 1);
	team->max_threads = omp_get_max_threads();
	team->threads = region(0).size;
	return 5;
}

/* All permits are free, and nothing but the rig is alive. */
static void
check_nothing_is_lost(struct rig *rig, long alive)
{
	unsigned free;

	rig_close(rig);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	free = quern__permits_take_free(cores() + 1);
	quern__permits_give(free);
	CU_ASSERT_EQUAL(free, cores());
}

/* In a new executor, so that all has to be made.  True while something failed. */
static bool
play(enum way way, unsigned long n, bool on, quern_op op, const int *count)
{
	long alive = faults_alive();
	unsigned long tried;
	struct rig rig;
	int before = *count, status = 1;
	quern_job job;

	watchdog("a team", n);
	if (!rig_open(&rig, WIDTH))
		return false;
	quern_job_init(&job, op, NULL);
	if (way == BY_JOB) {
		faults_arm(n, on);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		rig_run(&rig);
		tried = faults_disarm();
		status = quern_job_status(&job);
	} else {
		faults_arm(n, on);
		status = quern_run(rig.executor, op);
		tried = faults_disarm();
	}
	CU_ASSERT_EQUAL(status, 5);
	CU_ASSERT_EQUAL(*count, before + 1);
	/* And without faults it is as wide as can be. */
	await_sleep(rig.executor);
	CU_ASSERT_EQUAL(run_by(&rig, way, op), 5);
	check_nothing_is_lost(&rig, alive);
	return tried >= n;
}

static void
wherever_a_start_fails_the_function_runs_once(void)
{
	struct team team;
	unsigned long n;

	quern__permits_raise(CORES);
	for (int way = ON_POOL; way < WAYS; way++)
		for (int on = 0; on < 2; on++) {
			team = (struct team) { 0 };
			for (n = 1; play(way, n, on,
				 quern_team(WIDTH, count_team, &team),
				 &team.calls);
			     n++) {
				CU_ASSERT_EQUAL(team.max_threads, WIDTH);
				if (!is_libomp(NULL))
					CU_ASSERT_EQUAL(team.threads, WIDTH);
			}
			/* The leader, and each of those it tries to start. */
			CU_ASSERT(n > 1 + WIDTH);
		}
	quern__permits_lower(CORES);
}

static void
without_threads_it_is_held_to_one(void)
{
	struct team team = { 0 };
	struct rig rig;

	if (!open_cores(&rig, 1))
		return;
	/* The leader and its memory, then memory for helpers, then they. */
	for (unsigned long n = 1; n <= 3 + WIDTH - 1; n++) {
		faults_arm(n, true);
		CU_ASSERT_EQUAL(
		    run_by(&rig, BY_JOB, quern_team(WIDTH, count_team, &team)),
		    5);
		CU_ASSERT(faults_disarm() >= n);
		CU_ASSERT_EQUAL(team.max_threads, 1);
		CU_ASSERT_EQUAL(team.threads, 1);
		CU_ASSERT_EQUAL(lanes_of(&rig), 0);
	}
	close_cores(&rig);
}

/* ---- loops on lanes ---- */

static void
loops_without_a_lane_run_on_the_workers(void)
{
	quern_threads_options options;
	struct rig rig;
	int elements;

	options_with(&options, WIDTH, 0);
	options.engine = QUERN_ENGINE_LANE;
	if (!open_cores_with(&rig, &options))
		return;
	for (int way = ON_POOL; way < WAYS; way++)
		for (unsigned long n = 1; n <= 2; n++) {
			elements = 0;
			faults_arm(n, true);
			CU_ASSERT_EQUAL(
			    run_by(&rig, way,
				quern_for(1000, 1, count_range, &elements)),
			    0);
			CU_ASSERT(faults_disarm() >= n);
			CU_ASSERT_EQUAL(elements, 1000);
			CU_ASSERT_EQUAL(lanes_of(&rig), 0);
		}
	close_cores(&rig);
}

/* ---- reductions ---- */

static void
a_reduction_on_a_lane_without_memory_says_so(void)
{
	enum { MANY = 1000 };
	static double in[MANY];
	quern_threads_options options;
	long alive = faults_alive();
	double sum = -1;
	struct rig rig;

	options_with(&options, WIDTH, 0);
	options.engine = QUERN_ENGINE_LANE;
	if (!open_cores_with(&rig, &options))
		return;
	/* The lane is there then. */
	for (int way = ON_POOL; way < WAYS; way++) {
		quern_op op = quern_reduce(MANY, 10, &sum_of_doubles, in, &sum);

		CU_ASSERT_EQUAL(run_by(&rig, way, op), 0);
		sum = -1;
		faults_arm(1, true);
		CU_ASSERT_EQUAL(run_by(&rig, way, op), -ENOMEM);
		CU_ASSERT(faults_disarm() >= 1);
		CU_ASSERT_EQUAL(sum, -1);
	}
	close_cores(&rig);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "wherever a start fails the function runs once",
		    wherever_a_start_fails_the_function_runs_once },
		{ "without threads it is held to one",
		    without_threads_it_is_held_to_one },
		{ "loops without a lane run on the workers",
		    loops_without_a_lane_run_on_the_workers },
		{ "a reduction on a lane without memory says so",
		    a_reduction_on_a_lane_without_memory_says_so },
		CU_TEST_INFO_NULL,
	};

	add_suite("faults: teams", tests);
	return run_suites();
}

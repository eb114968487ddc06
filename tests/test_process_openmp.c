/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_openmp.c -- OpenMP in worker processes: which cores it leaves
 * them, and how many threads it has there.
 */
#include <sched.h>
#include <unistd.h>

#include "isolated.h"
#include "self.h"
#include "src/cpus.h"
#include "threads.h"
#include "watchdog.h"

/* ---- which cores ---- */

static int
count_cores(quern_context *ctx, void *unused)
{
	cpu_set_t cores;

	(void)ctx;
	(void)unused;
	return sched_getaffinity(0, sizeof(cores), &cores) ? -1 :
							     CPU_COUNT(&cores);
}
QUERN_REGISTER(count_cores)

/* The fewest that a thread of a team has. */
static int
count_cores_of_team(quern_context *ctx, void *unused)
{
	int fewest = CPU_SETSIZE;

#pragma omp parallel reduction(min : fewest)
	fewest = count_cores(ctx, unused);
	return fewest;
}
QUERN_REGISTER(count_cores_of_team)

/* No CUnit in here: the exit status is all that the test hears. */
static int
work_on_all_cores(void)
{
	int all = (int)quern__cpus_allowed(), wrong = 0;
	quern_processes_options options;
	quern_executor *executor;

	isolated_options(&options, 1);
	if (quern_processes_create(&executor, &options))
		return 100;
	/* The second worker is the keeper's. */
	for (int round = 0; round < 2; round++) {
		wrong +=
		    quern_run(executor, quern_call(count_cores, NULL)) != all;
		wrong += quern_run(executor,
			     quern_team(0, count_cores_of_team, NULL)) != all;
		kill_children();
		while (children(NULL, 0) == 0)
			nap();
	}
	return quern_executor_destroy(executor) ? 101 : wrong;
}

static void
a_worker_has_all_cores_though_openmp_binds(void)
{
	static const char *const ways[][3] = {
		{ NULL },
		{ "OMP_PROC_BIND=true", NULL },
		{ "OMP_PROC_BIND=close", "OMP_PLACES=threads", NULL },
	};

	watchdog("bound", 0);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		CU_ASSERT_EQUAL(self_run("work on all cores", ways[i]), 0);
}

/* ---- how many threads ---- */

static int
count_threads(quern_context *ctx, void *unused)
{
	int n = 0;

	(void)ctx;
	(void)unused;
#pragma omp parallel num_threads(64)
	__atomic_fetch_add(&n, 1, __ATOMIC_RELAXED);
	return n;
}
QUERN_REGISTER(count_threads)

static void
count_in_block(quern_context *ctx, size_t begin, size_t end, void *most)
{
	int n = count_threads(ctx, NULL);

	(void)begin;
	(void)end;
	if (n > 1)
		__atomic_store_n((int *)most, n, __ATOMIC_RELAXED);
}
QUERN_REGISTER(count_in_block)

static void
only_a_team_has_more_than_one_thread(void)
{
	int *most, cores = (int)quern__cpus();
	quern_processes_options options;
	struct rig rig;

	isolated_options(&options, 1);
	if (!isolated_open(&rig, &options))
		return;
	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&most, rig.executor, sizeof(*most)),
	    0);
	*most = 0;
	for (int round = 0; round < 3; round++) {
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(count_threads, NULL)), 1);
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_blocking(count_threads, NULL)), 1);
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_for(10, 1, count_in_block, most)),
		    0);
		CU_ASSERT_EQUAL(*most, 0);
		/* Archer does not survive what holds it down. */
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_team(0, count_threads, NULL)),
		    SANITIZED_THREAD ? 64 : cores);
	}
	CU_ASSERT_EQUAL(quern_buffer_destroy(most), 0);
	rig_close(&rig);
}

static void
workers_share_the_cores_among_their_teams(void)
{
	int cores = (int)quern__cpus();
	quern_processes_options options;
	struct rig rig;

	isolated_options(&options, 2 * (unsigned)cores);
	if (!isolated_open(&rig, &options))
		return;
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_team(0, count_threads, NULL)), 1);
	rig_close(&rig);
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "work on all cores", work_on_all_cores },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "a worker has all cores though OpenMP binds",
		    a_worker_has_all_cores_though_openmp_binds },
		{ "only a team has more than one thread",
		    only_a_team_has_more_than_one_thread },
		{ "workers share the cores among their teams",
		    workers_share_the_cores_among_their_teams },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	self_begin(argc, argv, parts);
	add_suite("process openmp", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_libgomp_facts_process.c -- what quern takes for granted of the OpenMP
 * runtime: fork, threads that cannot be had, and what the environment does.
 *
 * As test_libgomp_facts.c, but each test needs a process of its own.
 */
#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "regions.h"
#include "self.h"
#include "threads.h"

static const char *const no_settings[] = { NULL };

/* ---- fork ---- */

static int
region_in_child(void)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		alarm(1);
		_exit(region(2).size == 2 ? 0 : 1);
	}
	return waitpid(child, &status, 0) == child ? status : -1;
}

static int
fork_with_a_team(void)
{
	if (region(2).size != 2)
		return 3;
	return WTERMSIG(region_in_child()) == SIGALRM;
}

static void *
lead(void *gate)
{
	(void)region(2);
	gate_pass(gate);
	return NULL;
}

static int
fork_beside_a_team(void)
{
	struct gate gate = GATE_INITIALIZER;
	pthread_t thread;
	int status;

	start_thread(&thread, lead, &gate);
	gate_await(&gate, 1);
	status = region_in_child();
	gate_open(&gate);
	pthread_join(thread, NULL);
	return status != 0;
}

/* What it exited with, or -1. */
static int
exit_of(const char *part, const char *const settings[])
{
	int status = self_run(part, settings);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_child_hangs_in_its_first_region_if_the_forking_thread_had_a_team(void)
{
	if (is_libomp("it starts anew in the child"))
		return;
	CU_ASSERT_EQUAL(exit_of("fork with a team", no_settings), 1);
}

static void
a_child_has_teams_if_the_forking_thread_had_none(void)
{
	if (SANITIZED_THREAD) {
		printf("not so with the thread sanitizer: it ends a child "
		       "that starts threads ... ");
		return;
	}
	CU_ASSERT_EQUAL(exit_of("fork beside a team", no_settings), 0);
}

/* ---- threads that cannot be started ---- */

static int
open_a_region(void)
{
	(void)region(2);
	return 0;
}

static void
a_thread_that_cannot_be_started_ends_the_process(void)
{
	/* More stack than there are addresses. */
	static const char *const settings[] = { "OMP_STACKSIZE=1000000000M",
		NULL };

	CU_ASSERT_EQUAL(exit_of("open a region", no_settings), 0);
	printf("\nexpected, from the runtime: ");
	CU_ASSERT_NOT_EQUAL(exit_of("open a region", settings), 0);
}

/* ---- binding ---- */

static bool
same_one_core(const cpu_set_t *a, const cpu_set_t *b)
{
	return CPU_COUNT(a) == 1 && CPU_EQUAL(a, b);
}

static void *
note_cores(void *cores)
{
	region(2);
	sched_getaffinity(0, sizeof(cpu_set_t), cores);
	return NULL;
}

/* The main thread before main(), and two leaders after their first region. */
static int
compare_places(void)
{
	cpu_set_t main_thread, leader[2];
	pthread_t thread;

	sched_getaffinity(0, sizeof(main_thread), &main_thread);
	for (int i = 0; i < 2; i++) {
		start_thread(&thread, note_cores, &leader[i]);
		pthread_join(thread, NULL);
	}
	if (omp_get_num_places() < 2)
		return 2;
	return same_one_core(&main_thread, &leader[0]) &&
	    same_one_core(&leader[0], &leader[1]);
}

static void
binding_puts_every_leader_and_the_main_thread_on_place_0(void)
{
	static const char *const settings[] = { "OMP_PROC_BIND=true",
		"OMP_PLACES=threads", NULL };

	if (is_libomp("it binds a leader at its first region, anywhere"))
		return;
	if (omp_get_num_procs() < 2) {
		printf("only one core to bind to ... ");
		return;
	}
	CU_ASSERT_EQUAL(exit_of("compare places", settings), 1);
}

struct pinned {
	bool could;    /* be pinned at all */
	int elsewhere; /* helpers on other cores than the leader */
};

static void *
lead_pinned(void *arg)
{
	struct pinned *pinned = arg;
	cpu_set_t cores;
	int core = sched_getcpu();

	CPU_ZERO(&cores);
	CPU_SET((size_t)core, &cores);
	pinned->could = sched_setaffinity(0, sizeof(cores), &cores) == 0;
#pragma omp parallel num_threads(3)
	{
		cpu_set_t mine;

		sched_getaffinity(0, sizeof(mine), &mine);
		if (!CPU_EQUAL(&mine, &cores))
			add(&pinned->elsewhere, 1);
	}
	return NULL;
}

static int
pin_a_leader(void)
{
	struct pinned pinned = { 0 };
	pthread_t thread;

	start_thread(&thread, lead_pinned, &pinned);
	pthread_join(thread, NULL);
	return pinned.could && !pinned.elsewhere ? 0 : 1;
}

static void
helpers_inherit_their_leaders_cores(void)
{
	if (is_libomp("a helper may have been another leader's before"))
		return;
	CU_ASSERT_EQUAL(exit_of("pin a leader", no_settings), 0);
}

/* ---- spinning ---- */

static long
microseconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Of the other threads: the main one does nothing but look. */
static long
others_cpu_time(void)
{
	return microseconds(CLOCK_PROCESS_CPUTIME_ID) -
	    microseconds(CLOCK_THREAD_CPUTIME_ID);
}

/*
 * Does a helper go on for 2 ms of CPU time after its region?  It has a second
 * to get them; one that sleeps gets none, however long we look.
 */
static int
helpers_spin(void)
{
	long before, used = 0;

	region(2);
	before = others_cpu_time();
	for (int looks = 0; looks < 300 && used < 2000; looks++) {
		nap();
		used = others_cpu_time() - before;
	}
	return used >= 2000;
}

static void
helpers_spin_after_a_region_unless_told_to_be_passive(void)
{
	static const char *const passive[] = { "OMP_WAIT_POLICY=passive",
		NULL };

	if (is_libomp("it spins for a time, KMP_BLOCKTIME, and yields"))
		return;
	if (omp_get_num_procs() < 2) {
		printf("only one core: they give up at once ... ");
		return;
	}
	CU_ASSERT_EQUAL(exit_of("helpers spin", no_settings), 1);
	CU_ASSERT_EQUAL(exit_of("helpers spin", passive), 0);
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "fork with a team", fork_with_a_team },
		{ "fork beside a team", fork_beside_a_team },
		{ "open a region", open_a_region },
		{ "compare places", compare_places },
		{ "pin a leader", pin_a_leader },
		{ "helpers spin", helpers_spin },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "a child hangs in its first region if the forking thread "
		  "had a team",
		    a_child_hangs_in_its_first_region_if_the_forking_thread_had_a_team },
		{ "a child has teams if the forking thread had none",
		    a_child_has_teams_if_the_forking_thread_had_none },
		{ "a thread that cannot be started ends the process",
		    a_thread_that_cannot_be_started_ends_the_process },
		{ "binding puts every leader and the main thread on place 0",
		    binding_puts_every_leader_and_the_main_thread_on_place_0 },
		{ "helpers inherit their leader's cores",
		    helpers_inherit_their_leaders_cores },
		{ "helpers spin after a region unless told to be passive",
		    helpers_spin_after_a_region_unless_told_to_be_passive },
		CU_TEST_INFO_NULL,
	};

	self_begin(argc, argv, parts);
	add_suite("libgomp: processes", tests);
	return run_suites();
}

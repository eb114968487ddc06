/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_bound.c -- OpenMP binds the main thread to one core before main(), if
 * the environment says so; a pool has all cores all the same.
 *
 * The environment counts when a program starts, so this one runs itself again,
 * with an argument that makes it print what a pool with default options has.
 */
#include <ev.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "self.h"
#include "support.h"

static const char print_argument[] = "--print-cores";

/* ---- in the child ---- */

static int
cores_here(void)
{
	cpu_set_t cores;

	CPU_ZERO(&cores);
	if (sched_getaffinity(0, sizeof(cores), &cores) < 0)
		return -1;
	return CPU_COUNT(&cores);
}

static void
note_cores_of_worker(unsigned index, void *arg)
{
	int *cores_of = arg;

	if (index < CPU_SETSIZE)
		cores_of[index] = cores_here();
}

static int
count_cores(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return cores_here();
}

/* Workers, the cores of those that have fewest, and of a job. */
static int
print_cores(void)
{
	static int cores_of[CPU_SETSIZE]; /* workers */
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	quern_threads_options options;
	quern_executor *executor;
	quern_stats stats;
	quern_loop *loop;
	quern_job job;
	int fewest = CPU_SETSIZE, cores;

	quern_threads_options_init(&options);
	options.thread_start = note_cores_of_worker;
	options.thread_arg = cores_of;
	if (!ev || quern_threads_create(&executor, &options) ||
	    quern_executor_stats(executor, &stats) ||
	    quern_loop_create(&loop, ev, executor))
		return 1;
	quern_job_init(&job, quern_call(count_cores, NULL), NULL);
	if (quern_submit(loop, &job))
		return 1;
	ev_run(ev, 0);
	cores = quern_job_status(&job);
	if (quern_loop_destroy(loop) || quern_executor_destroy(executor))
		return 1;
	ev_loop_destroy(ev);
	for (uint64_t i = 0; i < stats.workers && i < CPU_SETSIZE; i++)
		if (cores_of[i] < fewest)
			fewest = cores_of[i];
	printf("%d %d %d\n", (int)stats.workers, fewest, cores);
	return 0;
}

/* ---- in the parent ---- */

/* What a child is given besides, and what it printed. */
struct run {
	const char *name, *value; /* of a variable; NULL: none */
	bool one_core;
	int workers, fewest, of_job;
};

static bool
keep_one_core(void)
{
	cpu_set_t cores;
	int seen = 0;

	if (sched_getaffinity(0, sizeof(cores), &cores) < 0)
		return false;
	for (int core = 0; core < CPU_SETSIZE; core++)
		if (CPU_ISSET(core, &cores) && seen++ > 0)
			CPU_CLR(core, &cores);
	return sched_setaffinity(0, sizeof(cores), &cores) == 0;
}

/* In the child: never returns. */
static void
become(const struct run *run, int out)
{
	unsetenv("OMP_PROC_BIND");
	unsetenv("OMP_PLACES");
	unsetenv("GOMP_CPU_AFFINITY");
	unsetenv("KMP_AFFINITY");
	if (run->name)
		setenv(run->name, run->value, 1);
	if ((run->one_core && !keep_one_core()) || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	alarm(60);
	execl(self_program(), "test_bound", print_argument, (char *)NULL);
	_exit(127);
}

static bool
run_child(struct run *run)
{
	int fd[2], status = -1, numbers = 0;
	FILE *out;
	pid_t pid;

	if (pipe(fd) < 0)
		return false;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(run, fd[1]);
	close(fd[1]);
	out = fdopen(fd[0], "r");
	if (out) {
		numbers = fscanf(
		    out, "%d %d %d", &run->workers, &run->fewest, &run->of_job);
		fclose(out);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 &&
	    numbers == 3;
}

static void
check_cores(struct run *run, int cores)
{
	CU_ASSERT_TRUE(run_child(run));
	CU_ASSERT_EQUAL(run->workers, cores);
	CU_ASSERT_EQUAL(run->fewest, cores);
	CU_ASSERT_EQUAL(run->of_job, cores);
}

static void
a_pool_has_all_cores_though_openmp_bound_the_main_thread(void)
{
	static struct run runs[] = {
		{ NULL, NULL },
		{ "OMP_PROC_BIND", "true" },
		{ "OMP_PROC_BIND", "close" },
		{ "OMP_PLACES", "cores" },
		{ "OMP_PLACES", "threads" },
	};

	for (int i = 0; i < 5; i++)
		check_cores(&runs[i], cores_here());
}

static void
a_pool_has_one_core_if_the_program_was_started_on_one(void)
{
	static struct run runs[] = {
		{ NULL, NULL, .one_core = true },
		{ "OMP_PROC_BIND", "true", .one_core = true },
		{ "OMP_PLACES", "cores", .one_core = true },
	};

	for (int i = 0; i < 3; i++)
		check_cores(&runs[i], 1);
}

int
main(int argc, char *argv[])
{
	static const CU_TestInfo tests[] = {
		{ "a pool has all cores though OpenMP bound the main thread",
		    a_pool_has_all_cores_though_openmp_bound_the_main_thread },
		{ "a pool has one core if the program was started on one",
		    a_pool_has_one_core_if_the_program_was_started_on_one },
		CU_TEST_INFO_NULL,
	};

	if (argc > 1 && !strcmp(argv[1], print_argument))
		return print_cores();
	add_suite("bound", tests);
	return run_suites();
}

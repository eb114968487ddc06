/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_workers.c -- what a job finds around it: the thread's name, signal mask,
 * floating-point mode and OpenMP settings, and the user's hooks.
 */
#include <dirent.h>
#include <fenv.h>
#include <float.h>
#include <omp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "flushing.h"
#include "support.h"

static unsigned
threads_named(const char *name)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	char path[300], comm[32];
	unsigned count = 0;
	FILE *file;

	CU_ASSERT_PTR_NOT_NULL_FATAL(tasks);
	while ((task = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
		    task->d_name);
		file = task->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!file)
			continue;
		if (fgets(comm, sizeof(comm), file)) {
			comm[strcspn(comm, "\n")] = 0;
			count += !strcmp(comm, name);
		}
		fclose(file);
	}
	closedir(tasks);
	return count;
}

static void
workers_have_names(void)
{
	struct rig rig;

	if (!rig_open(&rig, 12))
		return;
	CU_ASSERT_EQUAL(threads_named("quern-0"), 1);
	CU_ASSERT_EQUAL(threads_named("quern-1"), 1);
	CU_ASSERT_EQUAL(threads_named("quern-11"), 1);
	CU_ASSERT_EQUAL(threads_named("quern-12"), 0);
	rig_close(&rig);
	CU_ASSERT_EQUAL(threads_named("quern-0"), 0);
}

/* Run fn(arg) as a job; its status. */
static int
status_of(struct rig *rig, quern_call_fn *fn, void *arg)
{
	quern_job job;

	quern_job_init(&job, quern_call(fn, arg), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), 0);
	rig_run(rig);
	return quern_job_status(&job);
}

static int
count_open_signals(quern_context *ctx, void *arg)
{
	sigset_t blocked;
	int open = 0;

	(void)ctx;
	(void)arg;
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	for (int signal = 1; signal <= SIGRTMAX; signal++) {
		/* Two cannot be blocked; the C library keeps two more. */
		if (signal == SIGKILL || signal == SIGSTOP ||
		    (signal >= 32 && signal < SIGRTMIN))
			continue;
		open += !sigismember(&blocked, signal);
	}
	return open;
}

static void
every_signal_is_blocked_in_workers_and_none_more_elsewhere(void)
{
	int open = count_open_signals(NULL, NULL);
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT(open > 0);
	CU_ASSERT_EQUAL(count_open_signals(NULL, NULL), open);
	CU_ASSERT_EQUAL(status_of(&rig, count_open_signals, NULL), 0);
	rig_close(&rig);
}

static int
check_mode(quern_context *ctx, void *arg)
{
	volatile double smallest = DBL_MIN, half = 0.5;

	(void)ctx;
	(void)arg;
	return fegetround() == FE_TONEAREST && smallest * half > 0;
}

static int
spoil_mode(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	flush_subnormals();
	return fesetround(FE_UPWARD);
}

static void
jobs_find_the_default_floating_point_mode(void)
{
	struct rig rig;
	fenv_t mine;

	CU_ASSERT_EQUAL(fegetenv(&mine), 0);
	flush_subnormals();
	fesetround(FE_DOWNWARD);
	if (rig_open(&rig, 1)) {
		CU_ASSERT_EQUAL(status_of(&rig, check_mode, NULL), 1);
		CU_ASSERT_EQUAL(status_of(&rig, spoil_mode, NULL), 0);
		CU_ASSERT_EQUAL(status_of(&rig, check_mode, NULL), 1);
		CU_ASSERT_EQUAL(fegetround(), FE_DOWNWARD);
		rig_close(&rig);
	}
	fesetenv(&mine);
}

static int
count_team(quern_context *ctx, void *arg)
{
	int threads = 0;

	(void)ctx;
	(void)arg;
#pragma omp parallel num_threads(8)
#pragma omp atomic
	threads++;
	return threads;
}

static int
spoil_openmp(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	omp_set_max_active_levels(4);
	omp_set_num_threads(4);
	return 0;
}

static void
openmp_inside_a_job_has_one_thread(void)
{
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(status_of(&rig, count_team, NULL), 1);
	CU_ASSERT_EQUAL(status_of(&rig, spoil_openmp, NULL), 0);
	CU_ASSERT_EQUAL(status_of(&rig, count_team, NULL), 1);
	rig_close(&rig);
}

enum { ROW = 60, ROWS = 20 };

static void
what_a_job_spoils_the_next_of_its_batch_does_not_find(void)
{
	static quern_call_fn *const fn[] = { spoil_mode, check_mode,
		spoil_openmp, count_team };
	quern_job job[ROW], *list[ROW];
	struct rig rig;
	int wrong = 0;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < ROW; i++) {
		quern_job_init(&job[i], quern_call(fn[i % 4], NULL), NULL);
		list[i] = &job[i];
	}
	for (int row = 0; row < ROWS; row++) {
		CU_ASSERT_EQUAL(quern_submit_many(rig.loop, list, ROW), ROW);
		rig_run(&rig);
		for (int i = 0; i < ROW; i++)
			wrong += quern_job_status(&job[i]) != i % 2;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	rig_close(&rig);
}

/* ---- hooks ---- */

enum { HOOKED = 3 };

struct hooks {
	pthread_t thread[HOOKED];
	int started[HOOKED], stopped[HOOKED];
	int errors; /* atomic */
};

static __thread int here; /* worker number + 1 between the hooks */

static void
on_start(unsigned index, void *arg)
{
	struct hooks *hooks = arg;

	hooks->thread[index] = pthread_self();
	hooks->started[index]++;
	here = (int)index + 1;
}

static void
on_stop(unsigned index, void *arg)
{
	struct hooks *hooks = arg;

	if (!pthread_equal(hooks->thread[index], pthread_self()) ||
	    hooks->started[index] != 1 || here != (int)index + 1)
		__atomic_fetch_add(&hooks->errors, 1, __ATOMIC_RELAXED);
	hooks->stopped[index]++;
	here = 0;
}

static void
check_here(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct hooks *hooks = arg;

	(void)begin;
	(void)end;
	if (here != (int)quern_worker_index(ctx) + 1)
		__atomic_fetch_add(&hooks->errors, 1, __ATOMIC_RELAXED);
}

static void
hooks_run_on_each_worker_around_all_jobs(void)
{
	static struct hooks hooks;
	quern_threads_options options;
	quern_job job;
	struct rig rig;

	quern_threads_options_init(&options);
	options.workers = HOOKED;
	options.thread_start = on_start;
	options.thread_stop = on_stop;
	options.thread_arg = &hooks;
	if (!rig_open_with(&rig, &options))
		return;
	quern_job_init(&job, quern_for(1000, 1, check_here, &hooks), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	rig_close(&rig);
	for (int i = 0; i < HOOKED; i++) {
		CU_ASSERT_EQUAL(hooks.started[i], 1);
		CU_ASSERT_EQUAL(hooks.stopped[i], 1);
	}
	CU_ASSERT_EQUAL(hooks.errors, 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "workers have names", workers_have_names },
		{ "every signal is blocked in workers and none more elsewhere",
		    every_signal_is_blocked_in_workers_and_none_more_elsewhere },
		{ "jobs find the default floating point mode",
		    jobs_find_the_default_floating_point_mode },
		{ "openmp inside a job has one thread",
		    openmp_inside_a_job_has_one_thread },
		{ "what a job spoils the next of its batch does not find",
		    what_a_job_spoils_the_next_of_its_batch_does_not_find },
		{ "hooks run on each worker around all jobs",
		    hooks_run_on_each_worker_around_all_jobs },
		CU_TEST_INFO_NULL,
	};

	add_suite("workers", tests);
	return run_suites();
}

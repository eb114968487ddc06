/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_keeper.c -- tests src/process/keeper.c: a process that is replaced
 * holds nobody up, and one that dies before it is of use is not replaced.
 *
 * How a process starts is said by a file in a folder, whose name it inherits;
 * each start leaves a byte in another file there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "isolated.h"
#include "pieces.h"
#include "threads.h"
#include "watchdog.h"

static char folder[] = "/tmp/quern-XXXXXX";

/* ---- in workers ---- */

static void
in_folder(char path[100], const char *name)
{
	const char *where = getenv("QUERN_TEST_FOLDER");

	snprintf(path, 100, "%.60s/%s", where ? where : folder, name);
}

/* When the program says so. */
static void *
die_when_told(void *unused)
{
	char path[100];

	(void)unused;
	in_folder(path, "now");
	while (access(path, F_OK))
		nap();
	_exit(3);
}

static int
start_as_told(unsigned index)
{
	char path[100];
	pthread_t thread;
	int file;

	(void)index;
	in_folder(path, "starts");
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file < 0 || write(file, "x", 1) != 1)
		return -EIO;
	close(file);
	in_folder(path, "hang");
	while (access(path, F_OK) == 0)
		pause();
	in_folder(path, "die");
	if (access(path, F_OK) == 0 &&
	    pthread_create(&thread, NULL, die_when_told, NULL))
		return -EIO;
	return 0;
}
QUERN_REGISTER(start_as_told)

/* ---- in the program ---- */

static int
starts(void)
{
	struct stat is = { .st_size = 0 };
	char path[100];

	in_folder(path, "starts");
	(void)stat(path, &is);
	return (int)is.st_size;
}

static void
mark(const char *name)
{
	char path[100];
	int file;

	in_folder(path, name);
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CU_ASSERT(file >= 0);
	close(file);
}

static void
unmark(const char *name)
{
	char path[100];

	in_folder(path, name);
	(void)unlink(path);
}

static bool
open_one(struct rig *rig, const char *what)
{
	quern_processes_options options;

	watchdog(what, 0);
	unmark("starts");
	setenv("QUERN_TEST_FOLDER", folder, 1);
	isolated_options(&options, 1);
	options.worker_start = start_as_told;
	options.grace = 0.05;
	return isolated_open(rig, &options);
}

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Without the patience of the job's own it would take a minute. */
static void
a_start_that_hangs_holds_no_job_up(void)
{
	struct noted noted;
	struct rig rig;
	double begun;

	if (!open_one(&rig, "hang"))
		return;
	CU_ASSERT(isolated_run(&rig, quern_call(tell_pid, NULL)) > 0);
	mark("hang");
	kill_children();
	while (starts() < 2)
		nap();
	begun = seconds_now();
	noted_init(&noted, quern_call(return_one, NULL));
	noted.job.timeout = 0.05;
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -ETIMEDOUT);
	/* Nor destroy, whatever is being started meanwhile. */
	rig_close(&rig);
	CU_ASSERT(seconds_now() - begun < 30);
	unmark("hang");
	expect_no_children();
}

static void
what_dies_at_once_is_not_started_for_ever(void)
{
	struct rig rig;
	int before;

	if (!open_one(&rig, "die"))
		return;
	CU_ASSERT(isolated_run(&rig, quern_call(tell_pid, NULL)) > 0);
	mark("die");
	kill_children();
	while (starts() < 2)
		nap();
	/* It dies, with nobody who would need it. */
	mark("now");
	while (children(NULL, 0) > 0)
		nap();
	before = starts();
	for (int i = 0; i < 100; i++)
		nap();
	CU_ASSERT_EQUAL(starts(), before);
	/* The next job has one started. */
	unmark("die");
	unmark("now");
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	CU_ASSERT_EQUAL(starts(), before + 1);
	rig_close(&rig);
}

/* As long as it is of use. */
static void
an_idle_process_is_replaced(void)
{
	struct rig rig;

	if (!open_one(&rig, "idle"))
		return;
	for (int i = 1; i <= 10; i++) {
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(return_one, NULL)), 1);
		CU_ASSERT_EQUAL(starts(), i);
		kill_children();
		while (starts() == i)
			nap();
	}
	rig_close(&rig);
}

/* What is too large to be kept for the next buffer. */
static void
workers_without_a_job_let_go_of_memory(void)
{
	const size_t bytes = (size_t)400 << 20;
	unsigned before;
	struct rig rig;
	void *buffer;

	if (!open_one(&rig, "memory"))
		return;
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	before = possessions().mappings;
	CU_ASSERT_EQUAL(quern_buffer_create(&buffer, rig.executor, bytes), 0);
	/* The worker maps it, since it runs something. */
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	CU_ASSERT(possessions().mappings > before);
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), 0);
	while (possessions().mappings > before)
		nap();
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a start that hangs holds no job up",
		    a_start_that_hangs_holds_no_job_up },
		{ "what dies at once is not started for ever",
		    what_dies_at_once_is_not_started_for_ever },
		{ "an idle process is replaced", an_idle_process_is_replaced },
		{ "workers without a job let go of memory",
		    workers_without_a_job_let_go_of_memory },
		CU_TEST_INFO_NULL,
	};
	int failed;

	isolated_main();
	if (!mkdtemp(folder))
		return 1;
	add_suite("process keeper", tests);
	failed = run_suites();
	unmark("starts");
	unmark("die");
	unmark("now");
	unmark("hang");
	return rmdir(folder) || failed;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_task_limit.c -- tasks where the address space ends: the next one is
 * refused, and those that are there go on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/stack.h"
#include "spawned.h"

enum { MOST = 5000 };

static int turns;

static int
take_turns(void *unused)
{
	(void)unused;
	for (int i = 0; i < 3; i++) {
		if (quern_yield())
			return -1;
		turns++;
	}
	return 0;
}

/* Bytes of address space in use. */
static rlim_t
used(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%ld", &pages) != 1)
		exit(20);
	fclose(file);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static int
do_nothing(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return 0;
}

/* The worker has begun, and has from OpenMP's runtime what it needs. */
static void
await_worker(void)
{
	quern_job job;

	quern_job_init(&job, quern_call(do_nothing, NULL), NULL);
	if (quern_submit(task_rig.loop, &job))
		exit(9);
	rig_run(&task_rig);
}

/*
 * In a child: leave room for so many stacks and see how many tasks come to be.
 * Exits with 0 if all is as it should be, or says by a number what was not.
 */
static void
run_with_room_for(unsigned stacks)
{
	struct rlimit limit = { .rlim_max = RLIM_INFINITY };
	int started = 0, err = 0;

	if (!tasks_open(1))
		exit(10);
	await_worker();
	/* What a loop needs for tasks besides their stacks. */
	if (quern_spawn(task_rig.loop, NULL, take_turns, NULL))
		exit(11);
	rig_run(&task_rig);
	turns = 0;
	/* Those that were mapped along with the first one. */
	while (stacks == 0 && started < 16) {
		if (quern_spawn(task_rig.loop, NULL, take_turns, NULL))
			exit(12);
		started++;
	}
	limit.rlim_cur = used() + (rlim_t)stacks * (QUERN__STACK_BYTES + 4096);
	if (setrlimit(RLIMIT_AS, &limit))
		exit(13);
	for (; started < MOST && !err; started += !err)
		err = quern_spawn(task_rig.loop, NULL, take_turns, NULL);
	if (err != -ENOMEM)
		exit(14);
	/* Not many more either: 16 that were there, and those there is room for. */
	if ((unsigned)started < stacks || (unsigned)started > stacks + 17)
		exit(15);
	rig_run(&task_rig);
	if (turns != 3 * started)
		exit(16);
	/* Now there are stacks again. */
	if (quern_spawn(task_rig.loop, NULL, take_turns, NULL))
		exit(17);
	rig_run(&task_rig);
	exit(turns == 3 * (started + 1) ? 0 : 18);
}

static void
check_room_for(unsigned stacks)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		run_with_room_for(stacks);
	CU_ASSERT(child > 0);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

static void
where_memory_ends_the_next_task_is_refused(void)
{
	static const unsigned stacks[] = { 0, 1, 2, 15, 16, 17, 1000 };

	if (SANITIZED) {
		printf("left out: a sanitizer needs its address space ... ");
		CU_ASSERT_TRUE(SANITIZED);
		return;
	}
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++)
		check_room_for(stacks[i]);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "where memory ends, the next task is refused",
		    where_memory_ends_the_next_task_is_refused },
		CU_TEST_INFO_NULL,
	};

	add_suite("tasks, at the end of memory", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_canary.c -- more tasks than there are guard pages, on a kernel that has
 * no guard marks: one whose stack overflows gets SIGSEGV when it next waits.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawned.h"

enum { GUARDED = 16000, BEYOND = 4000 };

/* As before Linux 6.13. */
int __real_madvise(void *start, size_t bytes, int advice);
int __wrap_madvise(void *start, size_t bytes, int advice);

int
__wrap_madvise(void *start, size_t bytes, int advice)
{
	if (advice == 102) {
		errno = EINVAL;
		return -1;
	}
	return __real_madvise(start, bytes, advice);
}

static int
take_a_turn(void *count)
{
	int err = quern_yield();

	++*(unsigned *)count;
	return err;
}

static bool
start_tasks(unsigned *count, unsigned n)
{
	while (n-- > 0)
		if (quern_spawn(task_rig.loop, NULL, take_a_turn, count))
			return false;
	return true;
}

static void
tasks_go_on_beyond_the_guards(void)
{
	unsigned count = 0;

	if (!tasks_open(1))
		return;
	/* Once more, with the stacks of the first ones. */
	for (unsigned i = 1; i <= 2; i++) {
		CU_ASSERT_TRUE(start_tasks(&count, GUARDED + BEYOND));
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(count, i * (GUARDED + BEYOND));
	}
	rig_close(&task_rig);
}

/* Frame by frame, until one lies below the stack. */
__attribute__((noinline)) static size_t
go_below(void)
{
	char frame[100], whose[64];

	memset(frame, 1, sizeof(frame));
	/* Not where `frame` is: a sanitizer may keep that elsewhere. */
	if (quern_task_describe(
		__builtin_frame_address(0), whose, sizeof(whose)))
		_exit(10);
	if (strcmp(whose, "task deep: stack overflow") != 0)
		return go_below() + (size_t)frame[99];
	return (size_t)frame[0];
}

static int
go_too_deep(void *unused)
{
	(void)unused;
	if (go_below() < 100)
		_exit(11);
	(void)quern_yield();
	_exit(12); /* nobody noticed */
}

static void
say_whose(int number, siginfo_t *info, void *context)
{
	char whose[64];

	(void)number;
	(void)context;
	_exit(quern_task_describe(info->si_addr, whose, sizeof(whose)) ||
	    strcmp(whose, "task deep: stack overflow") != 0);
}

/* In a child of fork(); never returns. */
static void
overflow(void)
{
	const quern_task_options options = { .name = "deep" };
	const struct sigaction action = { .sa_sigaction = say_whose,
		.sa_flags = SA_SIGINFO };
	unsigned count = 0;

	if (sigaction(SIGSEGV, &action, NULL) || !tasks_open(1) ||
	    !start_tasks(&count, GUARDED + 2) ||
	    quern_spawn_with(
		task_rig.loop, NULL, go_too_deep, NULL, &options) ||
	    !start_tasks(&count, 2))
		_exit(13);
	rig_run(&task_rig);
	_exit(14);
}

static void
a_handler_can_say_whose_stack_overflowed(void)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		overflow();
	CU_ASSERT(child > 0);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "tasks go on beyond the guards",
		    tasks_go_on_beyond_the_guards },
		{ "a handler can say whose stack overflowed",
		    a_handler_can_say_whose_stack_overflowed },
		CU_TEST_INFO_NULL,
	};

	add_suite("canary", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_canary.c -- more tasks than there are guard pages, on a kernel that has
 * no guard marks: one whose stack overflows gets SIGSEGV when it next waits.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "forked.h"
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
	char frame[100], whose[64] = "";

	memset(frame, 1, sizeof(frame));
	/* Not where `frame` is: a sanitizer may keep that elsewhere. */
	EXPECT(!quern_task_describe(
	    __builtin_frame_address(0), whose, sizeof(whose)));
	if (strcmp(whose, "task deep: stack overflow") != 0)
		return go_below() + (size_t)frame[99];
	return (size_t)frame[0];
}

static int
go_too_deep(void *unused)
{
	(void)unused;
	EXPECT(go_below() >= 100);
	(void)quern_yield();
	EXPECT(false); /* nobody noticed */
	return 0;
}

static void
overflow(void *unused)
{
	const quern_task_options options = { .name = "deep" };
	unsigned count = 0;

	(void)unused;
	expect_overflow_of_deep();
	EXPECT(tasks_open(1));
	EXPECT(start_tasks(&count, GUARDED + 2));
	EXPECT(!quern_spawn_with(
	    task_rig.loop, NULL, go_too_deep, NULL, &options));
	EXPECT(start_tasks(&count, 2));
	rig_run(&task_rig);
	EXPECT(false);
}

static void
a_handler_can_say_whose_stack_overflowed(void)
{
	forked_run(_exit, overflow, NULL);
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

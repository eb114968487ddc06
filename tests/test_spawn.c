/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_spawn.c -- tests src/spawn.c: a task has the stack that was asked for,
 * and one that cannot be says why.
 */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "forked.h"
#include "spawned.h"
#include "src/stack.h"

static void
a_task_that_cannot_be_says_why(void)
{
	quern_task_options options;
	quern_loop *foreign = NULL;
	quern_task *task = NULL;

	if (!tasks_open(1))
		return;
	CU_ASSERT_EQUAL(quern_spawn(NULL, &task, say_and_return, "x"), -EINVAL);
	CU_ASSERT_EQUAL(quern_spawn(task_rig.loop, &task, NULL, "x"), -EINVAL);
	quern_task_options_init(NULL);
	quern_task_options_init(&options);
	options.reserved[5] = 1;
	CU_ASSERT_EQUAL(quern_spawn_with(task_rig.loop, &task, say_and_return,
			    "x", &options),
	    -EINVAL);
	quern_task_options_init(&options);
	options.stack_bytes = 16383;
	CU_ASSERT_EQUAL(quern_spawn_with(task_rig.loop, &task, say_and_return,
			    "x", &options),
	    -EINVAL);
	options.stack_bytes = SIZE_MAX;
	CU_ASSERT_EQUAL(quern_spawn_with(task_rig.loop, &task, say_and_return,
			    "x", &options),
	    -ENOMEM);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&foreign, NULL, task_rig.executor), 0);
	CU_ASSERT_EQUAL(
	    quern_spawn(foreign, &task, say_and_return, "x"), -ENOTSUP);
	CU_ASSERT_EQUAL(quern_loop_destroy(foreign), 0);
	CU_ASSERT_PTR_NULL(task);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "");
	rig_close(&task_rig);
}

static bool no_stacks;

struct quern__stack *__real_quern__stack_get(
    struct quern__stacks *stacks, size_t bytes);
struct quern__stack *__wrap_quern__stack_get(
    struct quern__stacks *stacks, size_t bytes);

struct quern__stack *
__wrap_quern__stack_get(struct quern__stacks *stacks, size_t bytes)
{
	return no_stacks ? NULL : __real_quern__stack_get(stacks, bytes);
}

static void
without_memory_there_is_no_task(void)
{
	quern_task *task = NULL;

	if (!tasks_open(1))
		return;
	no_stacks = true;
	CU_ASSERT_EQUAL(
	    quern_spawn(task_rig.loop, &task, say_and_return, "x"), -ENOMEM);
	no_stacks = false;
	CU_ASSERT_PTR_NULL(task);
	rig_run(&task_rig);
	rig_close(&task_rig);
	if (!tasks_open(1))
		return;
	faults_arm(1, false);
	CU_ASSERT_EQUAL(
	    quern_spawn(task_rig.loop, &task, say_and_return, "x"), -ENOMEM);
	CU_ASSERT_EQUAL(faults_disarm(), 1);
	CU_ASSERT_PTR_NULL(task);
	spawn(&task, say_and_return, "a");
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "a");
	CU_ASSERT_EQUAL(result_of(task), 7);
	rig_close(&task_rig);
}

static void
use_in_a_child(void *task)
{
	quern_task *late;

	EXPECT(
	    quern_spawn(task_rig.loop, &late, say_and_return, "x") == -ESTALE);
	EXPECT(quern_task_cancel(task) == -ESTALE);
	EXPECT(quern_join(task, NULL) == -ESTALE);
}

static void
wait_in_a_child(void *unused)
{
	int status = 0;

	(void)unused;
	EXPECT(quern_yield() == -ESTALE);
	EXPECT(quern_await(quern_call(add_one, &status)) == -ESTALE);
	EXPECT(quern_gather(NULL, 0, &status) == -ESTALE);
}

static int
fork_inside(void *unused)
{
	(void)unused;
	forked_run(_exit, wait_in_a_child, NULL);
	return quern_yield();
}

static void
a_task_in_a_child_of_fork_cannot_wait(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, fork_inside, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 0);
	rig_close(&task_rig);
}

static void
in_a_child_of_fork_tasks_are_stale(void)
{
	quern_task *task;

	if (!tasks_open(1))
		return;
	spawn(&task, say_and_return, "a");
	forked_run(_exit, use_in_a_child, task);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 7);
	rig_close(&task_rig);
}

static int
dig(volatile char *above, size_t bytes)
{
	volatile char here[4096];

	here[0] = 1;
	return (size_t)(above - here) >= bytes ? here[0] : dig(above, bytes);
}

static int
dig_deep(void *bytes)
{
	volatile char here = 0;

	return dig(&here, *(const size_t *)bytes);
}

static void
a_task_has_the_stack_it_asked_for(void)
{
	size_t bytes = 900000;
	quern_task_options options;
	quern_task *task;

	if (!tasks_open(1))
		return;
	quern_task_options_init(&options);
	options.stack_bytes = 1000000;
	CU_ASSERT_EQUAL(
	    quern_spawn_with(task_rig.loop, &task, dig_deep, &bytes, &options),
	    0);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 1);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a task that cannot be says why",
		    a_task_that_cannot_be_says_why },
		{ "without memory there is no task",
		    without_memory_there_is_no_task },
		{ "a task in a child of fork cannot wait",
		    a_task_in_a_child_of_fork_cannot_wait },
		{ "in a child of fork tasks are stale",
		    in_a_child_of_fork_tasks_are_stale },
		{ "a task has the stack it asked for",
		    a_task_has_the_stack_it_asked_for },
		CU_TEST_INFO_NULL,
	};

	add_suite("spawn", tests);
	return run_suites();
}

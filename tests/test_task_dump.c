/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_task_dump.c -- tests src/task_dump.c: what a debugger, a handler of
 * signals and a timeline are told of tasks.
 */
#include <errno.h>
#include <quern/together.h>
#include <quern/trace.h>
#include <string.h>
#include <unistd.h>

#include "src/task.h"
#include "forked.h"
#include "spawned.h"
#include "trace_file.h"

/* ---- the dump ---- */

static int way[2]; /* a pipe */
static char dumped[2000];

static void
read_dump(void)
{
	ssize_t n = read(way[0], dumped, sizeof(dumped) - 1);

	CU_ASSERT(n >= 0);
	dumped[n > 0 ? n : 0] = '\0';
}

static int
join_it(void *task)
{
	return quern_join(*(quern_task **)task, NULL);
}

static int
dump_and_cancel(void *task)
{
	quern_tasks_dump(task_rig.loop, way[1]);
	read_dump();
	return quern_task_cancel(*(quern_task **)task);
}

static void
a_dump_has_a_line_for_each_task(void)
{
	quern_task *sleeper, *ended;

	CU_ASSERT_EQUAL_FATAL(pipe(way), 0);
	if (!tasks_open(1))
		return;
	spawn_named(&ended, say_and_return, "x", "early");
	spawn_named(&sleeper, sleep_long, NULL, "sleeper");
	spawn_named(NULL, join_it, &sleeper, "joiner");
	spawn_named(NULL, dump_and_cancel, &sleeper, "dumper");
	spawn(NULL, say_and_return, "y");
	rig_run(&task_rig);
	CU_ASSERT_PTR_NOT_NULL(strstr(dumped, " task: ready\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(dumped, " dumper: running\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(dumped, " joiner: waits for a task\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(dumped, " sleeper: waits for a timer\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(dumped, " early: ended, not joined\n"));
	(void)result_of(ended);
	/* None, and no loop. */
	quern_tasks_dump(task_rig.loop, way[1]);
	quern_tasks_dump(NULL, way[1]);
	CU_ASSERT_EQUAL(write(way[1], "end", 3), 3);
	read_dump();
	CU_ASSERT_STRING_EQUAL(dumped, "end");
	rig_close(&task_rig);
	close(way[0]);
	close(way[1]);
}

/* ---- whose stack? ---- */

static int
describe_things(void *task)
{
	const quern_task *other = *(quern_task **)task;
	char buf[64], little[9];
	/* A variable may be elsewhere: the address sanitizer's. */
	const void *local = __builtin_frame_address(0);

	CU_ASSERT_EQUAL(quern_task_describe(local, buf, sizeof(buf)), 0);
	CU_ASSERT_STRING_EQUAL(buf, "task describer: stack");
	CU_ASSERT_EQUAL(
	    quern_task_describe(other->stack->bottom, buf, sizeof(buf)), 0);
	CU_ASSERT_STRING_EQUAL(buf, "task other: stack");
	CU_ASSERT_EQUAL(
	    quern_task_describe(other->stack->bottom - 1, buf, sizeof(buf)), 0);
	CU_ASSERT_STRING_EQUAL(buf, "task other: stack overflow");
	CU_ASSERT_EQUAL(quern_task_describe(local, little, sizeof(little)), 0);
	CU_ASSERT_STRING_EQUAL(little, "task des");
	CU_ASSERT_EQUAL(quern_task_describe(way, buf, sizeof(buf)), -ENOENT);
	CU_ASSERT_EQUAL(quern_task_describe(NULL, buf, sizeof(buf)), -ENOENT);
	CU_ASSERT_EQUAL(quern_task_describe(local, NULL, 9), -EINVAL);
	CU_ASSERT_EQUAL(quern_task_describe(local, buf, 0), -EINVAL);
	return 0;
}

static void
an_address_names_its_task(void)
{
	quern_task *other;
	char buf[64];

	if (!tasks_open(1))
		return;
	spawn_named(&other, say_and_return, "x", "other");
	spawn_named(NULL, describe_things, &other, "describer");
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(quern_task_describe(buf, buf, sizeof(buf)), -ENOENT);
	(void)result_of(other);
	rig_close(&task_rig);
}

/* Down to where nothing is any more. */
static int
go_too_deep(void *unused)
{
	volatile char *at = quern_task_self()->stack->bottom;

	(void)unused;
	at[0] = 1;
	at[-1] = 1;
	return 0;
}

static void
overflow(void *unused)
{
	(void)unused;
	expect_overflow_of_deep();
	EXPECT(tasks_open(1));
	spawn_named(NULL, go_too_deep, NULL, "deep");
	rig_run(&task_rig);
	EXPECT(false);
}

static void
a_handler_can_say_whose_stack_overflowed(void)
{
	forked_run(_exit, overflow, NULL);
}

/* ---- the hook ---- */

static void
note_failure(quern_loop *loop, const char *name, int status, void *count)
{
	CU_ASSERT_PTR_EQUAL(loop, task_rig.loop);
	CU_ASSERT_STRING_EQUAL(name, "failing");
	CU_ASSERT_EQUAL(status, -EIO);
	CU_ASSERT_PTR_NULL(quern_task_self());
	++*(int *)count;
	/* It may start another. */
	if (*(int *)count == 1)
		spawn(NULL, say_and_return, "a");
}

static int
give(void *status)
{
	return *(int *)status;
}

static void
a_detached_task_that_fails_is_told_of(void)
{
	int bad = -EIO, good = 5, count = 0;
	quern_task *task;

	if (!tasks_open(1))
		return;
	CU_ASSERT_EQUAL(
	    quern_loop_set_task_failed(task_rig.loop, note_failure, &count), 0);
	spawn_named(NULL, give, &bad, "failing");
	spawn_named(NULL, give, &good, "good");
	spawn_named(&task, give, &bad, "joined");
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), -EIO);
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_STRING_EQUAL(said, "a");
	CU_ASSERT_EQUAL(
	    quern_loop_set_task_failed(task_rig.loop, NULL, NULL), 0);
	spawn_named(NULL, give, &bad, "failing");
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL(
	    quern_loop_set_task_failed(NULL, note_failure, NULL), -EINVAL);
	rig_close(&task_rig);
}

/* ---- the timeline ---- */

static int
wait_twice(void *unused)
{
	(void)unused;
	(void)quern_yield();
	return quern_yield();
}

static void
a_timeline_shows_when_a_task_ran(void)
{
	struct trace_file file;
	size_t named = 0;

	CU_ASSERT_EQUAL_FATAL(quern_trace_start(trace_path()), 0);
	if (!tasks_open(1))
		return;
	spawn_named(NULL, wait_twice, NULL, "walker");
	rig_run(&task_rig);
	rig_close(&task_rig);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	(void)trace_read(&file, trace_path());
	for (size_t i = 0; i < file.n; i++)
		named += file.event[i].phase == 'X' &&
		    !strcmp(file.event[i].category, "task") &&
		    !strcmp(file.event[i].name, "walker");
	CU_ASSERT_EQUAL(named, 3);
	trace_free(&file);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a dump has a line for each task",
		    a_dump_has_a_line_for_each_task },
		{ "an address names its task", an_address_names_its_task },
		{ "a handler can say whose stack overflowed",
		    a_handler_can_say_whose_stack_overflowed },
		{ "a detached task that fails is told of",
		    a_detached_task_that_fails_is_told_of },
		{ "a timeline shows when a task ran",
		    a_timeline_shows_when_a_task_ran },
		CU_TEST_INFO_NULL,
	};

	add_suite("tasks, looked at", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_await_room.c -- tests src/await.c: tasks wait for room for their jobs,
 * first come, first served.
 */
#include <errno.h>
#include <stdint.h>

#include "spawned.h"

enum { ROOM = 3, CROWD = 50 };

static unsigned order[CROWD];
static unsigned n_order;

static int
note_order(void *number)
{
	int count = 0, status = quern_await(quern_call(add_one, &count));

	if (status == 0)
		order[n_order++] = (unsigned)(uintptr_t)number;
	return status;
}

static void
without_room_a_task_waits_its_turn(void)
{
	quern_task *task[CROWD];

	for (size_t room = 1; room <= ROOM; room++) {
		n_order = 0;
		if (!tasks_open_with_room(room))
			return;
		for (uintptr_t i = 0; i < CROWD; i++)
			spawn(&task[i], note_order, (void *)i);
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(n_order, CROWD);
		for (unsigned i = 0; i < CROWD; i++) {
			CU_ASSERT_EQUAL(result_of(task[i]), 0);
			CU_ASSERT_EQUAL(order[i], i);
		}
		rig_close(&task_rig);
	}
}

/* Awaits, and then starts one who comes late. */
static int
note_and_spawn(void *number)
{
	int status = note_order(number);

	spawn(NULL, note_order, (void *)(uintptr_t)2);
	return status;
}

static void
who_comes_while_another_is_called_is_behind_it(void)
{
	n_order = 0;
	if (!tasks_open_with_room(1))
		return;
	spawn(NULL, note_and_spawn, (void *)(uintptr_t)0);
	spawn(NULL, note_order, (void *)(uintptr_t)1);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(n_order, 3);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(order[i], i);
	rig_close(&task_rig);
}

/* Cancels every second one of those who wait. */
static int
cancel_half(void *arg)
{
	quern_task **task = arg;

	for (int i = 1; i < CROWD; i += 2)
		CU_ASSERT_EQUAL(quern_task_cancel(task[i]), 0);
	return 0;
}

static void
who_waits_for_room_can_be_cancelled(void)
{
	quern_task *task[CROWD];

	n_order = 0;
	if (!tasks_open_with_room(1))
		return;
	for (uintptr_t i = 0; i < CROWD; i++)
		spawn(&task[i], note_order, (void *)i);
	spawn(NULL, cancel_half, task);
	rig_run(&task_rig);
	for (int i = 0; i < CROWD; i++)
		CU_ASSERT_EQUAL(result_of(task[i]), i % 2 ? -ECANCELED : 0);
	CU_ASSERT_EQUAL(n_order, CROWD / 2);
	rig_close(&task_rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "without room a task waits its turn",
		    without_room_a_task_waits_its_turn },
		{ "who comes while another is called is behind it",
		    who_comes_while_another_is_called_is_behind_it },
		{ "who waits for room can be cancelled",
		    who_waits_for_room_can_be_cancelled },
		CU_TEST_INFO_NULL,
	};

	add_suite("await, room", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_queue.c -- tests src/queue.c: a bounded queue between tasks. */
#include <errno.h>
#include <quern/together.h>
#include <stdint.h>

#include "spawned.h"

enum { ITEMS = 1000 };

static quern_queue queue;

static bool
open_queue(size_t capacity)
{
	if (!tasks_open(1))
		return false;
	CU_ASSERT_EQUAL_FATAL(quern_queue_init(&queue, capacity), 0);
	return true;
}

static void
close_queue(void)
{
	quern_queue_fini(&queue);
	rig_close(&task_rig);
}

/* ---- order and room ---- */

static int
produce(void *unused)
{
	(void)unused;
	for (uintptr_t i = 1; i <= ITEMS; i++) {
		CU_ASSERT_EQUAL(quern_queue_put(&queue, (void *)i), 0);
		CU_ASSERT(quern_queue_count(&queue) <= queue.own.capacity);
	}
	quern_queue_close(&queue);
	return 0;
}

static int
consume(void *unused)
{
	uintptr_t expected = 1;
	void *item;
	int err;

	(void)unused;
	while (!(err = quern_queue_get(&queue, &item)))
		CU_ASSERT_EQUAL((uintptr_t)item, expected++);
	CU_ASSERT_EQUAL(err, -EPIPE);
	return (int)expected - 1;
}

static void
items_come_out_in_order_through_little_room(void)
{
	static const size_t capacity[] = { 1, 2, 7, ITEMS };
	quern_task *task;

	for (int i = 0; i < 8; i++) {
		if (!open_queue(capacity[i / 2]))
			return;
		if (i % 2)
			spawn(NULL, produce, NULL);
		spawn(&task, consume, NULL);
		if (i % 2 == 0)
			spawn(NULL, produce, NULL);
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(result_of(task), ITEMS);
		CU_ASSERT_EQUAL(quern_queue_count(&queue), 0);
		close_queue();
	}
}

static int
count_until_closed(void *unused)
{
	void *item;
	int n = 0;

	(void)unused;
	while (!quern_queue_get(&queue, &item))
		n++;
	return n;
}

static void
several_share_what_there_is(void)
{
	quern_task *task[5];
	int sum = 0;

	if (!open_queue(3))
		return;
	for (int i = 0; i < 5; i++)
		spawn(&task[i], count_until_closed, NULL);
	spawn(NULL, produce, NULL);
	rig_run(&task_rig);
	for (int i = 0; i < 5; i++)
		sum += result_of(task[i]);
	CU_ASSERT_EQUAL(sum, ITEMS);
	close_queue();
}

/* ---- at once ---- */

static void
who_will_not_wait_is_told_so(void)
{
	int a, b, c;
	void *item = NULL;

	if (!open_queue(2))
		return;
	CU_ASSERT_EQUAL(quern_queue_try_get(&queue, &item), -EAGAIN);
	CU_ASSERT_EQUAL(quern_queue_try_put(&queue, &a), 0);
	CU_ASSERT_EQUAL(quern_queue_try_put(&queue, &b), 0);
	CU_ASSERT_EQUAL(quern_queue_try_put(&queue, &c), -EAGAIN);
	CU_ASSERT_EQUAL(quern_queue_count(&queue), 2);
	CU_ASSERT_EQUAL(quern_queue_try_get(&queue, &item), 0);
	CU_ASSERT_PTR_EQUAL(item, &a);
	quern_queue_close(&queue);
	CU_ASSERT_EQUAL(quern_queue_try_put(&queue, &c), -EPIPE);
	CU_ASSERT_EQUAL(quern_queue_try_get(&queue, &item), 0);
	CU_ASSERT_PTR_EQUAL(item, &b);
	CU_ASSERT_EQUAL(quern_queue_try_get(&queue, &item), -EPIPE);
	CU_ASSERT_EQUAL(quern_queue_put(&queue, &a), -EPIPE);
	CU_ASSERT_EQUAL(quern_queue_get(&queue, &item), -EPIPE);
	close_queue();
}

static void
what_cannot_be_is_refused(void)
{
	void *item;

	CU_ASSERT_EQUAL(quern_queue_init(&queue, 0), -EINVAL);
	CU_ASSERT_EQUAL(quern_queue_init(NULL, 1), -EINVAL);
	CU_ASSERT_EQUAL(quern_queue_init(&queue, SIZE_MAX / 2), -ENOMEM);
	faults_arm(1, true);
	CU_ASSERT_EQUAL(quern_queue_init(&queue, 1), -ENOMEM);
	(void)faults_disarm();
	if (!open_queue(1))
		return;
	CU_ASSERT_EQUAL(quern_queue_put(&queue, NULL), -EPERM);
	CU_ASSERT_EQUAL(quern_queue_get(&queue, &item), -EPERM);
	CU_ASSERT_EQUAL(quern_queue_get(&queue, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_queue_put(NULL, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_queue_count(NULL), 0);
	quern_queue_close(NULL);
	close_queue();
}

/* ---- closed, or cancelled, while they wait ---- */

static int
put_one(void *item)
{
	return quern_queue_put(&queue, item);
}

static int
get_one(void *unused)
{
	void *item = NULL;
	int err = quern_queue_get(&queue, &item);

	(void)unused;
	return err ? err : *(int *)item;
}

static int
close_it(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_yield(), 0);
	quern_queue_close(&queue);
	return 0;
}

static void
a_close_wakes_all_who_wait(void)
{
	quern_task *task[4];
	int one = 1;

	if (!open_queue(1))
		return;
	for (int i = 0; i < 4; i++)
		spawn(&task[i], put_one, &one);
	spawn(NULL, close_it, NULL);
	rig_run(&task_rig);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(result_of(task[i]), i ? -EPIPE : 0);
	CU_ASSERT_EQUAL(quern_queue_count(&queue), 1);
	close_queue();
	if (!open_queue(1))
		return;
	for (int i = 0; i < 4; i++)
		spawn(&task[i], get_one, NULL);
	spawn(NULL, close_it, NULL);
	rig_run(&task_rig);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(result_of(task[i]), -EPIPE);
	close_queue();
}

static int
put_and_cancel(void *task)
{
	static int item = 7;

	/* It is the first one's, which will not see it. */
	CU_ASSERT_EQUAL(quern_queue_put(&queue, &item), 0);
	return quern_task_cancel(*(quern_task **)task);
}

static void
a_cancelled_get_loses_no_item(void)
{
	quern_task *first, *second;

	if (!open_queue(1))
		return;
	spawn(&first, get_one, NULL);
	spawn(&second, get_one, NULL);
	spawn(NULL, put_and_cancel, &first);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(first), -ECANCELED);
	CU_ASSERT_EQUAL(result_of(second), 7);
	CU_ASSERT_EQUAL(quern_queue_count(&queue), 0);
	close_queue();
}

/* Room is given to one that waits, and the queue closed before it runs. */
static int
get_and_close(void *unused)
{
	void *item;

	(void)unused;
	CU_ASSERT_EQUAL(quern_queue_get(&queue, &item), 0);
	quern_queue_close(&queue);
	return 0;
}

static void
nothing_is_put_after_the_close(void)
{
	quern_task *task[2];
	int one = 1;

	if (!open_queue(1))
		return;
	for (int i = 0; i < 2; i++)
		spawn(&task[i], put_one, &one);
	spawn(NULL, get_and_close, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task[0]), 0);
	CU_ASSERT_EQUAL(result_of(task[1]), -EPIPE);
	CU_ASSERT_EQUAL(quern_queue_count(&queue), 0);
	close_queue();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "items come out in order through little room",
		    items_come_out_in_order_through_little_room },
		{ "several share what there is", several_share_what_there_is },
		{ "who will not wait is told so",
		    who_will_not_wait_is_told_so },
		{ "what cannot be is refused", what_cannot_be_is_refused },
		{ "a close wakes all who wait", a_close_wakes_all_who_wait },
		{ "a cancelled get loses no item",
		    a_cancelled_get_loses_no_item },
		{ "nothing is put after the close",
		    nothing_is_put_after_the_close },
		CU_TEST_INFO_NULL,
	};

	add_suite("queue", tests);
	return run_suites();
}

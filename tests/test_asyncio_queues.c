/* SPDX-License-Identifier: BSD-2-Clause */
/* test_asyncio_queues.c -- what CPython tests of bounded queues. */
#include <errno.h>
#include <quern/together.h>

#include "spawned.h"

enum { MOST = 5 };

/* What is put: the addresses of these. */
static char item[MOST + 1];

/* A task that puts or takes one. */
struct peer {
	quern_queue *queue;
	void *item;
	int status;
};

static int
put_one(void *arg)
{
	struct peer *peer = arg;

	return peer->status = quern_queue_put(peer->queue, peer->item);
}

static int
get_one(void *arg)
{
	struct peer *peer = arg;

	return peer->status = quern_queue_get(peer->queue, &peer->item);
}

/* n of them, which begin now, and wait if they must. */
static void
start(quern_task *task[], quern_task_fn *fn, struct peer peer[], int n,
    quern_queue *queue)
{
	for (int i = 0; i < n; i++) {
		peer[i].queue = queue;
		peer[i].status = 1;
		spawn(&task[i], fn, &peer[i]);
	}
	CU_ASSERT_EQUAL(quern_yield(), 0);
}

static void
put_now(quern_queue *queue, int i)
{
	CU_ASSERT_EQUAL(quern_queue_try_put(queue, &item[i]), 0);
}

/* The next one is that. */
static void
check_next(quern_queue *queue, int i)
{
	void *next = NULL;

	CU_ASSERT_EQUAL(quern_queue_get(queue, &next), 0);
	CU_ASSERT_PTR_EQUAL(next, &item[i]);
}

static struct {
	void (*with)(quern_queue *queue);
	size_t capacity;
} running;

static int
run_with_queue(void *unused)
{
	quern_queue queue;

	(void)unused;
	CU_ASSERT_EQUAL_FATAL(quern_queue_init(&queue, running.capacity), 0);
	running.with(&queue);
	quern_queue_fini(&queue);
	return 0;
}

/* Run a case with a queue for that many. */
static void
run(void (*with)(quern_queue *queue), size_t capacity)
{
	running.with = with;
	running.capacity = capacity;
	CU_ASSERT_EQUAL(run_alone(run_with_queue, NULL), 0);
}

/* ---- get ---- */

static void
get_what_is_there(quern_queue *queue)
{
	put_now(queue, 0);
	put_now(queue, 1);
	check_next(queue, 0);
	check_next(queue, 1);
	CU_ASSERT_EQUAL(quern_queue_count(queue), 0);
}

static void
nonblocking_get(void)
{
	run(get_what_is_there, 2);
}

static void
get_at_once(quern_queue *queue)
{
	void *next = &item[3];

	CU_ASSERT_EQUAL(quern_queue_try_get(queue, &next), -EAGAIN);
	CU_ASSERT_PTR_EQUAL(next, &item[3]);
}

static void
nonblocking_get_exception(void)
{
	run(get_at_once, 1);
}

static void
wait_for_items(quern_queue *queue)
{
	struct peer peer[MOST];
	quern_task *task[MOST];

	start(task, get_one, peer, MOST, queue);
	for (int i = 0; i < MOST; i++) {
		CU_ASSERT_EQUAL(peer[i].status, 1);
		CU_ASSERT_EQUAL(quern_queue_put(queue, &item[i]), 0);
	}
	CU_ASSERT_EQUAL(quern_join_all(task, MOST, NULL), 0);
	/* First come, first served. */
	for (int i = 0; i < MOST; i++) {
		CU_ASSERT_EQUAL(peer[i].status, 0);
		CU_ASSERT_PTR_EQUAL(peer[i].item, &item[i]);
	}
}

static void
blocking_get_waits(void)
{
	run(wait_for_items, 1);
}

static void
cancel_first_getter(quern_queue *queue)
{
	struct peer peer[2];
	quern_task *task[2];

	start(task, get_one, peer, 2, queue);
	CU_ASSERT_EQUAL(quern_task_cancel(task[0]), 0);
	put_now(queue, 0);
	CU_ASSERT_EQUAL(quern_join_all(task, 2, NULL), 0);
	CU_ASSERT_EQUAL(peer[0].status, -ECANCELED);
	CU_ASSERT_EQUAL(peer[1].status, 0);
	CU_ASSERT_PTR_EQUAL(peer[1].item, &item[0]);
}

static void
get_cancelled(void)
{
	run(cancel_first_getter, 1);
}

/* The item was its own already when it was cancelled: it goes to the next. */
static void
cancel_getter_with_item(quern_queue *queue)
{
	struct peer peer[2];
	quern_task *task[2];

	start(task, get_one, peer, 2, queue);
	put_now(queue, 0);
	CU_ASSERT_EQUAL(quern_task_cancel(task[0]), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	/* One of the two has it, and the queue has none. */
	CU_ASSERT_EQUAL((peer[0].status == 0) + (peer[1].status == 0), 1);
	CU_ASSERT_EQUAL(quern_queue_count(queue), 0);
	(void)quern_task_cancel(task[1]);
	CU_ASSERT_EQUAL(quern_join_all(task, 2, NULL), 0);
}

static void
get_cancel_race(void)
{
	run(cancel_getter_with_item, 1);
}

static void
get_in_time(quern_queue *queue)
{
	void *next;

	CU_ASSERT_EQUAL(quern_timeout_begin(MS), 0);
	CU_ASSERT_EQUAL(quern_queue_get(queue, &next), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	/* Nothing was lost by that. */
	put_now(queue, 4);
	check_next(queue, 4);
}

static void
get_with_timeout(void)
{
	run(get_in_time, 1);
}

/* ---- put ---- */

static void
put_at_once(quern_queue *queue)
{
	put_now(queue, 0);
	CU_ASSERT_EQUAL(quern_queue_try_put(queue, &item[1]), -EAGAIN);
	CU_ASSERT_EQUAL(quern_queue_count(queue), 1);
	check_next(queue, 0);
}

static void
nonblocking_put_exception(void)
{
	run(put_at_once, 1);
}

static void
wait_for_room(quern_queue *queue)
{
	struct peer peer[MOST];
	quern_task *task[MOST];

	for (int i = 0; i < MOST; i++)
		peer[i].item = &item[i + 1];
	put_now(queue, 0);
	start(task, put_one, peer, MOST, queue);
	for (int i = 0; i <= MOST; i++)
		check_next(queue, i);
	CU_ASSERT_EQUAL(quern_join_all(task, MOST, NULL), 0);
}

static void
blocking_put_waits(void)
{
	run(wait_for_room, 1);
}

static void
cancel_putter(quern_queue *queue)
{
	struct peer peer[2] = { { .item = &item[1] }, { .item = &item[2] } };
	quern_task *task[2];

	put_now(queue, 0);
	start(task, put_one, peer, 2, queue);
	CU_ASSERT_EQUAL(quern_task_cancel(task[0]), 0);
	/* What it would have put is not there. */
	check_next(queue, 0);
	check_next(queue, 2);
	CU_ASSERT_EQUAL(quern_join_all(task, 2, NULL), 0);
	CU_ASSERT_EQUAL(peer[0].status, -ECANCELED);
	CU_ASSERT_EQUAL(peer[1].status, 0);
	CU_ASSERT_EQUAL(quern_queue_count(queue), 0);
}

static void
put_cancelled(void)
{
	run(cancel_putter, 1);
}

/* There was room for it already when it was cancelled: that is the next one's. */
static void
cancel_putter_with_room(quern_queue *queue)
{
	struct peer peer[2] = { { .item = &item[1] }, { .item = &item[2] } };
	quern_task *task[2];
	int there;

	put_now(queue, 0);
	start(task, put_one, peer, 2, queue);
	check_next(queue, 0);
	CU_ASSERT_EQUAL(quern_task_cancel(task[0]), 0);
	there = quern_join(task[0], NULL) == 0 && peer[0].status == 0;
	if (there)
		check_next(queue, 1);
	check_next(queue, 2);
	CU_ASSERT_EQUAL(result_of(task[1]), 0);
}

static void
put_cancel_race(void)
{
	run(cancel_putter_with_room, 1);
}

/* ---- shutdown ---- */

static void
close_it(quern_queue *queue)
{
	struct peer peer[2];
	quern_task *task[2];
	void *next;

	start(task, get_one, peer, 2, queue);
	quern_queue_close(queue);
	quern_queue_close(queue);
	CU_ASSERT_EQUAL(quern_join_all(task, 2, NULL), 0);
	CU_ASSERT_EQUAL(peer[0].status, -EPIPE);
	CU_ASSERT_EQUAL(peer[1].status, -EPIPE);
	CU_ASSERT_EQUAL(quern_queue_get(queue, &next), -EPIPE);
	CU_ASSERT_EQUAL(quern_queue_put(queue, &item[0]), -EPIPE);
}

static void
shutdown_empty(void)
{
	run(close_it, 1);
}

static void
close_full(quern_queue *queue)
{
	struct peer peer = { .item = &item[2] };
	quern_task *task;
	void *next;

	put_now(queue, 0);
	put_now(queue, 1);
	start(&task, put_one, &peer, 1, queue);
	quern_queue_close(queue);
	CU_ASSERT_EQUAL(result_of(task), -EPIPE);
	check_next(queue, 0);
	check_next(queue, 1);
	CU_ASSERT_EQUAL(quern_queue_get(queue, &next), -EPIPE);
}

static void
shutdown_nonempty(void)
{
	run(close_full, 2);
}

int
main(void)
{
	static const CU_TestInfo gets[] = {
		{ "nonblocking get", nonblocking_get },
		{ "nonblocking get exception", nonblocking_get_exception },
		{ "blocking get waits", blocking_get_waits },
		{ "get cancelled", get_cancelled },
		{ "get cancel race", get_cancel_race },
		{ "get with timeout", get_with_timeout },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo puts[] = {
		{ "nonblocking put exception", nonblocking_put_exception },
		{ "blocking put waits", blocking_put_waits },
		{ "put cancelled", put_cancelled },
		{ "put cancel race", put_cancel_race },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo shutdown[] = {
		{ "empty", shutdown_empty },
		{ "nonempty", shutdown_nonempty },
		CU_TEST_INFO_NULL,
	};

	add_suite("asyncio: queues, get", gets);
	add_suite("asyncio: queues, put", puts);
	add_suite("asyncio: queues, shutdown", shutdown);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queue.c -- a bounded queue between tasks, see together.h.
 *
 * Two semaphores count what is free and what is there.  An item stays in the
 * ring until the task that has been given one runs, so an interrupt loses none.
 *
 *   Q1  n items are there, from `head` on.
 *   Q2  items.value and those who have been given one are n together;
 *       room.value and those who have been given room, capacity - n.
 */
#include <errno.h>

#include "mem.h"
#include "semaphore.h"
#include "task.h"

int
quern_queue_init(quern_queue *queue, size_t capacity)
{
	size_t bytes;

	if (!queue || !capacity)
		return -EINVAL;
	if (__builtin_mul_overflow(capacity, sizeof(void *), &bytes))
		return -ENOMEM;
	*queue = (quern_queue) { .own = { .capacity = capacity } };
	queue->own.item = quern__alloc_as_is(bytes);
	if (!queue->own.item)
		return -ENOMEM;
	quern_semaphore_init(&queue->own.room, capacity);
	quern_semaphore_init(&queue->own.items, 0);
	return 0;
}

void
quern_queue_fini(quern_queue *queue)
{
	if (!queue)
		return;
	quern__free(queue->own.item);
	queue->own.item = NULL;
}

/* There is room, and it has been taken. */
static void
push(quern_queue *queue, void *item)
{
	size_t at = queue->own.head + queue->own.n++;

	queue->own.item[at % queue->own.capacity] = item;
	quern_semaphore_release(&queue->own.items);
}

/* There is an item, and it has been taken. */
static void *
pop(quern_queue *queue)
{
	void *item = queue->own.item[queue->own.head];

	queue->own.head = (queue->own.head + 1) % queue->own.capacity;
	queue->own.n--;
	quern_semaphore_release(&queue->own.room);
	return item;
}

int
quern_queue_put(quern_queue *queue, void *item)
{
	int err;

	if (!queue)
		return -EINVAL;
	err = queue->own.closed ? -EPIPE : 0;
	if (!err)
		err = quern_semaphore_acquire(&queue->own.room);
	if (err)
		return err;
	/* While this one was about to run. */
	if (queue->own.closed) {
		quern_semaphore_release(&queue->own.room);
		return -EPIPE;
	}
	push(queue, item);
	return 0;
}

int
quern_queue_get(quern_queue *queue, void **item)
{
	int err;

	if (!queue || !item)
		return -EINVAL;
	if (queue->own.closed && !queue->own.items.own.value)
		return -EPIPE;
	err = quern_semaphore_acquire(&queue->own.items);
	if (!err)
		*item = pop(queue);
	return err;
}

/* Take 1 if there is any. */
static bool
try(quern_semaphore *semaphore)
{
	if (!semaphore->own.value)
		return false;
	semaphore->own.value--;
	return true;
}

int
quern_queue_try_put(quern_queue *queue, void *item)
{
	if (!queue)
		return -EINVAL;
	if (queue->own.closed)
		return -EPIPE;
	if (!try(&queue->own.room))
		return -EAGAIN;
	push(queue, item);
	return 0;
}

int
quern_queue_try_get(quern_queue *queue, void **item)
{
	if (!queue || !item)
		return -EINVAL;
	if (!try(&queue->own.items))
		return queue->own.closed ? -EPIPE : -EAGAIN;
	*item = pop(queue);
	return 0;
}

void
quern_queue_close(quern_queue *queue)
{
	if (!queue)
		return;
	queue->own.closed = true;
	while (quern__line_wake(&queue->own.room.own.line, -EPIPE))
		;
	while (quern__line_wake(&queue->own.items.own.line, -EPIPE))
		;
}

size_t
quern_queue_count(const quern_queue *queue)
{
	return queue ? queue->own.n : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accounts.c -- what an executor owes: jobs not yet delivered, loops that hold
 * it, and who wants to hear when there is room.
 *
 * `accepted` is a count with a flag in its top bit, in one word, so that "is
 * it full?" and "tell me about room" cannot slip past each other: the refused
 * submit sets the flag with the same kind of exchange that the delivery counts
 * down with, and one of the two comes second and sees the other.
 */
#include <errno.h>

#include "front.h"
#include "pool.h"

#define WANTED ((uint64_t)1 << 63)

static uint64_t
count_of(uint64_t accepted)
{
	return accepted & ~WANTED;
}

static size_t
room_of(const quern_executor *pool, uint64_t accepted)
{
	/* A forced one may be beyond the limit. */
	return count_of(accepted) < pool->queue_limit ?
	    pool->queue_limit - count_of(accepted) :
	    0;
}

size_t
quern__pool_take_slots(quern_executor *pool, size_t most)
{
	uint64_t now = __atomic_load_n(&pool->accepted, __ATOMIC_RELAXED);
	size_t n;

	do {
		n = room_of(pool, now);
		if (!n)
			return 0;
		n = n < most ? n : most;
		/* relaxed: a count; the jobs travel through the lock. */
	} while (!__atomic_compare_exchange_n(&pool->accepted, &now, now + n,
	    true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return n;
}

size_t
quern__pool_room(const quern_executor *pool)
{
	/* relaxed: a number that may be another one by now. */
	return room_of(
	    pool, __atomic_load_n(&pool->accepted, __ATOMIC_RELAXED));
}

void
quern__pool_force_slot(quern_executor *pool)
{
	__atomic_fetch_add(&pool->accepted, 1, __ATOMIC_RELAXED);
}

static void
set_room_locked(quern_loop *loop, enum quern__room room)
{
	/* relaxed: read without the lock only to keep the loop alive. */
	__atomic_store_n(&loop->room, room, __ATOMIC_RELAXED);
}

/* Tell the loops that want to hear of room.  The lock is held. */
static void
tell_room_locked(quern_executor *pool)
{
	/* relaxed: the lock orders this against other tellers. */
	__atomic_fetch_and(&pool->accepted, ~WANTED, __ATOMIC_RELAXED);
	for (quern_loop *loop = pool->loops; loop; loop = loop->next_loop) {
		if (loop->room != QUERN__ROOM_WANTED)
			continue;
		set_room_locked(loop, QUERN__ROOM_DUE);
		quern__front_ring(loop);
	}
}

void
quern__pool_give_slots(quern_executor *pool, size_t n)
{
	uint64_t now = __atomic_load_n(&pool->accepted, __ATOMIC_RELAXED);

	/*
	 * release: pairs with the acquire in quern_executor_destroy().  Our
	 * last touch of the executor, which may be gone right after; so when a
	 * loop wants to be told, that comes first, and the lock keeps the
	 * executor from being freed under us.
	 */
	while (!(now & WANTED))
		if (__atomic_compare_exchange_n(&pool->accepted, &now, now - n,
			true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return;
	pthread_mutex_lock(&pool->lock);
	__atomic_fetch_sub(&pool->accepted, n, __ATOMIC_RELEASE);
	tell_room_locked(pool);
	pthread_mutex_unlock(&pool->lock);
}

void
quern__pool_want_room(quern_executor *pool, quern_loop *loop)
{
	uint64_t now;

	pthread_mutex_lock(&pool->lock);
	set_room_locked(loop, QUERN__ROOM_WANTED);
	now = __atomic_fetch_or(&pool->accepted, WANTED, __ATOMIC_RELAXED);
	/* A delivery came between the refusal and the flag. */
	if (count_of(now) < pool->queue_limit)
		tell_room_locked(pool);
	pthread_mutex_unlock(&pool->lock);
}

bool
quern__pool_take_room(quern_executor *pool, quern_loop *loop)
{
	bool due;

	pthread_mutex_lock(&pool->lock);
	due = loop->room == QUERN__ROOM_DUE;
	if (due)
		set_room_locked(loop, QUERN__ROOM_QUIET);
	pthread_mutex_unlock(&pool->lock);
	return due;
}

int
quern__pool_attach(quern_executor *pool, quern_loop *loop)
{
	int err = 0;

	pthread_mutex_lock(&pool->lock);
	if (pool->closed) {
		err = -ESHUTDOWN;
	} else {
		loop->next_loop = pool->loops;
		pool->loops = loop;
	}
	pthread_mutex_unlock(&pool->lock);
	return err;
}

void
quern__pool_detach(quern_executor *pool, quern_loop *loop)
{
	quern_loop **at;

	pthread_mutex_lock(&pool->lock);
	for (at = &pool->loops; *at != loop; at = &(*at)->next_loop)
		;
	*at = loop->next_loop;
	pthread_mutex_unlock(&pool->lock);
}

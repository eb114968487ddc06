/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * done.c -- the list of ended jobs of a loop.
 *
 *     worker.c --> [done.c] --> deliver.c
 *
 * Lock-free, since a worker must never wait for the loop's thread.  The push
 * that finds the list empty rings; those after it know that a ring is under
 * way.  Taking empties the list in one exchange, so no push can fall between
 * the last look and the next ring.  Nodes cannot come back while a push is
 * under way (the ABA problem): nobody takes single ones.
 */
#include "done.h"

bool
quern__done_push(struct quern__done *done, quern_job *job)
{
	quern_job *head = __atomic_load_n(&done->head, __ATOMIC_RELAXED);

	do {
		job->own.next = head;
		/*
		 * release: pairs with the acquire in quern__done_take().  The
		 * loop's thread must see the results and the status, not just
		 * the pointer.  Later pushes are read-modify-writes, so they
		 * extend this release sequence.
		 */
	} while (!__atomic_compare_exchange_n(
	    &done->head, &head, job, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return !head;
}

quern_job *
quern__done_take(struct quern__done *done)
{
	/* acquire: pairs with the release in quern__done_push(). */
	quern_job *job =
	    __atomic_exchange_n(&done->head, NULL, __ATOMIC_ACQUIRE);
	quern_job *first = NULL, *next;

	for (; job; job = next) {
		next = job->own.next;
		job->own.next = first;
		first = job;
	}
	return first;
}

bool
quern__done_is_empty(const struct quern__done *done)
{
	/* relaxed: a hint; taking is what counts. */
	return !__atomic_load_n(&done->head, __ATOMIC_RELAXED);
}

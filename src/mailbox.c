/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mailbox.c -- a list of jobs that many threads push to and one takes whole.
 *
 *     submit.c --> [mailbox.c] --> worker.c      jobs that come in
 *     worker.c --> [mailbox.c] --> deliver.c     jobs that have ended
 *
 * Lock-free, since a loop must never wait for a worker nor a worker for the
 * loop.  The push that finds the mailbox empty sees to it that somebody comes;
 * those after it know that this is under way.  Taking empties it in one
 * exchange, so no push can fall between the last look and the next call.
 * Nodes cannot come back while a push is under way (the ABA problem): nobody
 * takes single ones.
 *
 * A mailbox that is shut points to itself.
 */
#include "mailbox.h"

#include "ahead.h"

enum quern__pushed
quern__mailbox_push(
    struct quern__mailbox *mailbox, quern_job *latest, quern_job *earliest)
{
	quern_job *head = __atomic_load_n(&mailbox->head, __ATOMIC_RELAXED);

	do {
		if (head == quern__mailbox_shut_mark(mailbox))
			return QUERN__SHUT;
		earliest->own.next = head;
		/*
		 * release: pairs with the acquire in
		 * quern__mailbox_take_latest().  Whoever takes must see what
		 * the jobs carry, not just the pointers.  Later pushes are
		 * read-modify-writes, so they extend this release sequence.
		 * seq_cst because the pool's pushers look next who is asleep
		 * (idle.c), and a loop's whether it looks (deliver.c).
		 */
	} while (!__atomic_compare_exchange_n(&mailbox->head, &head, latest,
	    true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	return head ? QUERN__PUSHED : QUERN__PUSHED_FIRST;
}

quern_job *
quern__mailbox_take_latest(struct quern__mailbox *mailbox)
{
	quern_job *head = __atomic_load_n(&mailbox->head, __ATOMIC_RELAXED);

	do {
		if (head == quern__mailbox_shut_mark(mailbox))
			return NULL;
		/* acquire: pairs with the release in quern__mailbox_push(). */
	} while (!__atomic_compare_exchange_n(&mailbox->head, &head, NULL, true,
	    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	return head;
}

quern_job *
quern__mailbox_take(struct quern__mailbox *mailbox)
{
	quern_job *job = quern__mailbox_take_latest(mailbox);
	quern_job *first = NULL, *next;

	for (; job; job = next) {
		/* To be delivered: whom it tells. */
		quern__ahead_fetch(job, offsetof(quern_job, own.then));
		next = job->own.next;
		job->own.next = first;
		first = job;
	}
	return first;
}

quern_job *
quern__mailbox_shut(struct quern__mailbox *mailbox)
{
	return __atomic_exchange_n(&mailbox->head,
	    quern__mailbox_shut_mark(mailbox), __ATOMIC_SEQ_CST);
}

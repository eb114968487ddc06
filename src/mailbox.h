/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mailbox.h -- a list of jobs that many threads push to and one takes whole.
 *
 * A pool has one for the jobs that come in, a loop has one for those that have
 * ended.  Linked through own.next.
 */
#ifndef QUERN_SRC_MAILBOX_H
#define QUERN_SRC_MAILBOX_H

#include <quern/loop.h>

struct quern__mailbox {
	quern_job *head; /* the latest; atomic */
};

enum quern__pushed {
	QUERN__PUSHED,
	QUERN__PUSHED_FIRST, /* the mailbox was empty */
	QUERN__SHUT,         /* refused, nothing was changed but own.next */
};

/* What the head of a mailbox points to once it is shut: no job at all. */
static inline quern_job *
quern__mailbox_shut_mark(struct quern__mailbox *mailbox)
{
	return (quern_job *)(void *)mailbox;
}

/*
 * Add a chain of jobs: `latest` first, linked by own.next down to `earliest`.
 * They belong to whoever takes them from here on, and may be gone when this
 * returns.
 */
enum quern__pushed quern__mailbox_push(
    struct quern__mailbox *mailbox, quern_job *latest, quern_job *earliest);

/*
 * The same for one job, unless the mailbox is empty (or shut): false, and then
 * nothing was done.
 */
static inline bool
quern__mailbox_push_behind(struct quern__mailbox *mailbox, quern_job *job)
{
	quern_job *head = __atomic_load_n(&mailbox->head, __ATOMIC_RELAXED);

	do {
		if (!head || head == quern__mailbox_shut_mark(mailbox))
			return false;
		job->own.next = head;
		/* release: as in quern__mailbox_push(). */
	} while (!__atomic_compare_exchange_n(&mailbox->head, &head, job, true,
	    __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return true;
}

/*
 * All of them, the earliest first, chained by own.next; NULL: none.
 */
quern_job *quern__mailbox_take(struct quern__mailbox *mailbox);

/* The same, but the latest first, as they were pushed. */
quern_job *quern__mailbox_take_latest(struct quern__mailbox *mailbox);

/* That for the last time: from here on every push is refused. */
quern_job *quern__mailbox_shut(struct quern__mailbox *mailbox);

static inline bool
quern__mailbox_is_empty(const struct quern__mailbox *mailbox)
{
	/* relaxed: a hint; taking is what counts. */
	const void *head = __atomic_load_n(&mailbox->head, __ATOMIC_RELAXED);

	return !head || head == mailbox; /* shut */
}

#endif

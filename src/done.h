/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * done.h -- the list of ended jobs of a loop.
 *
 * Many threads push, one takes all.  Linked through own.next.
 */
#ifndef QUERN_SRC_DONE_H
#define QUERN_SRC_DONE_H

#include <quern/loop.h>

struct quern__done {
	quern_job *head; /* the latest; atomic */
};

/*
 * Add `job`.  True if the list was empty: then, and only then, the pusher rings
 * the loop.  The job belongs to the loop's thread from here on and may be gone
 * when this returns.
 */
bool quern__done_push(struct quern__done *done, quern_job *job);

/* All of them, the oldest first, chained by own.next; NULL: none. */
quern_job *quern__done_take(struct quern__done *done);

bool quern__done_is_empty(const struct quern__done *done);

#endif

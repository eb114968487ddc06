/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ahead.h -- jobs further down a list are fetched while we are at this one.
 *
 * Following a list costs one cache miss after the other, 300 ns each where the
 * cores share no cache.  So a job in a mailbox or in the line also names the
 * one that is to come QUERN__AHEAD places later, as whoever made the list knew
 * it (jump pointers: Luk and Mowry 1996, Roth and Sohi 1999).
 *
 * A name is only ever fetched into the cache, which asks nothing of what is
 * there: the job may have left the list, or be gone.
 */
#ifndef QUERN_SRC_AHEAD_H
#define QUERN_SRC_AHEAD_H

#include <quern/loop.h>
#include <stddef.h>

enum { QUERN__AHEAD = 8 };

/* The last ones of a list that is made back to front. */
struct quern__trail {
	quern_job *job[QUERN__AHEAD];
	unsigned n;
};

/* Of what this thread has handed on, for mailboxes. */
extern _Thread_local struct quern__trail quern__handed_on
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* `job`, which the caller owns, comes before those of the trail. */
static inline void
quern__trail_add(struct quern__trail *trail, quern_job *job)
{
	quern_job **place = &trail->job[trail->n++ % QUERN__AHEAD];

	job->own.ahead = *place;
	*place = job;
}

/* Fetch where the one ahead is, and the cache line at offset `also`; job.h. */
static inline void
quern__ahead_fetch(const quern_job *job, size_t also)
{
	const quern_job *ahead = job->own.ahead;

	if (!ahead)
		return;
	__builtin_prefetch(&ahead->own.next, 1);
	__builtin_prefetch((const char *)ahead + also);
}

#endif

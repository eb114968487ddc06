/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * batch.h -- calls that a worker has taken from the line, to run one by one.
 *
 * One visit to the line, and one lock, for many small jobs.  They are still
 * waiting: each sits in a slot, and whoever empties the slot owns the job: the
 * worker that runs it, a thread that cancels it, or a worker with nothing to do
 * that puts the rest back in line.  So a job behind one that takes long waits
 * no longer than it would in the line.
 */
#ifndef QUERN_SRC_BATCH_H
#define QUERN_SRC_BATCH_H

#include <quern/loop.h>

enum { QUERN__BATCH = 64 };

struct quern__line;
struct quern__worker;

struct quern__batch {
	quern_job *slot[QUERN__BATCH]; /* atomic; NULL: emptied */
	unsigned next;   /* the worker's own: the first not looked at */
	unsigned filled; /* the worker writes it, with the pool's lock held */
};

/*
 * Fill the caller's own batch, which is empty, with up to `most` calls from
 * lane `lane`, with the pool's lock held.
 */
void quern__batch_fill_locked(
    struct quern__worker *worker, unsigned lane, size_t most);

/* The next job, which is the caller's now; NULL: none.  The worker's own. */
quern_job *quern__batch_take(struct quern__batch *batch);

/*
 * Put what is left of any worker's batch back in line, before all others, with
 * the pool's lock held.  False if there was nothing.
 */
bool quern__batch_return_locked(
    struct quern__batch *batch, struct quern__line *line);

/* How many are left, with the pool's lock held. */
unsigned quern__batch_left_locked(const struct quern__batch *batch);

/*
 * Take `job`, whose place is IN_BATCH, out of its batch, with the pool's lock
 * held.  False if it is not there any more.
 */
bool quern__batch_withdraw_locked(quern_executor *pool, quern_job *job);

#endif

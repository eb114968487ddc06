/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeouts.h -- the jobs of a loop that have a deadline, the earliest first.
 *
 * A pairing heap through own.heap_*, so that adding never allocates and a job
 * can leave from anywhere.  Adding costs O(1), leaving O(log n) amortised.
 * The loop's lock guards it.
 *
 * Invariants, whenever the lock is free (tests assert them):
 *   T1  no job's deadline is earlier than its parent's.
 *   T2  heap_prev is the left neighbour, or for a first child the parent, and
 *       NULL for the root, which has no heap_next.
 *   T3  in_heap is set for exactly the jobs in the heap.
 */
#ifndef QUERN_SRC_TIMEOUTS_H
#define QUERN_SRC_TIMEOUTS_H

#include <quern/loop.h>

struct quern__timeouts {
	quern_job *root; /* the earliest deadline; NULL: none */
};

/* Add `job`, which has a deadline and is not in a heap. */
void quern__timeouts_add(struct quern__timeouts *timeouts, quern_job *job);
/* Remove `job`; nothing happens if it is not in. */
void quern__timeouts_remove(struct quern__timeouts *timeouts, quern_job *job);

#endif

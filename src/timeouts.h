/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeouts.h -- what has a deadline, the earliest first: jobs of a loop, which
 * the loop's lock guards, and its tasks, which belong to its thread.
 *
 * A pairing heap of nodes that lie where they are needed, so that adding never
 * allocates and a node can leave from anywhere.  Adding costs O(1), leaving
 * O(log n) amortised.
 *
 * Invariants (tests assert them):
 *   T1  no deadline is earlier than that of the node's parent.
 *   T2  prev is the left neighbour, or for a first child the parent.
 *   T3  prev is NULL for the root, which has no next, and for a node that is
 *       not in a heap.
 */
#ifndef QUERN_SRC_TIMEOUTS_H
#define QUERN_SRC_TIMEOUTS_H

#include <quern/loop.h>
#include <stdbool.h>

struct quern__timeouts {
	struct quern_deadline *root; /* the earliest; NULL: none */
};

/* Add a node, which has its time and is in no heap. */
void quern__timeouts_add(
    struct quern__timeouts *timeouts, struct quern_deadline *node);
/* Remove it; nothing happens if it is not in. */
void quern__timeouts_remove(
    struct quern__timeouts *timeouts, struct quern_deadline *node);
/* Is it in this heap?  It is in no other one. */
bool quern__timeouts_have(
    const struct quern__timeouts *timeouts, const struct quern_deadline *node);

#endif

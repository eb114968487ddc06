/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeouts.h -- what has a deadline, the earliest first: jobs of a loop, which
 * the loop's lock guards, and its tasks, which belong to its thread.
 *
 * A pairing heap of nodes that lie where they are needed, so that adding never
 * allocates and a node can leave from anywhere.  Adding costs O(1), leaving
 * O(log n) amortised.
 *
 * Most programs wait equally long for most things, so most deadlines come in
 * order: what is no earlier than all that came in order before goes to a list
 * instead, where both cost O(1) and touch no more than the neighbours.  When
 * 100,000 tasks slept for a second, each of the heap's nodes on a stack of its
 * own, the first to wake up had to wait for 15 ms, and the last one for 35.
 *
 * Invariants (tests assert them):
 *   T1  no deadline is earlier than that of the node's parent.
 *   T2  prev is the left neighbour, or for a first child the parent.
 *   T3  prev is NULL for the root, which has no next, and for a node that is
 *       in neither.
 *   T4  the list is in order; each of its nodes is its own child.
 */
#ifndef QUERN_SRC_TIMEOUTS_H
#define QUERN_SRC_TIMEOUTS_H

#include <quern/loop.h>
#include <stdbool.h>

struct quern__timeouts {
	struct quern_deadline *root;          /* of the heap */
	struct quern_deadline *listed, *last; /* of the list */
};

/* The earliest; NULL: none. */
struct quern_deadline *quern__timeouts_first(
    const struct quern__timeouts *timeouts);

/* Add a node, which has its time and is in none. */
void quern__timeouts_add(
    struct quern__timeouts *timeouts, struct quern_deadline *node);
/* Remove it; nothing happens if it is not in. */
void quern__timeouts_remove(
    struct quern__timeouts *timeouts, struct quern_deadline *node);
/* Is it in here?  It is in no other one. */
bool quern__timeouts_have(
    const struct quern__timeouts *timeouts, const struct quern_deadline *node);

#endif

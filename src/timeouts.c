/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeouts.c -- what has a deadline, the earliest first; see timeouts.h.
 *
 * Method  pairing heap, two-pass merging (Fredman, Sedgewick, Sleator, Tarjan
 *         1986).
 */
#include "timeouts.h"

/* ---- in the heap ---- */

/* Join two heaps; either may be NULL. */
static struct quern_deadline *
merge(struct quern_deadline *a, struct quern_deadline *b)
{
	struct quern_deadline *swap;

	if (!a || !b)
		return a ? a : b;
	if (b->at_ns < a->at_ns) {
		swap = a;
		a = b;
		b = swap;
	}
	b->prev = a;
	b->next = a->child;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	return a;
}

/* Cut `node` off from its neighbours, with all that is below it. */
static void
detach(struct quern_deadline *node)
{
	struct quern_deadline *prev = node->prev, *next = node->next;

	if (prev && prev->child == node)
		prev->child = next;
	else if (prev)
		prev->next = next;
	if (next)
		next->prev = prev;
	node->prev = node->next = NULL;
}

/* Make one heap of the children of `node`. */
static struct quern_deadline *
merge_children(struct quern_deadline *node)
{
	struct quern_deadline *pairs = NULL, *heap = NULL, *a, *b;

	/* First pass: merge neighbours; the pairs form a stack. */
	while ((a = node->child)) {
		detach(a);
		b = node->child;
		if (b)
			detach(b);
		a = merge(a, b);
		a->next = pairs;
		pairs = a;
	}
	/* Second pass: merge the pairs, the last one first. */
	while ((a = pairs)) {
		pairs = a->next;
		a->next = NULL;
		heap = merge(heap, a);
	}
	return heap;
}

/* ---- in order ---- */

/*
 * A node in the list is its own child, which none in the heap is.
 */
static bool
is_listed(const struct quern_deadline *node)
{
	return node->child == node;
}

static void
append(struct quern__timeouts *timeouts, struct quern_deadline *node)
{
	node->child = node;
	node->prev = timeouts->last;
	if (timeouts->last)
		timeouts->last->next = node;
	else
		timeouts->listed = node;
	timeouts->last = node;
}

static void
unlist(struct quern__timeouts *timeouts, struct quern_deadline *node)
{
	if (node->prev)
		node->prev->next = node->next;
	else
		timeouts->listed = node->next;
	if (node->next)
		node->next->prev = node->prev;
	else
		timeouts->last = node->prev;
	node->child = node->next = node->prev = NULL;
}

/* ---- both ---- */

void
quern__timeouts_add(
    struct quern__timeouts *timeouts, struct quern_deadline *node)
{
	node->child = node->next = node->prev = NULL;
	if (!timeouts->last || node->at_ns >= timeouts->last->at_ns)
		append(timeouts, node);
	else
		timeouts->root = merge(timeouts->root, node);
}

struct quern_deadline *
quern__timeouts_first(const struct quern__timeouts *timeouts)
{
	struct quern_deadline *listed = timeouts->listed;
	struct quern_deadline *root = timeouts->root;

	if (!listed || !root)
		return listed ? listed : root;
	return root->at_ns < listed->at_ns ? root : listed;
}

bool
quern__timeouts_have(
    const struct quern__timeouts *timeouts, const struct quern_deadline *node)
{
	return is_listed(node) || node->prev || timeouts->root == node;
}

void
quern__timeouts_remove(
    struct quern__timeouts *timeouts, struct quern_deadline *node)
{
	struct quern_deadline *below;

	if (!quern__timeouts_have(timeouts, node))
		return;
	if (is_listed(node)) {
		unlist(timeouts, node);
		return;
	}
	below = merge_children(node);
	if (timeouts->root == node) {
		timeouts->root = below;
	} else {
		detach(node);
		timeouts->root = merge(timeouts->root, below);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeouts.c -- the jobs of a loop that have a deadline; see timeouts.h.
 *
 * Method  pairing heap, two-pass merging (Fredman, Sedgewick, Sleator, Tarjan
 *         1986).
 */
#include "timeouts.h"

/* Join two heaps; either may be NULL. */
static quern_job *
merge(quern_job *a, quern_job *b)
{
	quern_job *swap;

	if (!a || !b)
		return a ? a : b;
	if (b->own.deadline_ns < a->own.deadline_ns) {
		swap = a;
		a = b;
		b = swap;
	}
	b->own.heap_prev = a;
	b->own.heap_next = a->own.heap_child;
	if (a->own.heap_child)
		a->own.heap_child->own.heap_prev = b;
	a->own.heap_child = b;
	return a;
}

/* Cut `job` off from its neighbours, with all that is below it. */
static void
detach(quern_job *job)
{
	quern_job *prev = job->own.heap_prev, *next = job->own.heap_next;

	if (prev && prev->own.heap_child == job)
		prev->own.heap_child = next;
	else if (prev)
		prev->own.heap_next = next;
	if (next)
		next->own.heap_prev = prev;
	job->own.heap_prev = job->own.heap_next = NULL;
}

/* Make one heap of the children of `job`. */
static quern_job *
merge_children(quern_job *job)
{
	quern_job *pairs = NULL, *heap = NULL, *a, *b;

	/* First pass: merge neighbours; the pairs form a stack. */
	while ((a = job->own.heap_child)) {
		detach(a);
		b = job->own.heap_child;
		if (b)
			detach(b);
		a = merge(a, b);
		a->own.heap_next = pairs;
		pairs = a;
	}
	/* Second pass: merge the pairs, the last one first. */
	while ((a = pairs)) {
		pairs = a->own.heap_next;
		a->own.heap_next = NULL;
		heap = merge(heap, a);
	}
	return heap;
}

void
quern__timeouts_add(struct quern__timeouts *timeouts, quern_job *job)
{
	job->own.heap_child = job->own.heap_next = job->own.heap_prev = NULL;
	job->own.in_heap = 1;
	timeouts->root = merge(timeouts->root, job);
}

void
quern__timeouts_remove(struct quern__timeouts *timeouts, quern_job *job)
{
	quern_job *below;

	if (!job->own.in_heap)
		return;
	below = merge_children(job);
	if (timeouts->root == job) {
		timeouts->root = below;
	} else {
		detach(job);
		timeouts->root = merge(timeouts->root, below);
	}
	job->own.in_heap = 0;
}

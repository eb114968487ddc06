/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_way.c -- which records are of one trip of a job.
 *
 *     trace_json.c --> [trace_way.c]
 *
 * A job is known by its address and may be submitted again and again, while
 * readers of the file want an id for each trip that no other trip has.  Parts
 * of a trip begin with its submit and before the next submit of the same job:
 * what a worker does, since a submit is marked before the job is handed on, and
 * the callback, which is the first that may submit the job once more.
 */
#include "trace_way.h"

#include <errno.h>
#include <stdlib.h>

#include "mem.h"

/* Count the submits since `start_ns`, and note them in `submit`. */
static size_t
collect(const struct quern__ring *rings, uint64_t start_ns,
    const struct quern__record **submit)
{
	size_t n = 0;

	for (; rings; rings = rings->next)
		for (uint64_t i = quern__ring_first(rings); i < rings->count;
		     i++) {
			const struct quern__record *record =
			    &rings->record[i % QUERN__RING_RECORDS];

			if (record->span.mark != QUERN__MARK_SUBMIT ||
			    record->span.begin_ns < start_ns)
				continue;
			if (submit)
				submit[n] = record;
			n++;
		}
	return n;
}

static int
compare(const struct quern__record *a, const struct quern__record *b)
{
	uintptr_t job_a = (uintptr_t)a->span.job,
		  job_b = (uintptr_t)b->span.job;

	if (job_a != job_b)
		return job_a < job_b ? -1 : 1;
	return (a->span.begin_ns > b->span.begin_ns) -
	    (a->span.begin_ns < b->span.begin_ns);
}

static int
compare_pointed(const void *left, const void *right)
{
	const struct quern__record *const *a = left, *const *b = right;

	return compare(*a, *b);
}

int
quern__ways_init(struct quern__ways *ways, const struct quern__ring *rings,
    uint64_t start_ns)
{
	ways->submit = NULL;
	ways->n = collect(rings, start_ns, NULL);
	if (!ways->n)
		return 0;
	ways->submit = quern__alloc_as_is(ways->n * sizeof(*ways->submit));
	if (!ways->submit) {
		ways->n = 0;
		return -ENOMEM;
	}
	(void)collect(rings, start_ns, ways->submit);
	qsort(ways->submit, ways->n, sizeof(*ways->submit), compare_pointed);
	return 0;
}

void
quern__ways_fini(struct quern__ways *ways)
{
	quern__free(ways->submit);
}

size_t
quern__ways_number(
    const struct quern__ways *ways, const struct quern__record *record)
{
	size_t low = 0, high = ways->n, middle;

	/* The first that comes after the record. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(ways->submit[middle], record) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low && ways->submit[low - 1]->span.job == record->span.job ?
	    low :
	    0;
}

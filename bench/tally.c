/* SPDX-License-Identifier: BSD-2-Clause */
/* tally.c -- a counter for each thread; see tally.h. */
#include "tally.h"

#include "rounds.h"

/* A cache line of its own; lives on when its thread has ended. */
struct cell {
	uint64_t count; /* written by its own thread alone */
	struct cell *next;
	char padding[48];
};

/* Push only: release in new_cell(), acquire in tally_sum(). */
static struct cell *cells;
static _Thread_local struct cell *mine;

static void
new_cell(void)
{
	mine = get_memory(1, sizeof(*mine));
	mine->next = __atomic_load_n(&cells, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&cells, &mine->next, mine, true,
	    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

void
tally_add(void)
{
	if (!mine)
		new_cell();
	/*
	 * relaxed: whoever wants an exact sum has been told of this through
	 * the completion of the job, which releases and acquires.
	 */
	__atomic_store_n(&mine->count, mine->count + 1, __ATOMIC_RELAXED);
}

uint64_t
tally_sum(void)
{
	struct cell *cell = __atomic_load_n(&cells, __ATOMIC_ACQUIRE);
	uint64_t sum = 0;

	for (; cell; cell = cell->next)
		sum += __atomic_load_n(&cell->count, __ATOMIC_RELAXED);
	return sum;
}

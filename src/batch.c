/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * batch.c -- calls that a worker has taken from the line, to run one by one.
 *
 *     line.c --> [batch.c] --> worker.c
 *
 * Slots are filled with the pool's lock held and emptied with one exchange,
 * with or without it.  A job is not looked at before its slot has been won: it
 * may have been cancelled, delivered and freed.  The other way round, a job
 * that knows its slot (at.batch) may have left it; then the slot holds another
 * job, or none.
 *
 * relaxed, where a slot is emptied by its own worker or under the lock: the
 * worker filled it itself, and the lock orders the others.  What those who
 * empty it do to the job is ordered by where the job goes next.
 */
#include "batch.h"

#include "job.h"
#include "line.h"
#include "pool.h"

void
quern__batch_fill_locked(
    struct quern__worker *worker, unsigned lane, size_t most)
{
	struct quern__batch *batch = &worker->batch;
	quern_job *job[QUERN__BATCH];
	unsigned n;

	n = quern__line_take_calls(&worker->pool->line, lane, job,
	    most < QUERN__BATCH ? (unsigned)most : QUERN__BATCH);
	for (unsigned i = 0; i < n; i++) {
		job[i]->own.place = QUERN__IN_BATCH;
		job[i]->own.at.batch.worker = worker->index;
		job[i]->own.at.batch.slot = i;
		__atomic_store_n(&batch->slot[i], job[i], __ATOMIC_RELAXED);
	}
	batch->next = 0;
	batch->filled = n;
}

static quern_job *
empty(quern_job **slot)
{
	return __atomic_exchange_n(slot, NULL, __ATOMIC_RELAXED);
}

quern_job *
quern__batch_take(struct quern__batch *batch)
{
	quern_job *job;

	while (batch->next < batch->filled) {
		job = empty(&batch->slot[batch->next++]);
		if (job)
			return job;
	}
	return NULL;
}

bool
quern__batch_return_locked(struct quern__batch *batch, struct quern__line *line)
{
	bool any = false;
	quern_job *job;

	/* From the far end, so that the first comes to the front again. */
	for (unsigned n = batch->filled; n > 0; n--) {
		/* relaxed: a look first is cheaper. */
		if (!__atomic_load_n(&batch->slot[n - 1], __ATOMIC_RELAXED))
			continue;
		job = empty(&batch->slot[n - 1]);
		if (job)
			quern__line_push_front(line, job);
		any |= job != NULL;
	}
	return any;
}

unsigned
quern__batch_left_locked(const struct quern__batch *batch)
{
	unsigned left = 0;

	for (unsigned n = 0; n < batch->filled; n++)
		left +=
		    __atomic_load_n(&batch->slot[n], __ATOMIC_RELAXED) != NULL;
	return left;
}

bool
quern__batch_withdraw_locked(quern_executor *pool, quern_job *job)
{
	unsigned worker = job->own.at.batch.worker;
	quern_job *expected = job;
	struct quern__batch *batch;

	/* It may be on its way into a pool made where its last one was. */
	if (worker >= pool->n_workers)
		return false;
	batch = &pool->worker[worker].batch;
	return __atomic_compare_exchange_n(&batch->slot[job->own.at.batch.slot],
	    &expected, NULL, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

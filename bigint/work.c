/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work.c -- a long operation in stages, see work.h.
 *
 *     power.c, product.c, decimal.c, ... --> [work.c] --> quern_run_inside()
 */
#include "work.h"

#include <errno.h>

static void
run_pieces(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct quern__big_work *work = arg;
	size_t done;
	int err = 0;

	for (size_t i = begin; i < end && !err; i++)
		err = quern_should_stop(ctx) ? -ECANCELED :
					       work->piece(work->arg, i);
	if (err) {
		quern_fail(ctx, err);
		return;
	}
	done = __atomic_add_fetch(&work->done, end - begin, __ATOMIC_RELAXED);
	/* Only one thread tells, so that what is told never falls. */
	if (quern_worker_index(ctx) == quern_worker_index(work->ctx))
		quern_set_progress(work->ctx,
		    work->reached +
			work->share * (double)done / (double)work->count);
}

int
quern__big_stage(struct quern__big_work *work, double share, size_t count,
    size_t grain, quern__big_piece *piece, void *arg)
{
	int err;

	work->piece = piece;
	work->arg = arg;
	work->count = count;
	work->share = share;
	work->done = 0;
	err = quern_run_inside(
	    work->ctx, quern_for(count, grain, run_pieces, work));
	return err < 0 ? err : quern__big_step(work, share);
}

int
quern__big_step(struct quern__big_work *work, double share)
{
	work->reached += share;
	quern_set_progress(work->ctx, work->reached);
	return quern_should_stop(work->ctx) ? -ECANCELED : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * context.c -- what a running function may ask and tell.
 *
 * Thin: a context is the job, as seen by one of those who work on it.  Without
 * one, nothing is wrong and nothing happens.
 */
#include <math.h>

#include "grid.h"
#include "job.h"

bool
quern_should_stop(const quern_context *ctx)
{
	return ctx && quern__job_should_stop(ctx->job);
}

void
quern_fail(quern_context *ctx, int status)
{
	if (ctx)
		quern__job_fail(ctx->job, status);
}

void
quern_set_progress(quern_context *ctx, double fraction)
{
	if (!ctx || quern__op_is_loop(&ctx->job->op) || !(fraction >= 0))
		return;
	fraction = fmin(fraction, 1);
	/* relaxed: a number to look at. */
	__atomic_store(
	    &ctx->job->own.progress.fraction, &fraction, __ATOMIC_RELAXED);
}

unsigned
quern_worker_index(const quern_context *ctx)
{
	return ctx ? ctx->index : 0;
}

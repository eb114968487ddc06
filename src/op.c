/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op.c -- the ops that run the user's own functions.
 *
 *     [op.c] --> submit.c --> line.c --> worker.c --> grid.c --> done.c
 *
 * Each builder fills in a quern_op and each kind says how to check and run it;
 * kernels/ does the same for the ready-made ops, so nothing behind this file
 * tells them apart.
 */
#include <quern/op.h>

#include <errno.h>
#include <string.h>

#include "grid.h"
#include "job.h"
#include "kernels/array.h"

/* ---- call ---- */

static int
call_check(const quern_op *op)
{
	return op->how.call ? 0 : -EINVAL;
}

static int
call_call(quern_context *ctx, const quern_op *op)
{
	return op->how.call(ctx, op->arg);
}

static const struct quern_kind call_kind = {
	.name = "call",
	.check = call_check,
	.call = call_call,
};
QUERN_REGISTER(call_kind)

quern_op
quern_call(quern_call_fn *fn, void *arg)
{
	return (quern_op) {
		.kind = &call_kind,
		.count = 1,
		.how.call = fn,
		.arg = arg,
	};
}

/* ---- blocking ---- */

static const struct quern_kind blocking_kind = {
	.name = "blocking",
	.check = call_check,
	.call = call_call,
	.blocking = true,
};
QUERN_REGISTER(blocking_kind)

quern_op
quern_blocking(quern_call_fn *fn, void *arg)
{
	return (quern_op) {
		.kind = &blocking_kind,
		.count = 1,
		.how.call = fn,
		.arg = arg,
	};
}

/* ---- team ---- */

static const struct quern_kind team_kind = {
	.name = "team",
	.check = call_check,
	.call = call_call,
	.team = true,
};
QUERN_REGISTER(team_kind)

quern_op
quern_team(unsigned width, quern_call_fn *fn, void *arg)
{
	return (quern_op) {
		.kind = &team_kind,
		.count = 1,
		.how.call = fn,
		.arg = arg,
		.scalar.i64 = width,
	};
}

/* ---- for ---- */

static int
for_check(const quern_op *op)
{
	return op->how.range ? 0 : -EINVAL;
}

static void
for_range(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	(void)acc;
	op->how.range(ctx, begin, end, op->arg);
}

static const struct quern_kind for_kind = {
	.name = "for",
	.check = for_check,
	.range = for_range,
};
QUERN_REGISTER(for_kind)

quern_op
quern_for(size_t count, size_t grain, quern_range_fn *body, void *arg)
{
	return (quern_op) {
		.kind = &for_kind,
		.count = count,
		.grain = grain,
		.how.range = body,
		.arg = arg,
	};
}

/* ---- map ---- */

static int
map_check(const quern_op *op)
{
	size_t n = op->count;

	if (!op->how.map || !op->out_size || !op->in_size)
		return -EINVAL;
	if (n == 0)
		return 0;
	if (!quern__array_possible(op->out, n, op->out_size, 1) ||
	    !quern__array_possible(op->in, n, op->in_size, 1))
		return -EINVAL;
	if (op->in == op->out && op->in_size == op->out_size)
		return 0;
	return quern__overlap(
		   op->out, n * op->out_size, op->in, n * op->in_size) ?
	    -EINVAL :
	    0;
}

static void
map_range(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	char *out = op->out;
	const char *in = op->in;
	int status;

	(void)acc;
	for (size_t i = begin; i < end; i++) {
		/* An element may take long, and a block is many of them. */
		if (quern__job_was_told(ctx->job)) {
			/* This block did not run whole. */
			quern_fail(ctx, -ECANCELED);
			return;
		}
		status = op->how.map(
		    out + i * op->out_size, in + i * op->in_size, op->arg);
		if (status < 0) {
			quern_fail(ctx, status);
			return;
		}
	}
}

static const struct quern_kind map_kind = {
	.name = "map",
	.check = map_check,
	.range = map_range,
};
QUERN_REGISTER(map_kind)

quern_op
quern_map(void *out, size_t out_size, const void *in, size_t in_size,
    size_t count, quern_map_fn *fn, void *arg)
{
	return (quern_op) {
		.kind = &map_kind,
		.count = count,
		.how.map = fn,
		.arg = arg,
		.out = out,
		.in = in,
		.out_size = out_size,
		.in_size = in_size,
	};
}

/* ---- reduce ---- */

static int
reduce_check(const quern_op *op)
{
	const quern_reducer *how = op->how.reducer;

	if (!how || !op->out)
		return -EINVAL;
	if (!how->size || how->size > PTRDIFF_MAX)
		return -EINVAL;
	return how->identity && how->body && how->combine ? 0 : -EINVAL;
}

static void
reduce_range(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	op->how.reducer->body(ctx, begin, end, acc, op->arg);
}

static size_t
reduce_acc_bytes(const quern_op *op)
{
	return op->how.reducer->size;
}

static void
reduce_identity(const quern_op *op, void *acc)
{
	op->how.reducer->identity(acc, op->arg);
}

static void
reduce_combine(const quern_op *op, void *acc, const void *right)
{
	op->how.reducer->combine(acc, right, op->arg);
}

static int
reduce_finish(const quern_op *op, const void *acc)
{
	memcpy(op->out, acc, op->how.reducer->size);
	return 0;
}

static const struct quern_kind reduce_kind = {
	.name = "reduce",
	.check = reduce_check,
	.range = reduce_range,
	.acc_bytes = reduce_acc_bytes,
	.identity = reduce_identity,
	.combine = reduce_combine,
	.finish = reduce_finish,
};
QUERN_REGISTER(reduce_kind)

quern_op
quern_reduce(size_t count, size_t grain, const quern_reducer *how, void *arg,
    void *result)
{
	return (quern_op) {
		.kind = &reduce_kind,
		.count = count,
		.grain = grain,
		.how.reducer = how,
		.arg = arg,
		.out = result,
	};
}

/* ---- any ---- */

quern_op
quern_with_arg(quern_op op, size_t bytes)
{
	if (op.kind && quern__is_kernel(op.kind))
		return (quern_op) { 0 };
	op.arg_bytes = bytes;
	return op;
}

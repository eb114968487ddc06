/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c -- runs a block of an elementwise kernel.
 *
 *     a family's kind --> [map.c] --> its loop for the instruction set in use
 *
 * The loops know contiguous arrays only.  Elements that are strided pass through
 * buffers that stay in the first cache, and results that are better not left in
 * the caches as well (stream.c): one mechanism for all kernels.
 */
#include "map.h"
#include "stream.h"

static bool
contiguous(const quern_op *op)
{
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
		if (op->kind->bytes[i] && quern__stride(op, i) != 1)
			return false;
	return true;
}

/* What is written in place has been read into the caches anyway. */
static bool
streams(const quern_op *op)
{
	size_t bytes = op->kind->bytes[QUERN__OUT];

	return op->count > quern__streams_from() / bytes && op->out != op->in &&
	    op->out != op->in2 && op->out != op->in3;
}

/* Buffers a multiple of 4 KiB apart would meet in the same lines of a cache. */
struct buffer {
	_Alignas(64) char at[QUERN__BUFFERED * sizeof(double) + 64];
};

static void
run_strided(const quern_op *op, quern__loop *loop, size_t begin, size_t end,
    size_t *acc)
{
	const unsigned char *bytes = op->kind->bytes;
	struct buffer buffer[QUERN__ARRAYS];
	const void *in[QUERN__ARRAYS - 1] = { NULL };
	char *result = buffer[QUERN__OUT].at;

	for (size_t n; begin < end; begin += n) {
		n = end - begin < QUERN__BUFFERED ? end - begin :
						    QUERN__BUFFERED;
		for (int i = QUERN__IN; i < QUERN__ARRAYS; i++)
			if (bytes[i])
				in[i - QUERN__IN] = quern__elements(
				    op, i, begin, n, buffer[i].at);
		quern__run_loop(op, loop, result, in, begin, n, acc);
		quern__scatter(quern__element(op, QUERN__OUT, begin), result, n,
		    bytes[QUERN__OUT], op->out_stride);
	}
}

void
quern__map_range(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	quern__loop *loop = op->kind->loop[quern__isa()->index];
	const void *in[QUERN__ARRAYS - 1] = { NULL };

	(void)ctx;
	if (!contiguous(op)) {
		run_strided(op, loop, begin, end, acc);
		return;
	}
	if (streams(op)) {
		quern__stream(op, loop, begin, end, acc);
		return;
	}
	for (int i = QUERN__IN; i < QUERN__ARRAYS; i++)
		if (op->kind->bytes[i])
			in[i - QUERN__IN] = quern__element(op, i, begin);
	quern__run_loop(op, loop, quern__element(op, QUERN__OUT, begin), in,
	    begin, end - begin, acc);
}

quern__loop *
quern__map_loop(const quern_op *op)
{
	const struct quern_kind *kind = op->kind;

	if (kind->range != quern__map_range || kind->acc_bytes ||
	    kind->indexed || streams(op) || !contiguous(op))
		return NULL;
	return kind->loop[quern__isa()->index];
}

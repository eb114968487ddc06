/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reduction.c -- runs a block of a reduction, see reduction.h.
 *
 *     a family's kind --> [reduction.c] --> its loop for the instruction set
 */
#include "reduction.h"

#include <quern/kernels.h>

#include <math.h>
#include <string.h>

/*
 * Strided elements pass through buffers in the first cache.  Not inlined: what
 * is contiguous need not have them on its stack, which may be a task's.
 */
__attribute__((noinline)) static void
feed_gathered(const quern_op *op, quern__loop *loop, size_t begin, size_t end,
    void *state)
{
	_Alignas(64) char buffer[2][QUERN__BUFFERED * sizeof(double) + 64];
	const void *in[2] = { NULL };

	for (size_t n; begin < end; begin += n) {
		n = end - begin < QUERN__BUFFERED ? end - begin :
						    QUERN__BUFFERED;
		for (int i = 0; i < 2; i++)
			if (op->kind->bytes[QUERN__IN + i])
				in[i] = quern__elements(
				    op, QUERN__IN + i, begin, n, buffer[i]);
		loop(op, state, in, n);
	}
}

/* Take the elements [begin, end) into `state`. */
static inline void
feed(const quern_op *op, quern__loop *loop, size_t begin, size_t end,
    void *state)
{
	bool two = op->kind->bytes[QUERN__IN2];
	const void *in[2] = { NULL };

	if (op->in_stride != 1 || (two && op->in2_stride != 1)) {
		feed_gathered(op, loop, begin, end, state);
		return;
	}
	in[0] = quern__element(op, QUERN__IN, begin);
	if (two)
		in[1] = quern__element(op, QUERN__IN2, begin);
	loop(op, state, in, end - begin);
}

static void
close_sub(struct quern__taken *taken, const struct quern__sub *sub)
{
	sub->close(taken->part[taken->parts++], taken->state);
	taken->n = 0;
}

void
quern__reduction_take(struct quern__taken *taken, const quern_op *op,
    size_t begin, size_t end, void *acc)
{
	quern__loop *loop = op->kind->loop[quern__isa()->index];
	const struct quern__sub *sub = op->kind->sub;

	if (!sub) {
		feed(op, loop, begin, end, acc);
		return;
	}
	for (size_t n; begin < end; begin += n) {
		n = sub->elements - taken->n;
		n = end - begin < n ? end - begin : n;
		if (taken->n == 0)
			sub->open(taken->state);
		feed(op, loop, begin, begin + n, taken->state);
		taken->n += n;
		if (taken->n == sub->elements)
			close_sub(taken, sub);
	}
}

void
quern__reduction_end(struct quern__taken *taken, const quern_op *op, void *acc)
{
	if (!op->kind->sub)
		return;
	if (taken->n)
		close_sub(taken, op->kind->sub);
	for (size_t width = 1; width < taken->parts; width *= 2)
		for (size_t i = 0; i + width < taken->parts; i += 2 * width)
			op->kind->combine(
			    op, taken->part[i], taken->part[i + width]);
	op->kind->combine(op, acc, taken->part[0]);
}

void
quern__reduction_range(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	struct quern__taken taken;

	(void)ctx;
	quern__reduction_begin(&taken);
	quern__reduction_take(&taken, op, begin, end, acc);
	quern__reduction_end(&taken, op, acc);
}

quern_op
quern_with_mode(quern_op op, enum quern_mode mode)
{
	const struct quern_kind *const *modes = op.kind ? op.kind->modes : NULL;

	if (mode < QUERN_DETERMINISTIC || mode > QUERN_EXACT ||
	    (!modes && mode != QUERN_DETERMINISTIC))
		return (quern_op) { 0 };
	if (modes)
		op.kind = modes[mode];
	return op;
}

int
quern__finish_float(const quern_op *op, double value)
{
	size_t bytes = op->kind->bytes[QUERN__OUT];
	float narrow;

	if (isnan(value))
		value = (double)NAN;
	narrow = (float)value;
	memcpy(
	    op->out, bytes == sizeof(narrow) ? (void *)&narrow : &value, bytes);
	return 0;
}

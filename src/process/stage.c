/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.c -- what a process cannot see is copied to where it can, see stage.h.
 *
 * Of an array only what the blocks of one message touch.  The process gets
 * pointers to where the whole array would begin if it were there, so kernels
 * need not know; each element is sent once, for each block is run once.
 */
#include "stage.h"

#include <errno.h>
#include <string.h>

#include "kernels/array.h"

/*
 * A message costs some 10 us, and this much memory is copied in 100; and it is
 * still in the second cache when the process comes to it.
 */
enum { STAGE_BYTES = 1 << 20, ALIGNMENT = 64 };

/* What there cannot be in memory stays so. */
static size_t
aligned(size_t bytes)
{
	return bytes > PTRDIFF_MAX ?
	    SIZE_MAX :
	    (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t
sum_of(size_t bytes, size_t more)
{
	return more > SIZE_MAX - bytes ? SIZE_MAX : bytes + more;
}

static size_t
bytes_of(const struct quern__staged_part *part)
{
	return part->n * part->size;
}

/* ---- which part of what ---- */

static void
want(struct quern__staged *staged, struct quern__arena *arena, int which,
    struct quern__staged_part part)
{
	ptrdiff_t last =
	    (ptrdiff_t)(part.n - 1) * part.stride * (ptrdiff_t)part.size;

	if (!part.here || !part.n || !part.size)
		return;
	/* All of it is in the arena if both ends are in one buffer of it. */
	if (quern__arena_holds(arena, last < 0 ? part.here + last : part.here,
		(size_t)(last < 0 ? -last : last) + part.size))
		return;
	staged->part[which] = part;
}

/* Of the kernel's arrays, or of a map's, which has two; 0: has none. */
static size_t
element_bytes(const quern_op *op, int which)
{
	if (quern__is_kernel(op->kind))
		return op->kind->bytes[which];
	if (which == QUERN__OUT)
		return op->out_size;
	return which == QUERN__IN ? op->in_size : 0;
}

static ptrdiff_t
stride(const quern_op *op, int which)
{
	return quern__is_kernel(op->kind) ? quern__stride(op, which) : 1;
}

/* Is the input `which` the output as well? */
static bool
in_place(const quern_op *op, int which)
{
	return !quern__reduces(op->kind) && which != QUERN__OUT &&
	    quern__array(op, which) == op->out &&
	    stride(op, which) == stride(op, QUERN__OUT) &&
	    element_bytes(op, which) == element_bytes(op, QUERN__OUT);
}

/* The elements [begin, end) of the arrays that blocks read and write. */
static void
want_elements(struct quern__staged *staged, struct quern__arena *arena,
    size_t begin, size_t end)
{
	const quern_op *op = &staged->op;
	/* A function of the user's may leave elements as they are. */
	bool read_out = op->kind->loop == NULL;

	for (int i = QUERN__IN; i < QUERN__ARRAYS; i++)
		read_out |= in_place(op, i);
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++) {
		size_t size = element_bytes(op, i);
		ptrdiff_t step = stride(op, i) * (ptrdiff_t)size;
		bool all = op->kind->gathers && i != QUERN__OUT;
		size_t from = all ? 0 : begin, to = all ? op->count : end;

		if (!size || in_place(op, i) ||
		    (i == QUERN__OUT && quern__reduces(op->kind)))
			continue;
		want(staged, arena, i,
		    (struct quern__staged_part) {
			.here = (char *)quern__array(op, i) +
			    (ptrdiff_t)from * step,
			.before = from * size,
			.n = to - from,
			.size = size,
			.stride = stride(op, i),
			.in = i != QUERN__OUT || read_out,
			.out = i == QUERN__OUT,
		    });
	}
}

static size_t
result_bytes(const quern_op *op)
{
	if (op->kind->verdict)
		return sizeof(size_t);
	return quern__is_kernel(op->kind) ? op->kind->bytes[QUERN__OUT] :
					    op->kind->acc_bytes(op);
}

static void
want_all(struct quern__staged *staged, struct quern__arena *arena,
    const struct quern__message *run)
{
	const quern_op *op = &staged->op;
	struct quern__grid grid = quern__grid_of(op);
	size_t begin = run->u.run.begin * grid.block;
	size_t end = run->u.run.end < grid.blocks ?
	    run->u.run.end * grid.block :
	    grid.count;
	int result;

	if (!quern__is_kernel(op->kind) && op->arg_bytes)
		want(staged, arena, QUERN__STAGED_ARG,
		    (struct quern__staged_part) {
			.here = op->arg,
			.n = 1,
			.size = op->arg_bytes,
			.in = true,
			.out = run->u.run.what == QUERN__RUN_CALLS,
		    });
	switch (run->u.run.what) {
	case QUERN__RUN_BLOCKS:
		want_elements(staged, arena, begin, end);
		break;
	case QUERN__RUN_JOIN:
		result = op->kind->verdict ? QUERN__IN3 : QUERN__OUT;
		want(staged, arena, result,
		    (struct quern__staged_part) {
			.here = (char *)quern__array(op, result),
			.n = 1,
			.size = result_bytes(op),
			/* No verdict leaves it as it is. */
			.in = op->kind->verdict,
			.out = true,
		    });
		break;
	default:
		break;
	}
}

/* How many bytes of arrays a block of `op` needs on the stage; 0: none. */
static size_t
bytes_of_block(struct quern__arena *arena, const quern_op *op, uint32_t block)
{
	const struct quern__message run = {
		.u.run = { .what = QUERN__RUN_BLOCKS,
		    .begin = block,
		    .end = block + 1 },
	};
	struct quern__staged staged = { .op = *op };
	size_t bytes = 0;

	want_all(&staged, arena, &run);
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
		bytes = sum_of(bytes, aligned(bytes_of(&staged.part[i])));
	return bytes;
}

uint32_t
quern__stage_part(
    struct quern__arena *arena, const quern_op *op, uint32_t at, uint32_t end)
{
	size_t bytes = bytes_of_block(arena, op, at);
	size_t fit = bytes ? STAGE_BYTES / bytes : end - at;

	if (!fit)
		fit = 1;
	return fit < end - at ? at + (uint32_t)fit : end;
}

/* ---- there and back ---- */

/* The stage has room for so many bytes. */
static int
make_room(struct quern__remote *remote, size_t bytes)
{
	void *stage;
	int err;

	if (bytes <= remote->stage_bytes)
		return 0;
	if (bytes < STAGE_BYTES)
		bytes = STAGE_BYTES;
	err = quern__arena_get(&remote->own, bytes, &stage);
	if (err)
		return err;
	if (remote->stage)
		(void)quern__arena_put(&remote->own, remote->stage);
	remote->stage = stage;
	remote->stage_bytes = bytes;
	return 0;
}

/* Contiguous, and where the whole array would begin. */
static void *
pointer(const struct quern__staged_part *part)
{
	/* Not a pointer into anything, but for the elements that are sent. */
	return (void *)((uintptr_t)part->there - part->before);
}

static void
point_array(quern_op *op, int which, const void *to, ptrdiff_t apart)
{
	ptrdiff_t unused = 0;
	bool kernel = quern__is_kernel(op->kind);

	switch (which) {
	case QUERN__OUT:
		op->out = (void *)to;
		*(kernel ? &op->out_stride : &unused) = apart;
		break;
	case QUERN__IN:
		op->in = to;
		*(kernel ? &op->in_stride : &unused) = apart;
		break;
	case QUERN__IN2:
		op->in2 = to;
		*(kernel ? &op->in2_stride : &unused) = apart;
		break;
	default:
		op->in3 = to;
		*(kernel ? &op->in3_stride : &unused) = apart;
		break;
	}
}

static void
point(struct quern__staged *staged)
{
	const struct quern__staged_part *part = staged->part;
	const quern_op was = staged->op;
	quern_op *op = &staged->op;

	if (part[QUERN__STAGED_ARG].here)
		op->arg = pointer(&part[QUERN__STAGED_ARG]);
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++) {
		int from = in_place(&was, i) ? QUERN__OUT : i;

		if (part[from].here)
			point_array(op, i, pointer(&part[from]), 1);
	}
}

int
quern__stage_fill(struct quern__remote *remote, const quern_op *op,
    const struct quern__message *run, size_t *used, struct quern__staged *out)
{
	size_t bytes = *used;
	int err;

	*out = (struct quern__staged) { .op = *op };
	want_all(out, &remote->all->arena, run);
	for (int i = 0; i < QUERN__STAGED; i++)
		bytes = sum_of(bytes, aligned(bytes_of(&out->part[i])));
	err = *used && bytes > remote->stage_bytes ? -ENOSPC :
						     make_room(remote, bytes);
	if (err)
		return err;
	bytes = *used;
	for (int i = 0; i < QUERN__STAGED; i++) {
		struct quern__staged_part *part = &out->part[i];

		part->there = remote->stage + bytes;
		bytes += aligned(bytes_of(part));
		if (part->in && part->n == 1)
			memcpy(part->there, part->here, part->size);
		else if (part->in)
			quern__gather(part->there, part->here, part->n,
			    part->size, part->stride);
	}
	*used = bytes;
	point(out);
	return 0;
}

void
quern__stage_fetch(const struct quern__staged *staged)
{
	for (int i = 0; i < QUERN__STAGED; i++) {
		const struct quern__staged_part *part = &staged->part[i];

		if (part->out && part->n == 1)
			memcpy(part->here, part->there, part->size);
		else if (part->out)
			quern__scatter(part->here, part->there, part->n,
			    part->size, part->stride);
	}
}

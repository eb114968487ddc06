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

#include "kernels/kernel.h"

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

/* ---- which part of what ---- */

static void
want(struct quern__staged *staged, struct quern__arena *arena, int which,
    const void *start, size_t bytes, bool in, bool out)
{
	if (!start || !bytes || quern__arena_holds(arena, start, bytes))
		return;
	staged->part[which] = (struct quern__staged_part) {
		.here = (char *)start,
		.bytes = bytes,
		.in = in,
		.out = out,
	};
}

/* The elements [begin, end) of the arrays that blocks read and write. */
static void
want_elements(struct quern__staged *staged, struct quern__arena *arena,
    size_t begin, size_t end)
{
	const quern_op *op = &staged->op;
	size_t n = end - begin;
	bool in_place = op->out == op->in && op->out_size == op->in_size;

	if (op->in)
		want(staged, arena, QUERN__STAGED_IN,
		    (const char *)op->in + begin * op->in_size, n * op->in_size,
		    true, in_place && !op->kind->acc_bytes);
	if (op->in2)
		want(staged, arena, QUERN__STAGED_IN2,
		    (const char *)op->in2 + begin * op->in_size,
		    n * op->in_size, true, false);
	/* A function of the user's may leave elements as they are. */
	if (op->out && !op->kind->acc_bytes && !in_place)
		want(staged, arena, QUERN__STAGED_OUT,
		    (char *)op->out + begin * op->out_size, n * op->out_size,
		    op->how.call != NULL, true);
}

static size_t
result_bytes(const quern_op *op)
{
	return op->out_size ? op->out_size : op->kind->acc_bytes(op);
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

	if (op->arg_bytes)
		want(staged, arena, QUERN__STAGED_ARG, op->arg, op->arg_bytes,
		    true, run->u.run.what == QUERN__RUN_CALLS);
	switch (run->u.run.what) {
	case QUERN__RUN_BLOCKS:
		want_elements(staged, arena, begin, end);
		break;
	case QUERN__RUN_JOIN:
		want(staged, arena, QUERN__STAGED_OUT, op->out,
		    result_bytes(op), false, true);
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
	for (int i = QUERN__STAGED_IN; i < QUERN__STAGED; i++)
		bytes = sum_of(bytes, aligned(staged.part[i].bytes));
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

/* Where an array would begin of which `there` is the element `first`. */
static void *
rebased(const struct quern__staged_part *part, void *whole)
{
	/* Not a pointer into anything, but for the elements that are sent. */
	return part->here ? (void *)((uintptr_t)whole + (uintptr_t)part->there -
				(uintptr_t)part->here) :
			    whole;
}

static void
point(struct quern__staged *staged)
{
	const struct quern__staged_part *part = staged->part;
	quern_op *op = &staged->op;
	bool in_place = op->out && op->out == op->in;

	op->arg = rebased(&part[QUERN__STAGED_ARG], op->arg);
	op->in = rebased(&part[QUERN__STAGED_IN], (void *)op->in);
	op->in2 = rebased(&part[QUERN__STAGED_IN2], (void *)op->in2);
	op->out = in_place ? (void *)op->in :
			     rebased(&part[QUERN__STAGED_OUT], op->out);
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
		bytes = sum_of(bytes, aligned(out->part[i].bytes));
	err = *used && bytes > remote->stage_bytes ? -ENOSPC :
						     make_room(remote, bytes);
	if (err)
		return err;
	bytes = *used;
	for (int i = 0; i < QUERN__STAGED; i++) {
		struct quern__staged_part *part = &out->part[i];

		part->there = remote->stage + bytes;
		bytes += aligned(part->bytes);
		if (part->in)
			memcpy(part->there, part->here, part->bytes);
	}
	*used = bytes;
	point(out);
	return 0;
}

void
quern__stage_fetch(const struct quern__staged *staged)
{
	for (int i = 0; i < QUERN__STAGED; i++)
		if (staged->part[i].out)
			memcpy(staged->part[i].here, staged->part[i].there,
			    staged->part[i].bytes);
}

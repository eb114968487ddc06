/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.c -- what a process cannot see is copied to where it can, see stage.h.
 *
 * Of an array only what the blocks of one message touch.  The process gets
 * pointers to where the whole array would begin if it were there, so kernels
 * need not know; each element is sent once, for each block is run once.  A chain
 * of ops is sent with its arrays, of which each is sent once, and the ops have
 * keys in the place of kinds.
 */
#include "stage.h"

#include <errno.h>
#include <string.h>

#include "kernels/array.h"
#include "registry.h"

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

/* Is it where accumulators come to in the end? */
static bool
is_result(const quern_op *op, int which)
{
	return op->kind->acc_bytes &&
	    which == (op->kind->verdict ? QUERN__IN3 : QUERN__OUT);
}

static struct quern__staged_part
result_part(const quern_op *op)
{
	struct quern__staged_part part = {
		.here = op->out,
		.n = 1,
		.size = quern__is_kernel(op->kind) ?
		    op->kind->bytes[QUERN__OUT] :
		    op->kind->acc_bytes(op),
		.out = true,
	};

	if (op->kind->verdict) {
		part.here = (char *)op->in3;
		part.size = sizeof(size_t);
		part.in = true; /* no verdict leaves it as it is */
	}
	return part;
}

/* The elements [begin, end) of an array. */
static struct quern__staged_part
array_part(const quern_op *op, int which, size_t begin, size_t end)
{
	size_t size = element_bytes(op, which);
	ptrdiff_t step = stride(op, which) * (ptrdiff_t)size;
	char *array = (char *)quern__array(op, which);

	if (op->kind->gathers && which != QUERN__OUT) {
		begin = 0;
		end = op->count;
	}
	return (struct quern__staged_part) {
		.here = array + (ptrdiff_t)begin * step,
		.before = begin * size,
		.n = end - begin,
		.size = size,
		.stride = stride(op, which),
		/* A function of the user's may leave elements as they are. */
		.in = which != QUERN__OUT || !op->kind->loop,
		.out = which == QUERN__OUT,
	};
}

/* What `run` wants of an array of the op, which is no chain; or nothing. */
static struct quern__staged_part
part_of(const quern_op *op, int which, const struct quern__grid *grid,
    const struct quern__message *run)
{
	const struct quern__staged_part nothing = { 0 };
	bool result = is_result(op, which);
	uint32_t end = run->u.run.end;

	if (run->u.run.what == QUERN__RUN_JOIN)
		return result ? result_part(op) : nothing;
	if (run->u.run.what != QUERN__RUN_BLOCKS || result ||
	    !element_bytes(op, which) ||
	    quern__slot(quern__array(op, which)) < QUERN_SLOTS)
		return nothing;
	return array_part(op, which, run->u.run.begin * grid->block,
	    end < grid->blocks ? end * grid->block : grid->count);
}

/* All of it is in the arena if both ends are in one buffer of it. */
static bool
is_seen(struct quern__arena *arena, const struct quern__staged_part *part)
{
	ptrdiff_t last =
	    (ptrdiff_t)(part->n - 1) * part->stride * (ptrdiff_t)part->size;

	return quern__arena_holds(arena,
	    last < 0 ? part->here + last : part->here,
	    (size_t)(last < 0 ? -last : last) + part->size);
}

/* The same elements, which are staged once; or NULL. */
static struct quern__staged_part *
find(const struct quern__staged *staged, const struct quern__staged_part *part)
{
	for (size_t i = 0; i < staged->parts; i++) {
		struct quern__staged_part *other = &staged->part[i];

		if (other->here == part->here && other->n == part->n &&
		    other->size == part->size && other->stride == part->stride)
			return other;
	}
	return NULL;
}

static void
want(struct quern__staged *staged, struct quern__arena *arena,
    struct quern__staged_part part)
{
	struct quern__staged_part *same;

	if (!part.here || !part.n || !part.size || is_seen(arena, &part))
		return;
	same = find(staged, &part);
	if (!same) {
		staged->part[staged->parts++] = part;
		return;
	}
	same->in |= part.in;
	same->out |= part.out;
}

static void
want_arg(struct quern__staged *staged, struct quern__arena *arena,
    const struct quern__message *run)
{
	const quern_op *op = &staged->op;
	struct quern__staged_part arg = {
		.here = op->arg,
		.n = 1,
		.size = op->arg_bytes,
		.in = true,
		.out = run->u.run.what == QUERN__RUN_CALLS,
	};

	if (quern__is_kernel(op->kind) || !op->arg || !op->arg_bytes)
		return;
	/* The ops of a chain are other ones there. */
	if (op->kind->chain || !is_seen(arena, &arg))
		staged->arg = arg;
}

static void
want_all(struct quern__staged *staged, struct quern__arena *arena,
    const struct quern__message *run)
{
	const quern_op *op = &staged->op;
	struct quern__grid grid = quern__grid_of(op);
	size_t n;
	const quern_op *ops = quern__ops_of(op, &n);

	want_arg(staged, arena, run);
	for (size_t k = 0; k < n; k++)
		for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
			want(staged, arena, part_of(&ops[k], i, &grid, run));
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
	struct quern__staged_part part[QUERN__PARTS_MOST];
	struct quern__staged staged = { .op = *op, .part = part };
	size_t bytes = 0;

	want_all(&staged, arena, &run);
	for (size_t i = 0; i < staged.parts; i++)
		bytes = sum_of(bytes, aligned(bytes_of(&part[i])));
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

/* Let `op`, as it is here, become what the process gets. */
static void
point_arrays(const struct quern__staged *staged, quern_op *op,
    const struct quern__grid *grid, const struct quern__message *run)
{
	const quern_op was = *op;

	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++) {
		const struct quern__staged_part part =
		    part_of(&was, i, grid, run);
		const struct quern__staged_part *there =
		    part.here ? find(staged, &part) : NULL;

		if (there)
			point_array(op, i, pointer(there), 1);
	}
}

/* A kind's address means nothing there; child.c puts in its own. */
static void
put_key(quern_op *op)
{
	uint64_t key = quern__registry_key((uintptr_t)op->kind);

	op->kind = (const struct quern_kind *)(uintptr_t)key;
}

static void
point(struct quern__staged *staged, const struct quern__message *run)
{
	quern_op *op = &staged->op, *ops = (quern_op *)staged->arg.there;
	struct quern__grid grid = quern__grid_of(op);
	size_t n;

	if (staged->arg.here)
		op->arg = staged->arg.there;
	if (!op->kind->chain) {
		point_arrays(staged, op, &grid, run);
		return;
	}
	(void)quern__ops_of(op, &n);
	for (size_t i = 0; i < n; i++) {
		point_arrays(staged, &ops[i], &grid, run);
		put_key(&ops[i]);
	}
}

/* ---- all parts ---- */

static struct quern__staged_part *
nth_part(struct quern__staged *staged, size_t i)
{
	return i ? &staged->part[i - 1] : &staged->arg;
}

static size_t
bytes_of_all(struct quern__staged *staged)
{
	size_t bytes = 0;

	for (size_t i = 0; i <= staged->parts; i++)
		bytes = sum_of(bytes, aligned(bytes_of(nth_part(staged, i))));
	return bytes;
}

int
quern__stage_fill(struct quern__remote *remote, const quern_op *op,
    const struct quern__message *run, size_t *used,
    struct quern__staged_part parts[], struct quern__staged *out)
{
	size_t bytes;
	int err;

	*out = (struct quern__staged) { .op = *op, .part = parts };
	want_all(out, &remote->all->arena, run);
	bytes = sum_of(*used, bytes_of_all(out));
	err = *used && bytes > remote->stage_bytes ? -ENOSPC :
						     make_room(remote, bytes);
	if (err)
		return err;
	bytes = *used;
	for (size_t i = 0; i <= out->parts; i++) {
		struct quern__staged_part *part = nth_part(out, i);

		part->there = remote->stage + bytes;
		bytes += aligned(bytes_of(part));
		if (part->in && part->n == 1)
			memcpy(part->there, part->here, part->size);
		else if (part->in)
			quern__gather(part->there, part->here, part->n,
			    part->size, part->stride);
	}
	*used = bytes;
	point(out, run);
	return 0;
}

void
quern__stage_fetch(struct quern__staged *staged)
{
	for (size_t i = 0; i <= staged->parts; i++) {
		const struct quern__staged_part *part = nth_part(staged, i);

		if (part->out && part->n == 1)
			memcpy(part->here, part->there, part->size);
		else if (part->out)
			quern__scatter(part->here, part->there, part->n,
			    part->size, part->stride);
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuse.c -- a chain of kernels, block by block in the caches.
 *
 *     quern/fuse.h --> [fuse.c] --> the range of each op's kind
 *
 * The ops of the chain run on a chunk of elements, one after the other, before
 * the next chunk.  Slots are buffers.  Where all that an op has is contiguous its
 * loop is called, and otherwise the range of its kind, with the indices of the
 * whole arrays.
 *
 * A reduction comes to its elements in sub-blocks of many chunks, as kernel.h
 * lets it, so slots that it reads have room for as many.  The fused op has the
 * grid of the reduction, and accumulators of it, one for each sub-block.
 */
#include "fuse.h"

#include <string.h>

#include "map.h"

/*
 * Elements that pass from op to op in the first cache.  While they do memory
 * would have nothing to do, so those AHEAD of them are asked for, to be in the
 * second cache when they are wanted: some before each op, for a core has no more
 * than some 20 lines on their way, and waits with more.
 */
enum { CHUNK = 256, AHEAD = 512, LINE = 64 };

/* Elements that a reduction takes at a time: kernel.h. */
enum { SUB = 4096 };

static const quern_op *
last_of(const quern_op *fused)
{
	return &quern__fused(fused)[quern__fused_n(fused) - 1];
}

/* ---- a block ---- */

/* Buffers a multiple of 4 KiB apart would meet in the same lines of a cache. */
struct narrow {
	_Alignas(64) char at[CHUNK * QUERN__SLOT_BYTES + 64];
};

struct wide {
	_Alignas(64) char at[SUB * QUERN__SLOT_BYTES + 64];
};

/* Where an array of a step has the element that a chunk begins with. */
enum place {
	AT_CHUNK, /* a slot: the first of its buffer, which is for one chunk */
	AT_SUB,   /* a slot that the reduction reads: so far behind its first */
	AT_INDEX, /* in memory */
	PLACES
};

/* An op of the chain, and what its arrays have come to. */
struct step {
	quern_op op;
	quern__loop *loop; /* to be called by itself; or NULL */
	struct {
		char *first;
		size_t bytes; /* of an element; 0: there is none */
		enum place place;
	} array[QUERN__ARRAYS];
};

/* Inputs in memory, each once. */
struct streams {
	size_t n;
	struct {
		uintptr_t first;
		size_t bytes; /* of an element */
	} of[QUERN_FUSE_MOST * (QUERN__ARRAYS - 1)];
};

struct buffers {
	struct narrow narrow[QUERN_SLOTS];
	struct wide wide[QUERN__ARRAYS - 1];
	char *wide_of[QUERN_SLOTS]; /* or NULL */
};

/*
 * `wide`: of slots that the reduction reads this step is behind the last one
 * that writes to them, or is that one and it is the output.
 */
static void
place(struct step *step, int which, struct buffers *buffers, bool wide)
{
	char *array = (char *)quern__array(&step->op, which);
	unsigned slot = quern__slot(array);

	step->array[which].bytes = step->op.kind->bytes[which];
	/* What the kernel does not have may be a number of its. */
	if (slot == QUERN_SLOTS || !step->array[which].bytes) {
		step->array[which].first = array;
		step->array[which].place = AT_INDEX;
	} else if (wide) {
		step->array[which].first = buffers->wide_of[slot];
		step->array[which].place = AT_SUB;
	} else {
		step->array[which].first = buffers->narrow[slot].at;
		step->array[which].place = AT_CHUNK;
	}
}

/* Make steps of the first n ops, of which last_writer[] tells for wide slots. */
static void
make_steps(struct step step[], const quern_op *ops, size_t n,
    struct buffers *buffers, const size_t last_writer[])
{
	for (size_t i = 0; i < n; i++) {
		step[i].op = ops[i];
		/* So few bytes are not stored past the caches. */
		if (quern__slot(ops[i].out) < QUERN_SLOTS)
			step[i].op.count = CHUNK;
		step[i].loop = quern__map_loop(&step[i].op);
		for (int which = QUERN__OUT; which < QUERN__ARRAYS; which++) {
			unsigned slot =
			    quern__slot(quern__array(&ops[i], which));

			place(&step[i], which, buffers,
			    slot < QUERN_SLOTS && buffers->wide_of[slot] &&
				i + (which == QUERN__OUT) > last_writer[slot]);
		}
	}
}

/*
 * Let the op's slots be where its range, which adds the index of an element,
 * finds that at `begin`.  These are no pointers into anything, but for the
 * elements there are.
 */
static void
point(struct step *step, size_t begin, const size_t offset[])
{
	void *at[QUERN__ARRAYS];

	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++) {
		enum place place = step->array[i].place;
		size_t index = place == AT_INDEX ? 0 : offset[place] - begin;

		at[i] = (void *)((uintptr_t)step->array[i].first +
		    index * step->array[i].bytes);
	}
	step->op.out = at[QUERN__OUT];
	step->op.in = at[QUERN__IN];
	step->op.in2 = at[QUERN__IN2];
	step->op.in3 = at[QUERN__IN3];
}

static void
run_step(quern_context *ctx, struct step *step, size_t begin, size_t n,
    const size_t offset[])
{
	char *at[QUERN__ARRAYS];

	if (!step->loop) {
		point(step, begin, offset);
		step->op.kind->range(ctx, &step->op, begin, begin + n, NULL);
		return;
	}
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
		at[i] = step->array[i].first +
		    offset[step->array[i].place] * step->array[i].bytes;
	step->loop(&step->op, at[QUERN__OUT],
	    (const void *const[]) {
		at[QUERN__IN], at[QUERN__IN2], at[QUERN__IN3] },
	    n);
}

static void
add_stream(struct streams *streams, uintptr_t first, size_t bytes)
{
	for (size_t i = 0; i < streams->n; i++)
		if (streams->of[i].first == first)
			return;
	streams->of[streams->n].first = first;
	streams->of[streams->n].bytes = bytes;
	streams->n++;
}

static void
find_streams(struct streams *streams, const struct step step[], size_t steps)
{
	streams->n = 0;
	for (size_t i = 0; i < steps; i++)
		for (int which = QUERN__IN; which < QUERN__ARRAYS; which++)
			if (step[i].array[which].place == AT_INDEX &&
			    quern__stride(&step[i].op, which) == 1)
				add_stream(streams,
				    (uintptr_t)step[i].array[which].first,
				    step[i].array[which].bytes);
}

/* Of the chunk that begins at `index`, the i-th of `parts`. */
static void
ask_for(const struct streams *streams, size_t index, size_t i, size_t parts)
{
	/* GCC leaves out calls of a function that does nothing but ask. */
	__asm__ volatile("");
	for (size_t s = 0; s < streams->n; s++) {
		size_t bytes = streams->of[s].bytes;
		size_t lines = CHUNK * bytes / LINE;
		uintptr_t at = streams->of[s].first + index * bytes;

		for (size_t k = lines * i / parts; k < lines * (i + 1) / parts;
		     k++)
			__builtin_prefetch((void *)(at + k * LINE), 0, 2);
	}
}

/* All steps on each chunk; wide slots begin at `begin`. */
static void
run_chunks(quern_context *ctx, struct step step[], size_t steps,
    const struct streams *streams, size_t begin, size_t end)
{
	const size_t sub = begin;

	for (size_t n; begin < end; begin += n) {
		const size_t offset[PLACES] = { 0, begin - sub, begin };

		n = end - begin < CHUNK ? end - begin : CHUNK;
		for (size_t i = 0; i < steps; i++) {
			ask_for(streams, begin + AHEAD, i, steps);
			run_step(ctx, &step[i], begin, n, offset);
		}
	}
}

static void
range_map(quern_context *ctx, const quern_op *fused, size_t begin, size_t end,
    void *acc)
{
	size_t n = quern__fused_n(fused);
	struct step step[QUERN_FUSE_MOST];
	struct streams streams;
	struct buffers buffers;

	(void)acc;
	memset(buffers.wide_of, 0, sizeof(buffers.wide_of));
	make_steps(step, quern__fused(fused), n, &buffers, NULL);
	find_streams(&streams, step, n);
	run_chunks(ctx, step, n, &streams, begin, end);
}

/* ---- with a reduction at the end ---- */

/* Distance between accumulators: each is aligned as malloc would. */
static size_t
acc_stride(const quern_op *reduction)
{
	size_t align = _Alignof(max_align_t);

	return (reduction->kind->acc_bytes(reduction) + align - 1) / align *
	    align;
}

/* Sub-blocks of a block. */
static size_t
subs_of(const quern_op *reduction)
{
	return (reduction->kind->block + SUB - 1) / SUB;
}

static size_t
acc_bytes(const quern_op *fused)
{
	const quern_op *last = last_of(fused);

	return acc_stride(last) * subs_of(last);
}

static void
identity(const quern_op *fused, void *acc)
{
	const quern_op *last = last_of(fused);

	last->kind->identity(last, acc);
}

static void
combine(const quern_op *fused, void *acc, const void *right)
{
	const quern_op *last = last_of(fused);

	last->kind->combine(last, acc, right);
}

static int
finish(const quern_op *fused, const void *acc)
{
	const quern_op *last = last_of(fused);

	return last->kind->finish(last, acc);
}

/* The slots that the reduction, the last op, reads; and who writes them last. */
static void
widen(struct buffers *buffers, size_t last_writer[], const quern_op *ops,
    size_t last)
{
	memset(buffers->wide_of, 0, sizeof(buffers->wide_of));
	for (int i = QUERN__IN; i < QUERN__ARRAYS; i++) {
		unsigned slot = quern__slot(quern__array(&ops[last], i));

		if (ops[last].kind->bytes[i] && slot < QUERN_SLOTS)
			buffers->wide_of[slot] =
			    buffers->wide[i - QUERN__IN].at;
	}
	for (size_t i = 0; i < last; i++) {
		unsigned slot = quern__slot(ops[i].out);

		if (slot < QUERN_SLOTS)
			last_writer[slot] = i;
	}
}

/* Fill an accumulator for each sub-block, and join them in a pairwise tree. */
static void
range_reduce(quern_context *ctx, const quern_op *fused, size_t begin,
    size_t end, void *acc)
{
	const quern_op *ops = quern__fused(fused);
	size_t last = quern__fused_n(fused) - 1;
	size_t stride = acc_stride(&ops[last]), n = 0;
	size_t last_writer[QUERN_SLOTS];
	struct step step[QUERN_FUSE_MOST];
	struct streams streams;
	struct buffers buffers;

	widen(&buffers, last_writer, ops, last);
	make_steps(step, ops, last + 1, &buffers, last_writer);
	find_streams(&streams, step, last);
	for (size_t m; begin < end; begin += m, n++) {
		const size_t offset[PLACES] = { 0, 0, begin };
		char *part = (char *)acc + n * stride;

		m = end - begin < SUB ? end - begin : SUB;
		run_chunks(ctx, step, last, &streams, begin, begin + m);
		if (n)
			identity(fused, part);
		point(&step[last], begin, offset);
		ops[last].kind->range(
		    ctx, &step[last].op, begin, begin + m, part);
	}
	for (size_t width = 1; width < n; width *= 2)
		for (size_t i = 0; i + width < n; i += 2 * width)
			combine(fused, (char *)acc + i * stride,
			    (char *)acc + (i + width) * stride);
}

/* ---- two kinds ---- */

static const struct quern_kind fuse = {
	.name = "fuse",
	.check = quern__check_fuse,
	.chain = true,
	.range = range_map,
};
QUERN_REGISTER(fuse)

static const struct quern_kind fuse_reduce = {
	.name = "fuse_reduce",
	.check = quern__check_fuse,
	.chain = true,
	.range = range_reduce,
	.acc_bytes = acc_bytes,
	.identity = identity,
	.combine = combine,
	.finish = finish,
};
QUERN_REGISTER(fuse_reduce)

quern_op
quern_fuse(const quern_op *ops, size_t n)
{
	quern_op op = { .kind = &fuse, .arg = (void *)ops, .scalar.u64 = n };

	/* What cannot be fused need not have kinds to look at. */
	if (!quern__can_fuse(ops, n))
		return op;
	if (ops[n - 1].kind->acc_bytes)
		op.kind = &fuse_reduce;
	op.arg_bytes = n * sizeof(*ops);
	op.count = ops[0].count;
	op.grain = quern__fused_block(ops, n);
	return op;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuse.c -- a chain of kernels, block by block in the caches.
 *
 *     quern/fuse.h --> [fuse.c] --> the range of each op's kind
 *
 * The ops of the chain run on a chunk of elements, one after the other, before
 * the next chunk: each with a copy of its op in which slots are buffers.  A
 * kind's range adds the index of an element to where its array begins, so the
 * copy has that much less, and indices are those of the whole arrays.
 *
 * A reduction comes to its elements in sub-blocks of many chunks, as kernel.h
 * lets it, so slots that it reads have room for as many.  The fused op has the
 * grid of the reduction, and accumulators of it, one for each sub-block.
 */
#include "fuse.h"

/*
 * Elements that pass from op to op in the first cache.  While they do memory
 * would have nothing to do, so those AHEAD of them are asked for, to be in the
 * second cache when they are wanted.
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

/* An op whose slots are buffers, for the elements that are next. */
struct step {
	quern_op op;
	const quern_op *of; /* as it is in the chain */
};

struct chain {
	size_t n;
	struct {
		char *buffer;
		bool wide; /* holds a sub-block, or else a chunk */
	} slot[QUERN_SLOTS];
	struct step step[QUERN_FUSE_MOST];
};

/* Where an array of the chain begins if a slot's buffer begins at an index. */
static void *
place(const struct chain *chain, const void *array, size_t bytes, bool wide,
    size_t index, void *otherwise)
{
	unsigned i = quern__slot(array);

	if (i == QUERN_SLOTS || chain->slot[i].wide != wide)
		return otherwise;
	/* Not a pointer into anything, but for the elements there are. */
	return (void *)((uintptr_t)chain->slot[i].buffer - index * bytes);
}

/* Let wide slots, or else the narrow ones, begin at this index. */
static void
place_slots(
    const struct chain *chain, struct step *step, bool wide, size_t index)
{
	const unsigned char *bytes = step->op.kind->bytes;
	quern_op *op = &step->op;
	const quern_op *of = step->of;

	op->out =
	    place(chain, of->out, bytes[QUERN__OUT], wide, index, op->out);
	op->in =
	    place(chain, of->in, bytes[QUERN__IN], wide, index, (void *)op->in);
	op->in2 = place(
	    chain, of->in2, bytes[QUERN__IN2], wide, index, (void *)op->in2);
	op->in3 = place(
	    chain, of->in3, bytes[QUERN__IN3], wide, index, (void *)op->in3);
}

static void
add_step(struct chain *chain, const quern_op *op)
{
	struct step *step = &chain->step[chain->n++];

	step->op = *op;
	step->of = op;
	/* So few bytes are not stored past the caches. */
	if (quern__slot(op->out) < QUERN_SLOTS)
		step->op.count = CHUNK;
}

/* Of inputs that are in memory, what the chunk wants that begins at `index`. */
static void
ask_for(const struct step *step, size_t index)
{
	/* GCC leaves out calls of a function that does nothing but ask. */
	__asm__ volatile("");
	for (int i = QUERN__IN; i < QUERN__ARRAYS; i++) {
		size_t bytes = step->op.kind->bytes[i];
		uintptr_t at = (uintptr_t)quern__array(step->of, i);

		if (!bytes || quern__slot((void *)at) < QUERN_SLOTS ||
		    quern__stride(step->of, i) != 1)
			continue;
		at += index * bytes;
		for (size_t k = 0; k < CHUNK * bytes; k += LINE)
			__builtin_prefetch((void *)(at + k), 0, 2);
	}
}

/* Run all steps on each chunk. */
static void
run_chunks(quern_context *ctx, struct chain *chain, size_t begin, size_t end)
{
	for (size_t m; begin < end; begin += m) {
		m = end - begin < CHUNK ? end - begin : CHUNK;
		for (size_t i = 0; i < chain->n; i++) {
			struct step *step = &chain->step[i];

			ask_for(step, begin + AHEAD);
			place_slots(chain, step, false, begin);
			step->op.kind->range(
			    ctx, &step->op, begin, begin + m, NULL);
		}
	}
}

static void
range_map(quern_context *ctx, const quern_op *fused, size_t begin, size_t end,
    void *acc)
{
	struct narrow buffer[QUERN_SLOTS];
	struct chain chain;

	(void)acc;
	chain.n = 0;
	for (unsigned i = 0; i < QUERN_SLOTS; i++) {
		chain.slot[i].buffer = buffer[i].at;
		chain.slot[i].wide = false;
	}
	for (size_t i = 0; i < quern__fused_n(fused); i++)
		add_step(&chain, &quern__fused(fused)[i]);
	run_chunks(ctx, &chain, begin, end);
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

/* Slots that the reduction reads become wide ones. */
static void
widen_slots(struct chain *chain, const quern_op *last, struct wide wide[])
{
	for (int i = QUERN__IN; i < QUERN__ARRAYS; i++) {
		unsigned slot = quern__slot(quern__array(last, i));

		if (!last->kind->bytes[i] || slot == QUERN_SLOTS)
			continue;
		chain->slot[slot].buffer = wide[i - QUERN__IN].at;
		chain->slot[slot].wide = true;
	}
}

/* Fill an accumulator for each sub-block, and join them in a pairwise tree. */
static void
range_reduce(quern_context *ctx, const quern_op *fused, size_t begin,
    size_t end, void *acc)
{
	const quern_op *last = last_of(fused);
	size_t stride = acc_stride(last), n = 0;
	struct narrow narrow[QUERN_SLOTS];
	struct wide wide[QUERN__ARRAYS - 1];
	struct step reduction = { *last, last };
	struct chain chain;

	chain.n = 0;
	for (unsigned i = 0; i < QUERN_SLOTS; i++) {
		chain.slot[i].buffer = narrow[i].at;
		chain.slot[i].wide = false;
	}
	widen_slots(&chain, last, wide);
	for (const quern_op *op = quern__fused(fused); op < last; op++)
		add_step(&chain, op);
	for (size_t m; begin < end; begin += m, n++) {
		char *part = (char *)acc + n * stride;

		m = end - begin < SUB ? end - begin : SUB;
		for (size_t i = 0; i < chain.n; i++)
			place_slots(&chain, &chain.step[i], true, begin);
		run_chunks(ctx, &chain, begin, begin + m);
		place_slots(&chain, &reduction, true, begin);
		if (n)
			identity(fused, part);
		last->kind->range(ctx, &reduction.op, begin, begin + m, part);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuse.c -- a chain of kernels, chunk by chunk in the first cache.
 *
 *     quern/fuse.h --> [fuse.c] --> the loop or the range of each op's kind
 *
 * The ops of the chain run on a tile of elements, one after the other, before
 * the next tile; but for the last one, which takes a chunk, some tiles, when all
 * of it is there: it may be a reduction, or store past the caches.  Slots are
 * buffers for a chunk.  Ending in a reduction, the fused op has its grid and its
 * accumulators.
 *
 * Where all that an op has is contiguous its loop is called, and otherwise the
 * range of its kind, with the indices of the whole arrays.
 */
#include "fuse.h"

#include "reduction.h"

/* Elements of a chunk: as many as a reduction has to get at a time. */
enum { CHUNK = QUERN__BUFFERED };

/*
 * Elements of a tile.  A chain of cheap ops from memory waits, unless the next
 * lines are on their way all the time: so its tiles are so short that a core,
 * which looks ahead over some hundreds of instructions, begins the next one while
 * a root of this one is under way.  Otherwise the calls would cost more than
 * that gains.
 */
enum tile { SHORT_TILE = 32, SHORT_TILE_NARROW = 64, LONG_TILE = 128 };

static const quern_op *
last_of(const quern_op *fused)
{
	return &quern__fused(fused)[quern__fused_n(fused) - 1];
}

/* ---- a block ---- */

/*
 * Buffers a multiple of 4 KiB apart would meet in the same lines of a cache, and
 * a load waits for a store before it that looks like its own, that far apart.
 * Large arrays begin with a page or a few bytes behind, and so does each chunk of
 * doubles then: slots are half a page from there.
 */
struct buffers {
	_Alignas(4096) char apart[2048];
	struct {
		char at[CHUNK * QUERN__SLOT_BYTES + 64];
	} slot[QUERN_SLOTS];
};

/* An op of the chain, and what its arrays have come to. */
struct step {
	quern_op op;
	quern__loop *loop; /* to be called by itself; or NULL */
	/* Of each array, by which */
	char *slot[QUERN__ARRAYS];   /* its buffer; NULL: it is in memory */
	char *at[QUERN__ARRAYS];     /* the next tile's first element */
	size_t bytes[QUERN__ARRAYS]; /* of an element; 0: there is none */
};

/* A block of the chain on its way. */
struct chain {
	quern_context *ctx;
	const quern_op *ops;
	size_t last; /* of ops and steps */
	size_t tile; /* elements */
	struct step step[QUERN_FUSE_MOST];
	struct buffers buffers;
};

static void
make_step(struct chain *chain, struct step *step, const quern_op *op)
{
	step->op = *op;
	/* So few bytes are not stored past the caches. */
	if (quern__slot(op->out) < QUERN_SLOTS)
		step->op.count = CHUNK;
	step->loop = quern__map_loop(&step->op);
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++) {
		unsigned slot = quern__slot(quern__array(op, i));

		step->bytes[i] = op->kind->bytes[i];
		/* What the kernel does not have may be a number of its. */
		step->slot[i] = slot < QUERN_SLOTS && step->bytes[i] ?
		    chain->buffers.slot[slot].at :
		    NULL;
	}
}

/*
 * Where an array would begin whose element `begin` is the first of the slot: no
 * pointer into anything, but what one is computed from.
 */
static void *
array_of(const struct step *step, int which, const void *array, size_t begin)
{
	uintptr_t slot = (uintptr_t)step->slot[which];

	if (!slot)
		return (void *)array;
	return (void *)(slot - begin * step->bytes[which]);
}

/* Go to the chunk that begins at `begin`. */
static void
point(struct step *step, const quern_op *op, size_t begin)
{
	step->op.out = array_of(step, QUERN__OUT, op->out, begin);
	step->op.in = array_of(step, QUERN__IN, op->in, begin);
	step->op.in2 = array_of(step, QUERN__IN2, op->in2, begin);
	step->op.in3 = array_of(step, QUERN__IN3, op->in3, begin);
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
		step->at[i] = (char *)((uintptr_t)quern__array(&step->op, i) +
		    begin * step->bytes[i]);
}

static inline void
run_step(struct chain *chain, struct step *step, size_t begin, size_t n)
{
	if (step->loop)
		step->loop(&step->op, step->at[QUERN__OUT],
		    (const void *const *)&step->at[QUERN__IN], n);
	else
		step->op.kind->range(
		    chain->ctx, &step->op, begin, begin + n, NULL);
}

/* `tile` is a constant to the compiler, for multiplications count here. */
static inline __attribute__((always_inline)) void
run_tiles(struct chain *chain, size_t begin, size_t end, const size_t tile)
{
	for (size_t n; begin < end; begin += n) {
		n = end - begin < tile ? end - begin : tile;
		for (size_t k = 0; k < chain->last; k++) {
			struct step *step = &chain->step[k];

			run_step(chain, step, begin, n);
			for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
				step->at[i] += tile * step->bytes[i];
		}
	}
}

static void
run_but_last(struct chain *chain, size_t begin, size_t end)
{
	switch (chain->tile) {
	case SHORT_TILE:
		run_tiles(chain, begin, end, SHORT_TILE);
		break;
	case SHORT_TILE_NARROW:
		run_tiles(chain, begin, end, SHORT_TILE_NARROW);
		break;
	case LONG_TILE:
		run_tiles(chain, begin, end, LONG_TILE);
		break;
	default:
		run_tiles(chain, begin, end, CHUNK);
	}
}

static size_t
tile_of(const struct chain *chain)
{
	const struct step *step = chain->step;
	size_t held[QUERN_SLOTS + 1] = { 0 };
	size_t widest = 1;
	bool cheap = true;

	for (size_t k = 0; k < chain->last; k++) {
		size_t bytes = step[k].bytes[QUERN__OUT];
		size_t *size = &held[quern__slot(chain->ops[k].out)];

		/* A range costs more to call. */
		if (!step[k].loop)
			return CHUNK;
		/* In two sizes a tile would lie on others of the chunk. */
		if (step[k].slot[QUERN__OUT] && *size && *size != bytes)
			return CHUNK;
		*size = bytes;
		cheap &= step[k].op.kind->block >= MAP_CHEAP;
		for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
			if (step[k].bytes[i] > widest)
				widest = step[k].bytes[i];
	}
	if (!cheap || chain->ops->count <= quern__streams_from() / widest)
		return LONG_TILE;
	return widest == QUERN__SLOT_BYTES ? SHORT_TILE : SHORT_TILE_NARROW;
}

/* All steps on each chunk of a block. */
static void
range(quern_context *ctx, const quern_op *fused, size_t begin, size_t end,
    void *acc)
{
	struct chain chain;
	struct quern__taken taken;

	chain.ctx = ctx;
	chain.ops = quern__fused(fused);
	chain.last = quern__fused_n(fused) - 1;
	for (size_t i = 0; i <= chain.last; i++)
		make_step(&chain, &chain.step[i], &chain.ops[i]);
	chain.tile = tile_of(&chain);
	quern__reduction_begin(&taken);
	for (size_t n; begin < end; begin += n) {
		struct step *last = &chain.step[chain.last];

		n = end - begin < CHUNK ? end - begin : CHUNK;
		for (size_t i = 0; i <= chain.last; i++)
			point(&chain.step[i], &chain.ops[i], begin);
		run_but_last(&chain, begin, begin + n);
		if (acc)
			quern__reduction_take(
			    &taken, &last->op, begin, begin + n, acc);
		else
			run_step(&chain, last, begin, n);
	}
	if (acc)
		quern__reduction_end(&taken, &chain.ops[chain.last], acc);
}

/* ---- with a reduction at the end ---- */

static size_t
acc_bytes(const quern_op *fused)
{
	const quern_op *last = last_of(fused);

	return last->kind->acc_bytes(last);
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

/* ---- two kinds ---- */

static const struct quern_kind fuse = {
	.name = "fuse",
	.check = quern__check_fuse,
	.chain = true,
	.range = range,
};
QUERN_REGISTER(fuse)

static const struct quern_kind fuse_reduce = {
	.name = "fuse_reduce",
	.check = quern__check_fuse,
	.chain = true,
	.range = range,
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

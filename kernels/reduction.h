/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reduction.h -- what a family of reductions is made of.
 *
 *     sum.c minmax.c ... --> [reduction.h] --> reduction.c
 *
 * As with maps (map.h) a family is one file, compiled plainly for kinds and
 * builders and once per instruction set for loops, which MAP_LOOP() begins.  A
 * loop of a reduction takes n more elements, contiguous, into the state that
 * `out` points to; n may be 0.  What the state is depends on the kind:
 *
 *   the order is free   the state is the accumulator itself, as for extremes
 *                       and integer sums.  The kind has no `sub`.
 *   the order is fixed  so many elements are a sub-block, whose state is
 *                       opened, filled by one or more calls of the loop, and
 *                       closed to an accumulator (struct quern__sub).  All
 *                       calls but the last bring a multiple of 512 elements.
 *                       Sub-blocks are joined in a pairwise tree: neighbours
 *                       i and i + 1 for each even i, then i and i + 2 for each
 *                       i divisible by 4, and so on; one without a partner
 *                       goes up unchanged.  A block of the grid is a power of
 *                       two of sub-blocks, so that this tree and the grid's
 *                       own over blocks are one.
 *
 * Either way the bits depend on the elements and their order alone, be they
 * contiguous or strided, in one block or in many.
 */
#ifndef QUERN_KERNELS_REDUCTION_H
#define QUERN_KERNELS_REDUCTION_H

#include "map.h"

enum {
	REDUCTION_BLOCK = 32768, /* elements of a block: some 10 us of work */
	QUERN__SUBS = 8,         /* sub-blocks of it at most */
	QUERN__SUB_STATE = 1024, /* bytes at most of a state ... */
	QUERN__SUB_ACC = 64,     /* ... and of the accumulator made of it */
};

/* See above; kernel.h has a place for it in each kind. */
struct quern__sub {
	size_t elements; /* a power of two */
	void (*open)(void *state);
	void (*close)(void *acc, const void *state);
};

/* What has been taken of a block. */
struct quern__taken {
	_Alignas(64) char state[QUERN__SUB_STATE];
	_Alignas(64) char part[QUERN__SUBS][QUERN__SUB_ACC];
	size_t parts; /* sub-blocks that are closed */
	size_t n;     /* elements of the one that is open, 0: none is */
};

static inline void
quern__reduction_begin(struct quern__taken *taken)
{
	taken->parts = taken->n = 0;
}

/*
 * Take the block's next elements, [begin, end) of the op's arrays: all calls but
 * the last a multiple of 512 of them.
 */
void quern__reduction_take(struct quern__taken *taken, const quern_op *op,
    size_t begin, size_t end, void *acc);
/* That was the whole block; `acc` is its accumulator. */
void quern__reduction_end(
    struct quern__taken *taken, const quern_op *op, void *acc);

/* The range of every reduction: all at once. */
void quern__reduction_range(quern_context *ctx, const quern_op *op,
    size_t begin, size_t end, void *acc);

/*
 * For a `finish`: write `value` as the double or float that the result is, NaN
 * as the default one.
 */
int quern__finish_float(const quern_op *op, double value);

#ifndef QUERN_ISA_NAME

/*
 * An accumulator of type A: `none` is that of no elements, JOIN(a, b) that of
 * a's and b's, in this order.
 */
#define REDUCTION_ACC(name, A, none, JOIN)                                     \
	static size_t name##_bytes(const quern_op *op)                         \
	{                                                                      \
		(void)op;                                                      \
		return sizeof(A);                                              \
	}                                                                      \
	static void name##_identity(const quern_op *op, void *acc)             \
	{                                                                      \
		(void)op;                                                      \
		*(A *)acc = none;                                              \
	}                                                                      \
	static void name##_combine(                                            \
	    const quern_op *op, void *acc, const void *right)                  \
	{                                                                      \
		A *a = acc;                                                    \
		const A *b = right;                                            \
                                                                               \
		(void)op;                                                      \
		*a = JOIN(*a, *b);                                             \
	}

/*
 * The kind `id`, whose loop VARIANTS(quern__loop, loop_) has declared; a, b and
 * c are the bytes of the result and of elements of in and in2; `how` is the
 * name of a REDUCTION_ACC(); modes.h says what `modes` is, or it is NULL.
 */
#define REDUCTION_KIND(id, loop_, a, b, c, how, sub_, finish_, modes_)         \
	static const struct quern_kind id = {                                  \
		.name = #id,                                                   \
		.block = REDUCTION_BLOCK,                                      \
		.bytes = { a, b, c },                                          \
		.loop = loop_##_variants,                                      \
		.sub = sub_,                                                   \
		.check = quern__check_reduction,                               \
		.range = quern__reduction_range,                               \
		.acc_bytes = how##_bytes,                                      \
		.identity = how##_identity,                                    \
		.combine = how##_combine,                                      \
		.finish = finish_,                                             \
		.modes = modes_,                                               \
	};                                                                     \
	QUERN_REGISTER(id)

/* Its builder: quern_name_t(R *result, arrays of t, n). */
#define REDUCTION_OP_1(name, t, R)                                             \
	quern_op quern_##name##_##t(R *result, const quern__##t *in, size_t n) \
	{                                                                      \
		return quern__kernel_op(&name##_##t, result, in, NULL, NULL,   \
		    n, QUERN__NO_NUMBER, QUERN__NO_NUMBER);                    \
	}
#define REDUCTION_OP_2(name, t, R)                                             \
	quern_op quern_##name##_##t(                                           \
	    R *result, const quern__##t *a, const quern__##t *b, size_t n)     \
	{                                                                      \
		return quern__kernel_op(&name##_##t, result, a, b, NULL, n,    \
		    QUERN__NO_NUMBER, QUERN__NO_NUMBER);                       \
	}

/* Both, of one array or of two. */
#define REDUCTION_1(name, t, R, loop, how, sub, finish)                        \
	REDUCTION_KIND(name##_##t, loop##_##t, sizeof(R), MAP_BYTES(t), 0,     \
	    how, sub, finish, NULL)                                            \
	REDUCTION_OP_1(name, t, R)
#define REDUCTION_2(name, t, R, loop, how, sub, finish)                        \
	REDUCTION_KIND(name##_##t, loop##_##t, sizeof(R), MAP_BYTES(t),        \
	    MAP_BYTES(t), how, sub, finish, NULL)                              \
	REDUCTION_OP_2(name, t, R)

#endif

#endif

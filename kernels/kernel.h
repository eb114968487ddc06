/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.h -- what every kind of op promises, the user's and our own alike.
 *
 * A quern_op carries a pointer to its kind, a constant table of functions.
 * src/ runs any op through these and knows no kernel by name; kernels/ knows
 * nothing of jobs, threads or loops.  There are two sorts:
 *
 *   a call   has `call` and nothing else: one function, once.  If `blocking`, it
 *            may sleep, and as a job it keeps no worker busy.  If `team`, it
 *            opens OpenMP regions of its own, scalar.i64 threads wide or, with
 *            0, as wide as can be had.
 *   a loop   has `range`: called for each block of the grid, on any thread, in
 *            any order, several at a time.
 *
 * A loop that has `acc_bytes` is a reduction, or elementwise with a verdict on
 * all elements (verdict.h) if it has a `loop` too.  Each block b gets an
 * accumulator acc[b], set by `identity`, filled by one `range` call.  When all
 * blocks are through, one thread joins them with `combine` in a fixed pairwise
 * tree over b and hands acc[0] to `finish`.  With a count of 0 there are no
 * blocks, and `finish` gets an identity.
 *
 * Bits  `range` must produce bits that depend on the elements and on begin and
 *       end alone.
 * Name  QUERN_REGISTER() beside each kind, so that a worker process finds it.
 */
#ifndef QUERN_KERNEL_H
#define QUERN_KERNEL_H

#include <quern/op.h>
#include <quern/process.h>

enum { QUERN__OUT, QUERN__IN, QUERN__IN2, QUERN__IN3, QUERN__ARRAYS };

/*
 * One kernel on one instruction set: n elements, contiguous, of any alignment;
 * n may be 0.  Of `op` only the scalars count.  Element by element, `out` is one
 * of the inputs exactly, or apart from them.  A reduction takes the elements
 * into what `out` points to (reduction.h).
 */
typedef void quern__loop(
    const quern_op *op, void *out, const void *const in[], size_t n);

struct quern_kind {
	const char *name;
	/* Elements per block; 0: the op's grain, or chosen from its count. */
	size_t block;
	/* 0, or the negative errno for an op that cannot run.  Reads `op` only. */
	int (*check)(const quern_op *op);

	int (*call)(quern_context *ctx, const quern_op *op);
	bool blocking;
	bool team;
	/*
	 * `arg` is an array of kernels' ops, arg_bytes long, which `range` and
	 * the functions below run: to another process go their kinds and arrays.
	 */
	bool chain;
	/* `acc` is this block's accumulator, or NULL outside reductions. */
	void (*range)(quern_context *ctx, const quern_op *op, size_t begin,
	    size_t end, void *acc);

	/*
	 * Kernels: bytes of an element of each array, 0 for those it does not
	 * have.  For the user's functions all are 0, and the op's second names
	 * do not count.
	 */
	unsigned char bytes[QUERN__ARRAYS];
	/* Kernels: by quern__isa()->index. */
	quern__loop *const *loop;
	/* Reductions among them whose order is fixed: reduction.h. */
	const struct quern__sub *sub;
	/* By enum quern_mode, itself included; NULL: it has no other. */
	const struct quern_kind *const *modes;
	/*
	 * Elements depend on where they are: to the op that a loop gets, how
	 * many elements are before its first has been added in how.scalar2.u64.
	 */
	bool indexed;
	/* Elementwise, and with a verdict, which goes to in3: verdict.h. */
	bool verdict;
	/* Any block may read any element of the inputs. */
	bool gathers;

	/* reductions: size of an accumulator, below SIZE_MAX / 2 */
	size_t (*acc_bytes)(const quern_op *op);
	void (*identity)(const quern_op *op, void *acc);
	void (*combine)(const quern_op *op, void *acc, const void *right);
	/* Write the result, once; a status of 0, -ERANGE, -EDOM, ... */
	int (*finish)(const quern_op *op, const void *acc);
};

static inline bool
quern__is_kernel(const struct quern_kind *kind)
{
	return kind->bytes[QUERN__OUT] != 0;
}

/* Is `out` one result, and no array? */
static inline bool
quern__reduces(const struct quern_kind *kind)
{
	return kind->acc_bytes && !kind->verdict;
}

/* The ops of a chain; any other op is its only one. */
static inline const quern_op *
quern__ops_of(const quern_op *op, size_t *n)
{
	*n = op->kind->chain ? op->arg_bytes / sizeof(*op) : 1;
	return op->kind->chain ? (const quern_op *)op->arg : op;
}

/*
 * True if [a, a + a_bytes) and [b, b + b_bytes) have a byte in common.  Their
 * lengths must not wrap.
 */
static inline bool
quern__overlap(const void *a, size_t a_bytes, const void *b, size_t b_bytes)
{
	uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;

	return a_bytes && b_bytes &&
	    (x < y ? y - x < a_bytes : x - y < b_bytes);
}

#endif

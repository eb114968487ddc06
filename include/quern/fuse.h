/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/fuse.h -- a chain of kernels that goes through memory once.
 *
 * One after the other, each op reads its arrays from memory and writes one that
 * the next op reads again.  Fused, they run on a few hundred elements at a time,
 * which stay in the first cache from op to op, and what only the next op wants
 * need not exist in memory at all: it is written to a slot.  The sum of
 * sqrt(x * x + y * y), where x and y are read once and nothing else is:
 *
 *     const quern_op chain[] = {
 *             quern_square_f64(quern_slot(0), x, n),
 *             quern_square_f64(quern_slot(1), y, n),
 *             quern_add_f64(quern_slot(0), quern_slot(0), quern_slot(1), n),
 *             quern_sqrt_f64(quern_slot(0), quern_slot(0), n),
 *             quern_sum_f64(&sum, quern_slot(0), n),
 *     };
 *
 *     status = quern_run(executor, quern_fuse(chain, 5));
 */
#ifndef QUERN_FUSE_H
#define QUERN_FUSE_H

#include <quern/op.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { QUERN_SLOTS = 8, QUERN_FUSE_MOST = 64 };

/*
 * Stands for an array, in an op of a fused chain and nowhere else: element i of
 * a slot is what an op before has written there for the element i.  A slot is
 * contiguous, and holds elements of the size, at most 8 bytes, that was written
 * last.  i < QUERN_SLOTS.
 */
static inline void *
quern_slot(unsigned i)
{
	return (void *)(uintptr_t)(i + 1); /* where no array begins */
}

/*
 * Run the chain ops[0], ..., ops[n - 1]: elementwise kernels, or such and a
 * reduction as the last one, all of the same count.
 *
 * Takes    ops, which must stay as it is until the op is complete, as all that
 *          the ops point to.
 * Order    for each i, all ops see element i of an array as the ops before them
 *          have left it; the reduction comes to it last.
 * Arrays   may have strides.  An array that one of the ops writes is exactly an
 *          array of another op, with the same stride and size of elements, or
 *          shares no element with it: an element must not depend on others.
 * Bits     those of the ops run one by one, on any executor.
 * Result   -EINVAL, before anything is written, if n is 0 or more than
 *          QUERN_FUSE_MOST, the counts differ, an op is none of a kernel that is
 *          elementwise, or a reduction that is not the last one; if arrays of
 *          different ops overlap otherwise than above, or an op would be
 *          refused by itself; if a slot is none of QUERN_SLOTS, read before it
 *          is written, read with elements of another size, or has a stride.
 *          Otherwise the status of the reduction.
 */
QUERN_API QUERN_MUST_USE quern_op quern_fuse(const quern_op *ops, size_t n);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuse.h -- the op of a fused chain: its `arg` is the chain.
 */
#ifndef QUERN_KERNELS_FUSE_H
#define QUERN_KERNELS_FUSE_H

#include "array.h"

/* Most of an element in a slot. */
enum { QUERN__SLOT_BYTES = 8 };

static inline const quern_op *
quern__fused(const quern_op *fused)
{
	return fused->arg;
}

static inline size_t
quern__fused_n(const quern_op *fused)
{
	return (size_t)fused->scalar.u64;
}

/* The shortest block of all, or the reduction's, whose bits may depend on it. */
static inline size_t
quern__fused_block(const quern_op *ops, size_t n)
{
	size_t block = ops[0].kind->block;

	for (size_t i = 0; i < n; i++)
		if (ops[i].kind->block < block || ops[i].kind->acc_bytes)
			block = ops[i].kind->block;
	return block;
}

/* Are there ops, of such kinds and in such an order as can be fused? */
bool quern__can_fuse(const quern_op *ops, size_t n);
/* The check of a fused op's kind. */
int quern__check_fuse(const quern_op *fused);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h -- arrays that an op cannot work with, for quern_kind.check.
 *
 * With n == 0 nothing is read or written, so any array will do then.
 */
#ifndef QUERN_KERNELS_CHECK_H
#define QUERN_KERNELS_CHECK_H

#include <errno.h>

#include "kernel.h"

/* Can there be an array of n > 0 elements of `size` bytes at this address? */
static inline bool
quern__array_possible(const void *array, size_t n, size_t size)
{
	return array && n <= PTRDIFF_MAX / size &&
	    (uintptr_t)array <= UINTPTR_MAX - n * size;
}

/* `in` to op->out, element by element: the same array or quite apart. */
static inline int
quern__check_map(const quern_op *op, const void *in)
{
	size_t n = op->count;

	if (n == 0)
		return 0;
	if (!quern__array_possible(op->out, n, op->out_size) ||
	    !quern__array_possible(in, n, op->in_size))
		return -EINVAL;
	if (in == op->out && op->in_size == op->out_size)
		return 0;
	return quern__overlap(op->out, n * op->out_size, in, n * op->in_size) ?
	    -EINVAL :
	    0;
}

/* op->in to one result, apart from it. */
static inline int
quern__check_reduction(const quern_op *op)
{
	size_t n = op->count;

	if (!quern__array_possible(op->out, 1, op->out_size))
		return -EINVAL;
	if (n == 0)
		return 0;
	if (!quern__array_possible(op->in, n, op->in_size) ||
	    quern__overlap(op->out, op->out_size, op->in, n * op->in_size))
		return -EINVAL;
	return 0;
}

/* The element at which a block begins. */
static inline const void *
quern__in_at(const quern_op *op, size_t begin)
{
	return (const char *)op->in + begin * op->in_size;
}

static inline void *
quern__out_at(const quern_op *op, size_t begin)
{
	return (char *)op->out + begin * op->out_size;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * array.h -- the arrays of a kernel's op: where their elements are, and whether
 * the op can work with them.
 *
 *     map.c sum.c ... --> [array.h] <-- src/process/stage.c
 *
 * With a count of 0 nothing is read or written, so any array will do then.
 */
#ifndef QUERN_KERNELS_ARRAY_H
#define QUERN_KERNELS_ARRAY_H

#include <quern/fuse.h>

#include "kernel.h"

#define QUERN__NO_NUMBER ((union quern_number) { .i64 = 0 })

/* A kernel's op on contiguous arrays. */
quern_op quern__kernel_op(const struct quern_kind *kind, void *out,
    const void *in, const void *in2, const void *in3, size_t n,
    union quern_number scalar, union quern_number scalar2);

/* As many elements pass through a buffer at once. */
enum { QUERN__BUFFERED = 512 };

static inline const void *
quern__array(const quern_op *op, int which)
{
	switch (which) {
	case QUERN__OUT:
		return op->out;
	case QUERN__IN:
		return op->in;
	case QUERN__IN2:
		return op->in2;
	default:
		return op->in3;
	}
}

static inline ptrdiff_t
quern__stride(const quern_op *op, int which)
{
	switch (which) {
	case QUERN__OUT:
		return op->out_stride;
	case QUERN__IN:
		return op->in_stride;
	case QUERN__IN2:
		return op->in2_stride;
	default:
		return op->in3_stride;
	}
}

/* Which of quern_slot() is it?  QUERN_SLOTS: it is an array. */
static inline unsigned
quern__slot(const void *array)
{
	uintptr_t i = (uintptr_t)array - 1;

	return i < QUERN_SLOTS ? (unsigned)i : QUERN_SLOTS;
}

/* The i-th element. */
static inline void *
quern__element(const quern_op *op, int which, size_t i)
{
	ptrdiff_t step =
	    quern__stride(op, which) * (ptrdiff_t)op->kind->bytes[which];

	return (char *)quern__array(op, which) + (ptrdiff_t)i * step;
}

/*
 * n elements of `bytes` bytes, from where they lie `stride` elements apart to
 * where they are contiguous, and back.
 */
void quern__gather(
    void *to, const void *from, size_t n, size_t bytes, ptrdiff_t stride);
void quern__scatter(
    void *to, const void *from, size_t n, size_t bytes, ptrdiff_t stride);

/*
 * The elements [begin, begin + n) next to each other: where they are, or else
 * copied to `buffer`.
 */
static inline const void *
quern__elements(
    const quern_op *op, int which, size_t begin, size_t n, void *buffer)
{
	ptrdiff_t stride = quern__stride(op, which);
	const void *from = quern__element(op, which, begin);

	if (stride == 1)
		return from;
	quern__gather(buffer, from, n, op->kind->bytes[which], stride);
	return buffer;
}

/* Can there be `n` elements of `bytes` bytes, `stride` elements apart? */
bool quern__array_possible(
    const void *array, size_t n, size_t bytes, ptrdiff_t stride);

/* Can the op have the array `which`? */
bool quern__has_array(const quern_op *op, int which);
/*
 * Of ops with elements: is what `writer` writes one of the arrays of `op`
 * exactly, or has it no element in common with it?
 */
bool quern__apart_or_same(
    const quern_op *writer, const quern_op *op, int which);

/* Elementwise: each input is the output or shares no element with it. */
int quern__check_map(const quern_op *op);
/* The same with a place for a verdict, or NULL, apart from the arrays. */
int quern__check_verdict(const quern_op *op);
/* From arrays to one result, apart from them. */
int quern__check_reduction(const quern_op *op);

#endif

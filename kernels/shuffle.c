/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shuffle.c -- the elements of an array in a random order.
 *
 *     quern/random.h --> [shuffle.c] --> random_permutation.c
 *
 * Elements may be of any size, so it is no kernel (kernel.h), and has no
 * strides.  A block of the output has its elements from all over the input.
 */
#include <quern/random.h>

#include "array.h"
#include "random_permutation.h"

#include <errno.h>
#include <string.h>

enum { BLOCK = 4096 };

static int
check(const quern_op *op)
{
	if (op->in_size == 0)
		return -EINVAL;
	if (op->count == 0)
		return 0;
	if (!quern__array_possible(op->out, op->count, op->out_size, 1) ||
	    !quern__array_possible(op->in, op->count, op->in_size, 1) ||
	    quern__overlap(op->out, op->count * op->out_size, op->in,
		op->count * op->in_size))
		return -EINVAL;
	return 0;
}

/* Sizes that the compiler knows need no call for each element. */
#define GATHER(size)                                                           \
	for (size_t i = 0; i < n; i++)                                         \
	memcpy(to + i * (size), from + at[i] * (size), size)

static void
gather(char *to, const char *from, const uint64_t *at, size_t n, size_t size)
{
	switch (size) {
	case 1:
		GATHER(1);
		break;
	case 2:
		GATHER(2);
		break;
	case 4:
		GATHER(4);
		break;
	case 8:
		GATHER(8);
		break;
	case 16:
		GATHER(16);
		break;
	default:
		GATHER(size);
		break;
	}
}

static void
range(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	uint64_t at[QUERN__BUFFERED];

	(void)ctx;
	(void)acc;
	for (size_t n; begin < end; begin += n) {
		n = end - begin < QUERN__BUFFERED ? end - begin :
						    QUERN__BUFFERED;
		quern__permute(at, op->count, op->scalar.u64, begin, n);
		gather((char *)op->out + begin * op->out_size, op->in, at, n,
		    op->out_size);
	}
}

static const struct quern_kind shuffle = {
	.name = "shuffle",
	.block = BLOCK,
	.check = check,
	.range = range,
	.gathers = true,
};
QUERN_REGISTER(shuffle)

quern_op
quern_shuffle(void *out, const void *in, size_t size, size_t n, uint64_t seed)
{
	return (quern_op) {
		.kind = &shuffle,
		.count = n,
		.out = out,
		.in = in,
		.out_size = size,
		.in_size = size,
		.scalar.u64 = seed,
	};
}

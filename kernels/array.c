/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * array.c -- the arrays of a kernel's op, see array.h.
 */
#include "array.h"

#include <errno.h>
#include <string.h>

/* ---- the op ---- */

quern_op
quern__kernel_op(const struct quern_kind *kind, void *out, const void *in,
    const void *in2, const void *in3, size_t n, union quern_number scalar,
    union quern_number scalar2)
{
	return (quern_op) {
		.kind = kind,
		.how.scalar2 = scalar2,
		.count = n,
		.out = out,
		.in = in,
		.in2 = in2,
		.in3 = in3,
		.out_stride = 1,
		.in_stride = 1,
		.in2_stride = 1,
		.in3_stride = 1,
		.scalar = scalar,
	};
}

quern_op
quern_with_strides(
    quern_op op, ptrdiff_t out, ptrdiff_t in, ptrdiff_t in2, ptrdiff_t in3)
{
	if (!op.kind || !quern__is_kernel(op.kind))
		return (quern_op) { 0 };
	op.out_stride = out;
	op.in_stride = in;
	op.in2_stride = in2;
	op.in3_stride = in3;
	return op;
}

/* ---- there and back ---- */

#define COPY(T)                                                                \
	for (size_t i = 0; i < n; i++) {                                       \
		T x;                                                           \
                                                                               \
		memcpy(&x, from, sizeof(x));                                   \
		memcpy(to, &x, sizeof(x));                                     \
		from += from_step;                                             \
		to += to_step;                                                 \
	}

/* Elements that are not contiguous have 1, 2, 4 or 8 bytes. */
static void
copy(char *to, ptrdiff_t to_step, const char *from, ptrdiff_t from_step,
    size_t n, size_t bytes)
{
	if (to_step == from_step) {
		memcpy(to, from, n * bytes);
		return;
	}
	switch (bytes) {
	case 1:
		COPY(uint8_t)
		break;
	case 2:
		COPY(uint16_t)
		break;
	case 4:
		COPY(uint32_t)
		break;
	default:
		COPY(uint64_t)
		break;
	}
}

void
quern__gather(
    void *to, const void *from, size_t n, size_t bytes, ptrdiff_t stride)
{
	copy(to, (ptrdiff_t)bytes, from, stride * (ptrdiff_t)bytes, n, bytes);
}

void
quern__scatter(
    void *to, const void *from, size_t n, size_t bytes, ptrdiff_t stride)
{
	copy(to, stride * (ptrdiff_t)bytes, from, (ptrdiff_t)bytes, n, bytes);
}

/* ---- what cannot work ---- */

/* No array begins in the first page; fuse.c has a use for such addresses. */
enum { FIRST_PAGE = 4096 };

static size_t
size_of(ptrdiff_t stride)
{
	return stride < 0 ? -(size_t)stride : (size_t)stride;
}

bool
quern__array_possible(
    const void *array, size_t n, size_t bytes, ptrdiff_t stride)
{
	uintptr_t start = (uintptr_t)array;
	size_t step = size_of(stride), span;

	if (start < FIRST_PAGE || n > PTRDIFF_MAX)
		return false;
	if (step > PTRDIFF_MAX / bytes)
		return false;
	step *= bytes;
	if (step && n - 1 > (PTRDIFF_MAX - bytes) / step)
		return false;
	span = (n - 1) * step;
	return stride < 0 ? start - FIRST_PAGE >= span :
			    start <= UINTPTR_MAX - span - bytes;
}

/* Is it one element, whatever count and stride there are? */
static bool
is_result(const quern_op *op, int which)
{
	return which == QUERN__OUT && quern__reduces(op->kind);
}

bool
quern__has_array(const quern_op *op, int which)
{
	const void *array = quern__array(op, which);
	size_t bytes = op->kind->bytes[which];
	ptrdiff_t stride = quern__stride(op, which);

	if (is_result(op, which))
		return quern__array_possible(array, 1, bytes, 1);
	return op->count == 0 ||
	    ((which != QUERN__OUT || stride != 0) &&
		quern__array_possible(array, op->count, bytes, stride));
}

struct span {
	uintptr_t low, high; /* high is past the last byte */
	size_t bytes, step;  /* of one element, and from one to the next */
};

static struct span
span_of(const quern_op *op, int which)
{
	size_t bytes = op->kind->bytes[which];
	size_t n = is_result(op, which) ? 1 : op->count;
	uintptr_t first = (uintptr_t)quern__array(op, which);
	uintptr_t last = (uintptr_t)quern__element(op, which, n - 1);

	return (struct span) {
		.low = first < last ? first : last,
		.high = (first < last ? last : first) + bytes,
		.bytes = bytes,
		.step = n == 1 ? 0 : size_of(quern__stride(op, which)) * bytes,
	};
}

/* Have they a byte in common?  With unequal steps, might they have? */
static bool
share(struct span a, struct span b)
{
	size_t apart;

	if (a.high <= b.low || b.high <= a.low)
		return false;
	if (a.step != b.step || !a.step)
		return true;
	/* From an element of a's to the next that begins after it of b's. */
	apart = b.low >= a.low ? (b.low - a.low) % a.step :
				 a.step - 1 - (a.low - b.low - 1) % a.step;
	return apart < a.bytes || a.step - apart < b.bytes;
}

/* What `writer` writes element by element is this array. */
static bool
same_array(const quern_op *writer, const quern_op *op, int which)
{
	return quern__array(op, which) == writer->out &&
	    quern__stride(op, which) == writer->out_stride &&
	    op->kind->bytes[which] == writer->kind->bytes[QUERN__OUT] &&
	    !is_result(writer, QUERN__OUT) && !is_result(op, which);
}

bool
quern__apart_or_same(const quern_op *writer, const quern_op *op, int which)
{
	return (writer == op && which == QUERN__OUT) ||
	    same_array(writer, op, which) ||
	    !share(span_of(writer, QUERN__OUT), span_of(op, which));
}

int
quern__check_map(const quern_op *op)
{
	const unsigned char *bytes = op->kind->bytes;

	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
		if (bytes[i] && !quern__has_array(op, i))
			return -EINVAL;
	for (int i = QUERN__IN; op->count && i < QUERN__ARRAYS; i++)
		if (bytes[i] && !quern__apart_or_same(op, op, i))
			return -EINVAL;
	return 0;
}

/* Is `bytes` of memory, for one number, possible and apart from the arrays? */
static int
check_place(const quern_op *op, const void *place, size_t bytes)
{
	uintptr_t low = (uintptr_t)place;
	struct span one = { .low = low, .high = low + bytes };

	if (!quern__array_possible(place, 1, bytes, 1))
		return -EINVAL;
	for (int i = QUERN__OUT; op->count && i < QUERN__ARRAYS; i++)
		if (op->kind->bytes[i] && share(one, span_of(op, i)))
			return -EINVAL;
	return 0;
}

int
quern__check_verdict(const quern_op *op)
{
	int err = quern__check_map(op);

	if (err || !op->in3)
		return err;
	return check_place(op, op->in3, sizeof(size_t));
}

/* A result is no array, and the same as none. */
int
quern__check_reduction(const quern_op *op)
{
	return quern__check_map(op);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c -- runs a block of an elementwise kernel.
 *
 *     a family's kind --> [map.c] --> its loop for the instruction set in use
 *
 * The loops know contiguous arrays only.  Elements that are strided, and results
 * that are better not left in the caches, pass through buffers that stay in the
 * first cache: one mechanism for all kernels.
 */
#include "map.h"

#include <string.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/* ---- stores that pass by the caches ---- */

#if defined(__x86_64__)

static void
stream(char *to, const char *from, size_t bytes)
{
	size_t head = -(uintptr_t)to % sizeof(__m128i);

	if (head > bytes)
		head = bytes;
	memcpy(to, from, head);
	for (to += head, from += head, bytes -= head; bytes >= sizeof(__m128i);
	     bytes -= sizeof(__m128i)) {
		_mm_stream_si128(
		    (__m128i *)to, _mm_loadu_si128((const __m128i *)from));
		to += sizeof(__m128i);
		from += sizeof(__m128i);
	}
	memcpy(to, from, bytes);
}

/*
 * What was streamed is not ordered by the release with which a worker hands the
 * job on.
 */
static void
stream_end(void)
{
	_mm_sfence();
}

#else

static void
stream(char *to, const char *from, size_t bytes)
{
	memcpy(to, from, bytes);
}

static void
stream_end(void)
{
}

#endif

/* What is written in place has been read into the caches anyway. */
static bool
streams(const quern_op *op)
{
	size_t bytes = op->kind->bytes[QUERN__OUT];

	return op->count > quern__streams_from() / bytes &&
	    op->out_stride == 1 && op->out != op->in && op->out != op->in2 &&
	    op->out != op->in3;
}

/* ---- a block ---- */

static bool
contiguous(const quern_op *op)
{
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
		if (op->kind->bytes[i] && quern__stride(op, i) != 1)
			return false;
	return true;
}

/*
 * Elements from `begin` on.  `acc` is NULL, or the first that has no place in
 * the result so far (verdict.h).
 */
static void
run_loop(const quern_op *op, quern__loop *loop, void *out,
    const void *const in[], size_t begin, size_t n, size_t *acc)
{
	quern_op with_place;
	size_t good = n;

	if (!acc) {
		loop(op, out, in, n);
		return;
	}
	with_place = *op;
	with_place.how.scalar2.pointer = &good;
	loop(&with_place, out, in, n);
	if (good < n && begin + good < *acc)
		*acc = begin + good;
}

/* Buffers a multiple of 4 KiB apart would meet in the same lines of a cache. */
struct buffer {
	_Alignas(64) char at[QUERN__BUFFERED * sizeof(double) + 64];
};

static void
run_buffered(const quern_op *op, quern__loop *loop, size_t begin, size_t end,
    bool streaming, size_t *acc)
{
	const unsigned char *bytes = op->kind->bytes;
	struct buffer buffer[QUERN__ARRAYS];
	const void *in[QUERN__ARRAYS - 1] = { NULL };
	char *result = buffer[QUERN__OUT].at;

	for (size_t n; begin < end; begin += n) {
		n = end - begin < QUERN__BUFFERED ? end - begin :
						    QUERN__BUFFERED;
		for (int i = QUERN__IN; i < QUERN__ARRAYS; i++)
			if (bytes[i])
				in[i - QUERN__IN] = quern__elements(
				    op, i, begin, n, buffer[i].at);
		run_loop(op, loop, result, in, begin, n, acc);
		if (streaming)
			stream(quern__element(op, QUERN__OUT, begin), result,
			    n * bytes[QUERN__OUT]);
		else
			quern__scatter(quern__element(op, QUERN__OUT, begin),
			    result, n, bytes[QUERN__OUT], op->out_stride);
	}
	if (streaming)
		stream_end();
}

void
quern__map_range(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	quern__loop *loop = op->kind->loop[quern__isa()->index];
	const void *in[QUERN__ARRAYS - 1] = { NULL };
	bool streaming = streams(op);

	(void)ctx;
	if (streaming || !contiguous(op)) {
		run_buffered(op, loop, begin, end, streaming, acc);
		return;
	}
	for (int i = QUERN__IN; i < QUERN__ARRAYS; i++)
		if (op->kind->bytes[i])
			in[i - QUERN__IN] = quern__element(op, i, begin);
	run_loop(op, loop, quern__element(op, QUERN__OUT, begin), in, begin,
	    end - begin, acc);
}

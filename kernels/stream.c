/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c -- results of elementwise kernels that pass by the caches.
 *
 *     map.c --> [stream.c] --> the kernel's loop
 *
 * A loop writes to a buffer in the first cache, from where stores that do not
 * read what they overwrite move it on.  Nothing would be read meanwhile, so the
 * inputs of the next lines are asked for between the stores.
 *
 * Compiled once per instruction set, since a line that leaves in one store, or
 * in two, does so at once.
 */
#include "stream.h"

#include "map.h"

typedef void stream_fn(const quern_op *op, quern__loop *loop, size_t begin,
    size_t end, size_t *acc);

#ifdef QUERN_ISA_NAME

/*
 * Lines that are moved at a time: inputs and results of some of them are in the
 * first cache together.  Of kernels that are dear, elements: they are better off
 * with more, and memory waits for them anyway.
 */
enum { LINE = 64, LINES = 32, DEAR = QUERN__BUFFERED };

static inline void
store(char *to, const char *from)
{
#if defined(__AVX512F__)
	_mm512_stream_si512((__m512i *)to, _mm512_loadu_si512(from));
#elif defined(__AVX2__)
	_mm256_stream_si256(
	    (__m256i *)to, _mm256_loadu_si256((const __m256i *)from));
#elif defined(__x86_64__)
	_mm_stream_si128((__m128i *)to, _mm_loadu_si128((const __m128i *)from));
#else
	i64v_store(to, i64v_load(from));
#endif
}

/* The inputs, `count` of them, and how far each goes for a line of results. */
struct inputs {
	const char *at[QUERN__ARRAYS - 1];
	size_t step[QUERN__ARRAYS - 1];
	unsigned count;
};

/* Move whole lines, and ask for the inputs from `next` on. */
static inline void
move_lines(char *to, const char *from, size_t lines, const struct inputs *next)
{
	for (size_t i = 0; i < lines; i++) {
		for (unsigned j = 0; j < next->count; j++)
			for (size_t k = 0; k < next->step[j]; k += LINE)
				__builtin_prefetch(
				    next->at[j] + i * next->step[j] + k);
		for (size_t k = 0; k < LINE; k += SIMD_BYTES)
			store(to + i * LINE + k, from + i * LINE + k);
	}
}

/* Lines of which only a part is written here go through the caches. */
static inline void
move(char *to, const char *from, size_t bytes, const struct inputs *next)
{
	size_t head = -(uintptr_t)to % LINE, lines;

	if (head || bytes % LINE) {
		head = head < bytes ? head : bytes;
		memcpy(to, from, head);
		to += head;
		from += head;
		bytes -= head;
	}
	lines = bytes / LINE;
	move_lines(to, from, lines, next);
	if (bytes % LINE)
		memcpy(to + lines * LINE, from + lines * LINE, bytes % LINE);
}

stream_fn VARIANT(stream);

void
VARIANT(stream)(const quern_op *op, quern__loop *loop, size_t begin, size_t end,
    size_t *acc)
{
	const unsigned char *bytes = op->kind->bytes;
	size_t size = bytes[QUERN__OUT];
	_Alignas(LINE) char buffer[DEAR * sizeof(double)];
	char *to = quern__element(op, QUERN__OUT, begin);
	const void *in[QUERN__ARRAYS - 1] = { NULL };
	size_t most =
	    op->kind->block < MAP_CHEAP ? (size_t)DEAR : LINES * LINE / size;
	/* Up to where a line begins. */
	size_t n = -(uintptr_t)to % LINE / size;
	struct inputs next = { .count = 0 };

	for (int i = QUERN__IN; i < QUERN__ARRAYS && bytes[i]; i++) {
		in[i - QUERN__IN] = quern__element(op, i, begin);
		next.step[next.count++] = (size_t)LINE * bytes[i] / size;
	}
	for (n = n ? n : most; begin < end; begin += n, n = most) {
		if (n > end - begin)
			n = end - begin;
		quern__run_loop(op, loop, buffer, in, begin, n, acc);
		for (unsigned j = 0; j < next.count; j++) {
			next.at[j] = (const char *)in[j] + n * bytes[j + 1];
			in[j] = next.at[j];
		}
		move(to, buffer, n * size, &next);
		to += n * size;
	}
#if defined(__x86_64__)
	/* The release with which a worker hands the job on does not do it. */
	_mm_sfence();
#endif
}

#else

VARIANTS(stream_fn, stream)

void
quern__stream(const quern_op *op, quern__loop *loop, size_t begin, size_t end,
    size_t *acc)
{
	stream_variants[quern__isa()->index](op, loop, begin, end, acc);
}

#endif

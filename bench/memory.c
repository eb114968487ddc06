/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c -- subject 12: kernels that do so little that moving the elements is
 * the work.
 *
 * From memory, on all cores: square against a copy of the array, add and axpy
 * against a triad (x + 3y), each written by hand for OpenMP with the widest
 * vectors that the processor has, with plain stores and with ones that pass by
 * the caches.  In the first cache, on one core: square against an unrolled loop.
 */
#include <omp.h>
#include <quern/kernels.h>
#include <quern/quern.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/kernel.h"
#include "rounds.h"

enum { FAR = 32 << 20, NEAR = 1536, CALLS = 20000, PAD = 1024 };

static quern_executor *pool;
static double *x, *y, *z;
static size_t far;

/* ---- by hand ---- */

/*
 * n elements of z = x, x + 3y or x * x, four vectors at a time; z is aligned to
 * 64 bytes, and n is a multiple of 32.
 */
typedef void hand_fn(double *to, const double *a, const double *b, size_t n);

#define HAND(id, TARGET, V, WIDTH, LOAD, STORE, EXPRESSION)                    \
	TARGET static void id(                                                 \
	    double *to, const double *a, const double *b, size_t n)            \
	{                                                                      \
		(void)b;                                                       \
		for (size_t i = 0; i < n; i += 4 * WIDTH) {                    \
			V u0 = LOAD(a + i), u1 = LOAD(a + i + WIDTH);          \
			V u2 = LOAD(a + i + 2 * WIDTH);                        \
			V u3 = LOAD(a + i + 3 * WIDTH);                        \
                                                                               \
			STORE(to + i, EXPRESSION(u0, V, LOAD(b + i)));         \
			STORE(to + i + WIDTH,                                  \
			    EXPRESSION(u1, V, LOAD(b + i + WIDTH)));           \
			STORE(to + i + 2 * WIDTH,                              \
			    EXPRESSION(u2, V, LOAD(b + i + 2 * WIDTH)));       \
			STORE(to + i + 3 * WIDTH,                              \
			    EXPRESSION(u3, V, LOAD(b + i + 3 * WIDTH)));       \
		}                                                              \
	}
#define COPY(u, V, w) u
#define TRIAD(u, V, w) ((V)((u) + 3 * (w)))
#define SQUARE(u, V, w) ((V)((u) * (u)))
#define HANDS(isa, TARGET, V, WIDTH, LOAD, STORE, STREAM)                      \
	HAND(copy_##isa, TARGET, V, WIDTH, LOAD, STORE, COPY)                  \
	HAND(copy_past_##isa, TARGET, V, WIDTH, LOAD, STREAM, COPY)            \
	HAND(triad_##isa, TARGET, V, WIDTH, LOAD, STORE, TRIAD)                \
	HAND(triad_past_##isa, TARGET, V, WIDTH, LOAD, STREAM, TRIAD)          \
	HAND(square_##isa, TARGET, V, WIDTH, LOAD, STORE, SQUARE)

struct hands {
	hand_fn *copy, *copy_past, *triad, *triad_past, *square;
};
#define HANDS_OF(isa)                                                          \
	{                                                                      \
		copy_##isa, copy_past_##isa, triad_##isa, triad_past_##isa,    \
		    square_##isa                                               \
	}

#if defined(__x86_64__)

HANDS(plain, , __m128d, 2, _mm_loadu_pd, _mm_storeu_pd, _mm_stream_pd)
HANDS(avx2, __attribute__((target("avx2"))), __m256d, 4, _mm256_loadu_pd,
    _mm256_storeu_pd, _mm256_stream_pd)
HANDS(avx512, __attribute__((target("avx512f"))), __m512d, 8, _mm512_loadu_pd,
    _mm512_storeu_pd, _mm512_stream_pd)

static struct hands
hands_here(void)
{
	static const struct hands plain = HANDS_OF(plain);
	static const struct hands avx2 = HANDS_OF(avx2);
	static const struct hands avx512 = HANDS_OF(avx512);

	return __builtin_cpu_supports("avx512f") ? avx512 :
	    __builtin_cpu_supports("avx2")       ? avx2 :
						   plain;
}

static void
fence(void)
{
	_mm_sfence();
}

#else

typedef double vector __attribute__((vector_size(16), aligned(8), may_alias));
#define VECTOR_LOAD(from) (*(const vector *)(from))
#define VECTOR_STORE(to, v) (*(vector *)(to) = (v))
HANDS(plain, , vector, 2, VECTOR_LOAD, VECTOR_STORE, VECTOR_STORE)

static struct hands
hands_here(void)
{
	return (struct hands)HANDS_OF(plain);
}

static void
fence(void)
{
}

#endif

static struct hands hands;

/* Each thread has one piece; gigabytes per second. */
static double
by_hand(hand_fn *fn, size_t bytes)
{
	uint64_t begun = now_ns();

#pragma omp parallel num_threads((int)cores())
	{
		size_t n = (size_t)omp_get_num_threads();
		size_t me = (size_t)omp_get_thread_num();
		size_t begin = far / 32 * me / n * 32;
		size_t end = far / 32 * (me + 1) / n * 32;

		fn(z + begin, x + begin, y + begin, end - begin);
		fence();
	}
	return (double)(far * bytes) / (double)(now_ns() - begun);
}

static void
copy_round(void *arg, double value[])
{
	(void)arg;
	value[0] = by_hand(hands.copy, 16);
}

static void
copy_past_round(void *arg, double value[])
{
	(void)arg;
	value[0] = by_hand(hands.copy_past, 16);
}

static void
triad_round(void *arg, double value[])
{
	(void)arg;
	value[0] = by_hand(hands.triad, 24);
}

static void
triad_past_round(void *arg, double value[])
{
	(void)arg;
	value[0] = by_hand(hands.triad_past, 24);
}

/* ---- quern ---- */

struct run {
	quern_op op;
	double bytes, first, last; /* of an element; what results must be */
};

static void
quern_round(void *arg, double value[])
{
	const struct run *run = arg;
	uint64_t begun;

	z[0] = z[far - 1] = -1;
	begun = now_ns();
	if (quern_run(pool, run->op))
		die("quern_run() failed");
	value[0] = (double)far * run->bytes / (double)(now_ns() - begun);
	if (z[0] != run->first || z[far - 1] != run->last)
		die("a wrong result");
}

static void
measure_far(const char *work, struct run run)
{
	static const struct figure figure = { "", "GB/s", true };
	const bool one = run.bytes == 16;
	const struct contender contender[] = {
		{ "quern", false, quern_round, &run },
		{ "OpenMP, streaming", true,
		    one ? copy_past_round : triad_past_round, NULL },
		{ "OpenMP, plain", true, one ? copy_round : triad_round, NULL },
	};

	rounds_measure(work, &figure, 1, contender, 3);
}

/* ---- in the first cache ---- */

static double
ns_per_element(uint64_t begun, size_t calls)
{
	return (double)(now_ns() - begun) / (double)(calls * NEAR);
}

/* As a worker calls it: this is no measurement of jobs. */
static void
near_round(void *arg, double value[])
{
	const quern_op *op = arg;
	size_t calls = rounds_count(CALLS, 1);
	uint64_t begun = now_ns();

	for (size_t i = 0; i < calls; i++)
		op->kind->range(NULL, op, 0, NEAR, NULL);
	value[0] = ns_per_element(begun, calls);
}

static void
near_hand_round(void *arg, double value[])
{
	/* So that the calls are not one. */
	hand_fn *volatile square = hands.square;
	size_t calls = rounds_count(CALLS, 1);
	uint64_t begun = now_ns();

	(void)arg;
	for (size_t i = 0; i < calls; i++)
		square(z, x, NULL, NEAR);
	value[0] = ns_per_element(begun, calls);
}

static void
measure_near(void)
{
	static const struct figure figure = { "", "ns", false };
	quern_op op = quern_square_f64(z, x, NEAR);
	const struct contender contender[] = {
		{ "quern", false, near_round, &op },
		{ "unrolled by hand", true, near_hand_round, NULL },
	};

	rounds_measure(
	    "12 memory: square, first cache", &figure, 1, contender, 2);
}

int
main(int argc, char **argv)
{
	rounds_begin(argc, argv);
	if (quern_threads_create(&pool, NULL))
		die("no pool");
	hands = hands_here();
	far = rounds_count(FAR, NEAR + PAD) / 32 * 32;
	/* Not a multiple of 4 KiB apart, and all pages there. */
	x = get_memory(3 * (far + PAD), sizeof(double));
	y = x + far + PAD / 4;
	z = y + far + PAD / 4;
	for (size_t i = 0; i < far; i++) {
		x[i] = (double)(i % 1000) + 1;
		y[i] = 2;
		z[i] = 0;
	}
	measure_far("12 memory: square, 32 Mi doubles",
	    (struct run) {
		quern_square_f64(z, x, far), 16, 1, x[far - 1] * x[far - 1] });
	measure_far("12 memory: add, 32 Mi doubles",
	    (struct run) {
		quern_add_f64(z, x, y, far), 24, 3, x[far - 1] + 2 });
	measure_far("12 memory: axpy, 32 Mi doubles",
	    (struct run) {
		quern_axpy_f64(z, x, y, 3, far), 24, 5, 3 * x[far - 1] + 2 });
	measure_near();
	if (quern_executor_destroy(pool))
		die("the pool is busy");
	free(x);
	return 0;
}

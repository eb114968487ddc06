/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reduce.c -- subject 14: reductions of doubles, from the second cache and from
 * memory, on one core and on all, in nanoseconds for each element.
 *
 * The free-order peer is what one writes by hand for speed alone: 8 vectors of
 * the widest kind side by side, fused multiply-add, and on all cores an OpenMP
 * team of which each thread takes its part and adds it to the total whenever it
 * has it.  NumPy is asked by reduce.py.
 */
#include <math.h>
#include <omp.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>

#include "rounds.h"

enum { IN_CACHE = 32768, IN_MEMORY = 32 << 20 };

static double *a, *b;
static quern_description description;

/* ---- in free order ---- */

/* Once for each width of vectors there is. */
#define FREE_ORDER(name, isa, width)                                           \
	typedef double vector_##name                                           \
	    __attribute__((vector_size(width), aligned(8)));                   \
	isa static double sum_##name(const double *x, size_t n)                \
	{                                                                      \
		enum { SIDE = 8 * width / 8 };                                 \
		vector_##name lane[8] = { { 0 } };                             \
		double sum = 0;                                                \
                                                                               \
		for (; n >= SIDE; n -= SIDE, x += SIDE)                        \
			for (int k = 0; k < 8; k++)                            \
				lane[k] += *(                                  \
				    const vector_##name *)(x + k * width / 8); \
		for (int k = 0; k < 8; k++)                                    \
			for (int j = 0; j < width / 8; j++)                    \
				sum += lane[k][j];                             \
		for (; n; n--)                                                 \
			sum += *x++;                                           \
		return sum;                                                    \
	}                                                                      \
	isa static double dot_##name(                                          \
	    const double *x, const double *y, size_t n)                        \
	{                                                                      \
		enum { SIDE = 8 * width / 8 };                                 \
		vector_##name lane[8] = { { 0 } };                             \
		double sum = 0;                                                \
                                                                               \
		for (; n >= SIDE; n -= SIDE, x += SIDE, y += SIDE)             \
			for (int k = 0; k < 8; k++)                            \
				lane[k] += *(const vector_##name *)(x +        \
					       k * width / 8) *                \
				    *(const vector_##name *)(y +               \
					k * width / 8);                        \
		for (int k = 0; k < 8; k++)                                    \
			for (int j = 0; j < width / 8; j++)                    \
				sum += lane[k][j];                             \
		for (; n; n--)                                                 \
			sum += *x++ * *y++;                                    \
		return sum;                                                    \
	}

#define FAST optimize("O3", "fp-contract=fast"), noinline
#if defined(__x86_64__)
FREE_ORDER(512, __attribute__((FAST, target("avx512f,fma"))), 64)
FREE_ORDER(256, __attribute__((FAST, target("avx2,fma"))), 32)
#endif
FREE_ORDER(128, __attribute__((FAST)), 16)

static double
free_part(const double *x, const double *y, size_t n)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512f"))
		return y ? dot_512(x, y, n) : sum_512(x, n);
	if (__builtin_cpu_supports("avx2"))
		return y ? dot_256(x, y, n) : sum_256(x, n);
#endif
	return y ? dot_128(x, y, n) : sum_128(x, n);
}

static double
free_order(const double *x, const double *y, size_t n, unsigned width)
{
	double sum = 0;

	if (width == 1)
		return free_part(x, y, n);
#pragma omp parallel num_threads(width) reduction(+ : sum)
	{
		size_t t = (size_t)omp_get_thread_num();
		size_t of = (size_t)omp_get_num_threads();
		size_t begin = n / of * t,
		       end = t + 1 == of ? n : n / of * (t + 1);

		sum += free_part(x + begin, y ? y + begin : NULL, end - begin);
	}
	return sum;
}

/* ---- a round ---- */

enum what { FREE_SUM, FREE_DOT, OP, NUMPY_SUM, NUMPY_DOT };

struct run {
	enum what what;
	size_t n;
	unsigned width;
	double right; /* the result, nearly */
	quern_op op;
};

static double result;

static double
once(const struct run *run)
{
	if (run->what == FREE_SUM)
		return free_order(a, NULL, run->n, run->width);
	if (run->what == FREE_DOT)
		return free_order(a, b, run->n, run->width);
	if (quern_run(NULL, run->op))
		die("quern: it failed");
	return run->op.out == &description ? description.mean * (double)run->n :
					     result;
}

static void
in_process(const struct run *run, double value[])
{
	size_t times = 0;
	uint64_t begun, took, least;
	double got;

	omp_set_num_threads((int)run->width);
	least = (uint64_t)(rounds_seconds(0.1) * 1e9);
	begun = now_ns();
	do {
		got = once(run);
		if (fabs(got - run->right) > 1e-9 * (double)run->n)
			die("a wrong result: %g is not %g", got, run->right);
		times++;
		took = now_ns() - begun;
	} while (took < least);
	value[0] = (double)took / (double)times / (double)run->n;
}

static void
in_python(const struct run *run, double value[])
{
	char command[100];
	FILE *output;

	snprintf(command, sizeof(command), "python3 bench/reduce.py %s %zu %g",
	    run->what == NUMPY_SUM ? "sum" : "dot", run->n,
	    rounds_seconds(0.1));
	output = popen(command, "r");
	if (!output || fscanf(output, "%lf", &value[0]) != 1 || pclose(output))
		die("failed: %s", command);
}

static void
a_round(void *arg, double value[])
{
	const struct run *run = arg;

	if (run->what == NUMPY_SUM || run->what == NUMPY_DOT)
		in_python(run, value);
	else
		in_process(run, value);
}

/* ---- all of it ---- */

static void
measure(size_t n, unsigned width, bool numpy)
{
	static const struct figure figure = { "", "ns", false };
	quern_op sum = quern_sum_f64(&result, a, n);
	quern_op dot = quern_dot_f64(&result, a, b, n);
	double s = free_part(a, NULL, n), d = free_part(a, b, n);
	struct run run[] = {
		{ OP, n, width, s, sum },
		{ OP, n, width, s, quern_with_mode(sum, QUERN_COMPENSATED) },
		{ OP, n, width, s, quern_with_mode(sum, QUERN_EXACT) },
		{ FREE_SUM, n, width, s, sum },
		{ NUMPY_SUM, n, width, s, sum },
		{ OP, n, width, d, dot },
		{ OP, n, width, d, quern_with_mode(dot, QUERN_COMPENSATED) },
		{ OP, n, width, d, quern_with_mode(dot, QUERN_EXACT) },
		{ FREE_DOT, n, width, d, dot },
		{ NUMPY_DOT, n, width, d, dot },
		{ OP, n, width, s, quern_describe_f64(&description, a, n) },
	};
	const struct contender sums[] = {
		{ "quern, deterministic", false, a_round, &run[0] },
		{ "quern, compensated", false, a_round, &run[1] },
		{ "quern, exact", false, a_round, &run[2] },
		{ "free-order SIMD", true, a_round, &run[3] },
		{ "NumPy", true, a_round, &run[4] },
	};
	const struct contender dots[] = {
		{ "quern, deterministic", false, a_round, &run[5] },
		{ "quern, compensated", false, a_round, &run[6] },
		{ "quern, exact", false, a_round, &run[7] },
		{ "free-order SIMD", true, a_round, &run[8] },
		{ "NumPy", true, a_round, &run[9] },
	};
	const struct contender describes[] = {
		{ "quern", false, a_round, &run[10] },
		{ "a sum in free order", true, a_round, &run[3] },
		{ "quern, a sum", true, a_round, &run[0] },
	};
	const char *where = n == IN_CACHE ? "in L2" : "from memory";
	const char *on = width == 1 ? "one core" : "all cores";
	char work[60];

	numpy = numpy && width == 1;
	snprintf(work, sizeof(work), "14 sum %s, %s", where, on);
	rounds_measure(work, &figure, 1, sums, numpy ? 5 : 4);
	snprintf(work, sizeof(work), "14 dot %s, %s", where, on);
	rounds_measure(work, &figure, 1, dots, numpy ? 5 : 4);
	snprintf(work, sizeof(work), "14 describe %s, %s", where, on);
	rounds_measure(work, &figure, 1, describes, 3);
}

int
main(int argc, char **argv)
{
	bool numpy = !system("python3 -c 'import numpy' >/dev/null 2>&1");
	size_t memory;
	uint64_t state = 12;

	rounds_begin(argc, argv);
	memory = rounds_count(IN_MEMORY, 2 * IN_CACHE);
	a = get_memory(memory, sizeof(*a));
	b = get_memory(memory, sizeof(*b));
	for (size_t i = 0; i < memory; i++) {
		state = state * UINT64_C(6364136223846793005) + 1;
		a[i] = (double)(int64_t)state * 0x1p-63;
		b[i] = (double)(state >> 11) * 0x1p-53;
	}
	measure(IN_CACHE, 1, numpy);
	measure(memory, 1, numpy);
	if (cores() > 1)
		measure(memory, cores(), numpy);
	free(b);
	free(a);
	return 0;
}

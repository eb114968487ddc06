/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuse.c -- subject 15: a chain of kernels fused, and the same one by one.
 *
 * The sum of sqrt(x * x + y * y), four kernels and a sum, over arrays of 64 MiB,
 * which no cache holds; and the same with no sum, but the roots in an array.
 * One by one the kernels write to two arrays, which are read again from memory.
 * Two plain sums, of x and of y, read what a fused chain reads and do next to
 * nothing with it.
 */
#include <omp.h>
#include <quern/quern.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

enum { ELEMENTS = 8 << 20, LEAST = 1 << 15, OPS = 5 };

static size_t n;
static double *x, *y, *u, *v;
static double sum;

/* ---- the contenders ---- */

/* The chain with slots, or with arrays in their stead; its last op may stay. */
struct chain {
	quern_op op[OPS];
	size_t ops;
	bool fused;
};

static void
must(int status)
{
	if (status)
		die("a kernel: %s", quern_strerror(status));
}

static void
run(struct chain *chain)
{
	if (chain->fused) {
		must(quern_run(NULL, quern_fuse(chain->op, chain->ops)));
		return;
	}
	for (size_t i = 0; i < chain->ops; i++)
		must(quern_run(NULL, chain->op[i]));
}

static struct chain
hypotenuses(double *a, double *b, double *roots, bool sums, bool fused)
{
	return (struct chain) {
		.op = {
			quern_square_f64(a, x, n),
			quern_square_f64(b, y, n),
			quern_add_f64(a, a, b, n),
			quern_sqrt_f64(roots, a, n),
			quern_sum_f64(&sum, roots, n),
		},
		.ops = sums ? OPS : OPS - 1,
		.fused = fused,
	};
}

static struct chain
two_sums(void)
{
	return (struct chain) {
		.op = { quern_sum_f64(&sum, x, n), quern_sum_f64(&sum, y, n) },
		.ops = 2,
	};
}

/* ---- the rounds ---- */

static void
round_of(void *arg, double value[])
{
	uint64_t begun = now_ns();

	run(arg);
	value[0] = (double)(now_ns() - begun) / (double)n;
}

/* Both ways must come to the same bits. */
static void
check(struct chain *fused, struct chain *apart)
{
	double *roots = get_memory(n, sizeof(*roots)), want;
	bool sums = fused->ops == OPS;

	run(apart);
	want = sum;
	memcpy(roots, u, n * sizeof(*roots));
	memset(u, 0, n * sizeof(*u));
	sum = 0;
	run(fused);
	if (sums ? memcmp(&sum, &want, sizeof(sum)) :
		   memcmp(roots, u, n * sizeof(*roots)))
		die("fused, the chain comes to something else");
	free(roots);
}

static void
measure(const char *work, bool sums)
{
	static const struct figure figure[] = { { "", "ns", false } };
	struct chain fused = hypotenuses(
	    quern_slot(0), quern_slot(1), sums ? quern_slot(0) : u, sums, true);
	struct chain apart = hypotenuses(u, v, u, sums, false);
	struct chain read = two_sums();
	const struct contender contender[] = {
		{ "fused", false, round_of, &fused },
		{ "one by one", true, round_of, &apart },
		{ "two sums", false, round_of, &read },
	};

	check(&fused, &apart);
	rounds_measure(work, figure, 1, contender, 3);
}

int
main(int argc, char **argv)
{
	rounds_begin(argc, argv);
	n = rounds_count(ELEMENTS, LEAST);
	x = get_memory(n, sizeof(*x));
	y = get_memory(n, sizeof(*y));
	u = get_memory(n, sizeof(*u));
	v = get_memory(n, sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		x[i] = (double)(i % 1009) / 7;
		y[i] = (double)(i % 2003) / 11;
	}
	omp_set_num_threads((int)cores());
	measure("15 four kernels and a sum, all cores", true);
	measure("15 four kernels, all cores", false);
	omp_set_num_threads(1);
	measure("15 four kernels and a sum, one core", true);
	free(x);
	free(y);
	free(u);
	free(v);
	return 0;
}

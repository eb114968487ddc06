/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own_kernel.c -- a parallel loop and a reduction of your own.
 *
 * Halve a number if it is even, else triple it and add one: Collatz guessed
 * that this always ends at 1.  Which start below a million takes the most
 * steps?  The starts take very different times, but blocks of them are handed
 * out as threads become free.
 */
#include <err.h>
#include <quern/quern.h>
#include <stdio.h>

enum { STARTS = 1000000 };

static void
check(int status, const char *what)
{
	if (status < 0)
		errx(1, "%s: %s", what, quern_strerror(status));
}

/* The loop: fill in steps[start] for each start of a block. */
static void
count_steps(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	uint16_t *steps = arg;

	(void)ctx;
	for (size_t start = begin; start < end; start++)
		for (uint64_t x = start; x > 1; steps[start]++)
			x = x % 2 ? 3 * x + 1 : x / 2;
}

/* The reduction: an accumulator holds the best start so far. */
static void
begin_with_none(void *acc, void *arg)
{
	(void)arg;
	*(size_t *)acc = 0;
}

/* Of equals the left one stays, so that the answer is the smallest. */
static void
combine_two(void *acc, const void *right, void *arg)
{
	const uint16_t *steps = arg;
	const size_t *other = right;
	size_t *best = acc;

	if (steps[*other] > steps[*best])
		*best = *other;
}

static void
best_of_block(
    quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	for (size_t start = begin; start < end; start++)
		combine_two(acc, &start, arg);
}

int
main(void)
{
	const quern_reducer longest = { sizeof(size_t), begin_with_none,
		best_of_block, combine_two };
	static uint16_t steps[STARTS];
	size_t best = 0;

	/* NULL: here and now, in an OpenMP team.  A pool would do as well. */
	check(quern_run(NULL, quern_for(STARTS, 0, count_steps, steps)), "for");
	check(quern_run(NULL, quern_reduce(STARTS, 0, &longest, steps, &best)),
	    "reduce");
	printf("%zu takes %d steps\n", best, steps[best]);
	return 0;
}

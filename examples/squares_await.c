/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * squares_await.c -- squares.c once more, as a task that awaits: what comes
 * after the map stands below it, and its variables are still there.
 */
#include <err.h>
#include <inttypes.h>
#include <quern/quern.h>
#include <stdio.h>

enum { COUNT = 100000 };

/* Runs on the pool, for one element after the other. */
static int
square(void *out, const void *in, void *arg)
{
	const int64_t *x = in;
	int64_t *y = out;

	(void)arg;
	*y = *x * *x;
	return 0;
}

static int
print_squares(void *unused)
{
	static int64_t x[COUNT], y[COUNT]; /* a task's stack is small */
	int64_t sum = 0;
	int err;

	(void)unused;
	for (int i = 0; i < COUNT; i++)
		x[i] = i;
	err = quern_await(
	    quern_map(y, sizeof(*y), x, sizeof(*x), COUNT, square, NULL));
	if (err)
		return err;
	for (int i = 0; i < COUNT; i++)
		sum += y[i];
	printf("the square of 7 is %" PRId64 "\n", y[7]);
	printf("the square of 99999 is %" PRId64 "\n", y[99999]);
	printf("all %d squares add up to %" PRId64 "\n", COUNT, sum);
	return 0;
}

int
main(void)
{
	int err = quern_main(print_squares, NULL);

	if (err)
		errx(1, "%s", quern_strerror(err));
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * squares.c -- the squares of 0 to 99,999, mapped over every core.
 *
 * The first program to read: a function of yours for one element, an op that
 * maps it over an array, and a job that takes the op to the pool and brings
 * word back to the event loop.
 */
#include <err.h>
#include <ev.h>
#include <inttypes.h>
#include <quern/quern.h>
#include <stdio.h>

enum { COUNT = 100000 };

static void
check(int status, const char *what)
{
	if (status < 0)
		errx(1, "%s: %s", what, quern_strerror(status));
}

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

/* Runs on the loop, once, when all elements are done. */
static void
on_done(quern_loop *loop, quern_job *job, int status)
{
	const int64_t *y = job->data;
	int64_t sum = 0;

	(void)loop;
	check(status, "map");
	for (int i = 0; i < COUNT; i++)
		sum += y[i];
	printf("the square of 7 is %" PRId64 "\n", y[7]);
	printf("the square of 99999 is %" PRId64 "\n", y[99999]);
	printf("all %d squares add up to %" PRId64 "\n", COUNT, sum);
}

int
main(void)
{
	static int64_t x[COUNT], y[COUNT];
	struct ev_loop *ev = ev_default_loop(EVFLAG_AUTO);
	quern_executor *pool;
	quern_loop *loop;
	quern_job job;

	for (int i = 0; i < COUNT; i++)
		x[i] = i;
	check(quern_threads_create(&pool, NULL), "pool");
	check(quern_loop_create(&loop, ev, pool), "loop");

	quern_job_init(&job,
	    quern_map(y, sizeof(*y), x, sizeof(*x), COUNT, square, NULL),
	    on_done);
	job.data = y;
	check(quern_submit(loop, &job), "submit");
	ev_run(ev, 0); /* returns when no job is in flight */

	return quern_loop_destroy(loop) || quern_executor_destroy(pool);
}

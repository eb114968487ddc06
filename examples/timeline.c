/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline.c FILE -- writes a timeline of a little work, to look at.
 *
 * A long job raises many numbers to a power, small ones with a high priority
 * come in between, and the long one's callback submits a sum.  Open FILE with
 * ui.perfetto.dev or chrome://tracing; docs/tracing.md shows what it is like.
 */
#include <err.h>
#include <ev.h>
#include <quern/quern.h>
#include <stdio.h>

enum { COUNT = 500000, SMALL_JOBS = 4 };

static double numbers[COUNT], powers[COUNT], sum;
static quern_job power_job, sum_job, small_job[SMALL_JOBS];
static quern_loop *loop;

static void
check(int status, const char *what)
{
	if (status < 0)
		errx(1, "%s: %s", what, quern_strerror(status));
}

/* On the pool: a tenth of a millisecond or so. */
static int
small(quern_context *ctx, void *arg)
{
	double *x = arg;

	for (int i = 0; i < 20000 && !quern_should_stop(ctx); i++)
		*x = (*x + 2 / *x) / 2;
	return 0;
}

static void
on_powers(quern_loop *l, quern_job *job, int status)
{
	(void)job;
	check(status, "powers");
	quern_job_init(&sum_job, quern_sum_f64(&sum, powers, COUNT), NULL);
	check(quern_submit(l, &sum_job), "sum");
}

/* First the long job, then one small one after the other. */
static void
on_timer(struct ev_loop *ev, ev_timer *timer, int events)
{
	static double x[SMALL_JOBS];
	static int n = -1;

	(void)events;
	if (n < 0) {
		quern_job_init(&power_job,
		    quern_pow_f64(powers, numbers, 0.5, COUNT), on_powers);
		check(quern_submit(loop, &power_job), "powers");
	} else {
		x[n] = n + 1;
		quern_job_init(&small_job[n], quern_call(small, &x[n]), NULL);
		small_job[n].priority = QUERN_HIGH;
		check(quern_submit(loop, &small_job[n]), "small job");
	}
	if (++n == SMALL_JOBS)
		ev_timer_stop(ev, timer);
}

int
main(int argc, char **argv)
{
	struct ev_loop *ev = ev_default_loop(EVFLAG_AUTO);
	quern_executor *pool;
	ev_timer timer;

	if (argc != 2)
		errx(1, "usage: %s FILE", argv[0]);
	for (int i = 0; i < COUNT; i++)
		numbers[i] = i;
	check(quern_threads_create(&pool, NULL), "pool");
	check(quern_loop_create(&loop, ev, pool), "loop");

	check(quern_trace_start(argv[1]), argv[1]);
	ev_timer_init(&timer, on_timer, 0.0007, 0.0007);
	ev_timer_start(ev, &timer);
	ev_run(ev, 0);

	/* The workers first, so that all of their work is over. */
	check(quern_loop_destroy(loop), "loop");
	check(quern_executor_destroy(pool), "pool");
	check(quern_trace_stop(), argv[1]);
	printf("the square roots up to %d add up to %.0f\n", COUNT - 1, sum);
	return 0;
}

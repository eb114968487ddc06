/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cancel.c -- two ways to end a job that would run for years.
 *
 * A parallel loop is cancelled from a timer: it stops by itself at the border
 * of a block.  A function that runs in one piece has a timeout: it has to ask
 * now and then.  Both jobs complete like any other, and their status says why.
 */
#include <err.h>
#include <errno.h>
#include <ev.h>
#include <quern/quern.h>
#include <stdio.h>

static void
check(int status, const char *what)
{
	if (status < 0)
		errx(1, "%s: %s", what, quern_strerror(status));
}

static void
busy_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	volatile size_t work = 0;

	(void)ctx;
	(void)arg;
	for (size_t i = begin; i < end; i++)
		work = work + i;
}

static int
busy_function(quern_context *ctx, void *arg)
{
	while (!quern_should_stop(ctx))
		busy_block(ctx, 0, 1000, arg);
	return -ECANCELED; /* or any negative value: quern knows the reason */
}

static void
on_timer(struct ev_loop *ev, ev_timer *timer, int events)
{
	int status = quern_cancel(timer->data);

	(void)ev;
	(void)events;
	/* 0: it was still in line.  -EINPROGRESS: it runs, and will stop. */
	check(status == -EINPROGRESS ? 0 : status, "cancel");
}

int
main(void)
{
	struct ev_loop *ev = ev_default_loop(EVFLAG_AUTO);
	quern_executor *pool;
	quern_loop *loop;
	quern_job endless, function;
	ev_timer timer;

	check(quern_threads_create(&pool, NULL), "pool");
	check(quern_loop_create(&loop, ev, pool), "loop");
	quern_job_init(&endless,
	    quern_for((size_t)1 << 50, 1 << 20, busy_block, NULL), NULL);
	quern_job_init(&function, quern_call(busy_function, NULL), NULL);
	function.timeout = 0.2;
	check(quern_submit(loop, &endless), "submit");
	check(quern_submit(loop, &function), "submit");
	ev_timer_init(&timer, on_timer, 0.1, 0);
	timer.data = &endless;
	ev_timer_start(ev, &timer);
	ev_run(ev, 0); /* returns when no job is in flight */

	printf("loop: %s\n", quern_strerror(quern_job_status(&endless)));
	printf("function: %s\n", quern_strerror(quern_job_status(&function)));
	return quern_loop_destroy(loop) || quern_executor_destroy(pool);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backpressure.c -- a thousand jobs through a pool that takes sixteen.
 *
 * A job beyond the queue limit is refused with -EAGAIN, and quern calls back
 * when there is room again: no job is lost, none runs twice, nobody waits.
 */
#include <err.h>
#include <errno.h>
#include <ev.h>
#include <quern/quern.h>
#include <stdio.h>

enum { JOBS = 1000, LIMIT = 16 };

struct burst {
	quern_job job[JOBS];
	int64_t number[JOBS];
	int accepted, completions[JOBS];
};

static void
check(int status, const char *what)
{
	if (status < 0)
		errx(1, "%s: %s", what, quern_strerror(status));
}

static void
on_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	check(status, "job");
	++*(int *)job->data;
}

/* Called by main() at first, and by quern whenever there is room again. */
static void
submit_more(quern_loop *loop, void *data)
{
	struct burst *b = data;
	int status = 0;

	while (b->accepted < JOBS && !status) {
		status = quern_submit(loop, &b->job[b->accepted]);
		b->accepted += !status;
	}
	check(status == -EAGAIN ? 0 : status, "submit");
}

int
main(void)
{
	static struct burst b;
	struct ev_loop *ev = ev_default_loop(EVFLAG_AUTO);
	quern_threads_options options;
	quern_executor *pool;
	quern_loop *loop;
	int once = 0;

	quern_threads_options_init(&options);
	options.queue_limit = LIMIT;
	check(quern_threads_create(&pool, &options), "pool");
	check(quern_loop_create(&loop, ev, pool), "loop");
	quern_loop_set_room(loop, submit_more, &b);
	for (int i = 0; i < JOBS; i++) {
		b.number[i] = 3; /* squared in place: 9 if just once */
		quern_job_init(&b.job[i],
		    quern_square_i64(&b.number[i], &b.number[i], 1), on_done);
		b.job[i].data = &b.completions[i];
	}
	submit_more(loop, &b);
	printf("%d jobs were accepted at first\n", b.accepted);
	ev_run(ev, 0); /* returns when no job is in flight */
	for (int i = 0; i < JOBS; i++)
		once += b.number[i] == 9 && b.completions[i] == 1;
	printf("%d of %d ran and completed once\n", once, JOBS);
	return quern_loop_destroy(loop) || quern_executor_destroy(pool);
}

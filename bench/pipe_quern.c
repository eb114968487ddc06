/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe_quern.c -- quern itself, on a libev loop; see pipe.h. */
#include <ev.h>
#include <quern/quern.h>
#include <stdlib.h>

#include "pipe.h"
#include "rounds.h"

static struct ev_loop *ev;
static quern_executor *pool;
static quern_loop *loop;
static ev_io ticker;
static quern_job *jobs, **job_list;

static int
work(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	pipe_work();
	return 0;
}

static void
done(quern_loop *of, quern_job *job, int status)
{
	(void)of;
	if (status)
		die("quern: %s", quern_strerror(status));
	pipe_done((size_t)(job - jobs));
}

static void
on_readable(struct ev_loop *of, ev_io *watcher, int events)
{
	(void)of;
	(void)watcher;
	(void)events;
	pipe_on_tick();
}

static void
quern_open(unsigned workers, int tick_fd)
{
	quern_threads_options options;

	quern_threads_options_init(&options);
	options.workers = workers;
	ev = ev_loop_new(EVFLAG_AUTO);
	if (!ev || quern_threads_create(&pool, &options) ||
	    quern_loop_create(&loop, ev, pool))
		die("quern: no loop and pool");
	ev_io_init(&ticker, on_readable, tick_fd, EV_READ);
}

static void
quern_make(size_t n)
{
	free(jobs);
	free(job_list);
	jobs = get_memory(n, sizeof(*jobs));
	job_list = get_memory(n, sizeof(*job_list));
	for (size_t i = 0; i < n; i++) {
		quern_job_init(&jobs[i], quern_call(work, NULL), done);
		job_list[i] = &jobs[i];
	}
}

static void
quern_submit_one_by_one(size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		if (quern_submit(loop, &jobs[i]))
			die("quern: a job was refused");
}

static void
quern_submit_in_one_step(size_t first, size_t n)
{
	int taken = quern_submit_many(loop, &job_list[first], n);

	if (taken < 0 || (size_t)taken != n)
		die("quern: %d of %zu jobs were taken", taken, n);
}

static void
quern_watch(bool on)
{
	if (on)
		ev_io_start(ev, &ticker);
	else
		ev_io_stop(ev, &ticker);
}

static void
quern_turn(void)
{
	ev_run(ev, 0);
}

const struct pipe pipe_quern = {
	.who = "quern",
	.open = quern_open,
	.make = quern_make,
	.submit = quern_submit_one_by_one,
	.submit_many = quern_submit_in_one_step,
	.watch = quern_watch,
	.run = quern_turn,
};

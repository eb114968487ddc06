/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * throughput_async.c -- the asynchronous way, and the ticker beside it.
 *
 *     ops --> group of jobs --> pool     (the loop goes on ticking meanwhile)
 *                                 |
 *     on_group_done() <-----------+      on the loop, once for all of them
 *
 * The ticker is a timerfd of 1 kHz that the same loop watches (a timer of
 * libev's would round to whole milliseconds).  If submitting work, or taking
 * its results, ever held the loop up, the ticks would come late.
 */
#include "throughput.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 1000000 };
#define BAR_SECONDS 0.1
#define IDLE_SECONDS 0.1
#define BUCKET_SECONDS 10e-6

struct async {
	struct ev_loop *ev;
	quern_executor *pool;
	quern_loop *loop;

	quern_group group;
	quern_job job[SLICES];
	double ended; /* and with this status */
	int status;

	int tick_fd;
	ev_io ticker;
	double due; /* when the next tick should come */
	struct lateness *ticks;

	ev_timer refresh; /* of the progress bar */
	struct bar *bar;
};

double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the ticker ---- */

static void
lateness_add(struct lateness *ticks, double late)
{
	double at = late > 0 ? late / BUCKET_SECONDS : 0;

	if (late > ticks->worst)
		ticks->worst = late;
	ticks->ticks++;
	ticks->bucket[at < BUCKETS - 1 ? (size_t)at : BUCKETS - 1]++;
}

double
lateness_quantile(const struct lateness *ticks, double share)
{
	double wanted = share * (double)ticks->ticks;
	uint64_t below = 0;

	for (size_t i = 0; i < BUCKETS - 1; i++) {
		double border = (double)(i + 1) * BUCKET_SECONDS;

		below += ticks->bucket[i];
		if ((double)below >= wanted && border < ticks->worst)
			return border;
	}
	return ticks->worst;
}

static void
on_tick(struct ev_loop *ev, ev_io *ticker, int events)
{
	struct async *async = ticker->data;
	uint64_t ticks; /* one, and those that were missed */

	(void)ev;
	(void)events;
	if (read(async->tick_fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	lateness_add(async->ticks, seconds_now() - async->due);
	async->due += (double)ticks * TICK_NS * 1e-9;
}

/* Tick from now on; 0: no more. */
static void
ticker_set(struct async *async, long ns)
{
	const struct timespec interval = { .tv_nsec = ns };
	const struct itimerspec how = { interval, interval };

	async->due = seconds_now() + (double)ns * 1e-9;
	/* Fails for a bad descriptor or time only. */
	(void)timerfd_settime(async->tick_fd, 0, &how, NULL);
}

static void
ticker_start(struct async *async, struct lateness *ticks)
{
	async->ticks = ticks;
	ticker_set(async, TICK_NS);
	ev_io_start(async->ev, &async->ticker);
}

static void
ticker_stop(struct async *async)
{
	double late = seconds_now() - async->due;

	/* A tick that has not come, since the work was done first. */
	if (late > 0)
		lateness_add(async->ticks, late);
	ticker_set(async, 0);
	ev_io_stop(async->ev, &async->ticker);
}

static void
on_idle_over(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)events;
	ticker_stop(timer->data);
}

void
async_idle(struct async *async, struct lateness *ticks)
{
	ev_timer over;

	ev_timer_init(&over, on_idle_over, IDLE_SECONDS, 0);
	over.data = async;
	ev_timer_start(async->ev, &over);
	ticker_start(async, ticks);
	ev_run(async->ev, 0);
}

/* ---- the jobs ---- */

static void
on_refresh(struct ev_loop *ev, ev_timer *refresh, int events)
{
	struct async *async = refresh->data;

	(void)ev;
	(void)events;
	bar_show(async->bar, quern_group_progress(&async->group));
}

static void
on_group_done(quern_loop *loop, quern_group *group, int first_error)
{
	struct async *async = group->data;

	(void)loop;
	async->ended = seconds_now();
	async->status = first_error;
	/* With no watcher left, ev_run() returns. */
	ticker_stop(async);
	ev_timer_stop(async->ev, &async->refresh);
}

int
async_run(struct async *async, const quern_op ops[], size_t n,
    struct lateness *ticks, double *seconds)
{
	quern_job *jobs[SLICES];
	double begun;
	int taken;

	quern_group_init(&async->group, on_group_done, QUERN_STOP_ON_ERROR);
	async->group.data = async;
	for (size_t i = 0; i < n; i++) {
		quern_job_init(&async->job[i], ops[i], NULL);
		jobs[i] = &async->job[i];
	}
	ticker_start(async, ticks);
	ev_timer_again(async->ev, &async->refresh);

	begun = seconds_now();
	taken = quern_group_submit(async->loop, &async->group, jobs, n);
	if (taken < 0) {
		on_group_done(async->loop, &async->group, taken);
	} else {
		if ((size_t)taken < n)
			quern_group_cancel(&async->group);
		ev_run(async->ev, 0);
		if ((size_t)taken < n)
			async->status = -EAGAIN;
	}
	if (async->status < 0)
		return fail("jobs: %s", quern_strerror(async->status));
	*seconds = async->ended - begun;
	return 0;
}

unsigned
async_threads(const struct async *async)
{
	quern_stats stats = { .workers = 0 };

	(void)quern_executor_stats(async->pool, &stats);
	return (unsigned)stats.workers;
}

static int
close_pool(quern_executor *pool)
{
	int status = quern_executor_destroy(pool);

	return status < 0 ? fail("pool: %s", quern_strerror(status)) : 0;
}

int
async_open(struct async **out, unsigned threads, struct bar *bar)
{
	struct async *async = calloc(1, sizeof(*async));
	quern_threads_options options;
	int status = -ENOMEM;

	if (!async)
		goto report;
	async->ev = ev_loop_new(EVFLAG_AUTO);
	if (!async->ev)
		goto free_async;
	async->tick_fd =
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (async->tick_fd < 0) {
		status = -errno;
		goto destroy_ev;
	}
	quern_threads_options_init(&options);
	options.workers = threads;
	status = quern_threads_create(&async->pool, &options);
	if (status < 0)
		goto close_tick_fd;
	status = quern_loop_create(&async->loop, async->ev, async->pool);
	if (status < 0)
		goto destroy_pool;
	ev_io_init(&async->ticker, on_tick, async->tick_fd, EV_READ);
	async->ticker.data = async;
	ev_timer_init(&async->refresh, on_refresh, 0, BAR_SECONDS);
	async->refresh.data = async;
	async->bar = bar;
	*out = async;
	return 0;

destroy_pool:
	if (close_pool(async->pool))
		return -1;
close_tick_fd:
	close(async->tick_fd);
destroy_ev:
	ev_loop_destroy(async->ev);
free_async:
	free(async);
report:
	return fail("pool and loop: %s", quern_strerror(status));
}

int
async_close(struct async *async)
{
	int status = quern_loop_destroy(async->loop);

	if (status < 0)
		return fail("loop: %s", quern_strerror(status));
	if (close_pool(async->pool))
		return -1;
	close(async->tick_fd);
	ev_loop_destroy(async->ev);
	free(async);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe_uv.c -- libuv: uv_queue_work() and its own loop; see pipe.h. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "pipe.h"
#include "rounds.h"

static uv_loop_t loop;
static uv_poll_t ticker;
static uv_work_t *jobs;

static void
work(uv_work_t *job)
{
	(void)job;
	pipe_work();
}

static void
done(uv_work_t *job, int status)
{
	if (status)
		die("libuv: %s", uv_strerror(status));
	pipe_done((size_t)(job - jobs));
}

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	(void)handle;
	(void)events;
	if (status)
		die("libuv: %s", uv_strerror(status));
	pipe_on_tick();
}

static void
libuv_open(unsigned workers, int tick_fd)
{
	char size[16];

	snprintf(size, sizeof(size), "%u", workers);
	setenv("UV_THREADPOOL_SIZE", size, 1);
	if (uv_loop_init(&loop) || uv_poll_init(&loop, &ticker, tick_fd))
		die("libuv: no loop");
}

static void
libuv_make(size_t n)
{
	free(jobs);
	jobs = get_memory(n, sizeof(*jobs));
}

static void
libuv_submit(size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		if (uv_queue_work(&loop, &jobs[i], work, done))
			die("libuv: a job was refused");
}

static void
libuv_watch(bool on)
{
	if (on ? uv_poll_start(&ticker, UV_READABLE, on_readable) :
		 uv_poll_stop(&ticker))
		die("libuv: no ticks");
}

static void
libuv_run(void)
{
	uv_run(&loop, UV_RUN_DEFAULT);
}

const struct pipe pipe_uv = {
	.who = "libuv",
	.peer = true,
	.open = libuv_open,
	.make = libuv_make,
	.submit = libuv_submit,
	.watch = libuv_watch,
	.run = libuv_run,
};

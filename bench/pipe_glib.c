/* SPDX-License-Identifier: BSD-2-Clause */
/* pipe_glib.c -- GLib: GTask on its thread pool, GMainContext; see pipe.h. */
#include <gio/gio.h>
#include <glib-unix.h>

#include "pipe.h"
#include "rounds.h"

static GMainContext *context;
static GSource *ticker;
static int ticks_fd;
static size_t in_flight;

static void
work(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
	(void)source;
	(void)data;
	(void)cancellable;
	pipe_work();
	g_task_return_boolean(task, TRUE);
}

static void
done(GObject *source, GAsyncResult *result, gpointer job)
{
	(void)source;
	if (!g_task_propagate_boolean(G_TASK(result), NULL))
		die("GLib: a job failed");
	in_flight--;
	pipe_done(GPOINTER_TO_SIZE(job));
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd;
	(void)condition;
	(void)data;
	pipe_on_tick();
	return G_SOURCE_CONTINUE;
}

/* The width of GTask's pool is GLib's own affair. */
static void
glib_open(unsigned workers, int tick_fd)
{
	(void)workers;
	context = g_main_context_default();
	ticks_fd = tick_fd;
}

/* A GTask is made for each run of a job. */
static void
glib_make(size_t n)
{
	(void)n;
}

static void
glib_submit(size_t first, size_t n)
{
	in_flight += n;
	for (size_t i = first; i < first + n; i++) {
		GTask *task = g_task_new(NULL, NULL, done, GSIZE_TO_POINTER(i));

		g_task_run_in_thread(task, work);
		g_object_unref(task);
	}
}

static void
glib_watch(bool on)
{
	if (on) {
		ticker = g_unix_fd_source_new(ticks_fd, G_IO_IN);
		g_source_set_callback(
		    ticker, G_SOURCE_FUNC(on_readable), NULL, NULL);
		g_source_attach(ticker, context);
	} else {
		g_source_destroy(ticker);
		g_source_unref(ticker);
		ticker = NULL;
	}
}

static void
glib_run(void)
{
	while (in_flight > 0 || ticker)
		g_main_context_iteration(context, TRUE);
}

const struct pipe pipe_glib = {
	.who = "GLib",
	.peer = true,
	.open = glib_open,
	.make = glib_make,
	.submit = glib_submit,
	.watch = glib_watch,
	.run = glib_run,
};

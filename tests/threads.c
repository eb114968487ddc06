/* SPDX-License-Identifier: BSD-2-Clause */
/* threads.c -- what tests with threads of their own share, see threads.h. */
#include "threads.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

void
start_thread(pthread_t *thread, void *(*main)(void *), void *arg)
{
	if (pthread_create(thread, NULL, main, arg))
		abort();
}

void
nap(void)
{
	static const struct timespec millisecond = { 0, 1000000 };

	nanosleep(&millisecond, NULL);
}

unsigned
arrivals(struct gate *gate)
{
	unsigned n;

	pthread_mutex_lock(&gate->lock);
	n = gate->arrived;
	pthread_mutex_unlock(&gate->lock);
	return n;
}

void
options_with(
    quern_threads_options *options, unsigned workers, size_t queue_limit)
{
	quern_threads_options_init(options);
	options->workers = workers;
	options->queue_limit = queue_limit;
}

void
count_range(quern_context *ctx, size_t begin, size_t end, void *count)
{
	(void)ctx;
	add(count, (int)(end - begin));
}

int
fail(quern_context *ctx, void *count)
{
	(void)ctx;
	add(count, 1);
	return -EIO;
}

int
linger(quern_context *ctx, void *count)
{
	add(count, 1);
	for (int n = 0; n < 20; n++) {
		if (quern_should_stop(ctx))
			return -EIO; /* the reason takes its place */
		quern_set_progress(ctx, n / 20.0);
		sched_yield();
	}
	return 1;
}

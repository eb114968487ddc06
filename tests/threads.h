/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.h -- what tests with threads of their own share: those threads, what
 * they count in, and ops that count.
 */
#ifndef QUERN_TESTS_THREADS_H
#define QUERN_TESTS_THREADS_H

#include "support.h"

/* Counters that several threads use. */
static inline int
get(const int *value)
{
	return __atomic_load_n(value, __ATOMIC_ACQUIRE);
}

static inline void
add(int *value, int n)
{
	__atomic_fetch_add(value, n, __ATOMIC_RELAXED);
}

/* pthread_create(), which must work. */
void start_thread(pthread_t *thread, void *(*main)(void *), void *arg);

/* A millisecond, between two looks at what nobody announces. */
void nap(void);

/* How many have arrived at the gate by now, without waiting for more. */
unsigned arrivals(struct gate *gate);

/* The defaults, but for these two. */
void options_with(
    quern_threads_options *options, unsigned workers, size_t queue_limit);

/* A body of quern_for that adds the elements it was given to `count`. */
void count_range(quern_context *ctx, size_t begin, size_t end, void *count);
/* A quern_call that adds 1 to `count` and fails with -EIO. */
int fail(quern_context *ctx, void *count);
/*
 * A quern_call that adds 1 to `count`, stays for a while with its progress
 * told, and returns 1, or -EIO as soon as it is to stop.
 */
int linger(quern_context *ctx, void *count);

#endif

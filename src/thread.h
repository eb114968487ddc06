/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread.h -- the library's only way to threads, so that tests can make the
 * n-th start fail.
 */
#ifndef QUERN_SRC_THREAD_H
#define QUERN_SRC_THREAD_H

#include <pthread.h>

/*
 * Start `main(arg)` on a thread named `name` (15 characters count) with every
 * signal blocked.  Returns 0, -EAGAIN or -ENOMEM.
 */
int quern__thread_start(
    pthread_t *out, const char *name, void *(*main)(void *), void *arg);
void quern__thread_join(pthread_t thread);
/* Add to the calling thread's nice value; where that fails, nothing changes. */
void quern__thread_step_back(unsigned nice);

/* Mutexes and condition variables whose making can fail in tests too. */
int quern__mutex_init(pthread_mutex_t *mutex);
int quern__cond_init(pthread_cond_t *cond); /* waits by CLOCK_MONOTONIC */

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* busy.h -- who keeps how many cores busy; see busy.c. */
#ifndef QUERN_SRC_BUSY_H
#define QUERN_SRC_BUSY_H

#include <quern/executor.h>
#include <stdbool.h>

/* Threads that run, as far as we know of them. */
unsigned quern__busy_threads(const quern_executor *pool);

/* On how many cores?  0 under a quota that was used up lately. */
unsigned quern__busy_cores(const quern_executor *pool);

/*
 * Would `more` workers than now only get into the way of a loop, or of callers
 * that compute themselves?  Without the lock, the answer is a hint.
 */
bool quern__busy_crowds_out(const quern_executor *pool, unsigned more);

/* A loop that holds the executor keeps a core busy from now on, or has ended. */
void quern__busy_loop_awake(quern_executor *pool);
void quern__busy_loop_asleep(quern_executor *pool);
/* The same for a thread that is no such loop, and has submitted. */
void quern__busy_feeder_sleeps(quern_executor *pool);

#endif

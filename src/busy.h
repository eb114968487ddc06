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

enum quern__whereabouts {
	QUERN__ELSEWHERE, /* not in ev_run(), or with nothing of ours to do */
	QUERN__ASLEEP,    /* or about to; who rings for it makes it AWAKE */
	QUERN__AWAKE      /* the executor counts it */
};

/* The thread of a loop that holds the executor; all zero but for `pool`. */
struct quern__presence {
	quern_executor *pool; /* fixed */
	unsigned where;       /* atomic, relaxed: for a hint */
};

/* The loop's thread is there from now on. */
void quern__busy_loop_is(
    struct quern__presence *thread, enum quern__whereabouts where);
/* Any thread: it is about to be rung for; if it sleeps it is as good as awake. */
void quern__busy_loop_rung(struct quern__presence *thread);
/* A thread that is no such loop, and has submitted, sleeps. */
void quern__busy_feeder_sleeps(quern_executor *pool);

#endif

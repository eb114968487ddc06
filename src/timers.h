/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timers.h -- when the tasks of a loop want to be told.
 *
 * One timerfd for all of them, which libev watches: libev's own timers are not
 * finer than 1 ms.  It is opened with the first timer.  Timers that are due at
 * the same time go off in the order in which they were started.
 *
 * All of it belongs to the loop's thread.
 */
#ifndef QUERN_SRC_TIMERS_H
#define QUERN_SRC_TIMERS_H

#include <ev.h>

#include <quern/task.h>

#include "timeouts.h"

/* Lies where it is needed, and stays there until it has gone off or stopped. */
struct quern__timer {
	struct quern_deadline deadline;
	void (*fire)(struct quern__timer *timer); /* from home */
	quern_task *task;                         /* for that function */
};

struct quern__timers {
	quern_loop *loop;
	struct ev_loop *ev;
	struct quern__timeouts pending;
	uint64_t last_ns; /* when the latest one was started */
	uint64_t set_ns;  /* what the descriptor is set to; 0: nothing */
	int fd;           /* none yet: -1 */
	ev_io watcher;
};

void quern__timers_init(
    struct quern__timers *timers, quern_loop *loop, struct ev_loop *ev);
void quern__timers_fini(struct quern__timers *timers);

/*
 * Start a timer that goes off after so many seconds, 0 or more; never if that
 * is infinite.  0; -EMFILE, -ENFILE, -ENOMEM: no descriptor.
 */
int quern__timer_start(
    struct quern__timers *timers, struct quern__timer *timer, double seconds);
/* Nothing happens if it has gone off. */
void quern__timer_stop(
    struct quern__timers *timers, struct quern__timer *timer);

#endif

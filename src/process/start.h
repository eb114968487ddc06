/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.h -- a process begins, and what became of it when it has ended.
 *
 * All with remote->lock held.
 */
#ifndef QUERN_SRC_PROCESS_START_H
#define QUERN_SRC_PROCESS_START_H

#include "remote.h"

/*
 * Start the program again, with one end of a socket pair: remote->pid, ->socket
 * and ->process.  0 or a negative errno.  So that tests can make the n-th one
 * fail.
 */
int quern__process_spawn(struct quern__remote *remote);

/* Has it ended?  It may have been told to stop, or not. */
bool quern__process_is_gone(const struct quern__remote *remote);

/* It ends now, and so does all that it has started. */
void quern__process_kill(const struct quern__remote *remote);

/*
 * Wait until it has ended, and take leave of it: there is no process then.
 * What it started ends, too.
 */
void quern__process_reap(struct quern__remote *remote, quern_crash *crash);

/*
 * Nobody talks to it any more, so it is to end; it is killed if it has not in
 * so many milliseconds.
 */
void quern__process_hang_up(const struct quern__remote *remote, int timeout_ms);

/* Resident bytes of its memory that is not shared; 0: not known. */
uint64_t quern__process_resident(const struct quern__remote *remote);

#endif

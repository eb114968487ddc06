/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conversation.h -- a worker thread and its process talk, and what stops them.
 *
 * All with remote->lock held.
 */
#ifndef QUERN_SRC_PROCESS_CONVERSATION_H
#define QUERN_SRC_PROCESS_CONVERSATION_H

#include "remote.h"

/* What a thread looks at while it waits. */
struct quern__patience {
	quern_job *job;    /* that may be told to stop; NULL: none */
	uint64_t until_ns; /* then the process is killed; 0: never */
	bool told;         /* the process was told to stop */
};

/*
 * There is a process that is ready: 0, or why there cannot be one.  Starts one
 * if need be.
 */
int quern__remote_ready(
    struct quern__remote *remote, struct quern__patience *patience);

/*
 * Have it do what is on the desk.  0, and `answer` is sound; -EOWNERDEAD: it
 * has died, and there is no process any more: `crash` says how, `begun` whether
 * it had begun.
 */
int quern__remote_ask(struct quern__remote *remote,
    struct quern__patience *patience, struct quern__message *run,
    struct quern__message *answer, quern_crash *crash, bool *begun);

/* It is to end, by itself if it does so in time. */
void quern__remote_end(struct quern__remote *remote);

#endif

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
	unsigned at;       /* where it is on the desk */
	uint64_t until_ns; /* then the process is killed; 0: never */
	bool told;         /* it was told to stop */
	/* Called first, time and again; NULL: nothing. */
	void (*look)(struct quern__patience *patience);
};

/*
 * There is a process that is ready: 0, or why there cannot be one.  Starts one
 * if need be.
 */
int quern__remote_ready(
    struct quern__remote *remote, struct quern__patience *patience);

/*
 * For the keeper: take the place of a process that has died or is worn, unless
 * that was of no use, and tell one that has nothing to do of memory that has
 * gone.  A new one goes on starting by itself; whoever needs it first waits.
 */
void quern__remote_replace(struct quern__remote *remote);

/*
 * Have it do what is on the desk.  0, and `answer` is sound; -EOWNERDEAD: it
 * has died, or -EPROTO: it was killed for what it said, and is not to be believed
 * in anything.  There is no process then, and `crash` says how it ended.
 */
int quern__remote_ask(struct quern__remote *remote,
    struct quern__patience *patience, struct quern__message *run,
    struct quern__message *answer, quern_crash *crash);

/* Of what is there on the desk. */
static inline enum quern__desk_state
quern__desk_state(const struct quern__remote *remote, unsigned at)
{
	/* acquire: what the process wrote before it said ENDED. */
	return __atomic_load_n(&remote->desk->on[at].state, __ATOMIC_ACQUIRE);
}

/* It does not do as it must: it is killed. */
void quern__remote_drop(struct quern__remote *remote, quern_crash *crash);

/* It is to end, by itself if it does so in time. */
void quern__remote_end(struct quern__remote *remote);

#endif

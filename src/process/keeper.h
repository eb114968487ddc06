/* SPDX-License-Identifier: BSD-2-Clause */
/* keeper.h -- processes that die while they have nothing to do. */
#ifndef QUERN_SRC_PROCESS_KEEPER_H
#define QUERN_SRC_PROCESS_KEEPER_H

#include "remote.h"

/* Start and end the thread; 0 or a negative errno. */
int quern__keeper_start(struct quern__processes *all);
void quern__keeper_stop(struct quern__processes *all);

/* A process has begun: watch it.  With remote->lock held. */
void quern__keeper_watch(struct quern__remote *remote);
/* A process is missing: start another one.  Any thread. */
void quern__keeper_look(struct quern__processes *all);
/* Give up remote->lock, and do what the keeper wanted it for meanwhile. */
void quern__keeper_release(struct quern__remote *remote);

#endif

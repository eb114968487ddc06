/* SPDX-License-Identifier: BSD-2-Clause */
/* processes.h -- the executor of processes, as the pool sees it. */
#ifndef QUERN_SRC_PROCESS_PROCESSES_H
#define QUERN_SRC_PROCESS_PROCESSES_H

#include "remote.h"

/* The pool has gone: free what it had. */
void quern__processes_free(struct quern__processes *all);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* shutdown.h -- the way down of an executor. */
#ifndef QUERN_SRC_SHUTDOWN_H
#define QUERN_SRC_SHUTDOWN_H

#include <quern/executor.h>

/* Join the keeper of the grace, if there is one; `leaving` is set. */
void quern__shutdown_fini(quern_executor *pool);

#endif

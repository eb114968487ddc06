/* SPDX-License-Identifier: BSD-2-Clause */
/* confine.h -- what a worker may not do. */
#ifndef QUERN_SRC_PROCESS_CONFINE_H
#define QUERN_SRC_PROCESS_CONFINE_H

#include "wire.h"

/* Is the library there that the second one needs? */
bool quern__can_confine(void);

/* In the worker: 0 or a negative errno. */
int quern__limit(const struct quern__limits *limits);
/* No system calls from now on but those that computing needs. */
int quern__confine(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* cpus.h -- which cores this process may use. */
#ifndef QUERN_SRC_CPUS_H
#define QUERN_SRC_CPUS_H

/* How many; at least 1. */
unsigned quern__cpus(void);

/* Let the calling thread run on all of them, if OpenMP has bound it to one. */
void quern__cpus_unbind(void);

#endif

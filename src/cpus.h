/* SPDX-License-Identifier: BSD-2-Clause */
/* cpus.h -- which cores this process may use, and how many at a time. */
#ifndef QUERN_SRC_CPUS_H
#define QUERN_SRC_CPUS_H

/* How many the calling thread is let on, with OpenMP's places; at least 1. */
unsigned quern__cpus_allowed(void);

/* P: the same, or fewer if the process has a quota of CPU time; at least 1. */
unsigned quern__cpus(void);

/* Let the calling thread run on all of them, if OpenMP has bound it to one. */
void quern__cpus_unbind(void);

#endif

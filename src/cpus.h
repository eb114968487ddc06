/* SPDX-License-Identifier: BSD-2-Clause */
/* cpus.h -- how many cores this process may use. */
#ifndef QUERN_SRC_CPUS_H
#define QUERN_SRC_CPUS_H

/* The cores in the calling thread's affinity mask; at least 1. */
unsigned quern__cpus(void);

#endif

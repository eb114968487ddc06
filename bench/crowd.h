/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.h -- a million tasks that wait at once; for subject 9. */
#ifndef QUERN_BENCH_CROWD_H
#define QUERN_BENCH_CROWD_H

#include <stdbool.h>

/*
 * Measure, and print rows; or say that there is not enough memory.  To be
 * called before there are threads.
 */
void crowd_measure(bool python);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h -- how often something was done, counted by all threads.
 *
 * A counter for each thread, so that counting what an empty job does costs
 * about a nanosecond and shares no cache line.
 */
#ifndef QUERN_BENCH_TALLY_H
#define QUERN_BENCH_TALLY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void tally_add(void);

/*
 * All of it so far; exact as far as the calling thread has been told that the
 * others have done it.
 */
uint64_t tally_sum(void);

#ifdef __cplusplus
}
#endif

#endif

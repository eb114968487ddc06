/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog.h -- what the long random tests share. */
#ifndef QUERN_TESTS_WATCHDOG_H
#define QUERN_TESTS_WATCHDOG_H

#include <stdint.h>

/*
 * From now on the program has a minute (longer with sanitizers and in `make
 * check-long`) until the next call; then it ends with `what` and `number` as
 * its last words.  So a hang is a failure that shows its seed.
 */
void watchdog(const char *what, uint64_t number);

/* rounds(), and fewer with sanitizers, where each one is dear. */
unsigned long fewer_rounds(unsigned long plain);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog.h -- how long a test may take that could hang, and how often it
 * repeats what it does.
 */
#ifndef QUERN_TESTS_WATCHDOG_H
#define QUERN_TESTS_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

struct gate;
struct rig;

/*
 * From now on the program has a minute (longer with sanitizers and in `make
 * check-long`) until the next call; then it ends with `what` and `number` as
 * its last words.  So a hang is a failure that shows its seed.
 */
void watchdog(const char *what, uint64_t number);

/*
 * rig_run() that has two seconds.  Then it opens the gate `rescue`, or breaks
 * the loop if that is NULL, and returns false in the end.
 */
bool rig_run_in_time(struct rig *rig, struct gate *rescue);

/* rounds(), and fewer with sanitizers, where each one is dear. */
unsigned long fewer_rounds(unsigned long plain);

#endif

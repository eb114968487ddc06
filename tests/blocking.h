/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocking.h -- blocking threads as a test sees them, and jobs that hold them
 * at a gate.
 */
#ifndef QUERN_TESTS_BLOCKING_H
#define QUERN_TESTS_BLOCKING_H

#include "support.h"

/* rig_open() with a limit for blocking threads, and the watchdog awake. */
bool blocking_open(
    struct rig *rig, unsigned workers, unsigned blocking_threads);

/* There now, and of these idle. */
unsigned blocking_threads(const struct rig *rig);
unsigned blocking_idle(const struct rig *rig);
void await_idle(const struct rig *rig, unsigned n);

/* A blocking job from submit to delivery. */
void submit_one(struct rig *rig);

/* Jobs at a gate of their own. */
enum { BATCH_MOST = 1024 };
extern struct batch {
	struct gate gate;
	quern_job job[BATCH_MOST], *list[BATCH_MOST];
	int told;
} batch;
void batch_make(int n);
/* Make and submit; all must be taken. */
void batch_submit(struct rig *rig, int n);
/* Opens the gate; n jobs must be told. */
void batch_end(struct rig *rig, int n);

/* The time of the idle ones is over, or is not; for IDLE_TIME. */
void set_time_is_over(bool over);
bool time_is_over(void);
/* How many times one of them heard that it is. */
int told_late(void);

#endif

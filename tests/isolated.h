/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isolated.h -- what tests with worker processes share: an executor of them
 * behind a loop, jobs that note how they ended, and functions to run there.
 */
#ifndef QUERN_TESTS_ISOLATED_H
#define QUERN_TESTS_ISOLATED_H

#include <quern/process.h>
#include <stdio.h>

#include "support.h"

/*
 * First in main(), in place of quern_worker_main().  What a worker dies of is
 * left to the kernel there, also with sanitizers.
 */
void isolated_main(void);

/* The defaults, with so many workers and a grace that tests can wait for. */
void isolated_options(quern_processes_options *options, unsigned workers);
/* As rig_open_with(); NULL: two workers.  rig_close() closes it. */
bool isolated_open(struct rig *rig, const quern_processes_options *options);
/* With one worker, so that it meets what comes behind, too. */
bool isolated_open_one(struct rig *rig);

/* A job that notes its end. */
struct noted {
	quern_job job;
	int times; /* that it has ended */
	int status;
	unsigned long at; /* the n-th of all since isolated_open() */
};

void noted_init(struct noted *noted, quern_op op);
/* Asserts that it was accepted. */
void noted_submit(struct rig *rig, struct noted *noted);
/* Submit it and run the loop.  Its status; asserts that it ended once. */
int noted_run(struct rig *rig, struct noted *noted);
/* The same of a job of its own: the status of `op`. */
int isolated_run(struct rig *rig, quern_op op);

/* How they ended; asserts that each did so once. */
struct tally {
	size_t done, died, cancelled, timed_out, others;
};
struct tally tally_of(const struct noted *noted, size_t n);

/* Its worker died of it: how?  Asserts that it is known. */
quern_crash crash_of(const struct noted *noted);

/* ---- functions, registered ---- */

/* Returns the worker's pid. */
int tell_pid(quern_context *ctx, void *unused);
/* Returns 1. */
int return_one(quern_context *ctx, void *unused);
/* The int `arg` in a buffer becomes the pid; then it computes for ever. */
int spin_for_ever(quern_context *ctx, void *pid);

/* ---- processes ---- */

/* There is no such process, not even a zombie. */
bool is_gone(int pid);
/* Within ten seconds? */
bool is_gone_soon(int pid);
/*
 * It runs no more; whoever is to wait for it, if not we, may not have done so.
 * Now, or within ten seconds?
 */
bool has_ended(int pid);
bool has_ended_soon(int pid);
/* Until the int is not 0; it is then returned. */
int await_int(const int *value);
/* Asserts that this process has no child, dead or alive. */
void expect_no_children(void);

/* The living children of this process: how many, and as many as fit in `pid`. */
size_t children(int pid[], size_t most);
/* All of them get SIGKILL. */
void kill_children(void);

/* What must not grow. */
struct footprint {
	size_t descriptors, maps, resident_kb;
};
struct footprint footprint(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remote.h -- a worker thread whose work is done by a process.
 *
 *     worker.c, grid.c --> [remote.c] --wire.h--> child.c
 *
 * An executor of processes is an executor of threads, each of which has a
 * process that computes in its stead: it picks jobs from the line, sends what
 * they are, and waits.  So the line, priorities, batches, cancellation, groups
 * and completions are what they are on threads, and all that can happen to a
 * process happens to one thread that waits for it, in straight-line code.
 *
 * States of a process, all under remote->lock:
 *
 *   NONE ---- start ----> READY ---- run ----> READY
 *    ^                      |
 *    +------ reaped <-------+  it died, was killed, or has done its share
 */
#ifndef QUERN_SRC_PROCESS_REMOTE_H
#define QUERN_SRC_PROCESS_REMOTE_H

#include <pthread.h>
#include <quern/process.h>

#include "arena.h"
#include "src/claim.h"
#include "src/grid.h"
#include "wire.h"

struct quern__remote {
	struct quern__processes *all; /* fixed */
	unsigned index;               /* fixed */

	/* Who uses the process: its thread, or the keeper while it is idle. */
	pthread_mutex_t lock;
	/* All below: the lock. */
	int pid;     /* 0: there is none */
	int process; /* pidfd */
	int socket;
	bool worn;                     /* another one is to take its place */
	bool over;                     /* no process is wanted any more */
	uint32_t number;               /* of the last RUN */
	uint64_t jobs;                 /* that this process has run */
	struct quern__arena_view view; /* what this process has mapped */
	struct quern__desk *desk;
	char *stage; /* for what is copied there and back */
	size_t stage_bytes;

	/* The keeper was here while the lock was held; atomic. */
	bool missed;
	/* Of a job that a process died of, until it ends; all->lock. */
	const quern_job *crashed_job;
	quern_crash crash;
};

struct quern__processes {
	quern_executor *pool;
	quern_processes_options options;
	uint64_t grace_ns;
	uint64_t start_key;   /* of options.worker_start */
	unsigned omp_threads; /* of a worker's regions */
	const char *program;  /* what is started */
	char **environment;   /* and all other strings of options */
	struct quern__arena arena;
	struct quern__remote *remote; /* as many as workers */
	unsigned n;

	/* The start: how many threads have tried, and what came of it. */
	pthread_mutex_t lock;
	pthread_cond_t tried;
	unsigned n_tried;
	int start_err;

	/* The keeper, keeper.c. */
	pthread_t keeper;
	int watched; /* epoll: processes, and ... */
	int look;    /* event: one is missing */
	bool ending; /* atomic */
};

/* The process that works for worker `index`; NULL: the worker itself does. */
struct quern__remote *quern__remote_of(
    const quern_executor *pool, unsigned index);

/*
 * Can workers of this executor run it?  0, also on threads; -ENOEXEC: the
 * function is not registered; -EFAULT: they cannot see its argument.
 */
int quern__remote_check(const quern_executor *pool, const quern_op *op);

/* In place of the kind's function: what it returned, or -EOWNERDEAD. */
int quern__remote_call(const quern_context *ctx);
/* In place of run_block() for each of these; if something fails the job does. */
void quern__remote_blocks(quern_context *ctx, struct quern__blocks step);
/* In place of quern__grid_end(). */
int quern__remote_end_loop(const quern_context *ctx);

/* Memory for accumulators, seen by all workers; NULL: none. */
void *quern__remote_scratch(const quern_executor *pool, size_t bytes);
void quern__remote_scratch_free(const quern_executor *pool, void *scratch);

/* ---- crash.c ---- */

/* The job fails, for the process has died like this. */
void quern__crash_keep(struct quern__remote *remote, const quern_job *job,
    const quern_crash *crash);
/* The job ends, and is the caller's alone: it tells of that from now on. */
void quern__crash_settle(quern_job *job);

#endif

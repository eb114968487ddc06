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
 *            begin             STARTED
 *     NONE ---------> starting ---------> ready <---> runs what is on the desk
 *      ^                 |                  |
 *      +---- reaped <----+------------------+
 *
 * It is reaped when it has died, was killed, or has done its share.  The keeper
 * and the thread that needs it begin one; that thread hears that it has started.
 */
#ifndef QUERN_SRC_PROCESS_REMOTE_H
#define QUERN_SRC_PROCESS_REMOTE_H

#include <pthread.h>
#include <quern/process.h>

#include "arena.h"
#include "wire.h"
#include "src/claim.h"
#include "src/grid.h"

struct quern__remote {
	struct quern__processes *all; /* fixed */
	unsigned index;               /* fixed */

	/* Who uses the process: its thread, or the keeper while it is idle. */
	pthread_mutex_t lock;
	/* All below: the lock. */
	int pid;     /* 0: there is none */
	int process; /* pidfd */
	int socket;
	bool starting;          /* it has not said STARTED */
	bool used;              /* it was sent a RUN */
	uint64_t started_by_ns; /* or it is killed */
	bool worn;              /* another one is to take its place */
	bool over;              /* no process is wanted any more */
	uint32_t number;        /* of the last RUN */
	unsigned unbegun; /* processes in a row that died before they began */
	uint64_t jobs;    /* that this process has run */
	uint64_t peak_at_start; /* bytes; it is the program's until then */
	/* What this process has mapped: of the executor's, and of its own. */
	struct quern__arena_view view, own_view;
	/* No other process sees the desk and the stage. */
	struct quern__arena own;
	struct quern__desk *desk;
	char *stage; /* for what is copied there and back */
	size_t stage_bytes;

	/* The keeper was here while the lock was held; atomic. */
	bool missed;
};

/* How a process has died of a job that has not ended yet. */
struct quern__crash_note {
	struct quern__crash_note *next;
	const quern_job *job;
	quern_crash crash;
};

struct quern__processes {
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
	struct quern__crash_note *crashes; /* the same lock */

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
 * Can workers of this executor, which has processes, run it?  0; -ENOEXEC: the
 * function is not registered; -EFAULT: they cannot see its argument.
 */
int quern__remote_check(const quern_executor *pool, const quern_op *op);

/* In place of run_block() for each of these; if something fails the job does. */
void quern__remote_blocks(quern_context *ctx, struct quern__blocks step);
/* In place of quern__grid_end(). */
int quern__remote_end_loop(const quern_context *ctx);

/* Memory for accumulators, seen by all workers; NULL: none. */
void *quern__remote_scratch(const quern_executor *pool, size_t bytes);
void quern__remote_scratch_free(const quern_executor *pool, void *scratch);

/* ---- calls.c ---- */

/*
 * Have a worker's process run a call, with others of the worker's batch, and
 * finish them.  Returns how many.
 */
struct quern__worker;
unsigned quern__remote_calls(struct quern__worker *worker, quern_job *job);

/* ---- remote.c and calls.c among themselves, with remote->lock held ---- */

/*
 * So often something is sent again that a process had not begun when it died:
 * it is not to blame.
 */
enum { QUERN__UNBEGUN_MOST = 3 };

/* Put what is to be run on the desk, as the worker is to see it. */
void quern__remote_lay_out(struct quern__remote *remote, unsigned at,
    const quern_job *job, const quern_op *op, void *scratch);
/* The process has done with so many jobs. */
void quern__remote_count(struct quern__remote *remote, unsigned jobs);
/*
 * Have the process do `run` with the job's op, of which so many have died.  Its
 * status, and the number of blocks it has run; or why it could not be asked.
 */
int quern__remote_run_locked(struct quern__remote *remote, quern_job *job,
    void *scratch, struct quern__message *run, unsigned died, uint32_t *blocks);

/* ---- crash.c ---- */

/* The job fails, for the process has died like this. */
void quern__crash_keep(struct quern__processes *all, const quern_job *job,
    const quern_crash *crash);
/* The job ends, and is the caller's alone: it tells of that from now on. */
void quern__crash_settle(quern_job *job);

#endif

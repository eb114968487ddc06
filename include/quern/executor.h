/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/executor.h -- where to compute.
 *
 * An executor owns the worker threads.  Any number of loops (loop.h) and of
 * blocking callers (quern_run) share one.
 */
#ifndef QUERN_EXECUTOR_H
#define QUERN_EXECUTOR_H

#include <quern/op.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct quern_executor quern_executor;

/*
 * What runs the blocks of loops, kernels included.  It makes no difference to
 * the results.
 */
enum {
	QUERN_ENGINE_DEFAULT =
	    0, /* the one that is faster as a rule: the pool */
	/* The workers, each as it comes free. */
	QUERN_ENGINE_POOL = 1,
	/* An OpenMP team, as of quern_team(), of as many threads as workers. */
	QUERN_ENGINE_LANE = 2
};

/* Fill with quern_threads_options_init() first, then change what you need. */
typedef struct quern_threads_options {
	/*
	 * 0: as many as this process may use cores: by affinity, and by the
	 * CPU quota of its control group and those above, rounded up.
	 */
	unsigned workers;
	/* Functions of quern_blocking() that run at the same time; 0: 512. */
	unsigned blocking_threads;
	/* Jobs accepted and not yet delivered; 0: 1048576. */
	size_t queue_limit;
	/*
	 * Called on each worker before its first job and after its last one,
	 * with its number and thread_arg; NULL: nothing.  Not on blocking
	 * threads, which have no number of their own, nor on those of OpenMP
	 * teams.
	 */
	void (*thread_start)(unsigned index, void *thread_arg);
	void (*thread_stop)(unsigned index, void *thread_arg);
	void *thread_arg;
	/*
	 * How long a worker that has run dry, or a loop that waits for jobs,
	 * looks for more before it sleeps, in microseconds: 0: 60 (a loop 20
	 * at most, and 80 more for ends to come while thousands of jobs are in
	 * flight), if there is more than one core; negative: not at all;
	 * 1000000 at most.  They do so only where it has paid lately and fewer
	 * threads run than there are cores.
	 */
	int spin_us;
	/*
	 * How far workers step back for the loop's thread and for everything
	 * else on the machine: added to their nice value, 0 to 19.
	 */
	unsigned nice;
	unsigned engine;      /* QUERN_ENGINE_...: what runs loops */
	unsigned reserved1;   /* keep 0 */
	uint64_t reserved[6]; /* keep 0 */
} quern_threads_options;

/*
 * A snapshot; counters run from the executor's creation.  What blocking callers
 * run on an executor, and what jobs run inside them, counts like a job.
 */
typedef struct quern_stats {
	uint64_t workers;   /* threads */
	uint64_t waiting;   /* jobs in line now */
	uint64_t running;   /* jobs being worked on now */
	uint64_t done;      /* ended with a status of 0 or more */
	uint64_t failed;    /* ended with a negative status of their own */
	uint64_t cancelled; /* cancelled, timed out or shut down */
	uint64_t blocks;    /* blocks of loops that were run */
	uint64_t wakes;     /* times a sleeping worker was woken */
	uint64_t busy_ns;   /* time awake, summed over the workers */
	uint64_t blocking_threads; /* there now, idle ones included */
	uint64_t lanes; /* OpenMP teams, see quern_team(), idle ones too */
	uint64_t reserved[5];
} quern_stats;

QUERN_API void quern_threads_options_init(quern_threads_options *options);

/*
 * Start a pool of worker threads.
 *
 * The workers are named "quern-0", "quern-1", ..., have every signal blocked
 * and the default floating-point mode (round to nearest, subnormals kept), and
 * hold OpenMP inside a job to one thread.
 *
 * Jobs of quern_blocking() run on threads apart from the workers, which are
 * named "quern-b0", "quern-b1", ... and are like workers otherwise.  The submit
 * starts one for each job that finds none idle, while there are fewer than
 * blocking_threads; further jobs wait in line.  One that has been idle for 10
 * seconds leaves.
 *
 * Takes   options, copied; NULL for the defaults.
 * Thread  any.
 *
 * Returns 0            *out is the executor; end it with
 *                      quern_executor_destroy().
 *         -EINVAL      out is NULL, a reserved word is not 0, there are more
 *                      than 65536 workers or blocking threads, queue_limit
 *                      is SIZE_MAX / 2 or more, spin_us or nice is out of
 *                      range, or the engine is unknown.
 *         -ENOMEM, -EAGAIN  not enough memory or threads; *out is untouched.
 */
QUERN_API QUERN_MUST_USE int quern_threads_create(
    quern_executor **out, const quern_threads_options *options);

/*
 * Take no new work from now on, and after `seconds` stop the rest: waiting
 * jobs complete with -ESHUTDOWN, running ones see quern_should_stop().  Each
 * job still gets its completion.  May be called again to bring the end nearer.
 *
 * Thread  any.
 * Blocks  never.
 *
 * Returns 0            also when it was shut down before.
 *         -EINVAL      seconds is negative or NaN.  INFINITY is fine: the
 *                      rest runs to its own end.
 *         -EAGAIN      the thread that keeps the time could not be started;
 *                      nothing was changed.
 *         -ESTALE      after fork.
 */
QUERN_API int quern_executor_shutdown(quern_executor *executor, double seconds);

/*
 * End the workers and the blocking threads, and free the executor.
 *
 * Blocks  until those threads have left; they are idle by then.
 *
 * Returns 0            freed.  NULL is fine.
 *         -EBUSY       a completion is not delivered yet, a loop still holds
 *                      it, or a quern_run() is under way.  Nothing changed.
 *         -EDEADLK     called on one of its own threads.
 *         -ESTALE      after fork; its memory stays with the child.
 */
QUERN_API QUERN_MUST_USE int quern_executor_destroy(quern_executor *executor);

/*
 * Run `op` now and wait for it.
 *
 * With NULL the blocks of a loop are shared out to the OpenMP team of the
 * calling thread (OMP_NUM_THREADS, omp_set_num_threads()).  In a child of
 * fork(), or if the team's threads cannot be started, they all run on the
 * calling thread.  With an executor its idle
 * workers help, whatever its queue limit.  A quern_call or quern_blocking
 * runs on the calling thread in either case.  A quern_team runs on the calling
 * thread, with this thread's own OpenMP settings whatever its width, if there
 * is no executor; otherwise on a team of the executor's.
 *
 * Thread  any that is not inside a job: there use quern_run_inside().
 * Blocks  yes, also on a loop's thread.
 *
 * Returns the op's status, or
 *         -EINVAL      the op cannot run.
 *         -ENOMEM      no memory for a reduction's accumulators.
 *         -ESHUTDOWN   the executor takes no new work, or stopped this one.
 *         -ESTALE      after fork.
 */
QUERN_API QUERN_MUST_USE int quern_run(quern_executor *executor, quern_op op);

/*
 * Fill in a snapshot.  Each number is exact; they are not all of one instant.
 *
 * Thread   any.
 * Returns  0, -EINVAL or -ESTALE.
 */
QUERN_API int quern_executor_stats(
    const quern_executor *executor, quern_stats *out);

#ifdef __cplusplus
}
#endif

#endif

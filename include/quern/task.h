/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/task.h -- await: straight-line code on the loop's thread.
 *
 * A task is a function with a stack of its own.  While it awaits something, the
 * loop goes on; when that has come, the task goes on where it was.  All tasks
 * of a loop run on its thread, one at a time, and change places only where one
 * of them awaits.  So they need no locks among each other, and what they await
 * truly runs in parallel.
 *
 * A task runs from a callback of its libev loop.  It may do whatever such a
 * callback may, but for running the loop itself; other callbacks wait as long
 * as it does not await.
 *
 * Each task has floating-point modes of its own (rounding, flushing of
 * subnormals), which begin as those of the loop's thread.  The exception flags
 * (fetestexcept()) are the thread's: after an await they may be others'.
 *
 * "Inside a task only" below means -EPERM elsewhere.  Everything is for the
 * loop's thread.
 */
#ifndef QUERN_TASK_H
#define QUERN_TASK_H

#include <quern/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct quern_task quern_task;

/* What a task runs; its result is what quern_join() tells. */
typedef int quern_task_fn(void *arg);

/* Fill with quern_task_options_init() first, then change what you need. */
typedef struct quern_task_options {
	/*
	 * Bytes of stack, from 16384; 0: 65536.  Some 3 KiB of them are
	 * quern's.  Only pages that were touched take memory; the loop keeps
	 * those of the default size for later tasks.  What is computed does not
	 * run on this stack, see quern_await() and quern_run().
	 *
	 * A task that needs more ends with SIGSEGV at a guard page below it,
	 * unless a frame of more than a page leaps over that.  Before Linux
	 * 6.13 there are 16,000 such pages for a loop, and none where the
	 * process has no mapping left; a stack without one is looked at when
	 * the task next waits or ends, and if one of the 256 bytes below it is
	 * not 0 any more, that is SIGSEGV.
	 */
	size_t stack_bytes;
	/*
	 * For timelines, quern_tasks_each(), quern_tasks_dump() and
	 * quern_task_describe().  Not copied: it must be there as long as the
	 * task, and as a timeline.  NULL: "task".
	 */
	const char *name;
	uint64_t reserved[6]; /* keep 0 */
} quern_task_options;

QUERN_API void quern_task_options_init(quern_task_options *options);

/*
 * Start a task that runs fn(arg): later, not inside this call, and after those
 * that were started before.  ev_run() stays alive until it has ended.
 *
 * Takes   out    the task, to be given to quern_join() exactly once; NULL:
 *                detached, it frees itself.
 *         options, which are copied; NULL for the defaults.
 *
 * Returns 0         accepted.
 *         -EINVAL   loop or fn is NULL, a reserved word is not 0, too small a
 *                   stack.
 *         -ENOTSUP  the loop is a foreign one, without libev.
 *         -ENOMEM   no memory.
 *         -ESTALE   after fork.
 */
QUERN_API QUERN_MUST_USE int quern_spawn(
    quern_loop *loop, quern_task **out, quern_task_fn *fn, void *arg);
QUERN_API QUERN_MUST_USE int quern_spawn_with(quern_loop *loop,
    quern_task **out, quern_task_fn *fn, void *arg,
    const quern_task_options *options);

/*
 * Await the end of a task, and free it.  Outside of a task only if it has ended
 * already.
 *
 * Takes   result    what its function returned; may be NULL.
 *
 * Returns 0           the task is gone.
 *         -EINVAL     NULL, or a task of another loop.
 *         -EDEADLK    the task itself.
 *         -EBUSY      somebody else awaits its end.
 *         -EPERM      outside of a task, and it has not ended.
 *         -ECANCELED  the calling task was cancelled; `task` goes on, and is
 *                     still to be joined.
 *         -ESTALE     after fork.
 */
QUERN_API QUERN_MUST_USE int quern_join(quern_task *task, int *result);

/*
 * Ask a task to end: what it awaits returns -ECANCELED, once.  If it awaits
 * nothing now, what it awaits next does, even if it has not begun.  Awaits
 * after that work as ever, so that it can clean up; a call that comes after it
 * has seen the last one is seen again.
 *
 * A job that it awaits is cancelled too, and the task goes on only when that
 * has let go of its buffers.  What the job came to is not told then.
 *
 * Returns 0          it will see that; the calling task may name itself.
 *         -EALREADY  it has ended.
 *         -EINVAL    NULL.
 *         -ESTALE    after fork.
 */
QUERN_API int quern_task_cancel(quern_task *task);

/*
 * Run an op on the loop's executor and await its end.  Inside a task only.
 * Where there is no room (queue_limit) it waits for that, first come first
 * served.
 *
 * Takes   op    whose buffers must live until this returns.
 *
 * Returns what the op's function returned, or 0 and more for an op without one;
 *         -ECANCELED  the task was cancelled, or quern_executor_shutdown()
 *                     ended the job.
 *         -EPERM      outside of a task.
 *         -ESTALE     after fork.
 *         the errors of quern_submit(), but -EAGAIN only if a thread for a
 *         quern_blocking() cannot be started.
 */
QUERN_API QUERN_MUST_USE int quern_await(quern_op op);

/*
 * Submit a job and await its end; one that is in flight already is only
 * awaited.  Inside a task only.  Its own executor, priority, timeout and
 * callback, which runs before the task goes on, are what they are.  It waits
 * for room like quern_await() if the executor is the loop's.
 *
 * Returns its status, as quern_await();
 *         -ECANCELED  also: the task was cancelled, and so was the job, unless
 *                     it had not been submitted yet.
 *         -EAGAIN     no room on an executor that is not the loop's.
 *         -EBUSY      another task awaits it.
 *         -EINVAL     NULL, never initialised, or in flight on another loop.
 *         -ENOMEM     the first time only.
 */
QUERN_API QUERN_MUST_USE int quern_await_job(quern_job *job);

/*
 * Run n ops at once and await the ends of all of them.  Inside a task only.
 * One that fails, or that cannot be submitted, does not stop the others.
 *
 * Takes   ops       which are copied; the same may be there twice.
 *         statuses  what quern_await() would have returned for each; NULL: not
 *                   wanted.
 *
 * Returns 0           all were 0 or more; also if n is 0.
 *         otherwise the negative status with the lowest index;
 *         -ECANCELED  the task was cancelled, and so were the ops that had not
 *                     ended; statuses tell of each.  Before any of them began:
 *                     -ECANCELED for all.
 *         -ENOMEM     no op was run; statuses are as they were.
 *         -EINVAL     the same: ops is NULL and n is not 0.
 *         -EPERM      outside of a task.
 *         -ESTALE     after fork.
 */
QUERN_API QUERN_MUST_USE int quern_gather(
    const quern_op ops[], size_t n, int statuses[]);

/*
 * Let all other tasks go first that could go on now; and now and then, at the
 * latest when tasks have run for 50 us, sockets and timers.
 *
 * Returns 0, -ECANCELED, -ESTALE after fork, or -EPERM outside of a task.
 */
QUERN_API int quern_yield(void);

/*
 * Let so many seconds pass.  Inside a task only.  Not rounded to milliseconds;
 * those whose time comes at the same moment go on in the order in which they
 * began to sleep.  0 and less: as quern_yield(); INFINITY: until it is
 * cancelled.
 *
 * Returns 0, -ECANCELED, -EINVAL for NaN, -ESTALE after fork, -EPERM outside of
 * a task; -EMFILE, -ENFILE, -ENOMEM: the loop has no timer yet and gets none.
 */
QUERN_API int quern_sleep(double seconds);

enum { QUERN_READ = 1, QUERN_WRITE = 2 };

/*
 * Await that a descriptor can be read or written without blocking; one that is
 * at its end, or broken, can.  Inside a task only.  It must stay open until
 * this returns; tasks may share one.
 *
 * Takes   events   QUERN_READ, QUERN_WRITE, or both: one of them is enough.
 *         timeout  seconds; negative: no limit; 0: only look.
 *
 * Returns what of it is ready; 0: nothing in that time.
 *         -EBADF   no descriptor.
 *         -EINVAL  no such events, or NaN.
 *         the errors of quern_sleep().
 */
QUERN_API QUERN_MUST_USE int quern_await_fd(int fd, int events, double timeout);

/*
 * A timeout scope: if it is still open after so many seconds, what the task
 * awaits then, or next, returns -ETIMEDOUT, once, as if it had been cancelled;
 * so a job that it awaits is cancelled.  Awaits after that work as ever.
 * Scopes nest, up to 16, and each interrupts once; what a task leaves open ends
 * with it.  With 0 seconds or less the next await is the one; INFINITY: never.
 *
 * quern_timeout_end() closes the innermost one and says whether its time had
 * run out: 0, or -ETIMEDOUT, even if no await was there to see it.
 *
 * Returns 0; -EPERM outside of a task, -ESTALE after fork, and
 *         begin:  -ENOSPC  16 are open.
 *                 -EINVAL  NaN.
 *                 -ENOMEM, -EMFILE, -ENFILE
 *         end:    -EINVAL  none is open.
 */
QUERN_API QUERN_MUST_USE int quern_timeout_begin(double seconds);
QUERN_API int quern_timeout_end(void);

/*
 * Between these two nothing interrupts the task: neither a cancel nor a timeout
 * scope.  What came meanwhile is seen by the first await after the last end.
 * They nest.
 *
 * Returns 0; -EPERM outside of a task, -ESTALE after fork; -EINVAL: an end
 *         without a begin.
 */
QUERN_API int quern_shield_begin(void);
QUERN_API int quern_shield_end(void);

/* The task that runs now, and its loop; NULL outside of a task. */
QUERN_API quern_task *quern_task_self(void);
QUERN_API quern_loop *quern_task_loop(void);

/*
 * Be told when a detached task returns a negative number, which nobody else is
 * told of.  Called from home, when the task is over; may spawn another.
 *
 * Takes   fn  NULL: no more.
 *
 * Returns 0; -EINVAL: loop is NULL; -ENOTSUP: without libev; -ENOMEM, -ESTALE.
 */
typedef void quern_task_failed_fn(
    quern_loop *loop, const char *name, int status, void *data);
QUERN_API QUERN_MUST_USE int quern_loop_set_task_failed(
    quern_loop *loop, quern_task_failed_fn *fn, void *data);

/* ---- statistics ---- */

/* Of the tasks of a loop. */
typedef struct quern_task_stats {
	/* Now. */
	uint64_t ready;   /* in line: they could go on, or begin */
	uint64_t running; /* 1 in a task and in what it runs, otherwise 0 */
	uint64_t waiting; /* for what they await */
	uint64_t ended;   /* and not joined yet */
	uint64_t stacks;  /* kept for the next tasks */
	/* So far. */
	uint64_t spawned;
	uint64_t failed; /* detached, with a negative result */
	uint64_t turns;  /* times that one began, or went on */
	uint64_t reserved[8];
} quern_task_stats;

/*
 * Fill in a snapshot; that takes the same time however many tasks there are.
 *
 * Thread   the loop's: all numbers are of one instant.
 * Returns  0; -EINVAL: NULL; -ENOTSUP: without libev; -ESTALE.
 */
QUERN_API int quern_loop_task_stats(
    const quern_loop *loop, quern_task_stats *out);

enum quern_task_state {
	QUERN_TASK_READY,
	QUERN_TASK_RUNNING,
	QUERN_TASK_WAITING,
	QUERN_TASK_ENDED /* and not joined yet */
};

typedef struct quern_task_info {
	quern_task *task;
	const char *name; /* as given to quern_spawn_with() */
	enum quern_task_state state;
	const char *waits_for; /* "a job", "a timer", ...; NULL: it is not */
	/*
	 * Times that it began, or went on.  How long its turns took is not
	 * counted, for a look at the clock takes longer than to change places;
	 * a timeline has each of them (trace.h).
	 */
	uint64_t turns;
	uint64_t reserved[4];
} quern_task_info;

/*
 * Call fn(info, data) for each task of the loop, the latest first.
 *
 * Takes   fn     which may spawn tasks, which it is not told of, cancel any,
 *                and join the one that it is told of, but await nothing.  It
 *                returns 0 to go on; anything else is the end, and returned.
 * Thread  the loop's, inside a task or not.
 *
 * Returns 0; what fn returned; -EINVAL: loop or fn is NULL; -ENOTSUP: without
 *         libev; -ESTALE.
 */
typedef int quern_task_each_fn(const quern_task_info *info, void *data);
QUERN_API int quern_tasks_each(
    quern_loop *loop, quern_task_each_fn *fn, void *data);

/* ---- for a debugger ---- */

/*
 * Write a line for each task of the loop to `fd`, the oldest last: its address,
 * its name, its state, what it waits for.  From gdb:
 * call quern_tasks_dump(loop, 2).
 */
QUERN_API void quern_tasks_dump(quern_loop *loop, int fd);

/*
 * Whose stack is this address on?  For a handler of SIGSEGV, on an alternate
 * stack, that wants to say whose overflowed: async-signal-safe.  It knows the
 * tasks of the loop whose task runs on the calling thread.
 *
 * Takes   buf  gets "task NAME: stack overflow" if the address is in the guard
 *              page, or "task NAME: stack"; cut off after n - 1 bytes.
 *
 * Returns 0; -ENOENT: on none of them, or no task runs; -EINVAL.
 */
QUERN_API int quern_task_describe(const void *address, char *buf, size_t n);

/* Fill with quern_main_options_init() first, then change what you need. */
typedef struct quern_main_options {
	struct ev_loop *ev;       /* yours; NULL: one of its own */
	quern_executor *executor; /* yours; NULL: a pool of its own */
	size_t stack_bytes;       /* of fn's task, see quern_task_options */
	uint64_t reserved[5];     /* keep 0 */
} quern_main_options;

QUERN_API void quern_main_options_init(quern_main_options *options);

/*
 * Make a loop, and a pool if need be, run fn(arg) as its first task, and end it
 * all when that has returned: tasks that are left are cancelled, once each, and
 * awaited, and so are jobs.  Those that nobody has joined are freed.
 *
 * Takes   options  copied; NULL for the defaults.
 * Thread  any, but not inside a task, a job or a callback of the same libev
 *         loop.
 * Blocks  until then.
 *
 * Returns what fn returned; or, without a call of fn,
 *         -EINVAL   fn is NULL, a reserved word is not 0, too small a stack.
 *         -EPERM    inside a task.
 *         -ENOMEM, -EAGAIN, -EMFILE, -ENFILE   a loop or a pool cannot be had.
 *         -ESHUTDOWN, -ESTALE   of the executor.
 */
QUERN_API int quern_main(quern_task_fn *fn, void *arg);
QUERN_API int quern_main_with(
    const quern_main_options *options, quern_task_fn *fn, void *arg);

#ifdef __cplusplus
}
#endif

#endif

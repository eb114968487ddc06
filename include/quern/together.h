/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/together.h -- tasks that wait for each other: groups, the first of
 * several, a mutex, a semaphore, a bounded queue.
 *
 * All tasks of a loop run on its thread, one at a time, so there is nothing to
 * protect between two awaits; these are for what spans awaits.  Each belongs to
 * the tasks of one loop.  Who waits is served first come, first served; a
 * cancel or a timeout ends a wait, and what was about to be given to the one
 * that no longer wants it goes to the next.
 *
 * The structs are the caller's and may lie on a task's stack; they must not be
 * copied or moved once initialised, and must live while somebody waits.
 *
 * Where a call waits, it is for inside a task only (-EPERM elsewhere), and may
 * return -ECANCELED, -ETIMEDOUT of a timeout scope, and -ESTALE after fork.
 */
#ifndef QUERN_TOGETHER_H
#define QUERN_TOGETHER_H

#include <quern/task.h>

#ifdef __cplusplus
extern "C" {
#endif

/* quern's own: tasks in line. */
struct quern_waiters {
	quern_task *first, **end;
};

/* ---- several tasks ---- */

/*
 * Join all n tasks, in order; tasks[i] becomes NULL when it is joined, and is
 * passed over if it is NULL.
 *
 * Takes   results  of each; NULL: not wanted.  Those of tasks that were not
 *                  joined stay as they are.
 *
 * Returns 0, or why it has stopped at one of them, as quern_join(); what is
 *         left in tasks[] is still to be joined.
 */
QUERN_API QUERN_MUST_USE int quern_join_all(
    quern_task *tasks[], size_t n, int results[]);

/*
 * Wait until at least one of n tasks has ended.  It is not joined by that.
 * NULL is passed over.
 *
 * Takes   index  of the first in the list that has ended.
 *
 * Returns 0;
 *         -ENOENT   there is none in the list.
 *         -EINVAL   NULL, or a task of another loop.
 *         -EDEADLK  the calling task is in the list.
 *         -EBUSY    somebody else awaits the end of one of them.
 */
QUERN_API QUERN_MUST_USE int quern_wait_first(
    quern_task *const tasks[], size_t n, size_t *index);

/* ---- a group of tasks that belong together ---- */

/*
 * The first member that returns a negative number cancels the others, once; so
 * does quern_task_group_cancel().  Who has spawned any waits for all of them,
 * with quern_task_group_wait(), before the group goes.
 */
typedef struct quern_task_group {
	struct {
		struct quern_member *running; /* the latest first */
		struct quern_member *ended, **end;
		quern_task *waiter;
		int first_error;
		int cancelled;
	} own;
} quern_task_group;

QUERN_API void quern_task_group_init(quern_task_group *group);

/*
 * Start a member on the calling task's loop; as quern_spawn().
 *
 * Returns 0; -EINVAL, -EPERM outside of a task, -ENOMEM, -ESTALE;
 *         -ECANCELED  the group was cancelled, or one has failed.
 */
QUERN_API QUERN_MUST_USE int quern_task_group_spawn(
    quern_task_group *group, quern_task_fn *fn, void *arg);

/*
 * Wait for the next member to end, in the order in which they do.
 *
 * Takes   arg     which one it was: what its function was given; may be NULL.
 *         result  what that returned; may be NULL.
 *
 * Returns 0; -ENOENT: all have been returned; -EBUSY: another task waits.
 */
QUERN_API QUERN_MUST_USE int quern_task_group_next(
    quern_task_group *group, void **arg, int *result);

/* Cancel the members that have not ended; no more can be spawned. */
QUERN_API void quern_task_group_cancel(quern_task_group *group);

/*
 * Wait until all members have ended.  If the calling task is interrupted, they
 * are cancelled, and it waits on.  Once they have been, for that reason or
 * another, nothing interrupts this: what comes then is seen by what the task
 * awaits next.  The group is as new at the end.
 *
 * Returns why the calling task was interrupted; or the result of the first
 *         member that failed, or 0; -EBUSY: another task waits.
 */
QUERN_API QUERN_MUST_USE int quern_task_group_wait(quern_task_group *group);

/* ---- semaphore ---- */

typedef struct quern_semaphore {
	struct {
		size_t value;
		struct quern_waiters line;
	} own;
} quern_semaphore;

QUERN_API void quern_semaphore_init(quern_semaphore *semaphore, size_t value);

/* Wait until it is more than 0, and take 1.  Does not yield if it is. */
QUERN_API QUERN_MUST_USE int quern_semaphore_acquire(
    quern_semaphore *semaphore);

/* Add 1; from a callback of the loop too. */
QUERN_API void quern_semaphore_release(quern_semaphore *semaphore);

/* ---- mutex ---- */

typedef struct quern_mutex {
	struct {
		quern_task *owner;
		struct quern_waiters line;
	} own;
} quern_mutex;

QUERN_API void quern_mutex_init(quern_mutex *mutex);

/* Returns also -EDEADLK: the calling task has it. */
QUERN_API QUERN_MUST_USE int quern_mutex_lock(quern_mutex *mutex);

/* 0; -EPERM: the calling task does not have it. */
QUERN_API int quern_mutex_unlock(quern_mutex *mutex);

/* ---- a bounded queue of pointers ---- */

typedef struct quern_queue {
	struct {
		void **item;
		size_t capacity, head, n;
		bool closed;
		quern_semaphore room, items;
	} own;
} quern_queue;

/* 0; -EINVAL: a capacity of 0; -ENOMEM. */
QUERN_API QUERN_MUST_USE int quern_queue_init(
    quern_queue *queue, size_t capacity);

/* Nobody waits any more; what is in it is the caller's. */
QUERN_API void quern_queue_fini(quern_queue *queue);

/* Wait for room, and put `item` last.  -EPIPE: it is closed. */
QUERN_API QUERN_MUST_USE int quern_queue_put(quern_queue *queue, void *item);

/* Wait for an item, and take the first.  -EPIPE: it is closed, and empty. */
QUERN_API QUERN_MUST_USE int quern_queue_get(quern_queue *queue, void **item);

/* The same at once, or -EAGAIN; from a callback of the loop too. */
QUERN_API QUERN_MUST_USE int quern_queue_try_put(
    quern_queue *queue, void *item);
QUERN_API QUERN_MUST_USE int quern_queue_try_get(
    quern_queue *queue, void **item);

/*
 * No more is put: those who wait for room, and for an item when there is none,
 * get -EPIPE.  What is in it can still be taken.
 */
QUERN_API void quern_queue_close(quern_queue *queue);

/* How many items are in it. */
QUERN_API size_t quern_queue_count(const quern_queue *queue);

#ifdef __cplusplus
}
#endif

#endif

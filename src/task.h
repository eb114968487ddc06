/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task.h -- the life of a task.
 *
 *              wake, or begun         wait
 *     READY ------------------> RUNNING ----> WAITING
 *       ^  ^                     |  |            |
 *       |  +--- take turns ------+  |            |
 *       +----------- wake ----------|------------+
 *                                   v fn returns
 *                                 ENDED ----> joined, or detached: gone
 *
 * One task RUNs at a time, on its own stack, and whoever is not a task is on
 * the thread's: "home".  Tasks switch home and from there only, so there is one
 * place where they begin and end.
 *
 * To await something is: tell whoever brings it, wait, be woken.  The end of a
 * job has its task run at once; whoever else wakes or spawns one has it get in
 * line, and it runs before libev polls next.
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef QUERN_SRC_TASK_H
#define QUERN_SRC_TASK_H

#include <errno.h>
#include <quern/together.h>

#include "fiber.h"
#include "stack.h"
#include "timers.h"

/* At the upper end of its stack. */
struct quern_task {
	struct quern__fiber fiber;
	quern_loop *loop;
	struct quern__tasks *tasks; /* the loop's */
	struct quern__stack *stack;
	quern_task_fn *fn;
	void *arg;
	uint64_t turns; /* beside what each turn writes */
	int result;
	enum quern_task_state state;
	bool detached;
	bool dismissed;        /* main.c has cancelled it */
	const char *name;      /* the user's, or "task" */
	const char *waits_for; /* if it is WAITING: for the dump */

	/* Among all tasks of the loop, until it is gone. */
	quern_task *later, **earlier;

	/* In a list, while READY or WAITING for something that has one. */
	quern_task *next;

	/* While WAITING. */
	void (*stop)(quern_task *task); /* tell what brings it */
	void *awaits;                   /* for that function */
	int stopped;                    /* it was told, for that reason */

	uint64_t ticket; /* of those who wait for room */

	int woken_with;
	/* Why its next wait ends at once. */
	bool cancelled;
	unsigned overdue;           /* scopes that it has not heard of */
	struct quern__scope *scope; /* the innermost; sleep.c */
	unsigned shields;           /* then nothing ends a wait but its end */
	quern_task *joiner;         /* awaits the end of this one */

	/* Something to be called at home, on its behalf. */
	int (*errand)(void *arg);
	void *errand_arg;
};

/* Those who wait for room for their jobs; await.c. */
struct quern__roomless {
	struct quern_waiters list;
	uint64_t tickets; /* given so far */
	size_t called;    /* out of the list, and have not tried again yet */
};

/* The tasks of a loop. */
struct quern__tasks {
	quern_loop *loop;
	struct ev_loop *ev;
	struct quern__fiber home;
	/* Written in each turn, as that is. */
	struct quern_waiters ready;
	size_t n_ready;           /* there, and left of the round */
	uint64_t turns;           /* so far */
	size_t n_alive;           /* that have not ended */
	quern_task *all;          /* that are not gone, the latest first */
	size_t n_all;             /* of them */
	size_t n_errands;         /* being run for one that is RUNNING */
	uint64_t spawned, failed; /* so far */
	quern_task *last;         /* waits for all others, in main.c; or NULL */
	struct quern__roomless roomless;
	struct quern__timers timers;
	struct quern__awaited *awaited; /* NULL: none so far; await_job.c */
	struct quern__stacks stacks;
	quern_task_failed_fn *tell_failed; /* may be NULL */
	void *tell_failed_data;
	ev_prepare prepare;
	ev_idle idle; /* active while some are ready */
};

/*
 * With many tasks none of them is in a cache when its turn comes, and each
 * waits for memory half of its time; so whoever has them in line fetches ahead
 * what the next ones need.  (Always inline: gcc 12 takes a function that does
 * nothing else for one that does nothing.)
 */
static inline __attribute__((always_inline)) void
quern__fetch(const void *start, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += 64)
		__builtin_prefetch((const char *)start + at, 1);
}

/* Bytes of stack in use where a task waits, below what it waits for. */
enum { QUERN__FRAMES_BYTES = 256 };

/* The running task, or NULL. */
extern _Thread_local quern_task *quern__task_running
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Is there one that may be asked anything?  0, -EPERM, -ESTALE after fork. */
int quern__task_check(void);

/*
 * May the running task wait?  To be asked before anything is done about what it
 * is to wait for.  0; the errors of quern__task_check(); or why it was
 * interrupted, which it has seen now.
 */
int quern__task_may_wait(void);

/* Is that the reason of an interrupt?  No submit returns these. */
static inline bool
quern__is_interrupt(int status)
{
	return status == -ECANCELED || status == -ETIMEDOUT;
}

/*
 * The running task waits for `what` until it is woken.  `stop` is called, once,
 * if it is interrupted meanwhile, and sees to it that it is woken, as soon as
 * that can be; NULL: it is in any case.  Returns what it was woken with, or the
 * reason.
 */
int quern__task_wait(
    const char *what, void (*stop)(quern_task *task), void *awaits);

/*
 * The running task lets those go first that are in line.  Returns `status`, or
 * why it was interrupted meanwhile.
 */
int quern__task_take_turn(int status);

/*
 * It has a stack, at whose upper end it lies, and knows all that spawn.c does:
 * from now on it is one of its loop's, and in line.
 */
void quern__task_begin(quern_task *task);

/* Wake it: from home, where it runs at once ... */
void quern__task_wake(quern_task *task, int status);
/* ... or from anywhere, to run in the next round. */
void quern__task_wake_later(quern_task *task, int status);

/*
 * What it waits for is to end now and to return `reason`: -ECANCELED, or
 * -ETIMEDOUT of a scope.  False: it waits for nothing that could; so what it
 * waits for next is to, and the caller notes why.
 */
bool quern__task_interrupt(quern_task *task, int reason);

/* It has ended, and nobody needs it any more. */
void quern__task_free(quern_task *task);

/* Call errand(arg) on the thread's own stack; the running task waits for it. */
int quern__task_at_home(int (*errand)(void *arg), void *arg);

/* Lists are first come, first served; `end` is NULL while they are empty. */
void quern__task_list_add(struct quern_waiters *list, quern_task *task);
/* Before the first whose ticket is higher. */
void quern__task_list_add_by_ticket(
    struct quern_waiters *list, quern_task *task);
quern_task *quern__task_list_take(struct quern_waiters *list);
void quern__task_list_remove(struct quern_waiters *list, quern_task *task);

/* The loop's, made if there are none; NULL: no memory. */
struct quern__tasks *quern__tasks_of(quern_loop *loop);

/* ---- spawn.c ---- */

/* quern_spawn_with() of a task that frees itself. */
int quern__spawn_detached(
    quern_loop *loop, quern_task **out, quern_task_fn *fn, void *arg);

/* ---- task_stats.c ---- */

void quern__task_tell(quern_task *task, quern_task_info *info);

/* ---- await.c ---- */

/*
 * Submit a job of the running task's, as soon as there is room; 0, or what was
 * wrong, or why the task was interrupted while it waited.
 */
int quern__task_submit(quern_loop *loop, quern_job *job);

/* ---- sleep.c ---- */

/* Note that the task hears now of the innermost that is overdue, or of all. */
void quern__scopes_see(quern_task *task, bool all);
/* It ends: so do the scopes that it left open. */
void quern__scopes_drop(quern_task *task);

/* ---- the loop's side ---- */

/* Are there any, ended ones that nobody has joined included? */
bool quern__tasks_exist(const quern_loop *loop);
/* There are none: free what they had. */
void quern__tasks_drop(quern_loop *loop);
/* Jobs of the loop would be accepted again: in await.c. */
void quern__tasks_have_room(quern_loop *loop);

#endif

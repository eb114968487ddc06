/* SPDX-License-Identifier: BSD-2-Clause */
/* spawned.h -- tasks on a rig that note what they do. */
#ifndef QUERN_TESTS_SPAWNED_H
#define QUERN_TESTS_SPAWNED_H

#include <quern/task.h>

#include "support.h"

/* The loop that they are on. */
extern struct rig task_rig;

/* What they noted, in order. */
extern char said[64];
void say(char letter);

/* Open the rig, with nothing said; as rig_open(). */
bool tasks_open(unsigned workers);

/* The same with one worker, and room for so many jobs. */
bool tasks_open_with_room(size_t room);

/* Asserts that it was accepted. */
void spawn(quern_task **out, quern_task_fn *fn, void *arg);
void spawn_named(
    quern_task **out, quern_task_fn *fn, void *arg, const char *name);

/* It has ended: what did it return?  It is gone then. */
int result_of(quern_task *task);

/* Open the rig, run one task to its end and close it: what did it return? */
int run_alone(quern_task_fn *fn, void *arg);

/* The same, and it is cancelled as soon as it waits. */
int run_cancelled(quern_task_fn *fn, void *arg);

/* A task that lets others go first and cancels the one at `task`. */
int cancel_it(void *task);

/* A task that sleeps once and returns a number, or why it did not sleep. */
struct napper {
	double seconds;
	int returns;
	int slept; /* what quern_sleep() returned */
};
int nap_and_return(void *napper);

/* For a sleep, or a scope, that nobody waits for the end of. */
#define LONG 3600.0
#define MS 1e-3

/*
 * In a child of forked_run(): SIGSEGV ends it from now on, and that is all
 * right if quern_task_describe() says that a task "deep" has overflown its
 * stack.
 */
void expect_overflow_of_deep(void);

/* A task that says the letter `arg` and returns 7. */
int say_and_return(void *letter);
/* One that sleeps until it is cancelled. */
int sleep_long(void *unused);
/* One that yields twice, says e and returns 10. */
int take_a_while(void *unused);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fiber.h -- a stack with somebody on it, whom a thread may leave and come back
 * to.
 *
 *     task.c --> [fiber.c] --> switch.h
 *
 * What is added to the bare switch is that those who watch stacks are told: the
 * address and the thread sanitizer, where the library is built with them, and
 * valgrind, where its header was there.
 *
 * A fiber belongs to one thread, which is on one of them at a time; nothing
 * here is atomic.
 */
#ifndef QUERN_SRC_FIBER_H
#define QUERN_SRC_FIBER_H

#include <stddef.h>

struct quern__fiber {
	void *left_at; /* while nobody is on it; switch.h */
	struct quern__fiber *came_from;
	void (*entry)(void *arg);
	void *arg;

	/* For those who watch. */
	void *fake_stack;   /* the address sanitizer's */
	const void *bottom; /* of the stack */
	size_t bytes;
	void *thread; /* as the thread sanitizer sees it */
	unsigned stack_id;
};

/* The calling thread is on this one: its own stack. */
void quern__fiber_adopt(struct quern__fiber *fiber);

/*
 * A new one, on the stack [bottom, bottom + bytes), which ends at a multiple of
 * 64.  The first switch to it calls entry(arg), which must not return but
 * leave.
 */
void quern__fiber_begin(struct quern__fiber *fiber, void *bottom, size_t bytes,
    void (*entry)(void *arg), void *arg);

/* Go from the one we are on to another; returns when somebody comes back. */
void quern__fiber_switch(struct quern__fiber *from, struct quern__fiber *to);

/* The same for the last time: nobody comes back to `from`. */
void quern__fiber_leave(struct quern__fiber *from, struct quern__fiber *to)
    __attribute__((noreturn));

/* It was left, or never begun; the stack is the caller's again. */
void quern__fiber_end(struct quern__fiber *fiber);

#endif

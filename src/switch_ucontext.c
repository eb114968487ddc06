/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * switch_ucontext.c -- leave one stack and go on on another, see switch.h.
 *
 * For processors without a file of their own, for shadow stacks, and for who
 * asks for it.  glibc's swapcontext() also saves the signal mask, by a system
 * call, and the floating-point environment.
 */
#include "switch.h"

#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

void
quern__switch(void **from, void *to)
{
	ucontext_t here;

	*from = &here;
	swapcontext(&here, to);
}

/* What a new stack begins with lies at its end. */
struct first {
	ucontext_t context;
	void (*entry)(void *arg);
	void *arg;
};

/* makecontext() passes on ints only. */
static void
enter(unsigned upper, unsigned lower)
{
	struct first *first =
	    (struct first *)((uintptr_t)upper << 16 << 16 | lower);

	first->entry(first->arg);
}

void *
quern__switch_begin(void *top, void (*entry)(void *arg), void *arg)
{
	struct first *first =
	    (struct first *)((uintptr_t)((struct first *)top - 1) &
		~(uintptr_t)63);
	uintptr_t bits = (uintptr_t)first;

	getcontext(&first->context);
	first->entry = entry;
	first->arg = arg;
	/* The size only says where the end is. */
	first->context.uc_stack.ss_sp = (char *)first - 4096;
	first->context.uc_stack.ss_size = 4096;
	first->context.uc_link = NULL;
	makecontext(&first->context, (void (*)(void))enter, 2,
	    (unsigned)(bits >> 16 >> 16), (unsigned)bits);
	return &first->context;
}

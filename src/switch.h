/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * switch.h -- leave one stack and go on on another, in the same thread.
 *
 *     fiber.c --> [switch_x86_64.S, switch_aarch64.S or switch_ucontext.c]
 *
 * A stack that is not in use is known by one pointer, into itself, below which
 * lies what it needs to go on: the registers that a called function preserves
 * and the control words of floating point (rounding, flushing of subnormals,
 * masks), so that each stack has its own.  The signal mask and all else is the
 * thread's.
 *
 * By hand that is some twenty instructions.  ucontext does the same anywhere,
 * at the price of a system call each time; `make SWITCH=ucontext` asks for it.
 */
#ifndef QUERN_SRC_SWITCH_H
#define QUERN_SRC_SWITCH_H

/* Keep in *from where we are, and go on at `to`, which is used up by that. */
void quern__switch(void **from, void *to);

/*
 * Where to switch to in order to begin on a stack that ends at `top`, which is
 * aligned to 64: with entry(arg), which never returns, and with the caller's
 * control words.
 */
void *quern__switch_begin(void *top, void (*entry)(void *arg), void *arg);

#endif

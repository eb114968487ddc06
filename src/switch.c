/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * switch.c -- the first frame of a new stack, see switch.h.
 *
 * It looks as if quern__switch() had left the stack just before
 * quern__switch_first(), which calls entry(arg).
 */
#include "switch.h"

#include <stdint.h>

#include "fpmode.h"

void quern__switch_first(void);

#if defined(__x86_64__)

struct frame {
	uint32_t mxcsr;
	uint16_t x87, spare;
	uint64_t r15, r14;
	void (*r13)(void *arg);
	void *r12;
	uint64_t rbx, rbp;
	void (*next)(void);
};

static void
fill(struct frame *frame, void (*entry)(void *arg), void *arg)
{
	/* The flags in MXCSR are not the new stack's. */
	frame->mxcsr = _mm_getcsr() & ~(uint32_t)0x3f;
	frame->x87 = quern__x87_mode();
	frame->r13 = entry;
	frame->r12 = arg;
	frame->next = quern__switch_first;
}

#elif defined(__aarch64__)

struct frame {
	void *x19;
	void (*x20)(void *arg);
	uint64_t x21_to_x29[9];
	void (*x30)(void);
	uint64_t d8_to_d15[8];
	uint64_t fpcr, spare;
};

static void
fill(struct frame *frame, void (*entry)(void *arg), void *arg)
{
	__asm__ volatile("mrs %0, fpcr" : "=r"(frame->fpcr));
	frame->x19 = arg;
	frame->x20 = entry;
	frame->x30 = quern__switch_first;
}

#endif

void *
quern__switch_begin(void *top, void (*entry)(void *arg), void *arg)
{
	struct frame *frame = (struct frame *)top - 1;

	*frame = (struct frame) { 0 };
	fill(frame, entry, arg);
	return frame;
}

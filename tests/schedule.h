/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schedule.h -- threads held back at random where the library does something.
 *
 * Around each call that a test program sends through hold_back() a thread may
 * wait for a moment: at one place often and for long, at the others seldom.
 * All of it follows from the schedule's number.
 *
 * One schedule exactly, by a script: test_scripts_*.c.
 */
#ifndef QUERN_TESTS_SCHEDULE_H
#define QUERN_TESTS_SCHEDULE_H

#include <stdint.h>

enum point {
	LOCK,
	UNLOCK,
	WAIT,
	SIGNAL,
	RING,
	PUSH,
	DELIVER,
	LINK,
	STOP,
	FINISH,
	TAKE_SLOTS,
	GIVE_SLOT,
	WANT_ROOM,
	GRID_BEGIN,
	GRID_END,
	WAKE_WAITER,
	REMOVE_TIMEOUT,
	UNPIN,
	POINTS
};

/* The schedule of that number, until its end; while nobody else runs. */
void schedule_begin(uint64_t number);
void schedule_end(void);

/* Perhaps wait a moment. */
void hold_back(enum point point);

/* Note if a descriptor that is about to be rung was closed before. */
void note_ring(int event);
/* How many were since this was asked last. */
unsigned long take_lost_rings(void);

#endif

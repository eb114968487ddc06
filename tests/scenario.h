/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario.h -- scenarios in which the n-th allocation, thread, lock or
 * descriptor fails.
 *
 * Each is played once for every n until nothing fails any more: with that one
 * call failing, and with all from it on.  Whatever happens, nothing may leak,
 * an error is a plain negative errno, errno itself stays the caller's, and the
 * next try without faults works.
 */
#ifndef QUERN_TESTS_SCENARIO_H
#define QUERN_TESTS_SCENARIO_H

#include "support.h"

enum { ERRNO_BEFORE = 4711 };

struct scenario {
	const char *name;
	/* The status; what it makes is gone again when it returns. */
	int (*play)(void);
	bool absorbs; /* it may succeed although something failed */
};

/* All of the above, asserted. */
void play_until_nothing_fails(const struct scenario *scenario);

#endif

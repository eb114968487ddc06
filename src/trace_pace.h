/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_pace.h -- how many of a track's events are recorded, so that a trace
 * stays cheap whatever it watches.
 *
 * A record takes up to 100 ns, an empty job in a flood a third of that.  So a
 * track has credit: QUERN__PACE_CREDIT records, and one more each
 * QUERN__PACE_NS.  Once it is used up, QUERN__PACE_RUN records are made in a
 * row, and nothing until they are paid for.  In a row, for the picture then
 * shows what followed what; and a loop and a worker that hand each other jobs
 * one at a time are disturbed in that but once, not at every record.
 *
 * To look at the clock at every event would cost as much as a third of a
 * record: while nothing is recorded, that is done at each QUERN__PACE_LOOK-th.
 *
 * Several threads may ask at once, relaxed: they leave out a few more or less.
 * Who pays has the track's lock.
 */
#ifndef QUERN_SRC_TRACE_PACE_H
#define QUERN_SRC_TRACE_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	QUERN__PACE_NS = 32000,
	QUERN__PACE_CREDIT = 1000,
	QUERN__PACE_RUN = 16,
	QUERN__PACE_LOOK = 128
};

/* Zeros: nothing was recorded for long.  All atomic, relaxed. */
struct quern__pace {
	uint32_t left;     /* events to leave out without a look at the clock */
	bool ahead;        /* records are to be paid for first */
	uint64_t paid_ns;  /* they are at that time */
	uint64_t left_out; /* events so far, and those `left` */
};

/* The next n events: are they left out in any case? */
static inline bool
quern__pace_skips(struct quern__pace *pace, size_t n)
{
	uint32_t left = __atomic_load_n(&pace->left, __ATOMIC_RELAXED);

	if (left < n)
		return false;
	__atomic_store_n(&pace->left, left - (uint32_t)n, __ATOMIC_RELAXED);
	return true;
}

/* If not: is somebody to look at the clock?  Otherwise some are recorded. */
static inline bool
quern__pace_is_ahead(const struct quern__pace *pace)
{
	return __atomic_load_n(&pace->ahead, __ATOMIC_RELAXED);
}

/* Are some recorded?  If not, all n are left out. */
bool quern__pace_has_paid(struct quern__pace *pace, size_t n, uint64_t now_ns);

/* A record was made. */
void quern__pace_pay(struct quern__pace *pace, uint64_t now_ns);

/* How many events were left out so far. */
uint64_t quern__pace_left_out(const struct quern__pace *pace);

/* As if nothing had been recorded for long. */
void quern__pace_init(struct quern__pace *pace);

#endif

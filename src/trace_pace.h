/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_pace.h -- how many of a track's events are recorded, so that a trace
 * stays cheap whatever it watches.
 *
 * A record takes up to 100 ns, an empty job in a flood a third of that.  So a track has
 * credit: QUERN__PACE_CREDIT records, and one more each QUERN__PACE_NS.  Once
 * it is used up, only one in so many events is recorded that records are that
 * far apart.  To look at the clock at every event would cost as much as half a
 * record: how many to leave out goes by how close the last ones were, and is
 * never more than QUERN__PACE_SKIPS, should the next ones be further apart.
 *
 * `left` may be used by several threads at once, relaxed: they leave out a few
 * more or less.  The rest is guarded by the track's lock.
 */
#ifndef QUERN_SRC_TRACE_PACE_H
#define QUERN_SRC_TRACE_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	QUERN__PACE_NS = 8000,
	QUERN__PACE_CREDIT = 1000,
	QUERN__PACE_SKIPS = 1000
};

struct quern__pace {
	uint32_t left; /* atomic; events still to leave out ... */

	uint32_t skips;    /* ... of so many since the last record, ... */
	uint64_t last_ns;  /* which was made then */
	uint64_t paid_ns;  /* all records are paid for at that time */
	uint64_t left_out; /* of all events so far */
};

/* An event: is it to be recorded? */
static inline bool
quern__pace_takes(struct quern__pace *pace)
{
	uint32_t left = __atomic_load_n(&pace->left, __ATOMIC_RELAXED);

	if (!left)
		return true;
	__atomic_store_n(&pace->left, left - 1, __ATOMIC_RELAXED);
	return false;
}

/* As if nothing had been recorded for long. */
void quern__pace_init(struct quern__pace *pace);

/* How many events were left out so far. */
uint64_t quern__pace_left_out(const struct quern__pace *pace);

/* A record was made. */
void quern__pace_pay(struct quern__pace *pace, uint64_t now_ns);

#endif

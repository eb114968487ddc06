/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.h -- what there is to do, and in which order.
 *
 * Per priority two lanes: jobs that wait, and before the next lower priority
 * the loops of this one that are open, that is, under way with room for
 * helpers.
 *
 *     lane 0      1      2         3        4      5
 *      HIGH    HIGH   NORMAL    NORMAL    LOW    LOW
 *     waiting  open   waiting    open   waiting  open
 *
 * Behind them wait the blocking jobs, which have threads of their own:
 *
 *     lane 6      7      8
 *      HIGH    NORMAL   LOW
 *
 * Workers serve the first six lanes and blocking threads the last three; a
 * mask says which.  Of these the first lane that holds something is served,
 * except that a lane which was passed over 16 times while it held something
 * comes first then.  An open lane stands back longer for jobs of its own
 * priority, 16384 times: else short ones would wait for one block after the
 * other of a long loop.  Counting instead of looking at a clock keeps this the
 * same on every machine.
 *
 * The caller holds the pool's lock.
 *
 * Invariants, whenever the lock is free (tests assert them):
 *   L1  bit n of `held` is set if and only if lane n is not empty.
 *   L2  a job in lane n has `place` IN_LINE and lane n written in it.
 *   L3  `waiting` counts the jobs in the lanes that are not open, and
 *       `blocking` those of them in the last three.
 *   L4  `calls` of a lane counts its jobs that are no loops, and bit n of
 *       `calls` is set if lane n has any.
 *   L5  the age of an empty lane is 0, and no age exceeds 16384 + 5; nor that
 *       of a lane that is not open 16 + 5.
 */
#ifndef QUERN_SRC_LINE_H
#define QUERN_SRC_LINE_H

#include <quern/loop.h>

enum {
	QUERN__LANES = 9,
	QUERN__LANES_COMPUTE = 6,
	QUERN__LANE_AGE = 16,
	QUERN__OPEN_AGE = 16384
};

/* Sets of lanes, a bit for each: whose they are, and where open loops are. */
enum {
	QUERN__COMPUTE = (1 << QUERN__LANES_COMPUTE) - 1,
	QUERN__BLOCKING = (1 << QUERN__LANES) - 1 - QUERN__COMPUTE,
	QUERN__OPEN_LANES = 0x2a
};

/* The waiting lane of a priority; its open lane is the next one. */
#define QUERN__LANE_OF(priority) ((uint8_t)(2 * (QUERN_HIGH - (priority))))
/* The same for blocking jobs. */
#define QUERN__LANE_OF_BLOCKING(priority)                                      \
	((uint8_t)(QUERN__LANES_COMPUTE + QUERN_HIGH - (priority)))

struct quern__line {
	struct quern__lane {
		quern_job *first, *last;
		size_t calls; /* of the jobs there, those that are no loops */
		unsigned age; /* times passed over */
	} lane[QUERN__LANES];
	/* A bit per lane; written under the lock, read anywhere. */
	unsigned held;
	unsigned calls;  /* those with calls */
	size_t waiting;  /* jobs in waiting lanes */
	size_t blocking; /* of these, blocking ones */
};

/* Put `job` at the end of lane job->own.lane. */
void quern__line_push(struct quern__line *line, quern_job *job);
/* The same for many, chained by own.next from the latest to the earliest. */
void quern__line_push_all(struct quern__line *line, quern_job *latest);

/*
 * What to do next for those who serve `lanes`; NULL: nothing.  A waiting job is
 * taken out; an open loop stays and goes to the end of its lane, so that
 * helpers spread.
 */
quern_job *quern__line_pick(struct quern__line *line, unsigned lanes);

/*
 * Move up to `most` calls from the front of waiting lane `lane` to `out`, if
 * there is nothing in any other lane: then nobody is passed over.  How many
 * were moved.
 */
unsigned quern__line_take_calls(
    struct quern__line *line, unsigned lane, quern_job *out[], unsigned most);

/* Put `job` back where it was picked from, before all others. */
void quern__line_push_front(struct quern__line *line, quern_job *job);

void quern__line_remove(struct quern__line *line, quern_job *job);

static inline bool
quern__lane_is_blocking(unsigned lane)
{
	return lane >= QUERN__LANES_COMPUTE;
}

static inline bool
quern__lane_is_open(unsigned lane)
{
	return lane & 1 && !quern__lane_is_blocking(lane);
}

/* The workers' waiting lane of the same priority as `lane`. */
static inline uint8_t
quern__lane_waiting(unsigned lane)
{
	if (quern__lane_is_blocking(lane))
		return (uint8_t)(2 * (lane - QUERN__LANES_COMPUTE));
	return (uint8_t)(lane & ~1u);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* trace_json.h -- recorded marks, and how they become a file. */
#ifndef QUERN_SRC_TRACE_JSON_H
#define QUERN_SRC_TRACE_JSON_H

#include "trace.h"

struct quern__record {
	struct quern__span span;
	uint64_t end_ns;
	uint64_t a, b; /* see enum quern__mark */
};

enum { QUERN__RING_RECORDS = 1 << 16 };

/* The latest records of one track. */
struct quern__ring {
	struct quern__ring *next; /* of the same trace */
	struct quern__track_name name;
	uint64_t count; /* ever recorded */
	struct quern__record record[QUERN__RING_RECORDS];
};

/* The oldest record that is still there, of those counted by `count`. */
static inline uint64_t
quern__ring_first(const struct quern__ring *ring)
{
	return ring->count > QUERN__RING_RECORDS ?
	    ring->count - QUERN__RING_RECORDS :
	    0;
}

/* What happened and is in no ring. */
struct quern__untold {
	uint64_t lost;     /* records that found no ring */
	uint64_t left_out; /* events that came too fast, see trace_pace.h */
};

/*
 * Write `rings` to `fd`, with times from `start_ns` on.  0, or a negative errno
 * of the writing; -ENOMEM: all is there but the arrows.
 */
int quern__trace_write(int fd, const struct quern__ring *rings,
    uint64_t start_ns, struct quern__untold untold);

#endif

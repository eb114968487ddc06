/* SPDX-License-Identifier: BSD-2-Clause */
/* trace_way.h -- which records are of one trip of a job; see trace_way.c. */
#ifndef QUERN_SRC_TRACE_WAY_H
#define QUERN_SRC_TRACE_WAY_H

#include <stddef.h>

#include "trace_json.h"

/* The submits of a timeline, by job and then by time. */
struct quern__ways {
	const struct quern__record **submit;
	size_t n;
};

/*
 * Of all `rings`, which stay as they are until the end, and not before
 * `start_ns`.  0 or -ENOMEM: there are none.
 */
int quern__ways_init(struct quern__ways *ways, const struct quern__ring *rings,
    uint64_t start_ns);
void quern__ways_fini(struct quern__ways *ways);

/*
 * The number, from 1, of the trip that `record` is a part of, which is the same
 * for all its parts and for no other trip.  0: its submit is not there.
 */
size_t quern__ways_number(
    const struct quern__ways *ways, const struct quern__record *record);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h -- the time in nanoseconds of CLOCK_MONOTONIC, and deadlines in it.
 *
 * 0 stands for "no deadline"; the clock itself never shows 0.
 */
#ifndef QUERN_SRC_CLOCK_H
#define QUERN_SRC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t
quern__now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The same as of the last tick, some milliseconds old, but cheaper. */
static inline uint64_t
quern__now_coarse_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* When `ns` from now is; what is beyond all clocks is the end of them. */
static inline uint64_t
quern__after_ns(uint64_t ns)
{
	uint64_t now = quern__now_ns();

	return ns < INT64_MAX - now ? now + ns : INT64_MAX;
}

/*
 * When `seconds` from then on is; `seconds` is not negative.  Beyond 100 years,
 * infinity included, it is never: 0.
 */
static inline uint64_t
quern__later_ns(uint64_t then_ns, double seconds)
{
	if (!(seconds < 100.0 * 366 * 86400))
		return 0;
	return then_ns + (uint64_t)(seconds * 1e9);
}

static inline uint64_t
quern__deadline_ns(double seconds)
{
	return quern__later_ns(quern__now_ns(), seconds);
}

static inline bool
quern__passed(uint64_t deadline_ns)
{
	return deadline_ns && quern__now_ns() >= deadline_ns;
}

#endif

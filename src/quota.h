/* SPDX-License-Identifier: BSD-2-Clause */
/* quota.h -- how much CPU time the control groups of this process grant. */
#ifndef QUERN_SRC_QUOTA_H
#define QUERN_SRC_QUOTA_H

#include <limits.h>
#include <stdint.h>

struct quern__quota {
	/* The time of so many cores, rounded up, at least 1; or UINT_MAX. */
	unsigned cpus;
	/* In how many periods we were stopped because it was used up. */
	uint64_t throttled;
};

/*
 * Read it: a dozen small files, so up to some 100 us.  What cannot be read or
 * understood, for whatever reason, is no quota.
 */
struct quern__quota quern__quota_read(void);

/* The same where all paths begin with `prefix`; for tests. */
struct quern__quota quern__quota_read_below(const char *prefix);

#endif

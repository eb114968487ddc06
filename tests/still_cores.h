/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * still_cores.h -- the cores and their quota do not change, and need not be
 * read.
 *
 * For tests that count what the library asks of the system: once a second it
 * asks how many cores there are.  A test names both functions in its own file,
 * where the Makefile looks for __wrap_.
 */
#ifndef QUERN_TESTS_STILL_CORES_H
#define QUERN_TESTS_STILL_CORES_H

#include "src/quota.h"

#define STILL_CORES(quota_read, cpus_allowed)                                  \
	struct quern__quota quota_read(void);                                  \
	unsigned cpus_allowed(void);                                           \
	struct quern__quota quota_read(void)                                   \
	{                                                                      \
		return (struct quern__quota) { UINT_MAX, 0 };                  \
	}                                                                      \
	unsigned cpus_allowed(void)                                            \
	{                                                                      \
		return 2;                                                      \
	}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * still_cores.h -- the cores and their quota do not change, and need not be
 * read.
 *
 * For tests that count what the library asks of the system: once a second it
 * asks how many cores there are.  To include this is to say so.
 */
#ifndef QUERN_TESTS_STILL_CORES_H
#define QUERN_TESTS_STILL_CORES_H

#include "src/quota.h"

struct quern__quota __wrap_quern__quota_read(void);
unsigned __wrap_quern__cpus_allowed(void);
struct quern__quota
__wrap_quern__quota_read(void)
{
	return (struct quern__quota) { UINT_MAX, 0 };
}
unsigned
__wrap_quern__cpus_allowed(void)
{
	return 2;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpus.c -- how many cores this process may use.
 *
 * The affinity mask counts, not what is plugged in: taskset and cpusets cut it
 * down.  The kernel's mask may be wider than cpu_set_t (1024), and the call
 * then fails with EINVAL, so the buffer grows until it fits.
 *
 * Not here: CPU quotas of control groups, which limit time, not cores.
 */
#include "cpus.h"

#include <errno.h>
#include <sched.h>

#include "mem.h"

enum { CPUS_FIRST = 1024, CPUS_LAST = 1 << 20 };

unsigned
quern__cpus(void)
{
	int saved = errno;
	unsigned count = 0;

	for (int cpus = CPUS_FIRST; cpus <= CPUS_LAST && !count; cpus *= 2) {
		size_t bytes = CPU_ALLOC_SIZE(cpus);
		cpu_set_t *set = quern__alloc(bytes);

		if (!set)
			break;
		if (sched_getaffinity(0, bytes, set) == 0)
			count = (unsigned)CPU_COUNT_S(bytes, set);
		quern__free(set);
	}
	errno = saved;
	return count ? count : 1;
}

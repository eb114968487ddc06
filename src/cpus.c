/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpus.c -- which cores this process may use, and how many at a time.
 *
 * The affinity mask counts, not what is plugged in: taskset and cpusets cut it
 * down.  The kernel's mask may be wider than cpu_set_t (1024), and the call
 * then fails with EINVAL, so the buffer grows until it fits.
 *
 * If the user told OpenMP to bind its threads, the main thread was pinned to
 * one place before main(), and every thread made by it starts there.  Then the
 * cores of all of OpenMP's places count, which is the mask of before.
 *
 * A quota of a control group (quota.c) limits time, not cores.  With time for
 * 1.5 cores, 2 threads are still right and a third would only be stopped
 * earlier, so the quota is rounded up.
 */
#include "cpus.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>

#include "mem.h"
#include "omp.h"
#include "quota.h"

enum { CPUS_LAST = 1 << 20 };

struct mask {
	cpu_set_t *set; /* `few`, or allocated */
	size_t bytes;
	cpu_set_t few; /* enough for most machines, memory or not */
};

static void
add(int cpu, void *arg)
{
	struct mask *mask = arg;

	CPU_SET_S((size_t)cpu, mask->bytes, mask->set);
}

static void
drop(struct mask *mask)
{
	if (mask->set != &mask->few)
		quern__free(mask->set);
}

/* What may be used; `set` is NULL if there is no memory for so many. */
static void
get_usable(struct mask *mask)
{
	int err;

	mask->set = &mask->few;
	mask->bytes = sizeof(mask->few);
	err = sched_getaffinity(0, mask->bytes, mask->set);
	for (int n = 2 * CPU_SETSIZE; err && n <= CPUS_LAST; n *= 2) {
		drop(mask);
		mask->bytes = CPU_ALLOC_SIZE(n);
		mask->set = quern__alloc(mask->bytes);
		if (!mask->set)
			return;
		err = sched_getaffinity(0, mask->bytes, mask->set);
	}
	if (quern__omp_binds())
		quern__omp_visit_cpus(add, mask);
}

unsigned
quern__cpus_allowed(void)
{
	int saved = errno;
	struct mask mask;
	int count;

	get_usable(&mask);
	count = mask.set ? CPU_COUNT_S(mask.bytes, mask.set) : 0;
	drop(&mask);
	errno = saved;
	return count > 0 ? (unsigned)count : 1;
}

unsigned
quern__cpus(void)
{
	unsigned allowed = quern__cpus_allowed();
	unsigned quota = quern__quota_read().cpus;

	return quota < allowed ? quota : allowed;
}

void
quern__cpus_unbind(void)
{
	struct mask mask;

	if (!quern__omp_binds())
		return;
	get_usable(&mask);
	/* Should it fail, work goes on, on fewer cores. */
	if (mask.set)
		(void)sched_setaffinity(0, mask.bytes, mask.set);
	drop(&mask);
}

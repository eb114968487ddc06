/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping.c -- memory at addresses that we choose, see mapping.h.
 *
 * Milliseconds for each MiB, measured on Linux 6.18 on a virtual machine:
 *
 *     first touch, page by page                       0.26 to 0.45
 *     the same in one call, MADV_POPULATE_WRITE       0.18 to 0.36
 *     of another process: touch, page by page         0.15 to 0.22
 *     the same in one call, MAP_POPULATE              0.03 to 0.05
 *     ... MADV_POPULATE_WRITE                         0.08 to 0.10
 *
 * So it is to have memory again that saves most of the time, and for a worker
 * one call of mmap() for a page fault each.  MAP_POPULATE does not tell when
 * memory runs out, and who touches the page that is missing gets SIGBUS; so
 * pages are made by the other call, which tells.
 */
#include "mapping.h"

#include <errno.h>
#include <sys/mman.h>

enum { POPULATE_WRITE = 23 }; /* MADV_POPULATE_WRITE, of Linux 5.14 */

static int
map_at(void *start, size_t bytes, int flags, int fd)
{
	int saved = errno, err = 0;
	void *got = mmap(start, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (got == MAP_FAILED) {
		err = -errno;
	} else if (got != start) {
		/* Before Linux 4.17 what must not be replaced was a hint. */
		(void)munmap(got, bytes);
		err = -EEXIST;
	}
	errno = saved;
	return err;
}

int
quern__mapping_reserve(void *start, size_t bytes)
{
	return map_at(start, bytes,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1);
}

int
quern__mapping_share(void *start, size_t bytes, int fd)
{
	return map_at(start, bytes, MAP_SHARED | MAP_FIXED, fd);
}

int
quern__mapping_fill(void *start, size_t bytes)
{
	int saved = errno, err = 0;

	/* EINVAL: the kernel is older, and pages come as they are touched. */
	if (bytes <= QUERN__MAPPING_FILLED_MOST &&
	    madvise(start, bytes, POPULATE_WRITE) && errno != EINVAL)
		err = -errno;
	errno = saved;
	return err;
}

int
quern__mapping_join(void *start, size_t bytes, int fd)
{
	int fill = bytes <= QUERN__MAPPING_FILLED_MOST ? MAP_POPULATE : 0;

	return map_at(
	    start, bytes, MAP_SHARED | MAP_FIXED_NOREPLACE | fill, fd);
}

void
quern__mapping_end(void *start, size_t bytes)
{
	int saved = errno;

	/* Whole mappings: there is none to be split, so this cannot fail. */
	(void)munmap(start, bytes);
	errno = saved;
}

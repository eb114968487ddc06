/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_maps.h -- what the kernel answers to who maps memory, and how much of
 * that is mapped.
 */
#ifndef QUERN_TESTS_KERNEL_MAPS_H
#define QUERN_TESTS_KERNEL_MAPS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

static bool no_marks; /* as before Linux 6.13 */
static bool maps_fail, protects_fail;
/* Of so many, all but the last fail, for lack of mappings; 0: none. */
static unsigned unmaps_fail, unmap_count;
static size_t mapped;    /* bytes there are, of those that were mapped here */
static size_t maps_most; /* bytes at once; 0: any number */

int __real_madvise(void *start, size_t bytes, int advice);
int __wrap_madvise(void *start, size_t bytes, int advice);

int
__wrap_madvise(void *start, size_t bytes, int advice)
{
	if (no_marks) {
		errno = EINVAL;
		return -1;
	}
	return __real_madvise(start, bytes, advice);
}

void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);

void *
__wrap_mmap(void *start, size_t bytes, int access, int flags, int fd, off_t at)
{
	void *mapping;

	if (maps_fail || (maps_most && bytes > maps_most)) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	mapping = __real_mmap(start, bytes, access, flags, fd, at);
	mapped += mapping != MAP_FAILED ? bytes : 0;
	return mapping;
}

int __real_munmap(void *start, size_t bytes);
int __wrap_munmap(void *start, size_t bytes);

int
__wrap_munmap(void *start, size_t bytes)
{
	if (unmaps_fail && unmap_count++ % unmaps_fail != unmaps_fail - 1) {
		errno = ENOMEM;
		return -1;
	}
	mapped -= bytes;
	return __real_munmap(start, bytes);
}

int __real_mprotect(void *start, size_t bytes, int access);
int __wrap_mprotect(void *start, size_t bytes, int access);

int
__wrap_mprotect(void *start, size_t bytes, int access)
{
	if (protects_fail) {
		errno = ENOMEM;
		return -1;
	}
	return __real_mprotect(start, bytes, access);
}

#endif

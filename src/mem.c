/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.c -- the library's only way to memory, see mem.h.
 *
 * Cache-line alignment keeps what different threads write apart: two objects
 * never share a line.
 */
#include "mem.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64 };

void *
quern__alloc_as_is(size_t bytes)
{
	int saved = errno;
	void *memory = NULL;

	if (bytes <= SIZE_MAX - LINE_BYTES) {
		bytes = (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
		memory = aligned_alloc(LINE_BYTES, bytes);
	}
	/*
	 * The return value tells; errno is the caller's.  volatile, because
	 * clang believes that aligned_alloc() leaves errno as it is.
	 */
	*(volatile int *)&errno = saved;
	return memory;
}

void *
quern__alloc(size_t bytes)
{
	void *memory = quern__alloc_as_is(bytes);

	if (memory)
		memset(memory, 0, bytes);
	return memory;
}

void
quern__free(void *memory)
{
	free(memory);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c -- libquern-gmp's only way to memory, see memory.h.
 */
#include "memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

void *
quern__big_alloc(size_t bytes)
{
	int saved = errno;
	void *memory = malloc(bytes);

	/* volatile, because a compiler may know better what malloc() sets. */
	*(volatile int *)&errno = saved;
	return memory;
}

void
quern__big_free(void *memory)
{
	free(memory);
}

/*
 * Mapped, not malloc'ed: a large block that comes and goes would change where
 * malloc() takes the next ones from.
 */
int
quern__big_room(size_t limbs)
{
	int saved = errno, err = 0;
	size_t bytes;
	void *room;

	if (limbs > PTRDIFF_MAX / sizeof(mp_limb_t))
		return -ENOMEM;
	bytes = (limbs ? limbs : 1) * sizeof(mp_limb_t);
	room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		err = -ENOMEM;
	else
		munmap(room, bytes);
	errno = saved;
	return err;
}

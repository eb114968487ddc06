/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buffer.c -- memory for a program's data that its executor's workers see.
 *
 *     quern_buffer_create() --> [buffer.c] --> arena.c, or mem.c
 *
 * A note on the page before tells what to do with a buffer that is given back.
 * No worker has that page.  Who gives back what is no buffer is told so, unless
 * the page before holds the very note of a buffer at that place: say, of one
 * that somebody has changed by hand.
 *
 * A buffer of threads that outlives its executor can still be given back.
 */
#include <errno.h>
#include <quern/process.h>
#include <string.h>

#include "arena.h"
#include "src/fork.h"
#include "src/mem.h"
#include "src/pool.h"

struct note {
	uint64_t magic; /* MAGIC: the buffer is there */
	const void *buffer;
	struct quern__arena *arena; /* NULL: plain memory, from the note on */
	unsigned generation;
};

#define MAGIC UINT64_C(0x7175657266667562)

/* As quern__arena_get(), with nothing shared. */
static int
get_plain(size_t bytes, void **out)
{
	const size_t page = quern__page_bytes();
	char *memory =
	    bytes <= SIZE_MAX - page ? quern__alloc_pages(page + bytes) : NULL;

	if (!memory)
		return -ENOMEM;
	*out = memory + page;
	return 0;
}

static struct note *
note_of(void *buffer)
{
	return (struct note *)((char *)buffer - quern__page_bytes());
}

int
quern_buffer_create(void **out, quern_executor *executor, size_t bytes)
{
	struct quern__arena *arena;
	void *buffer;
	int err;

	if (!out || !bytes)
		return -EINVAL;
	err = quern__pool_check(executor);
	if (err)
		return err;
	arena = quern__arena_of(executor);
	err = arena ? quern__arena_get(arena, bytes, &buffer) :
		      get_plain(bytes, &buffer);
	if (err)
		return err;
	*note_of(buffer) =
	    (struct note) { MAGIC, buffer, arena, quern__fork_generation() };
	*out = buffer;
	return 0;
}

int
quern_buffer_destroy(void *buffer)
{
	const size_t page = quern__page_bytes();
	struct note note;

	if (!buffer)
		return 0;
	if ((uintptr_t)buffer % page || (uintptr_t)buffer == page ||
	    !quern__peek(&note, note_of(buffer), sizeof(note)) ||
	    note.magic != MAGIC || note.buffer != buffer)
		return -EINVAL;
	if (note.generation != quern__fork_generation())
		return -ESTALE;
	/* Before the memory is another's. */
	memset(note_of(buffer), 0, sizeof(note));
	if (note.arena)
		return quern__arena_put(note.arena, buffer);
	quern__free(note_of(buffer));
	return 0;
}

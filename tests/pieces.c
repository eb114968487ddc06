/* SPDX-License-Identifier: BSD-2-Clause */
/* pieces.c -- what the tests of arenas share, see pieces.h. */
#include "pieces.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/mem.h"

char *
get_piece(struct quern__arena *arena, size_t bytes)
{
	void *piece = NULL;

	CU_ASSERT_EQUAL_FATAL(quern__arena_get(arena, bytes, &piece), 0);
	return piece;
}

void
put_piece(struct quern__arena *arena, void *piece)
{
	CU_ASSERT_EQUAL(quern__arena_put(arena, piece), 0);
}

bool
can_be_read(const char *byte)
{
	char copy;

	return quern__peek(&copy, byte, 1);
}

size_t
arena_begins(struct quern__arena *arena)
{
	CU_ASSERT_EQUAL_FATAL(quern__arena_init(arena), 0);
	return quern__page_bytes();
}

void
arena_ends(struct quern__arena *arena)
{
	quern__arena_fini(arena);
	CU_ASSERT_EQUAL(faults_alive(), 0);
}

static unsigned
entries_of(const char *path)
{
	DIR *folder = opendir(path);
	unsigned n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n;
}

struct possessions
possessions(void)
{
	struct possessions all = { .files = entries_of("/proc/self/fd") };
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start;
	char line[4096];

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-", &start) != 1 ||
		    start < QUERN__ARENA_BEGIN || start >= QUERN__ARENA_END)
			continue;
		all.mappings++;
		/* A memfd looks like a file that has been removed. */
		all.named += strchr(line, '/') && !strstr(line, "(deleted)");
	}
	if (maps)
		fclose(maps);
	return all;
}

void
next_is_map(struct quern__arena *arena, struct quern__arena_view *view,
    const void *piece)
{
	struct quern__change change = quern__arena_next(arena, view);
	struct stat is = { .st_size = -1 };

	CU_ASSERT_EQUAL(change.kind, QUERN__CHANGE_MAP);
	CU_ASSERT_PTR_EQUAL(change.start, piece);
	CU_ASSERT_EQUAL(fstat(change.fd, &is), 0);
	CU_ASSERT_EQUAL((size_t)is.st_size, change.bytes);
}

void
next_is_unmap(struct quern__arena *arena, struct quern__arena_view *view,
    const void *piece)
{
	struct quern__change change = quern__arena_next(arena, view);

	CU_ASSERT_EQUAL(change.kind, QUERN__CHANGE_UNMAP);
	CU_ASSERT_PTR_EQUAL(change.start, piece);
	CU_ASSERT(change.bytes > 0);
	CU_ASSERT_EQUAL(change.fd, -1);
}

void
next_is_none(struct quern__arena *arena, struct quern__arena_view *view)
{
	CU_ASSERT_EQUAL(
	    quern__arena_next(arena, view).kind, QUERN__CHANGE_NONE);
}

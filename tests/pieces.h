/* SPDX-License-Identifier: BSD-2-Clause */
/* pieces.h -- what the tests of arenas share. */
#ifndef QUERN_TESTS_PIECES_H
#define QUERN_TESTS_PIECES_H

#include "src/process/arena.h"
#include "support.h"

/* Asserts that it is had. */
char *get_piece(struct quern__arena *arena, size_t bytes);
/* Asserts that it was one. */
void put_piece(struct quern__arena *arena, void *piece);
bool can_be_read(const char *byte);
/* Asserts that it could be made; returns the bytes of a page. */
size_t arena_begins(struct quern__arena *arena);
/* Asserts that nothing is left of all that was counted. */
void arena_ends(struct quern__arena *arena);

/* Too large to be kept, and not filled either. */
#define HUGE_BYTES ((size_t)QUERN__ARENA_KEPT_BYTES + 65536)

/* What the kernel says this process has. */
struct possessions {
	unsigned files, mappings; /* of the latter those between our bounds */
	unsigned named;           /* of these, whose file has a name */
};
struct possessions possessions(void);

/* Asserts what comes next: with a file of its size if it is to be mapped. */
void next_is_map(struct quern__arena *arena, struct quern__arena_view *view,
    const void *piece);
void next_is_unmap(struct quern__arena *arena, struct quern__arena_view *view,
    const void *piece);
void next_is_none(struct quern__arena *arena, struct quern__arena_view *view);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.c -- pieces of memory for the program and its workers, see arena.h.
 *
 * Addresses.  Each piece lies above the one before, a page of nobody's apart,
 * and after the end of the region they start from its beginning.  What is in
 * the way, another arena's pieces or a stranger's, is jumped over in ever wider
 * steps.  Arenas start at different places, so that they rarely meet.  Nothing
 * is reserved in advance: a limit on the address space would count it.
 *
 * The lock is taken for each job that is submitted, so mapping and unmapping,
 * which may take milliseconds, are done without it: a piece is in no list yet,
 * or no longer.
 */
#include "arena.h"

#include <errno.h>
#include <string.h>

#include "mapping.h"
#include "src/fd.h"
#include "src/mem.h"
#include "src/thread.h"

/* How many places are tried, each twice as far away as the one before. */
enum { PLACES = 24, NEAR_BYTES = 1 << 20 };

/* ---- where ---- */

static uintptr_t
first_place(const struct quern__arena *arena)
{
	const uint64_t hash =
	    (uint64_t)(uintptr_t)arena / 64 * UINT64_C(0x9e3779b97f4a7c15);
	const uint64_t half = (QUERN__ARENA_END - QUERN__ARENA_BEGIN) / 2;

	return QUERN__ARENA_BEGIN +
	    (uintptr_t)((hash >> 32) % (half / NEAR_BYTES)) * NEAR_BYTES;
}

/* The next place for so many bytes, `skip` bytes further on; less than all. */
static uintptr_t
next_place(struct quern__arena *arena, size_t whole, uint64_t skip)
{
	const uint64_t span = QUERN__ARENA_END - QUERN__ARENA_BEGIN;
	uintptr_t place;

	pthread_mutex_lock(&arena->lock);
	place = QUERN__ARENA_BEGIN +
	    (uintptr_t)((arena->next - QUERN__ARENA_BEGIN + skip) % span);
	if (QUERN__ARENA_END - place < whole)
		place = QUERN__ARENA_BEGIN;
	arena->next = place + whole;
	pthread_mutex_unlock(&arena->lock);
	return place;
}

/* A place for the piece, and the page before it, which is mapped already. */
static int
reserve(struct quern__arena *arena, struct quern__piece *piece)
{
	const size_t page = quern__page_bytes();
	const size_t before_and_after = 2 * page;
	uint64_t skip = 0;
	char *place;
	int err = -ENOMEM;

	if (piece->bytes >
	    QUERN__ARENA_END - QUERN__ARENA_BEGIN - before_and_after)
		return -ENOMEM;
	for (unsigned tries = 0; tries < PLACES; tries++) {
		place = (char *)next_place(
		    arena, piece->bytes + before_and_after, skip);
		err = quern__mapping_reserve(place, page + piece->bytes);
		if (err != -EEXIST)
			break;
		skip = skip ? 2 * skip : NEAR_BYTES;
	}
	piece->start = place + page;
	return err;
}

static void
unmap(struct quern__piece *piece)
{
	const size_t page = quern__page_bytes();

	quern__mapping_end(piece->start - page, page + piece->bytes);
}

/* ---- the live ones, by address ---- */

/* How many start at `place` or below. */
static size_t
rank_locked(const struct quern__arena *arena, const void *place)
{
	size_t low = 0, high = arena->n_live, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if ((uintptr_t)arena->live[middle]->start <= (uintptr_t)place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The piece in use that `place` is in, or right behind; NULL: there is none. */
static struct quern__piece *
find_locked(const struct quern__arena *arena, const void *place)
{
	size_t rank = rank_locked(arena, place);
	struct quern__piece *piece;

	if (!rank)
		return NULL;
	piece = arena->live[rank - 1];
	return piece->state == QUERN__PIECE_IN_USE &&
		(uintptr_t)place - (uintptr_t)piece->start <= piece->bytes ?
	    piece :
	    NULL;
}

static int
make_room_locked(struct quern__arena *arena)
{
	size_t room = arena->room ? 2 * arena->room : 16;
	struct quern__piece **live;

	if (arena->n_live < arena->room)
		return 0;
	live = quern__alloc_as_is(room * sizeof(struct quern__piece *));
	if (!live)
		return -ENOMEM;
	if (arena->n_live)
		memcpy(live, arena->live, arena->n_live * sizeof(*live));
	quern__free(arena->live);
	arena->live = live;
	arena->room = room;
	return 0;
}

/* ---- moves ---- */

static int
add_locked(struct quern__arena *arena, struct quern__piece *piece)
{
	struct quern__piece **place;
	int err = make_room_locked(arena);

	if (err)
		return err;
	place = arena->live + rank_locked(arena, piece->start);
	memmove(place + 1, place,
	    (size_t)(arena->live + arena->n_live - place) * sizeof(*place));
	*place = piece;
	arena->n_live++;
	piece->state = QUERN__PIECE_IN_USE;
	piece->born = ++arena->now;
	piece->gone = UINT64_MAX;
	quern__ring_add(&piece->all, &arena->all);
	return 0;
}

static void
leave_kept_locked(struct quern__arena *arena, struct quern__piece *piece)
{
	quern__ring_remove(&piece->aside);
	arena->n_kept--;
	arena->kept_bytes -= piece->bytes;
}

static void
retire_locked(struct quern__arena *arena, struct quern__piece *piece)
{
	struct quern__piece **behind =
	    arena->live + rank_locked(arena, piece->start);

	leave_kept_locked(arena, piece);
	memmove(behind - 1, behind,
	    (size_t)(arena->live + arena->n_live - behind) * sizeof(*behind));
	arena->n_live--;
	piece->state = QUERN__PIECE_GONE;
	piece->gone = ++arena->now;
	quern__ring_add(&piece->aside, &arena->gone);
}

static void
keep_locked(struct quern__arena *arena, struct quern__piece *piece)
{
	piece->state = QUERN__PIECE_KEPT;
	quern__ring_add(&piece->aside, arena->kept.next);
	arena->n_kept++;
	arena->kept_bytes += piece->bytes;
	/* One that alone is too large does not drive the others out. */
	if (piece->bytes > QUERN__ARENA_KEPT_BYTES)
		retire_locked(arena, piece);
	while (arena->n_kept > QUERN__ARENA_KEPT_MOST ||
	    arena->kept_bytes > QUERN__ARENA_KEPT_BYTES)
		retire_locked(arena, quern__piece_aside(arena->kept.prev));
}

/*
 * The smallest that is large enough, of these the last that was in use, for its
 * pages may be in a cache.  Not one more than twice as large, which somebody
 * else will want.  NULL: there is none.
 */
static struct quern__piece *
take_kept_locked(struct quern__arena *arena, size_t bytes)
{
	struct quern__piece *best = NULL, *piece;
	struct quern__link *at;

	for (at = arena->kept.next; at != &arena->kept; at = at->next) {
		piece = quern__piece_aside(at);
		if (piece->bytes >= bytes && piece->bytes / 2 <= bytes &&
		    (!best || piece->bytes < best->bytes))
			best = piece;
	}
	if (best) {
		leave_kept_locked(arena, best);
		best->state = QUERN__PIECE_IN_USE;
	}
	return best;
}

/* ---- made and ended ---- */

static int
make(struct quern__arena *arena, size_t bytes, struct quern__piece **out)
{
	struct quern__piece *piece = quern__alloc(sizeof(*piece));
	int err;

	if (!piece)
		return -ENOMEM;
	piece->bytes = bytes;
	err = piece->fd = quern__fd_memory(bytes);
	if (err < 0)
		goto free_piece;
	err = reserve(arena, piece);
	if (err)
		goto close_fd;
	err = quern__mapping_share(piece->start, bytes, piece->fd);
	if (!err)
		err = quern__mapping_fill(piece->start, bytes);
	if (err)
		goto unmap_piece;
	pthread_mutex_lock(&arena->lock);
	err = add_locked(arena, piece);
	pthread_mutex_unlock(&arena->lock);
	if (err)
		goto unmap_piece;
	*out = piece;
	return 0;

unmap_piece:
	unmap(piece);
close_fd:
	quern__fd_close(piece->fd);
free_piece:
	quern__free(piece);
	return err == -EMFILE || err == -ENFILE ? err : -ENOMEM;
}

void
quern__pieces_end(struct quern__link *ring)
{
	struct quern__piece *piece;

	while (ring->next != ring) {
		piece = quern__piece_aside(ring->next);
		quern__ring_remove(&piece->aside);
		unmap(piece);
		quern__fd_close(piece->fd);
		quern__free(piece);
	}
}

int
quern__arena_init(struct quern__arena *arena)
{
	*arena = (struct quern__arena) { .next = first_place(arena) };
	quern__ring_init(&arena->all);
	quern__ring_init(&arena->kept);
	quern__ring_init(&arena->gone);
	quern__ring_init(&arena->views);
	return quern__mutex_init(&arena->lock);
}

void
quern__arena_fini(struct quern__arena *arena)
{
	struct quern__link ring;

	quern__ring_init(&ring);
	for (size_t i = 0; i < arena->n_live; i++)
		if (arena->live[i]->state == QUERN__PIECE_IN_USE)
			quern__ring_add(&arena->live[i]->aside, &ring);
	quern__pieces_end(&ring);
	quern__pieces_end(&arena->kept);
	quern__free(arena->live);
	pthread_mutex_destroy(&arena->lock);
}

int
quern__arena_get(struct quern__arena *arena, size_t bytes, void **out)
{
	const size_t page = quern__page_bytes();
	struct quern__piece *piece;
	int err;

	if (bytes > SIZE_MAX / 2)
		return -ENOMEM;
	bytes = (bytes + page - 1) / page * page;
	pthread_mutex_lock(&arena->lock);
	piece = take_kept_locked(arena, bytes);
	pthread_mutex_unlock(&arena->lock);
	if (!piece) {
		err = make(arena, bytes, &piece);
		if (err)
			return err;
	}
	*out = piece->start;
	return 0;
}

int
quern__arena_put(struct quern__arena *arena, void *start)
{
	struct quern__link ring, *last;
	struct quern__piece *piece;
	bool are_gone = false;
	int err = -EINVAL;

	quern__ring_init(&ring);
	pthread_mutex_lock(&arena->lock);
	piece = find_locked(arena, start);
	if (piece && piece->start == start) {
		/* Those that have gone before are needed. */
		last = arena->gone.prev;
		keep_locked(arena, piece);
		quern__arena_sweep_locked(arena, last->next, &ring);
		are_gone = arena->gone.next != &arena->gone;
		err = 0;
	}
	pthread_mutex_unlock(&arena->lock);
	quern__pieces_end(&ring);
	if (are_gone && arena->are_gone)
		arena->are_gone(arena);
	return err;
}

bool
quern__arena_holds(struct quern__arena *arena, const void *start, size_t bytes)
{
	const struct quern__piece *piece;
	bool holds = false;

	if ((uintptr_t)start < QUERN__ARENA_BEGIN ||
	    (uintptr_t)start >= QUERN__ARENA_END)
		return false;
	pthread_mutex_lock(&arena->lock);
	piece = find_locked(arena, start);
	if (piece)
		holds = bytes <=
		    piece->bytes - ((uintptr_t)start - (uintptr_t)piece->start);
	pthread_mutex_unlock(&arena->lock);
	return holds;
}

/* ---- in the worker ---- */

int
quern__arena_map(int fd, void *start, size_t bytes)
{
	uint64_t length;
	int err;

	/* What is mapped beyond the end of its file is a SIGBUS. */
	if (quern__fd_length(fd, &length) || length < bytes)
		return -EINVAL;
	err = quern__mapping_join(start, bytes, fd);
	return !err || err == -EEXIST ? err : -ENOMEM;
}

void
quern__arena_unmap(void *start, size_t bytes)
{
	quern__mapping_end(start, bytes);
}

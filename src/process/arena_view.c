/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena_view.c -- tells a worker's proxy what changes in an arena.
 *
 *     arena.c --> [arena_view.c] --> the proxy's messages to its worker
 *
 * A round takes a worker from what was alive at `from` to what was alive when
 * the round began, at `to`: first it unmaps what is no longer, then it maps
 * what was not yet.  What has come and gone in between it never hears of.  What
 * goes while the round is under way it may hear of and map in vain, and the
 * next round sees to that.  So a view needs no list of what its worker has.
 *
 * Pieces that are alive at `from` or at `to` are needed, which nobody frees.
 * So a view may remember the last piece that it has handed out, and go on from
 * there.  The proxy may use that piece's file without a lock: until it asks
 * again, the view does not move.
 *
 * All proxies share the arena's lock, for a step along a list each time.
 */
#include "arena.h"

static bool
alive(const struct quern__piece *piece, uint64_t at)
{
	return piece->born <= at && at < piece->gone;
}

/* ---- what is needed ---- */

static struct quern__arena_view *
view_of(struct quern__link *link)
{
	return (struct quern__arena_view *)((char *)link -
	    offsetof(struct quern__arena_view, link));
}

static bool
is_needed_locked(
    const struct quern__arena *arena, const struct quern__piece *piece)
{
	const struct quern__arena_view *view;
	struct quern__link *at;

	for (at = arena->views.next; at != &arena->views; at = at->next) {
		view = view_of(at);
		if (alive(piece, view->from) || alive(piece, view->to))
			return true;
	}
	return false;
}

void
quern__arena_sweep_locked(
    struct quern__arena *arena, struct quern__link *at, struct quern__link *out)
{
	struct quern__link *next;
	struct quern__piece *piece;

	for (; at != &arena->gone; at = next) {
		next = at->next;
		piece = quern__piece_aside(at);
		if (is_needed_locked(arena, piece))
			continue;
		quern__ring_remove(&piece->all);
		quern__ring_remove(&piece->aside);
		quern__ring_add(&piece->aside, out);
	}
}

/* ---- rounds ---- */

static void
begin_round_locked(
    const struct quern__arena *arena, struct quern__arena_view *view)
{
	view->to = arena->now;
	view->unmapped = view->mapped = NULL;
}

static struct quern__piece *
next_to_unmap_locked(
    struct quern__arena *arena, const struct quern__arena_view *view)
{
	struct quern__link *at =
	    view->unmapped ? view->unmapped->aside.next : arena->gone.next;
	struct quern__piece *piece;

	for (; at != &arena->gone; at = at->next) {
		piece = quern__piece_aside(at);
		if (alive(piece, view->from) && !alive(piece, view->to))
			return piece;
	}
	return NULL;
}

/* The first that was born after `from`; what changed last is at the end. */
static struct quern__link *
first_born_locked(
    struct quern__arena *arena, const struct quern__arena_view *view)
{
	struct quern__link *at = &arena->all;

	while (at->prev != &arena->all &&
	    quern__piece_of_all(at->prev)->born > view->from)
		at = at->prev;
	return at;
}

static struct quern__piece *
next_to_map_locked(
    struct quern__arena *arena, const struct quern__arena_view *view)
{
	struct quern__link *at = view->mapped ? view->mapped->all.next :
						first_born_locked(arena, view);
	struct quern__piece *piece;

	for (; at != &arena->all; at = at->next) {
		piece = quern__piece_of_all(at);
		if (alive(piece, view->to))
			return piece;
	}
	return NULL;
}

/* The next step of the round; QUERN__CHANGE_NONE: it is over. */
static struct quern__change
step_locked(struct quern__arena *arena, struct quern__arena_view *view)
{
	struct quern__change change = { .kind = QUERN__CHANGE_NONE, .fd = -1 };
	struct quern__piece *piece = next_to_unmap_locked(arena, view);

	if (piece) {
		view->unmapped = piece;
		change.kind = QUERN__CHANGE_UNMAP;
	} else {
		piece = next_to_map_locked(arena, view);
		if (!piece)
			return change;
		view->mapped = piece;
		change.kind = QUERN__CHANGE_MAP;
		change.fd = piece->fd;
	}
	change.start = piece->start;
	change.bytes = piece->bytes;
	return change;
}

bool
quern__arena_has_news(
    struct quern__arena *arena, const struct quern__arena_view *view)
{
	bool news;

	pthread_mutex_lock(&arena->lock);
	news = view->from != arena->now;
	pthread_mutex_unlock(&arena->lock);
	return news;
}

struct quern__change
quern__arena_next(struct quern__arena *arena, struct quern__arena_view *view)
{
	struct quern__change change = { .kind = QUERN__CHANGE_NONE, .fd = -1 };
	struct quern__link ring;

	quern__ring_init(&ring);
	pthread_mutex_lock(&arena->lock);
	while (change.kind == QUERN__CHANGE_NONE && view->from != arena->now) {
		if (view->from == view->to)
			begin_round_locked(arena, view);
		change = step_locked(arena, view);
		if (change.kind == QUERN__CHANGE_NONE) {
			view->from = view->to;
			quern__arena_sweep_locked(
			    arena, arena->gone.next, &ring);
		}
	}
	pthread_mutex_unlock(&arena->lock);
	quern__pieces_end(&ring);
	return change;
}

/* ---- attached and detached ---- */

void
quern__arena_attach(struct quern__arena *arena, struct quern__arena_view *view)
{
	*view = (struct quern__arena_view) { .from = 0 };
	pthread_mutex_lock(&arena->lock);
	quern__ring_add(&view->link, &arena->views);
	pthread_mutex_unlock(&arena->lock);
}

void
quern__arena_detach(struct quern__arena *arena, struct quern__arena_view *view)
{
	struct quern__link ring;

	quern__ring_init(&ring);
	pthread_mutex_lock(&arena->lock);
	quern__ring_remove(&view->link);
	quern__arena_sweep_locked(arena, arena->gone.next, &ring);
	pthread_mutex_unlock(&arena->lock);
	quern__pieces_end(&ring);
}

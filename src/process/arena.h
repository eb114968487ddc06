/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.h -- memory that the program shares with its workers, at the same
 * address in each of them.
 *
 *     buffer.c --> [arena.c] --> mapping.c
 *                      |
 *                [arena_view.c] --> what a worker is to be told
 *
 * A piece is a file without a name that nobody can truncate, mapped where a
 * copy of the program, started again, has nothing either.  One that is given
 * back is kept for the next who asks, and stays mapped in the workers.
 *
 *          get                put             no room, fini    nobody needs it
 *     ----------> IN USE -----------> KEPT -------------> GONE --------------->
 *                    ^---------------- |
 *                           get
 *
 *   from -> to       function               what happens to it
 *   -> IN USE        add_locked()           is born: workers are to map it
 *   IN USE -> KEPT   keep_locked()          nothing
 *   KEPT -> IN USE   take_kept_locked()     nothing
 *   KEPT -> GONE     retire_locked()        workers are to unmap it
 *   GONE ->          quern__arena_sweep_locked()
 *                                           is unmapped, closed and freed
 *
 * Births and departures count through: `now` of an arena is the number of the
 * last one.  A piece is alive at n if born <= n < gone.  A worker is told of
 * changes in rounds, each of which takes it from one such n to another; so
 * between rounds it has mapped what was alive at the n of its view, neither
 * more nor less.
 *
 * In the program a piece stays mapped, and its file open, as long as it is
 * alive at an n that a view comes from or goes to.  So what a view hands out is
 * good, and no address is used again before the last worker was told to unmap
 * what it had there.
 *
 * Memory that workers can write proves nothing: what the arena knows of a piece
 * lies elsewhere.  The page before each piece is private to the program, too.
 */
#ifndef QUERN_SRC_PROCESS_ARENA_H
#define QUERN_SRC_PROCESS_ARENA_H

#include <pthread.h>
#include <quern/executor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a ring, with its head in the arena. */
struct quern__link {
	struct quern__link *prev, *next;
};

enum quern__piece_state {
	QUERN__PIECE_IN_USE,
	QUERN__PIECE_KEPT,
	QUERN__PIECE_GONE
};

struct quern__piece {
	/* fixed */
	char *start;
	size_t bytes; /* whole pages */
	int fd;

	/* All below: the arena's lock. */
	enum quern__piece_state state;
	uint64_t born, gone; /* UINT64_MAX: not yet */
	struct quern__link all;
	struct quern__link aside; /* in `kept`, in `gone` or nowhere */
};

/*
 * Invariants, whenever `lock` is free:
 *   A1  `live` has the pieces in use and kept, by address, and no others.
 *   A2  `all` has those and the ones that are gone, by `born`; `gone` has the
 *       latter by `gone`.
 *   A3  `kept` has those that are kept, the last one first: n_kept, with
 *       kept_bytes, both within their limits.
 *   A4  what is in `gone` is needed by a view.
 */
struct quern__arena {
	/*
	 * Set once, or NULL: called after a put, without the lock, if pieces are
	 * gone that only wait for workers to be told.
	 */
	void (*are_gone)(struct quern__arena *arena);
	pthread_mutex_t lock; /* guards all below; held for no system call */
	uintptr_t next;       /* where the next piece is tried */
	uint64_t now;         /* births and departures so far */
	struct quern__piece **live;
	size_t n_live, room; /* of so many */
	struct quern__link all, kept, gone;
	size_t n_kept, kept_bytes;
	struct quern__link views;
};

enum { QUERN__ARENA_KEPT_MOST = 64, QUERN__ARENA_KEPT_BYTES = 256 << 20 };

/*
 * Where pieces lie: far from where the kernel puts programs, their heaps and
 * what they map, wherever it begins to.  The thread sanitizer wants low
 * addresses, the address sanitizer has its shadow from 0x7fff8000 to
 * 0x10007fff8000, and arm64 may have no more than 39 bits.
 */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define QUERN__ARENA_LOW 1
#endif
#endif
#if UINTPTR_MAX <= 0xffffffff
#define QUERN__ARENA_BEGIN ((uintptr_t)0x20000000)
#define QUERN__ARENA_END ((uintptr_t)0x40000000)
#elif defined(QUERN__ARENA_LOW) || defined(__SANITIZE_THREAD__) ||             \
    !defined(__x86_64__)
#define QUERN__ARENA_BEGIN ((uintptr_t)0x2000000000)
#define QUERN__ARENA_END ((uintptr_t)0x5000000000)
#else
#define QUERN__ARENA_BEGIN ((uintptr_t)0x200000000000)
#define QUERN__ARENA_END ((uintptr_t)0x500000000000)
#endif

/* 0 or -ENOMEM. */
int quern__arena_init(struct quern__arena *arena);
/* All pieces go, also those that somebody has.  There is no view any more. */
void quern__arena_fini(struct quern__arena *arena);

/*
 * A piece of at least so many bytes (not 0), zeros if it is new.  Its pages are
 * there, unless it is larger than QUERN__MAPPING_FILLED_MOST.  Page-aligned;
 * the page before it is the caller's, too, and of this process alone.
 *
 * Thread  any; so it is for all below.
 * Returns 0, -ENOMEM, -EMFILE or -ENFILE.
 */
int quern__arena_get(struct quern__arena *arena, size_t bytes, void **out);
/* 0, or -EINVAL: nobody has a piece that starts there. */
int quern__arena_put(struct quern__arena *arena, void *start);
/*
 * Is all of it inside a piece that somebody has?  Without a lock where it can
 * be in none.
 */
bool quern__arena_holds(
    struct quern__arena *arena, const void *start, size_t bytes);
/* The executor's; NULL: it is one of threads. */
struct quern__arena *quern__arena_of(const quern_executor *executor);

/* ---- in the worker ---- */

/*
 * Map a piece there.
 *
 * Returns 0; -EINVAL: the file is shorter; -EEXIST: something else is there;
 *         -ENOMEM.
 */
int quern__arena_map(int fd, void *start, size_t bytes);
void quern__arena_unmap(void *start, size_t bytes);

/* ---- arena_view.c: what a worker has mapped, as its proxy sees it ---- */

struct quern__arena_view {
	struct quern__link link;
	/* A round leads from one to the other; equal: none is under way. */
	uint64_t from, to;
	/* The last ones of this round, which are therefore needed; or NULL. */
	struct quern__piece *unmapped, *mapped;
};

enum quern__change_kind {
	QUERN__CHANGE_NONE,
	QUERN__CHANGE_MAP,
	QUERN__CHANGE_UNMAP
};

struct quern__change {
	enum quern__change_kind kind;
	/*
	 * Of a QUERN__CHANGE_MAP: the arena's own, on loan until the view is
	 * next asked, or detached.  Otherwise -1.
	 */
	int fd;
	void *start;
	size_t bytes;
};

/* The view of a worker that has mapped nothing yet. */
void quern__arena_attach(
    struct quern__arena *arena, struct quern__arena_view *view);
/* The worker is gone, or about to. */
void quern__arena_detach(
    struct quern__arena *arena, struct quern__arena_view *view);
/*
 * What is the worker to do next?  It must do so before what comes later.  Once
 * this says QUERN__CHANGE_NONE, the worker knows every piece that was had
 * before the call.  A view is one thread's at a time.
 */
struct quern__change quern__arena_next(
    struct quern__arena *arena, struct quern__arena_view *view);

/* Would it say anything else than QUERN__CHANGE_NONE? */
bool quern__arena_has_news(
    struct quern__arena *arena, const struct quern__arena_view *view);

/* ---- arena.c and arena_view.c among themselves ---- */

static inline void
quern__ring_init(struct quern__link *head)
{
	head->prev = head->next = head;
}

static inline void
quern__ring_add(struct quern__link *link, struct quern__link *before)
{
	link->prev = before->prev;
	link->next = before;
	before->prev->next = link;
	before->prev = link;
}

static inline void
quern__ring_remove(struct quern__link *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
}

static inline struct quern__piece *
quern__piece_of_all(struct quern__link *link)
{
	return (struct quern__piece *)((char *)link -
	    offsetof(struct quern__piece, all));
}

static inline struct quern__piece *
quern__piece_aside(struct quern__link *link)
{
	return (struct quern__piece *)((char *)link -
	    offsetof(struct quern__piece, aside));
}

/*
 * Move what is gone and needed by no view to the ring `out`; `at` is the first
 * in `gone` of which that is not known.
 */
void quern__arena_sweep_locked(struct quern__arena *arena,
    struct quern__link *at, struct quern__link *out);
/* Unmap, close and free those in the ring.  Without the lock. */
void quern__pieces_end(struct quern__link *ring);

#endif

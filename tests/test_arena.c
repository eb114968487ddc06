/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_arena.c -- tests src/process/arena.c: pieces are had, kept, found and
 * given back; see also test_arena_places.c, test_arena_view.c and
 * test_arena_worker.c.
 */
#include "src/process/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pieces.h"

static struct quern__arena arena;
static size_t page;

/* ---- what is had ---- */

static void
all_of_a_piece_can_be_used_and_is_zero_at_first(void)
{
	static const size_t asked[] = { 1, 4095, 4096, 4097, 65536, 1000000 };
	unsigned long dirty = 0;
	size_t whole;
	char *piece;

	page = arena_begins(&arena);
	errno = 7;
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		piece = get_piece(&arena, asked[i]);
		whole = (asked[i] + page - 1) / page * page;
		CU_ASSERT_EQUAL((uintptr_t)piece % page, 0);
		CU_ASSERT((uintptr_t)piece >= QUERN__ARENA_BEGIN);
		CU_ASSERT((uintptr_t)piece + whole <= QUERN__ARENA_END);
		/* With the page before it. */
		for (size_t at = 0; at < whole + page; at++) {
			dirty += piece[at - page] != 0;
			piece[at - page] = 1;
		}
	}
	CU_ASSERT_EQUAL(dirty, 0);
	CU_ASSERT_EQUAL(errno, 7);
	arena_ends(&arena);
}

static void
its_pages_are_there_before_they_are_touched(void)
{
	unsigned char there[64];
	unsigned missing = 0;
	char *piece;

	page = arena_begins(&arena);
	piece = get_piece(&arena, 64 * page);
	CU_ASSERT_EQUAL(mincore(piece, 64 * page, there), 0);
	for (int i = 0; i < 64; i++)
		missing += !(there[i] & 1);
	CU_ASSERT_EQUAL(missing, 0);
	arena_ends(&arena);
}

static void
its_file_stays_as_long_as_it_is(void)
{
	struct quern__arena_view view;
	struct quern__change change;

	page = arena_begins(&arena);
	get_piece(&arena, 2 * page);
	quern__arena_attach(&arena, &view);
	change = quern__arena_next(&arena, &view);
	CU_ASSERT_EQUAL(ftruncate(change.fd, 0), -1);
	CU_ASSERT_EQUAL(errno, EPERM);
	CU_ASSERT_EQUAL(ftruncate(change.fd, (off_t)(3 * page)), -1);
	CU_ASSERT_EQUAL(errno, EPERM);
	CU_ASSERT_EQUAL(fcntl(change.fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	CU_ASSERT_EQUAL(errno, EPERM);
	CU_ASSERT_TRUE(fcntl(change.fd, F_GETFD) & FD_CLOEXEC);
	quern__arena_detach(&arena, &view);
	arena_ends(&arena);
}

/* ---- what is kept ---- */

static void
one_that_was_put_is_had_again_as_it_is(void)
{
	char *a, *b;

	page = arena_begins(&arena);
	a = get_piece(&arena, 5 * page);
	b = get_piece(&arena, 5 * page);
	CU_ASSERT_PTR_NOT_EQUAL(a, b);
	strcpy(a, "mine");
	put_piece(&arena, b);
	put_piece(&arena, a);
	CU_ASSERT_EQUAL(arena.n_kept, 2);
	CU_ASSERT_EQUAL(arena.kept_bytes, 10 * page);
	/* The last one first. */
	CU_ASSERT_PTR_EQUAL(get_piece(&arena, 5 * page - 1), a);
	CU_ASSERT_STRING_EQUAL(a, "mine");
	CU_ASSERT_PTR_EQUAL(get_piece(&arena, 5 * page), b);
	CU_ASSERT_EQUAL(arena.n_kept, 0);
	CU_ASSERT_EQUAL(arena.kept_bytes, 0);
	arena_ends(&arena);
}

static void
the_one_that_fits_best_is_taken(void)
{
	char *large, *middle, *piece;

	page = arena_begins(&arena);
	large = get_piece(&arena, 16 * page);
	middle = get_piece(&arena, 10 * page);
	put_piece(&arena, middle);
	put_piece(&arena, large);
	piece = get_piece(&arena, 4 * page);
	CU_ASSERT(piece != middle && piece != large);
	CU_ASSERT_PTR_EQUAL(get_piece(&arena, 9 * page), middle);
	CU_ASSERT_PTR_EQUAL(get_piece(&arena, 8 * page), large);
	put_piece(&arena, piece);
	CU_ASSERT_PTR_NOT_EQUAL(get_piece(&arena, 5 * page), piece);
	arena_ends(&arena);
}

static void
so_many_are_kept_and_the_oldest_goes_first(void)
{
	char *piece[QUERN__ARENA_KEPT_MOST + 2];
	const int n = QUERN__ARENA_KEPT_MOST + 2;

	page = arena_begins(&arena);
	for (int i = 0; i < n; i++)
		piece[i] = get_piece(&arena, page);
	for (int i = 0; i < n; i++)
		put_piece(&arena, piece[i]);
	CU_ASSERT_EQUAL(arena.n_kept, QUERN__ARENA_KEPT_MOST);
	CU_ASSERT_FALSE(can_be_read(piece[0]));
	CU_ASSERT_FALSE(can_be_read(piece[1] - page));
	CU_ASSERT_TRUE(can_be_read(piece[2]));
	CU_ASSERT_TRUE(can_be_read(piece[n - 1]));
	arena_ends(&arena);
}

static void
so_many_bytes_are_kept(void)
{
	const size_t others = QUERN__ARENA_KEPT_BYTES - 8 * page;
	char *a, *b, *huge;

	page = arena_begins(&arena);
	a = get_piece(&arena, 8 * page);
	b = get_piece(&arena, page);
	arena.kept_bytes += others;
	put_piece(&arena, a);
	CU_ASSERT_EQUAL(arena.n_kept, 1);
	put_piece(&arena, b);
	CU_ASSERT_EQUAL(arena.n_kept, 1);
	CU_ASSERT_FALSE(can_be_read(a));
	CU_ASSERT_TRUE(can_be_read(b));
	arena.kept_bytes -= others;
	CU_ASSERT_EQUAL(arena.kept_bytes, page);

	/* Too large a one goes alone. */
	huge = get_piece(&arena, QUERN__ARENA_KEPT_BYTES + page);
	huge[QUERN__ARENA_KEPT_BYTES] = 1;
	put_piece(&arena, huge);
	CU_ASSERT_FALSE(can_be_read(huge));
	CU_ASSERT_PTR_EQUAL(get_piece(&arena, page), b);
	arena_ends(&arena);
}

/* ---- what is none ---- */

static void
what_nobody_has_cannot_be_put(void)
{
	char *piece, other;

	page = arena_begins(&arena);
	piece = get_piece(&arena, 3 * page);
	CU_ASSERT_EQUAL(quern__arena_put(&arena, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern__arena_put(&arena, &other), -EINVAL);
	CU_ASSERT_EQUAL(quern__arena_put(&arena, piece - page), -EINVAL);
	CU_ASSERT_EQUAL(quern__arena_put(&arena, piece + 1), -EINVAL);
	CU_ASSERT_EQUAL(quern__arena_put(&arena, piece + page), -EINVAL);
	CU_ASSERT_EQUAL(quern__arena_put(&arena, piece + 3 * page), -EINVAL);
	put_piece(&arena, piece);
	CU_ASSERT_EQUAL(quern__arena_put(&arena, piece), -EINVAL);
	CU_ASSERT_EQUAL(arena.n_kept, 1);
	arena_ends(&arena);
}

static void
what_is_held_lies_within_one_piece(void)
{
	char *a, *b, other;

	page = arena_begins(&arena);
	CU_ASSERT_FALSE(quern__arena_holds(&arena, &other, 1));
	CU_ASSERT_FALSE(
	    quern__arena_holds(&arena, (void *)QUERN__ARENA_BEGIN, 1));
	a = get_piece(&arena, 2 * page);
	b = get_piece(&arena, page);
	for (int round = 0; round < 2; round++) {
		CU_ASSERT_TRUE(quern__arena_holds(&arena, a, 1));
		CU_ASSERT_TRUE(quern__arena_holds(&arena, a, 2 * page));
		CU_ASSERT_TRUE(quern__arena_holds(&arena, a + 2 * page - 1, 1));
		CU_ASSERT_TRUE(quern__arena_holds(&arena, a + 5, 2 * page - 5));
		CU_ASSERT_TRUE(quern__arena_holds(&arena, a + 2 * page, 0));

		CU_ASSERT_FALSE(quern__arena_holds(&arena, a, 2 * page + 1));
		CU_ASSERT_FALSE(quern__arena_holds(&arena, a - 1, 1));
		CU_ASSERT_FALSE(quern__arena_holds(&arena, a - 1, 2));
		CU_ASSERT_FALSE(quern__arena_holds(&arena, a + 2 * page, 1));
		CU_ASSERT_FALSE(quern__arena_holds(&arena, a + 1, 2 * page));
		CU_ASSERT_FALSE(quern__arena_holds(&arena, a + 1, SIZE_MAX));
		CU_ASSERT_FALSE(
		    quern__arena_holds(&arena, a + 1, -(size_t)(a + 1)));
		CU_ASSERT_FALSE(quern__arena_holds(
		    &arena, a, (size_t)(b - a) + page)); /* both */
		CU_ASSERT_FALSE(quern__arena_holds(&arena, NULL, SIZE_MAX));
		CU_ASSERT_FALSE(quern__arena_holds(&arena, &other, 1));
		CU_ASSERT_EQUAL(quern__arena_holds(&arena, b, 1), !round);
		/* One that is kept is nobody's. */
		if (!round)
			put_piece(&arena, b);
	}
	put_piece(&arena, a);
	CU_ASSERT_FALSE(quern__arena_holds(&arena, a, 1));
	arena_ends(&arena);
}

static void
among_many_each_is_found(void)
{
	enum { N = 200 };
	char *piece[N];

	page = arena_begins(&arena);
	for (int i = 0; i < N; i++) {
		/* Not in order. */
		if (i % 7 == 3)
			arena.next = QUERN__ARENA_BEGIN + (uintptr_t)i * page;
		piece[i] = get_piece(&arena, page * (size_t)(1 + i % 3));
	}
	for (int i = 0; i < N; i++) {
		CU_ASSERT_TRUE(quern__arena_holds(&arena, piece[i], page));
		CU_ASSERT_FALSE(quern__arena_holds(&arena, piece[i], 4 * page));
	}
	for (int i = 0; i < N; i += 2)
		put_piece(&arena, piece[i]);
	for (int i = 0; i < N; i++)
		CU_ASSERT_EQUAL(
		    quern__arena_holds(&arena, piece[i], page), i % 2);
	CU_ASSERT_EQUAL(arena.n_live, N / 2 + QUERN__ARENA_KEPT_MOST);
	arena_ends(&arena);
}

/* ---- what cannot be had ---- */

static void
too_large_a_piece_is_out_of_memory_and_changes_nothing(void)
{
	static const size_t asked[] = { SIZE_MAX, SIZE_MAX - 4096,
		SIZE_MAX / 2 + 1, SIZE_MAX / 2, SIZE_MAX / 4,
		QUERN__ARENA_END - QUERN__ARENA_BEGIN };
	void *piece = NULL;

	page = arena_begins(&arena);
	errno = 7;
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		CU_ASSERT_EQUAL(
		    quern__arena_get(&arena, asked[i], &piece), -ENOMEM);
	CU_ASSERT_PTR_NULL(piece);
	CU_ASSERT_EQUAL(errno, 7);
	CU_ASSERT_EQUAL(arena.now, 0);
	arena_ends(&arena);
}

/* True: there was no fault left to have. */
static bool
get_with_fault(unsigned long n)
{
	const long alive = faults_alive();
	const uint64_t now = arena.now;
	const size_t live = arena.n_live;
	void *piece = NULL;
	int err;

	faults_arm(n, false);
	err = quern__arena_get(&arena, 3 * page, &piece);
	if (faults_disarm() < n) {
		CU_ASSERT_EQUAL(err, 0);
		return true;
	}
	CU_ASSERT(err == -ENOMEM || err == -EMFILE);
	CU_ASSERT_PTR_NULL(piece);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	CU_ASSERT_EQUAL(arena.now, now);
	CU_ASSERT_EQUAL(arena.n_live, live);
	return false;
}

static void
whatever_fails_nothing_is_left_and_nothing_has_changed(void)
{
	const struct possessions before = possessions();
	struct possessions after;
	unsigned long n = 1;

	faults_arm(1, false);
	CU_ASSERT_EQUAL(quern__arena_init(&arena), -ENOMEM);
	faults_disarm();
	page = arena_begins(&arena);
	/* With no room for it in `live`, and with some. */
	while (!get_with_fault(n))
		n++;
	CU_ASSERT_EQUAL(n, 7);
	for (n = 1; !get_with_fault(n); n++)
		;
	CU_ASSERT_EQUAL(n, 6);
	CU_ASSERT_EQUAL(arena.n_live, 2);
	CU_ASSERT_EQUAL(possessions().files, before.files + 2);
	arena_ends(&arena);
	after = possessions();
	CU_ASSERT_EQUAL(memcmp(&after, &before, sizeof(after)), 0);
}

static void
descriptors_that_run_out_say_so(void)
{
	void *piece = NULL;

	page = arena_begins(&arena);
	faults_arm(2, false);
	CU_ASSERT_EQUAL(quern__arena_get(&arena, 1, &piece), -EMFILE);
	faults_disarm();
	arena_ends(&arena);
}

static void
at_the_end_all_is_gone_also_what_somebody_has(void)
{
	const struct possessions before = possessions();
	struct possessions during, after;
	char *piece;

	page = arena_begins(&arena);
	get_piece(&arena, page);
	piece = get_piece(&arena, 100 * page);
	get_piece(&arena, QUERN__ARENA_KEPT_BYTES);
	put_piece(&arena, piece);
	during = possessions();
	CU_ASSERT_EQUAL(during.files, before.files + 3);
	/* Each with its private page. */
	CU_ASSERT_EQUAL(during.mappings, before.mappings + 6);
	CU_ASSERT_EQUAL(during.named, 0);
	arena_ends(&arena);
	after = possessions();
	CU_ASSERT_EQUAL(memcmp(&after, &before, sizeof(after)), 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "all of a piece can be used and is zero at first",
		    all_of_a_piece_can_be_used_and_is_zero_at_first },
		{ "its pages are there before they are touched",
		    its_pages_are_there_before_they_are_touched },
		{ "its file stays as long as it is",
		    its_file_stays_as_long_as_it_is },
		{ "one that was put is had again as it is",
		    one_that_was_put_is_had_again_as_it_is },
		{ "the one that fits best is taken",
		    the_one_that_fits_best_is_taken },
		{ "so many are kept and the oldest goes first",
		    so_many_are_kept_and_the_oldest_goes_first },
		{ "so many bytes are kept", so_many_bytes_are_kept },
		{ "what nobody has cannot be put",
		    what_nobody_has_cannot_be_put },
		{ "what is held lies within one piece",
		    what_is_held_lies_within_one_piece },
		{ "among many each is found", among_many_each_is_found },
		{ "too large a piece is out of memory and changes nothing",
		    too_large_a_piece_is_out_of_memory_and_changes_nothing },
		{ "whatever fails, nothing is left and nothing has changed",
		    whatever_fails_nothing_is_left_and_nothing_has_changed },
		{ "descriptors that run out say so",
		    descriptors_that_run_out_say_so },
		{ "at the end all is gone, also what somebody has",
		    at_the_end_all_is_gone_also_what_somebody_has },
		CU_TEST_INFO_NULL,
	};

	add_suite("arena", tests);
	return run_suites();
}

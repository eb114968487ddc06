/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_arena_view.c -- tests src/process/arena_view.c: each worker is told what
 * it needs to know of the pieces, and nothing is taken away too early; see also
 * test_arena_proxies.c.
 */
#include <fcntl.h>

#include "pieces.h"
#include "src/mem.h"

static struct quern__arena arena;
static struct quern__arena_view view;
static size_t page;

static void
begin(void)
{
	page = quern__page_bytes();
	CU_ASSERT_EQUAL_FATAL(quern__arena_init(&arena), 0);
	quern__arena_attach(&arena, &view);
}

static void
end(void)
{
	quern__arena_detach(&arena, &view);
	CU_ASSERT_PTR_EQUAL(arena.gone.next, &arena.gone);
	arena_ends(&arena);
}

/* ---- what a worker is told ---- */

static void
a_new_worker_is_told_of_all_that_are_there(void)
{
	char *used, *kept;

	begin();
	next_is_none(&arena, &view);
	used = get_piece(&arena, page);
	put_piece(&arena, get_piece(&arena, HUGE_BYTES));
	kept = get_piece(&arena, 3 * page);
	put_piece(&arena, kept);
	next_is_map(&arena, &view, used);
	next_is_map(&arena, &view, kept);
	next_is_none(&arena, &view);
	next_is_none(&arena, &view);
	end();
}

static void
of_reuse_nobody_is_told(void)
{
	char *piece;

	begin();
	piece = get_piece(&arena, page);
	next_is_map(&arena, &view, piece);
	put_piece(&arena, piece);
	next_is_none(&arena, &view);
	CU_ASSERT_PTR_EQUAL(get_piece(&arena, page), piece);
	next_is_none(&arena, &view);
	end();
}

static void
what_goes_is_unmapped_once_and_before_others_are_mapped(void)
{
	char *a, *b, *c;

	begin();
	a = get_piece(&arena, HUGE_BYTES);
	b = get_piece(&arena, HUGE_BYTES);
	next_is_map(&arena, &view, a);
	next_is_map(&arena, &view, b);
	c = get_piece(&arena, page);
	put_piece(&arena, b);
	put_piece(&arena, a);
	next_is_unmap(&arena, &view, b);
	next_is_unmap(&arena, &view, a);
	next_is_map(&arena, &view, c);
	next_is_none(&arena, &view);
	end();
}

/* In the program too, so that nothing else can get their addresses. */
static void
what_goes_stays_until_the_last_worker_has_been_told(void)
{
	struct quern__arena_view slow;
	struct quern__change change;
	char *piece;

	begin();
	quern__arena_attach(&arena, &slow);
	piece = get_piece(&arena, HUGE_BYTES);
	next_is_map(&arena, &view, piece);
	change = quern__arena_next(&arena, &slow);
	CU_ASSERT_EQUAL(change.kind, QUERN__CHANGE_MAP);
	put_piece(&arena, piece);
	CU_ASSERT_FALSE(quern__arena_holds(&arena, piece, 1));
	next_is_unmap(&arena, &view, piece);
	next_is_none(&arena, &view);
	CU_ASSERT_TRUE(can_be_read(piece));
	CU_ASSERT(fcntl(change.fd, F_GETFD) >= 0);
	next_is_unmap(&arena, &slow, piece);
	CU_ASSERT_TRUE(can_be_read(piece));
	next_is_none(&arena, &slow);
	CU_ASSERT_FALSE(can_be_read(piece));
	CU_ASSERT(fcntl(change.fd, F_GETFD) < 0);
	quern__arena_detach(&arena, &slow);
	end();
}

static void
who_leaves_needs_nothing_any_more(void)
{
	struct quern__arena_view other;
	char *piece;

	begin();
	quern__arena_attach(&arena, &other);
	piece = get_piece(&arena, HUGE_BYTES);
	next_is_map(&arena, &other, piece);
	put_piece(&arena, piece);
	next_is_none(&arena, &view);
	CU_ASSERT_TRUE(can_be_read(piece));
	quern__arena_detach(&arena, &other);
	CU_ASSERT_FALSE(can_be_read(piece));
	end();
}

static void
what_comes_and_goes_in_between_is_no_news(void)
{
	char *a, *b;

	begin();
	a = get_piece(&arena, page);
	next_is_map(&arena, &view, a);
	b = get_piece(&arena, HUGE_BYTES);
	put_piece(&arena, b);
	/* Nobody needs it. */
	CU_ASSERT_FALSE(can_be_read(b));
	next_is_none(&arena, &view);
	end();
}

/* ---- while a round is under way ---- */

static void
what_goes_meanwhile_is_mapped_in_vain_and_unmapped(void)
{
	char *a, *b, *c;

	begin();
	a = get_piece(&arena, HUGE_BYTES);
	b = get_piece(&arena, HUGE_BYTES);
	c = get_piece(&arena, HUGE_BYTES);
	next_is_map(&arena, &view, a);
	put_piece(&arena, a);
	put_piece(&arena, b);
	CU_ASSERT_TRUE(can_be_read(b));
	next_is_map(&arena, &view, b);
	next_is_map(&arena, &view, c);
	next_is_unmap(&arena, &view, a);
	put_piece(&arena, c);
	next_is_unmap(&arena, &view, b);
	next_is_unmap(&arena, &view, c);
	next_is_none(&arena, &view);
	end();
}

static void
what_comes_meanwhile_is_told_before_it_is_over(void)
{
	char *a, *b, *c;

	begin();
	a = get_piece(&arena, page);
	next_is_map(&arena, &view, a);
	b = get_piece(&arena, HUGE_BYTES);
	c = get_piece(&arena, page);
	put_piece(&arena, b);
	next_is_map(&arena, &view, c);
	b = get_piece(&arena, HUGE_BYTES);
	next_is_map(&arena, &view, b);
	next_is_none(&arena, &view);
	end();
}

static void
who_leaves_in_a_round_needs_nothing_either(void)
{
	char *a, *b;

	begin();
	a = get_piece(&arena, HUGE_BYTES);
	b = get_piece(&arena, HUGE_BYTES);
	next_is_map(&arena, &view, a);
	put_piece(&arena, a);
	put_piece(&arena, b);
	quern__arena_detach(&arena, &view);
	CU_ASSERT_FALSE(can_be_read(a));
	CU_ASSERT_FALSE(can_be_read(b));
	quern__arena_attach(&arena, &view);
	next_is_none(&arena, &view);
	end();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a new worker is told of all that are there",
		    a_new_worker_is_told_of_all_that_are_there },
		{ "of reuse nobody is told", of_reuse_nobody_is_told },
		{ "what goes is unmapped once and before others are mapped",
		    what_goes_is_unmapped_once_and_before_others_are_mapped },
		{ "what goes stays until the last worker has been told",
		    what_goes_stays_until_the_last_worker_has_been_told },
		{ "who leaves needs nothing any more",
		    who_leaves_needs_nothing_any_more },
		{ "what comes and goes in between is no news",
		    what_comes_and_goes_in_between_is_no_news },
		{ "what goes meanwhile is mapped in vain and unmapped",
		    what_goes_meanwhile_is_mapped_in_vain_and_unmapped },
		{ "what comes meanwhile is told before it is over",
		    what_comes_meanwhile_is_told_before_it_is_over },
		{ "who leaves in a round needs nothing either",
		    who_leaves_in_a_round_needs_nothing_either },
		CU_TEST_INFO_NULL,
	};

	add_suite("arena_view", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_arena_places.c -- tests src/process/arena.c: where pieces lie. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "pieces.h"

/* Where what must not be replaced is mapped, all is taken; how often asked? */
static bool all_taken;
static unsigned refusals;

void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);

void *
__wrap_mmap(void *start, size_t bytes, int access, int flags, int fd, off_t at)
{
	if (all_taken && (flags & MAP_FIXED_NOREPLACE)) {
		refusals++;
		errno = EEXIST;
		return MAP_FAILED;
	}
	return __real_mmap(start, bytes, access, flags, fd, at);
}

static struct quern__arena arena;
static size_t page;

static void
on_both_sides_of_it_is_nothing(void)
{
	char *first, *second;

	page = arena_begins(&arena);
	first = get_piece(&arena, 3 * page);
	second = get_piece(&arena, page);
	CU_ASSERT_TRUE(can_be_read(first - page));
	CU_ASSERT_FALSE(can_be_read(first - page - 1));
	CU_ASSERT_TRUE(can_be_read(first + 3 * page - 1));
	CU_ASSERT_FALSE(can_be_read(first + 3 * page));
	CU_ASSERT_FALSE(can_be_read(second - page - 1));
	CU_ASSERT_TRUE(can_be_read(second + page - 1));
	CU_ASSERT_FALSE(can_be_read(second + page));
	arena_ends(&arena);
}

static void
what_is_in_the_way_is_jumped_over(void)
{
	const size_t large = (size_t)64 << 20;
	char *piece, *strange;
	uintptr_t next;

	page = arena_begins(&arena);
	/* At the end of where it would lie, and far beyond. */
	for (size_t bytes = page; bytes <= large; bytes += large - page) {
		next = arena.next;
		strange = __real_mmap((void *)(next + 4 * page), bytes,
		    PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			MAP_FIXED_NOREPLACE,
		    -1, 0);
		CU_ASSERT_EQUAL((uintptr_t)strange, next + 4 * page);
		*strange = 'S';
		piece = get_piece(&arena, 4 * page);
		CU_ASSERT(piece >= strange + bytes + page ||
		    piece + 4 * page < strange);
		memset(piece, 1, 4 * page);
		CU_ASSERT_EQUAL(*strange, 'S');
		CU_ASSERT_EQUAL(munmap(strange, bytes), 0);
	}
	arena_ends(&arena);
}

static void
where_all_is_taken_there_is_an_end_to_it(void)
{
	void *piece = NULL;

	page = arena_begins(&arena);
	all_taken = true;
	refusals = 0;
	CU_ASSERT_EQUAL(quern__arena_get(&arena, page, &piece), -ENOMEM);
	all_taken = false;
	CU_ASSERT(refusals > 10 && refusals < 100);
	CU_ASSERT_PTR_NULL(piece);
	arena_ends(&arena);
}

static void
behind_the_end_is_the_beginning(void)
{
	char *piece;

	page = arena_begins(&arena);
	for (size_t pages = 0; pages < 12; pages++) {
		arena.next = QUERN__ARENA_END - pages * page;
		piece = get_piece(&arena, 4 * page);
		CU_ASSERT((uintptr_t)piece > QUERN__ARENA_BEGIN);
		CU_ASSERT((uintptr_t)piece + 4 * page < QUERN__ARENA_END);
		CU_ASSERT_EQUAL((uintptr_t)piece > QUERN__ARENA_END - (1 << 20),
		    pages >= 6);
		CU_ASSERT(arena.next <= QUERN__ARENA_END);
		put_piece(&arena, piece);
		quern__arena_fini(&arena);
		page = arena_begins(&arena);
	}
	arena_ends(&arena);
}

static void
two_arenas_begin_at_different_places(void)
{
	static struct quern__arena other[8];
	uintptr_t apart;

	page = arena_begins(&arena);
	for (int i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(quern__arena_init(&other[i]), 0);
		CU_ASSERT(other[i].next >= QUERN__ARENA_BEGIN);
		CU_ASSERT(other[i].next < QUERN__ARENA_END);
		apart = other[i].next - arena.next;
		CU_ASSERT(apart > 1 << 20 && -apart > 1 << 20);
	}
	for (int i = 0; i < 8; i++)
		quern__arena_fini(&other[i]);
	arena_ends(&arena);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "on both sides of it is nothing",
		    on_both_sides_of_it_is_nothing },
		{ "what is in the way is jumped over",
		    what_is_in_the_way_is_jumped_over },
		{ "where all is taken there is an end to it",
		    where_all_is_taken_there_is_an_end_to_it },
		{ "behind the end is the beginning",
		    behind_the_end_is_the_beginning },
		{ "two arenas begin at different places",
		    two_arenas_begin_at_different_places },
		CU_TEST_INFO_NULL,
	};

	add_suite("arena_places", tests);
	return run_suites();
}

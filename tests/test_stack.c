/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stack.c -- tests src/stack.c: stacks are had, kept, and given back; see
 * also test_stack_guards.c.
 */
#include "src/stack.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "kernel_maps.h"
#include "stacks.h"

/* ---- what is had ---- */

static void
all_of_a_stack_can_be_used(void)
{
	static const size_t asked[] = { 0, 1, QUERN__STACK_LEAST + 1, 65536,
		1000000 };
	struct quern__stacks stacks = { 0 };
	struct quern__stack *stack;
	unsigned long dirty = 0;

	errno = 7;
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		stack = quern__stack_get(&stacks, asked[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(stack);
		CU_ASSERT(stack->bytes + 2048 >= asked[i]);
		CU_ASSERT(stack->bytes + 2048 >=
		    (asked[i] ? QUERN__STACK_LEAST : QUERN__STACK_BYTES));
		CU_ASSERT_EQUAL(
		    (uintptr_t)(stack->bottom + stack->bytes) % 64, 0);
		for (size_t at = 0; at < stack->bytes; at++) {
			dirty += stack->bottom[at] != 0;
			stack->bottom[at] = 1;
		}
		CU_ASSERT_PTR_EQUAL(
		    stack, (void *)(stack->bottom + stack->bytes));
		quern__stack_put(&stacks, stack);
		CU_ASSERT_EQUAL(
		    stacks.kept, !asked[i] || asked[i] == QUERN__STACK_BYTES);
		quern__stacks_drop(&stacks);
		CU_ASSERT_EQUAL(stacks.kept, 0);
	}
	CU_ASSERT_EQUAL(dirty, 0);
	CU_ASSERT_EQUAL(mapped, 0);
	CU_ASSERT_EQUAL(errno, 7);
}

static void
one_of_the_default_size_is_kept_for_the_next(void)
{
	struct quern__stacks stacks = { 0 };
	struct quern__stack *a = quern__stack_get(&stacks, 0);
	struct quern__stack *b = quern__stack_get(&stacks, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(a);
	CU_ASSERT_PTR_NOT_NULL_FATAL(b);
	CU_ASSERT_PTR_NOT_EQUAL(a, b);
	quern__stack_put(&stacks, a);
	quern__stack_put(&stacks, b);
	CU_ASSERT_EQUAL(stacks.kept, 2);
	/* The last one first: its pages are in the cache. */
	CU_ASSERT_PTR_EQUAL(quern__stack_get(&stacks, QUERN__STACK_BYTES), b);
	CU_ASSERT_PTR_EQUAL(quern__stack_get(&stacks, 0), a);
	quern__stack_put(&stacks, a);
	quern__stack_put(&stacks, b);
	quern__stacks_drop(&stacks);
}

/* Whole pages are what is had. */
static void
a_size_that_is_rounded_to_the_default_is_kept_as_well(void)
{
	static const size_t asked[] = { 61441, 65000, 65535, 65536 };
	struct quern__stacks stacks = { 0 };
	struct quern__stack *first = quern__stack_get(&stacks, 61441), *stack;

	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		quern__stack_put(&stacks, first);
		CU_ASSERT_EQUAL(stacks.kept, 1);
		CU_ASSERT_PTR_EQUAL(quern__stack_get(&stacks, asked[i]), first);
		CU_ASSERT_EQUAL(stacks.kept, 0);
	}
	/* And one that is not, is not. */
	quern__stack_put(&stacks, first);
	stack = quern__stack_get(&stacks, 61440);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack);
	CU_ASSERT_PTR_NOT_EQUAL(stack, first);
	quern__stack_put(&stacks, stack);
	CU_ASSERT_EQUAL(stacks.kept, 1);
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
}

static void
the_ends_of_stacks_are_spread_over_a_page(void)
{
	struct quern__stacks stacks = { 0 };
	struct quern__stack *stack[32];
	unsigned char taken[64] = { 0 };

	for (int i = 0; i < 32; i++) {
		stack[i] = quern__stack_get(&stacks, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(stack[i]);
		taken[(uintptr_t)stack[i] % 4096 / 64]++;
	}
	for (int i = 0; i < 64; i++)
		CU_ASSERT(taken[i] <= 1);
	for (int i = 0; i < 32; i++)
		quern__stack_put(&stacks, stack[i]);
	CU_ASSERT_EQUAL(stacks.kept, 32);
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
}

/* ---- what cannot be had ---- */

static void
without_memory_there_is_none_and_nothing_has_changed(void)
{
	struct quern__stacks stacks = { 0 };

	errno = 7;
	CU_ASSERT_PTR_NULL(quern__stack_get(&stacks, SIZE_MAX));
	CU_ASSERT_PTR_NULL(quern__stack_get(&stacks, SIZE_MAX / 4));
	maps_fail = true;
	CU_ASSERT_PTR_NULL(quern__stack_get(&stacks, 0));
	maps_fail = false;
	CU_ASSERT_EQUAL(errno, 7);
	CU_ASSERT_EQUAL(stacks.kept, 0);
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
	CU_ASSERT_EQUAL(stacks.split, 0);
}

/* Several are mapped in one call, or one if there is no memory for more. */
static void
the_last_memory_is_enough_for_one(void)
{
	struct quern__stacks stacks = { 0 };
	struct quern__stack *stack[40];
	size_t before;

	for (int i = 0; i < 40; i++) {
		maps_most = i % 20 < 10 ? 0 : 100000;
		before = mapped;
		stack[i] = quern__stack_get(&stacks, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(stack[i]);
		CU_ASSERT(!maps_most || mapped - before <= 100000);
		memset(stack[i]->bottom, i, stack[i]->bytes);
	}
	maps_most = 0;
	for (int i = 0; i < 40; i++) {
		CU_ASSERT_EQUAL(stack[i]->bottom[0], i);
		CU_ASSERT_EQUAL(stack[i]->bottom[stack[i]->bytes - 1], i);
		quern__stack_put(&stacks, stack[i]);
	}
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
}

/* ---- what cannot be given back ---- */

static bool
is_zero(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

static void
one_that_cannot_be_unmapped_is_kept_without_its_memory(void)
{
	struct quern__stacks stacks = { 0 };
	struct quern__stack *large = quern__stack_get(&stacks, 200000);
	struct quern__stack *usual = quern__stack_get(&stacks, 0);
	struct quern__stack *other = quern__stack_get(&stacks, 0);
	const size_t whole = (size_t)sysconf(_SC_PAGESIZE) + QUERN__STACK_BYTES;
	size_t before;

	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	CU_ASSERT_PTR_NOT_NULL_FATAL(usual);
	CU_ASSERT_PTR_NOT_NULL_FATAL(other);
	memset(large->bottom, 1, large->bytes);
	memset(usual->bottom, 2, usual->bytes);
	stacks.kept = QUERN__STACKS_KEPT;
	unmaps_fail = UINT_MAX;
	errno = 7;
	quern__stack_put(&stacks, large);
	quern__stack_put(&stacks, usual);
	CU_ASSERT_EQUAL(errno, 7);
	CU_ASSERT_EQUAL(stacks.kept, QUERN__STACKS_KEPT + 1);
	/* It does not open the door to others. */
	unmaps_fail = 0;
	before = mapped;
	quern__stack_put(&stacks, other);
	CU_ASSERT_EQUAL(before - mapped, whole);
	CU_ASSERT_EQUAL(stacks.kept, QUERN__STACKS_KEPT + 1);
	unmaps_fail = UINT_MAX;
	stacks.kept = 1;
	CU_ASSERT_TRUE(is_zero(large->bottom, large->bytes));
	CU_ASSERT_PTR_EQUAL(quern__stack_get(&stacks, 0), usual);
	CU_ASSERT_TRUE(is_zero(usual->bottom, usual->bytes));
	quern__stack_put(&stacks, usual);
	unmaps_fail = false;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
	CU_ASSERT_EQUAL(stacks.kept, 0);
}

/* As long as some can be unmapped, others can in the end. */
static void
in_the_end_all_are_unmapped(void)
{
	static struct quern__stack *stack[1000];
	struct quern__stacks stacks = { 0 };
	struct quern__stack *large = quern__stack_get(&stacks, 300000);
	size_t got = get_many(&stacks, stack, 1000);

	CU_ASSERT_EQUAL(got, 1000);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	unmaps_fail = 7;
	quern__stack_put(&stacks, large);
	put_all(&stacks, stack, got);
	quern__stacks_drop(&stacks);
	CU_ASSERT(stacks.kept < 7);
	unmaps_fail = false;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(stacks.kept, 0);
	CU_ASSERT_EQUAL(mapped, 0);
	/* Those that nobody has had, too. */
	got = get_many(&stacks, stack, 2);
	CU_ASSERT_EQUAL(got, 2);
	CU_ASSERT(stacks.n_fresh > 0);
	put_all(&stacks, stack, got);
	unmaps_fail = 2;
	unmap_count = 0;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(stacks.n_fresh, 0);
	CU_ASSERT_EQUAL(stacks.kept, 1);
	unmaps_fail = 0;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
	/* And if none can, that is the end of it. */
	got = get_many(&stacks, stack, 100);
	put_all(&stacks, stack, got);
	unmaps_fail = UINT_MAX;
	unmap_count = 0;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(stacks.kept, 100);
	unmaps_fail = false;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "all of a stack can be used", all_of_a_stack_can_be_used },
		{ "one of the default size is kept for the next",
		    one_of_the_default_size_is_kept_for_the_next },
		{ "a size that is rounded to the default is kept as well",
		    a_size_that_is_rounded_to_the_default_is_kept_as_well },
		{ "the ends of stacks are spread over a page",
		    the_ends_of_stacks_are_spread_over_a_page },
		{ "without memory there is none and nothing has changed",
		    without_memory_there_is_none_and_nothing_has_changed },
		{ "the last memory is enough for one",
		    the_last_memory_is_enough_for_one },
		{ "one that cannot be unmapped is kept without its memory",
		    one_that_cannot_be_unmapped_is_kept_without_its_memory },
		{ "in the end all are unmapped", in_the_end_all_are_unmapped },
		CU_TEST_INFO_NULL,
	};

	add_suite("stack", tests);
	return run_suites();
}

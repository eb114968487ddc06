/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stack_guards.c -- tests src/stack.c: what lies below a stack, on kernels
 * with guard marks and without.
 */
#include "src/stack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kernel_maps.h"
#include "stacks.h"

enum { MANY = 20000, SPLIT_MOST = 16000, SLAB = 256 };

/* ---- one guard ---- */

/* Can the byte be read?  The kernel tells, without a signal. */
static bool
is_there(const char *byte)
{
	int end[2];
	bool there;

	CU_ASSERT_EQUAL_FATAL(pipe(end), 0);
	there = write(end[1], byte, 1) == 1;
	CU_ASSERT(there || errno == EFAULT);
	close(end[0]);
	close(end[1]);
	return there;
}

static void
check_guard(void)
{
	struct quern__stacks stacks = { 0 };
	struct quern__stack *stack = quern__stack_get(&stacks, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(stack);
	CU_ASSERT_TRUE(is_there(stack->bottom));
	CU_ASSERT_FALSE(is_there(stack->bottom - 1));
	CU_ASSERT_FALSE(is_there(stack->bottom - 4096));
	quern__stack_put(&stacks, stack);
	CU_ASSERT_FALSE(is_there(stack->bottom - 1));
	quern__stacks_drop(&stacks);
}

static void
below_a_stack_lies_a_guard(void)
{
	check_guard();
	no_marks = true;
	check_guard();
	no_marks = false;
}

/* ---- many ---- */

static void
guards_leave_half_of_the_mappings(void)
{
	static struct quern__stack *stack[MANY];
	struct quern__stacks stacks = { 0 };
	size_t of_kind[4] = { 0 }, got;

	no_marks = true;
	got = get_many(&stacks, stack, MANY);
	CU_ASSERT_EQUAL(got, MANY);
	for (size_t i = 0; i < got; i++)
		of_kind[stack[i]->guard]++;
	CU_ASSERT_EQUAL(of_kind[QUERN__GUARD_MARK], 0);
	CU_ASSERT_EQUAL(of_kind[QUERN__GUARD_SPLIT], SPLIT_MOST);
	CU_ASSERT_EQUAL(
	    of_kind[QUERN__GUARD_SLAB], (MANY - SPLIT_MOST + SLAB - 1) / SLAB);
	CU_ASSERT_EQUAL(stacks.split, SPLIT_MOST);
	put_all(&stacks, stack, got);
	/* Those that are kept have theirs. */
	CU_ASSERT_EQUAL(stacks.split, SPLIT_MOST);
	CU_ASSERT_PTR_NOT_NULL(stack[0] = quern__stack_get(&stacks, 0));
	quern__stack_put(&stacks, stack[0]);
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(stacks.split, 0);
	CU_ASSERT_EQUAL(mapped, 0);
	no_marks = false;
}

static void
marks_take_no_mappings(void)
{
	static struct quern__stack *stack[MANY];
	struct quern__stacks stacks = { 0 };
	size_t got = get_many(&stacks, stack, MANY);

	if (stacks.split) {
		printf("skipped: the kernel has no guard marks ... ");
	} else {
		CU_ASSERT_EQUAL(got, MANY);
	}
	put_all(&stacks, stack, got);
	quern__stacks_drop(&stacks);
}

/* Where there is no guard, what was below a stack tells who was there. */
static void
an_overflow_without_a_guard_is_seen(void)
{
	static struct quern__stack *stack[MANY];
	struct quern__stacks stacks = { 0 };
	size_t got, canaries = 0;

	no_marks = true;
	got = get_many(&stacks, stack, SPLIT_MOST + 300);
	for (size_t i = 0; i < got; i++)
		CU_ASSERT_FALSE(quern__stack_has_overflown(stack[i]));
	for (size_t i = 0; i < got; i++) {
		if (stack[i]->guard != QUERN__GUARD_CANARY)
			continue;
		canaries++;
		memset(stack[i]->bottom, 1, 4096);
		CU_ASSERT_FALSE(quern__stack_has_overflown(stack[i]));
		stack[i]->bottom[-1 - (int)(canaries % 256)] = 1;
		CU_ASSERT_TRUE(quern__stack_has_overflown(stack[i]));
	}
	CU_ASSERT_EQUAL(canaries, 298);
	put_all(&stacks, stack, got);
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
	no_marks = false;
}

/* Of other sizes, too, which come one by one. */
static void
beyond_the_guards_any_size_can_be_had(void)
{
	static struct quern__stack *stack[MANY];
	struct quern__stacks stacks = { 0 };
	struct quern__stack *large;
	size_t got;

	no_marks = true;
	got = get_many(&stacks, stack, SPLIT_MOST);
	large = quern__stack_get(&stacks, 1000000);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	CU_ASSERT_EQUAL(large->guard, QUERN__GUARD_CANARY);
	large->bottom[-1] = 1;
	CU_ASSERT_TRUE(quern__stack_has_overflown(large));
	quern__stack_put(&stacks, large);
	put_all(&stacks, stack, got);
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
	no_marks = false;
}

/* Others have used up the mappings: no stack is refused for that. */
static void
without_a_guard_there_is_a_canary(void)
{
	static struct quern__stack *stack[MANY];
	struct quern__stacks stacks = { 0 };
	size_t got;

	no_marks = true;
	for (int round = 0; round < 2; round++) {
		/* Below the limit, and beyond it where slabs open. */
		got = get_many(&stacks, stack, round ? SPLIT_MOST : 0);
		protects_fail = true;
		got += get_many(&stacks, stack + got, 300);
		protects_fail = false;
		CU_ASSERT_EQUAL(got, round ? SPLIT_MOST + 300 : 300);
		CU_ASSERT_EQUAL(stacks.split, round ? SPLIT_MOST : 0);
		for (size_t i = got - 300; i < got; i++) {
			CU_ASSERT_EQUAL(stack[i]->guard, QUERN__GUARD_CANARY);
			CU_ASSERT_FALSE(quern__stack_has_overflown(stack[i]));
			stack[i]->bottom[-1] = 1;
			CU_ASSERT_TRUE(quern__stack_has_overflown(stack[i]));
		}
		put_all(&stacks, stack, got);
		quern__stacks_drop(&stacks);
		CU_ASSERT_EQUAL(mapped, 0);
	}
	no_marks = false;
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "below a stack lies a guard", below_a_stack_lies_a_guard },
		{ "guards leave half of the mappings",
		    guards_leave_half_of_the_mappings },
		{ "marks take no mappings", marks_take_no_mappings },
		{ "an overflow without a guard is seen",
		    an_overflow_without_a_guard_is_seen },
		{ "beyond the guards any size can be had",
		    beyond_the_guards_any_size_can_be_had },
		{ "without a guard there is a canary",
		    without_a_guard_there_is_a_canary },
		CU_TEST_INFO_NULL,
	};

	add_suite("guards of stacks", tests);
	return run_suites();
}

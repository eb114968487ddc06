/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stack.c -- tests src/stack.c: stacks are guarded, kept, and given back.
 */
#include "src/stack.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support.h"

enum { MANY = 20000, SPLIT_MOST = 16000, SLAB = 256 };

/* ---- the kernel's answers ---- */

static bool no_marks; /* as before Linux 6.13 */
static int maps_fail, protects_fail;
/* Of so many, all but the last fail, for lack of mappings; 0: none. */
static unsigned unmaps_fail, unmap_count;
static size_t mapped;    /* bytes there are, of those that were mapped here */
static size_t maps_most; /* bytes at once; 0: any number */

int __real_madvise(void *start, size_t bytes, int advice);
int __wrap_madvise(void *start, size_t bytes, int advice);

int
__wrap_madvise(void *start, size_t bytes, int advice)
{
	if (no_marks) {
		errno = EINVAL;
		return -1;
	}
	return __real_madvise(start, bytes, advice);
}

void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);

void *
__wrap_mmap(void *start, size_t bytes, int access, int flags, int fd, off_t at)
{
	void *mapping;

	if (maps_fail || (maps_most && bytes > maps_most)) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	mapping = __real_mmap(start, bytes, access, flags, fd, at);
	mapped += mapping != MAP_FAILED ? bytes : 0;
	return mapping;
}

int __real_munmap(void *start, size_t bytes);
int __wrap_munmap(void *start, size_t bytes);

int
__wrap_munmap(void *start, size_t bytes)
{
	if (unmaps_fail && unmap_count++ % unmaps_fail != unmaps_fail - 1) {
		errno = ENOMEM;
		return -1;
	}
	mapped -= bytes;
	return __real_munmap(start, bytes);
}

int __real_mprotect(void *start, size_t bytes, int access);
int __wrap_mprotect(void *start, size_t bytes, int access);

int
__wrap_mprotect(void *start, size_t bytes, int access)
{
	if (protects_fail) {
		errno = ENOMEM;
		return -1;
	}
	return __real_mprotect(start, bytes, access);
}

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
	maps_fail = 1;
	CU_ASSERT_PTR_NULL(quern__stack_get(&stacks, 0));
	maps_fail = 0;
	no_marks = true;
	protects_fail = 1;
	CU_ASSERT_PTR_NULL(quern__stack_get(&stacks, 0));
	no_marks = false;
	protects_fail = 0;
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

static size_t
get_many(struct quern__stacks *stacks, struct quern__stack **stack, size_t n)
{
	size_t got = 0;

	while (got < n && (stack[got] = quern__stack_get(stacks, 0)))
		got++;
	return got;
}

static void
put_all(struct quern__stacks *stacks, struct quern__stack **stack, size_t n)
{
	while (n > 0)
		quern__stack_put(stacks, stack[--n]);
}

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
	struct quern__stack *large = quern__stack_get(&stacks, 200000), *usual;

	usual = quern__stack_get(&stacks, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	CU_ASSERT_PTR_NOT_NULL_FATAL(usual);
	memset(large->bottom, 1, large->bytes);
	memset(usual->bottom, 2, usual->bytes);
	stacks.kept = QUERN__STACKS_KEPT;
	unmaps_fail = UINT_MAX;
	errno = 7;
	quern__stack_put(&stacks, large);
	quern__stack_put(&stacks, usual);
	CU_ASSERT_EQUAL(errno, 7);
	CU_ASSERT_EQUAL(stacks.kept, QUERN__STACKS_KEPT + 1);
	stacks.kept = 1;
	CU_ASSERT_TRUE(is_zero(large->bottom, large->bytes));
	CU_ASSERT_PTR_EQUAL(quern__stack_get(&stacks, 0), usual);
	CU_ASSERT_TRUE(is_zero(usual->bottom, usual->bytes));
	quern__stack_put(&stacks, usual);
	unmaps_fail = 0;
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
	unmaps_fail = 0;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(stacks.kept, 0);
	CU_ASSERT_EQUAL(mapped, 0);
	/* And if none can, that is the end of it. */
	got = get_many(&stacks, stack, 100);
	put_all(&stacks, stack, got);
	unmaps_fail = UINT_MAX;
	unmap_count = 0;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(stacks.kept, 100);
	unmaps_fail = 0;
	quern__stacks_drop(&stacks);
	CU_ASSERT_EQUAL(mapped, 0);
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

/* ---- the guard ---- */

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

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "all of a stack can be used", all_of_a_stack_can_be_used },
		{ "one of the default size is kept for the next",
		    one_of_the_default_size_is_kept_for_the_next },
		{ "the ends of stacks are spread over a page",
		    the_ends_of_stacks_are_spread_over_a_page },
		{ "without memory there is none and nothing has changed",
		    without_memory_there_is_none_and_nothing_has_changed },
		{ "the last memory is enough for one",
		    the_last_memory_is_enough_for_one },
		{ "guards leave half of the mappings",
		    guards_leave_half_of_the_mappings },
		{ "an overflow without a guard is seen",
		    an_overflow_without_a_guard_is_seen },
		{ "beyond the guards any size can be had",
		    beyond_the_guards_any_size_can_be_had },
		{ "one that cannot be unmapped is kept without its memory",
		    one_that_cannot_be_unmapped_is_kept_without_its_memory },
		{ "in the end all are unmapped", in_the_end_all_are_unmapped },
		{ "marks take no mappings", marks_take_no_mappings },
		{ "below a stack lies a guard", below_a_stack_lies_a_guard },
		CU_TEST_INFO_NULL,
	};

	add_suite("stack", tests);
	return run_suites();
}

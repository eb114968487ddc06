/* SPDX-License-Identifier: BSD-2-Clause */
/* stacks.h -- many stacks at once. */
#ifndef QUERN_TESTS_STACKS_H
#define QUERN_TESTS_STACKS_H

#include "src/stack.h"
#include "support.h"

/* Of the default size; how many there were. */
static inline size_t
get_many(struct quern__stacks *stacks, struct quern__stack **stack, size_t n)
{
	size_t got = 0;

	while (got < n && (stack[got] = quern__stack_get(stacks, 0)))
		got++;
	return got;
}

static inline void
put_all(struct quern__stacks *stacks, struct quern__stack **stack, size_t n)
{
	while (n > 0)
		quern__stack_put(stacks, stack[--n]);
}

#endif

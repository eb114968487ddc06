/* SPDX-License-Identifier: BSD-2-Clause */
/* fiber.c -- a stack with somebody on it, see fiber.h. */
#include "fiber.h"

#include "switch.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif

#ifdef ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif
#ifdef __has_include
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

void
quern__fiber_adopt(struct quern__fiber *fiber)
{
	*fiber = (struct quern__fiber) { 0 };
#ifdef THREAD_SANITIZER
	fiber->thread = __tsan_get_current_fiber();
#endif
}

/*
 * About to go to `to`; the fake stack of `from` is given up if that is left.
 * Inlined, because the thread sanitizer keeps a list of calls for each fiber: a
 * call that began on one must not end on the other.
 */
static inline __attribute__((always_inline)) void
announce(struct quern__fiber *from, struct quern__fiber *to, int leaves)
{
	to->came_from = from;
#ifdef ADDRESS_SANITIZER
	__sanitizer_start_switch_fiber(
	    leaves ? NULL : &from->fake_stack, to->bottom, to->bytes);
#else
	(void)leaves;
#endif
#ifdef THREAD_SANITIZER
	__tsan_switch_to_fiber(to->thread, 0);
#endif
}

/* On `fiber` now.  A thread's own stack is first heard of here. */
static void
arrive(struct quern__fiber *fiber)
{
#ifdef ADDRESS_SANITIZER
	__sanitizer_finish_switch_fiber(fiber->fake_stack,
	    &fiber->came_from->bottom, &fiber->came_from->bytes);
#else
	(void)fiber;
#endif
}

static void
begin(void *arg)
{
	struct quern__fiber *fiber = arg;

	arrive(fiber);
	fiber->entry(fiber->arg);
	__builtin_trap();
}

void
quern__fiber_begin(struct quern__fiber *fiber, void *bottom, size_t bytes,
    void (*entry)(void *arg), void *arg)
{
	*fiber = (struct quern__fiber) {
		.entry = entry,
		.arg = arg,
		.bottom = bottom,
		.bytes = bytes,
	};
	fiber->left_at =
	    quern__switch_begin((char *)bottom + bytes, begin, fiber);
#ifdef THREAD_SANITIZER
	fiber->thread = __tsan_create_fiber(0);
#endif
#ifdef VALGRIND_STACK_REGISTER
	fiber->stack_id =
	    VALGRIND_STACK_REGISTER(bottom, (char *)bottom + bytes);
#endif
}

void
quern__fiber_switch(struct quern__fiber *from, struct quern__fiber *to)
{
	announce(from, to, 0);
	quern__switch(&from->left_at, to->left_at);
	arrive(from);
}

void
quern__fiber_leave(struct quern__fiber *from, struct quern__fiber *to)
{
	announce(from, to, 1);
	quern__switch(&from->left_at, to->left_at);
	__builtin_unreachable();
}

void
quern__fiber_end(struct quern__fiber *fiber)
{
#ifdef THREAD_SANITIZER
	if (fiber->thread)
		__tsan_destroy_fiber(fiber->thread);
#endif
#ifdef VALGRIND_STACK_DEREGISTER
	VALGRIND_STACK_DEREGISTER(fiber->stack_id);
#endif
	(void)fiber;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fiber.c -- tests src/fiber.c and the switch below it: nothing of either
 * stack is lost on the way.
 */
#include "src/fiber.h"

#include <execinfo.h>
#include <fenv.h>
#include <stdint.h>

#include "src/mem.h"
#include "support.h"

enum { STACK_BYTES = 65536, RING = 100, ROUNDS = 1000, FRAMES = 64 };

static struct quern__fiber home, away;
static char *stack;

/* Run entry(NULL) on a stack of its own, until it leaves or switches home. */
static void
go(void (*entry)(void *arg))
{
	stack = quern__alloc(STACK_BYTES);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack);
	quern__fiber_adopt(&home);
	quern__fiber_begin(&away, stack, STACK_BYTES, entry, NULL);
	quern__fiber_switch(&home, &away);
}

static void
finish(void)
{
	quern__fiber_end(&away);
	quern__free(stack);
}

/* ---- there and back ---- */

static int step;

static void
count_steps(void *arg)
{
	(void)arg;
	step = 1;
	quern__fiber_switch(&away, &home);
	step = 3;
	quern__fiber_leave(&away, &home);
}

static void
a_fiber_goes_on_where_it_left(void)
{
	step = 0;
	go(count_steps);
	CU_ASSERT_EQUAL(step, 1);
	step = 2;
	quern__fiber_switch(&home, &away);
	CU_ASSERT_EQUAL(step, 3);
	finish();
}

static void
a_fiber_may_end_before_it_is_left(void)
{
	step = 0;
	go(count_steps);
	finish();
	CU_ASSERT_EQUAL(step, 1);
}

static void
a_fiber_may_end_before_it_begins(void)
{
	stack = quern__alloc(STACK_BYTES);
	CU_ASSERT_PTR_NOT_NULL_FATAL(stack);
	step = 0;
	quern__fiber_begin(&away, stack, STACK_BYTES, count_steps, NULL);
	finish();
	CU_ASSERT_EQUAL(step, 0);
}

/* ---- registers ---- */

/* So many values that the registers which calls preserve are all in use. */
static uint64_t
keep_values(uint64_t seed, struct quern__fiber *from, struct quern__fiber *to)
{
	uint64_t a = seed, b = a * 3, c = b * 5, d = c * 7, e = d * 9,
		 f = e * 11, g = f * 13, h = g * 15, i = h * 17, j = i * 19;
	double x = (double)seed, y = x * 3, z = y * 5, u = z * 7, v = u * 9,
	       w = v * 11;
	uint64_t wrong = 0;

	for (int round = 0; round < 4; round++) {
		__asm__ volatile(""
				 : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
		__asm__ volatile(""
				 : "+r"(f), "+r"(g), "+r"(h), "+r"(i), "+r"(j));
		quern__fiber_switch(from, to);
		wrong += a != seed || b != a * 3 || c != b * 5 || d != c * 7 ||
		    e != d * 9 || f != e * 11 || g != f * 13 || h != g * 15 ||
		    i != h * 17 || j != i * 19;
		wrong += x != (double)seed || y != x * 3 || z != y * 5 ||
		    u != z * 7 || v != u * 9 || w != v * 11;
	}
	return wrong;
}

static uint64_t wrong_away;

static void
keep_values_away(void *arg)
{
	(void)arg;
	wrong_away = keep_values(UINT64_C(0x123456789), &away, &home);
	for (;;)
		quern__fiber_switch(&away, &home);
}

static void
registers_are_kept_on_both_sides(void)
{
	wrong_away = 1;
	go(keep_values_away);
	CU_ASSERT_EQUAL(keep_values(77, &home, &away), 0);
	CU_ASSERT_EQUAL(wrong_away, 0);
	finish();
}

/* ---- the mode of floating point ---- */

/*
 * Is that the mode?  On x86 fegetround() tells it of long double alone, so see
 * what becomes of a double: 1/3 in binary is cut before a 0, 1/10 before a 1.
 */
static bool
rounds_as(int mode)
{
	volatile double one = 1, three = 3, ten = 10;
	bool third_up = one / three > 0x1.5555555555555p-2;
	bool tenth_up = one / ten > 0x1.9999999999999p-4;

	return fegetround() == mode && third_up == (mode == FE_UPWARD) &&
	    tenth_up == (mode == FE_UPWARD || mode == FE_TONEAREST);
}

static bool rounded[2];

static void
round_up_away(void *arg)
{
	(void)arg;
	rounded[0] = rounds_as(FE_TOWARDZERO);
	fesetround(FE_UPWARD);
	quern__fiber_switch(&away, &home);
	rounded[1] = rounds_as(FE_UPWARD);
	quern__fiber_leave(&away, &home);
}

static void
each_fiber_has_its_own_rounding(void)
{
	/* It begins with the one of who made it. */
	fesetround(FE_TOWARDZERO);
	go(round_up_away);
	CU_ASSERT_TRUE(rounded[0]);
	CU_ASSERT_TRUE(rounds_as(FE_TOWARDZERO));
	fesetround(FE_DOWNWARD);
	quern__fiber_switch(&home, &away);
	CU_ASSERT_TRUE(rounded[1]);
	CU_ASSERT_TRUE(rounds_as(FE_DOWNWARD));
	fesetround(FE_TONEAREST);
	CU_ASSERT_TRUE(rounds_as(FE_TONEAREST));
	finish();
}

/* ---- the stack itself ---- */

static unsigned misaligned;
static bool outside;

/* Down to the last few kilobytes. */
static unsigned
dig(unsigned depth)
{
	volatile char here[1024];
	_Alignas(16) volatile char aligned[16];

	here[0] = (char)depth;
	aligned[0] = here[0];
	misaligned += (uintptr_t)aligned % 16 != 0;
	outside |= (const volatile char *)here < stack ||
	    (const volatile char *)here >= stack + STACK_BYTES;
	return depth ? dig(depth - 1) + (unsigned)(here[0] == (char)depth) : 0;
}

static unsigned dug;

static void
dig_away(void *arg)
{
	(void)arg;
	dug = dig(20);
	quern__fiber_leave(&away, &home);
}

static void
a_fiber_has_all_of_its_stack(void)
{
	misaligned = 0;
	outside = false;
	go(dig_away);
	CU_ASSERT_EQUAL(dug, 20);
	CU_ASSERT_EQUAL(misaligned, 0);
#ifndef __SANITIZE_ADDRESS__ /* which may keep locals elsewhere */
	CU_ASSERT_FALSE(outside);
#endif
	finish();
}

static int frames;

static void
look_back_away(void *arg)
{
	void *frame[FRAMES];

	(void)arg;
	frames = backtrace(frame, FRAMES);
	quern__fiber_leave(&away, &home);
}

static void
a_backtrace_ends_where_the_fiber_began(void)
{
	void *frame[FRAMES];

	/* Outside once first, since that loads a library. */
	(void)backtrace(frame, FRAMES);
	frames = 0;
	go(look_back_away);
	CU_ASSERT(frames >= 2);
	CU_ASSERT(frames <= 8);
	finish();
}

/* ---- many ---- */

static struct quern__fiber ring[RING];
static unsigned visits;

static void
hand_on(void *arg)
{
	uintptr_t i = (uintptr_t)arg;

	for (;;) {
		visits++;
		quern__fiber_switch(
		    &ring[i], i + 1 < RING ? &ring[i + 1] : &home);
	}
}

static void
fibers_hand_on_to_each_other(void)
{
	char *stacks = quern__alloc((size_t)RING * STACK_BYTES);

	CU_ASSERT_PTR_NOT_NULL_FATAL(stacks);
	visits = 0;
	quern__fiber_adopt(&home);
	for (uintptr_t i = 0; i < RING; i++)
		quern__fiber_begin(&ring[i], stacks + i * STACK_BYTES,
		    STACK_BYTES, hand_on, (void *)i);
	for (int round = 0; round < ROUNDS; round++)
		quern__fiber_switch(&home, &ring[0]);
	CU_ASSERT_EQUAL(visits, RING * ROUNDS);
	for (int i = 0; i < RING; i++)
		quern__fiber_end(&ring[i]);
	quern__free(stacks);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a fiber goes on where it left",
		    a_fiber_goes_on_where_it_left },
		{ "a fiber may end before it is left",
		    a_fiber_may_end_before_it_is_left },
		{ "a fiber may end before it begins",
		    a_fiber_may_end_before_it_begins },
		{ "registers are kept on both sides",
		    registers_are_kept_on_both_sides },
		{ "each fiber has its own rounding",
		    each_fiber_has_its_own_rounding },
		{ "a fiber has all of its stack",
		    a_fiber_has_all_of_its_stack },
		{ "a backtrace ends where the fiber began",
		    a_backtrace_ends_where_the_fiber_began },
		{ "fibers hand on to each other",
		    fibers_hand_on_to_each_other },
		CU_TEST_INFO_NULL,
	};

	add_suite("fiber", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_permit.c -- tests permit.c: the account, and how many permits there are.
 * Who waits for them is in test_permit_line.c.
 *
 * The number of cores and the clock that says when to count them anew are the
 * test's.  Each test begins and ends with nothing out.
 */
#include <errno.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

#include "forked.h"
#include "src/clock.h"
#include "src/cpus.h"
#include "src/permit.h"
#include "src/quota.h"
#include "support.h"

#define LONG_NS UINT64_C(3600000000000)
#define SHORT_NS UINT64_C(1000000)

/* What a test sets; there is one thread. */
static unsigned cores;              /* the quota */
static unsigned allowed = UINT_MAX; /* cores, by affinity */
static unsigned counted;            /* how often the quota was read */
static unsigned long throttled;
static time_t ahead; /* seconds of the coarse clock */

unsigned __wrap_quern__cpus_allowed(void);
struct quern__quota __wrap_quern__quota_read(void);
int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);

unsigned
__wrap_quern__cpus_allowed(void)
{
	return allowed;
}

struct quern__quota
__wrap_quern__quota_read(void)
{
	counted++;
	return (struct quern__quota) { cores, throttled };
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	int err = __real_clock_gettime(clock, out);

	if (clock == CLOCK_MONOTONIC_COARSE)
		out->tv_sec += ahead;
	return err;
}

/* Two seconds later there are so many. */
static void
set_cores(unsigned n)
{
	cores = n;
	ahead += 2;
	CU_ASSERT(quern__permits_limit() >= n);
}

/* How many are out, if that is no more than there are. */
static unsigned
out(void)
{
	unsigned left = quern__permits_take_free(UINT32_MAX);

	quern__permits_give(left);
	return quern__permits_limit() - left;
}

/* Everything is back, and nobody waits. */
static void
check_at_rest(void)
{
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	CU_ASSERT_EQUAL(out(), 0);
}

/* ---- one thread ---- */

static void
there_are_as_many_permits_as_cores(void)
{
	set_cores(3);
	CU_ASSERT_EQUAL(quern__permits_limit(), 3);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(out(), i);
		CU_ASSERT_TRUE(quern__permit_try());
	}
	CU_ASSERT_FALSE(quern__permit_try());
	CU_ASSERT_EQUAL(quern__permits_take_free(1), 0);
	/* All are in use, which is as it should be. */
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	quern__permits_give(1);
	CU_ASSERT_TRUE(quern__permit_try());
	quern__permits_give(3);
	check_at_rest();
}

static void
what_is_free_is_taken_up_to_the_most_asked_for(void)
{
	set_cores(5);
	CU_ASSERT_EQUAL(quern__permits_take_free(0), 0);
	CU_ASSERT_EQUAL(quern__permits_take_free(2), 2);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 3);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 0);
	quern__permits_give(5);
	check_at_rest();
}

static void
more_can_be_forced_than_there_are_and_others_give_way(void)
{
	set_cores(2);
	quern__permits_force(2);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	quern__permits_force(2);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_TRUE(quern__permit_try());
	quern__permits_give(2);
	check_at_rest();
}

static void
what_is_free_need_not_be_waited_for(void)
{
	set_cores(4);
	CU_ASSERT_EQUAL(quern__permits_take(1, 0, LONG_NS, false), 1);
	CU_ASSERT_EQUAL(quern__permits_take(3, 1, LONG_NS, true), 2);
	CU_ASSERT_EQUAL(out(), 3);
	/* Who has enough gets nothing. */
	CU_ASSERT_EQUAL(quern__permits_take(3, 3, LONG_NS, true), 0);
	CU_ASSERT_EQUAL(quern__permits_take(2, 3, LONG_NS, true), 0);
	CU_ASSERT_EQUAL(quern__permits_take(0, 0, LONG_NS, false), 0);
	CU_ASSERT_EQUAL(out(), 3);
	/* Nobody waits for more than there are. */
	CU_ASSERT_EQUAL(quern__permits_take(9, 3, LONG_NS, true), 1);
	CU_ASSERT_EQUAL(quern__permits_take(9, 4, LONG_NS, true), 0);
	quern__permits_give(4);
	check_at_rest();
}

static void
patience_ends_with_what_is_free_and_with_one_at_least(void)
{
	static const uint64_t patience_ns[] = { 0, SHORT_NS };

	set_cores(3);
	for (int i = 0; i < 2; i++) {
		uint64_t before = quern__now_ns();

		quern__permits_force(2);
		CU_ASSERT_EQUAL(
		    quern__permits_take(3, 0, patience_ns[i], true), 1);
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
		/* None is free: none to who has one, one to who has none. */
		CU_ASSERT_EQUAL(
		    quern__permits_take(2, 1, patience_ns[i], true), 0);
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
		CU_ASSERT_EQUAL(
		    quern__permits_take(2, 0, patience_ns[i], false), 1);
		CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
		CU_ASSERT_TRUE(quern__now_ns() >= before + 3 * patience_ns[i]);
		quern__permits_give(4);
		check_at_rest();
	}
}

/* ---- the limit ---- */

static void
cores_are_counted_anew_once_a_second_at_most(void)
{
	unsigned before;

	set_cores(2);
	before = counted;
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(quern__permits_limit(), 2);
	/* Of the real clock's seconds one may have passed in between. */
	CU_ASSERT_TRUE(counted - before <= 1);
	set_cores(5);
	CU_ASSERT_EQUAL(quern__permits_limit(), 5);
	CU_ASSERT_TRUE(counted > before);
}

/* By a child, whose account knows nothing yet. */
static void
look_from_threads_pinned_to_fewer_cores(void *arg)
{
	(void)arg;
	allowed = 3;
	cores = UINT_MAX;
	EXPECT(quern__permits_limit() == 3);
	allowed = 1; /* this thread has been pinned */
	ahead += 2;
	EXPECT(quern__permits_limit() == 3);
	allowed = 4; /* this one never was */
	ahead += 2;
	EXPECT(quern__permits_limit() == 4);
	cores = 2;
	ahead += 2;
	EXPECT(quern__permits_limit() == 2);
}

static void
a_pinned_thread_does_not_lower_the_limit_but_a_quota_does(void)
{
	forked_run(_exit, look_from_threads_pinned_to_fewer_cores, NULL);
}

static void
being_throttled_is_told_until_a_second_has_passed_without(void)
{
	set_cores(2);
	CU_ASSERT_FALSE(quern__permits_throttled());
	throttled = 5;
	set_cores(2);
	CU_ASSERT_TRUE(quern__permits_throttled());
	set_cores(2);
	CU_ASSERT_FALSE(quern__permits_throttled());
	/* In another group the count begins anew. */
	throttled = 3;
	set_cores(2);
	CU_ASSERT_FALSE(quern__permits_throttled());
	throttled = 4;
	set_cores(2);
	CU_ASSERT_TRUE(quern__permits_throttled());
	set_cores(2);
	check_at_rest();
}

static void
a_first_look(void *arg)
{
	(void)arg;
	throttled = 1000;
	EXPECT(!quern__permits_throttled());
}

static void
what_was_throttled_before_the_first_look_does_not_count(void)
{
	forked_run(_exit, a_first_look, NULL);
}

static void
an_executor_that_wants_more_workers_raises_the_limit_while_it_lives(void)
{
	set_cores(2);
	quern__permits_raise(4);
	CU_ASSERT_EQUAL(quern__permits_limit(), 4);
	/* The largest counts, not the sum. */
	quern__permits_raise(3);
	quern__permits_raise(8);
	quern__permits_raise(8);
	CU_ASSERT_EQUAL(quern__permits_limit(), 8);
	quern__permits_lower(4);
	quern__permits_lower(8);
	CU_ASSERT_EQUAL(quern__permits_limit(), 8);
	quern__permits_lower(8);
	CU_ASSERT_EQUAL(quern__permits_limit(), 3);
	/* What there is counts if that is more. */
	set_cores(6);
	CU_ASSERT_EQUAL(quern__permits_limit(), 6);
	set_cores(2);
	CU_ASSERT_EQUAL(quern__permits_limit(), 3);
	quern__permits_lower(3);
	CU_ASSERT_EQUAL(quern__permits_limit(), 2);
	/* The most workers that an executor can have. */
	quern__permits_raise(65536);
	CU_ASSERT_EQUAL(quern__permits_limit(), 65536);
	quern__permits_lower(65536);
	check_at_rest();
}

static void
a_limit_that_falls_takes_from_nobody_but_says_so(void)
{
	set_cores(4);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 4);
	set_cores(2);
	CU_ASSERT_EQUAL(quern__permits_limit(), 2);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(1);
	CU_ASSERT_FALSE(quern__permit_try());
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(1);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	CU_ASSERT_FALSE(quern__permit_try());
	quern__permits_give(1);
	CU_ASSERT_EQUAL(out(), 1);
	quern__permits_give(1);
	check_at_rest();

	/* Likewise if it falls since an executor ended. */
	quern__permits_raise(3);
	CU_ASSERT_EQUAL(quern__permits_take_free(4), 3);
	quern__permits_lower(3);
	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__LANE_WAITS);
	quern__permits_give(3);
	check_at_rest();
}

static void
errno_stays_the_callers(void)
{
	set_cores(1);
	errno = E2BIG;
	quern__permits_force(1);
	CU_ASSERT_EQUAL(quern__permits_take(1, 0, SHORT_NS, false), 1);
	quern__permits_give(2);
	CU_ASSERT_EQUAL(errno, E2BIG);
	check_at_rest();
}

int
main(void)
{
	static const CU_TestInfo account[] = {
		{ "there are as many permits as cores",
		    there_are_as_many_permits_as_cores },
		{ "what is free is taken, up to the most asked for",
		    what_is_free_is_taken_up_to_the_most_asked_for },
		{ "more can be forced than there are, and others give way",
		    more_can_be_forced_than_there_are_and_others_give_way },
		{ "what is free need not be waited for",
		    what_is_free_need_not_be_waited_for },
		{ "patience ends with what is free, and with one at least",
		    patience_ends_with_what_is_free_and_with_one_at_least },
		{ "errno stays the caller's", errno_stays_the_callers },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo limit[] = {
		{ "cores are counted anew once a second at most",
		    cores_are_counted_anew_once_a_second_at_most },
		{ "a pinned thread does not lower the limit, but a quota does",
		    a_pinned_thread_does_not_lower_the_limit_but_a_quota_does },
		{ "being throttled is told until a second has passed without",
		    being_throttled_is_told_until_a_second_has_passed_without },
		{ "what was throttled before the first look does not count",
		    what_was_throttled_before_the_first_look_does_not_count },
		{ "an executor that wants more raises the limit while it lives",
		    an_executor_that_wants_more_workers_raises_the_limit_while_it_lives },
		{ "a limit that falls takes from nobody but says so",
		    a_limit_that_falls_takes_from_nobody_but_says_so },
		CU_TEST_INFO_NULL,
	};

	add_suite("permit: account", account);
	add_suite("permit: limit", limit);
	return run_suites();
}

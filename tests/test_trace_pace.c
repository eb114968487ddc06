/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trace_pace.c -- which events of a track are recorded.
 *
 * The time is made up, so all of it comes out the same on every machine.
 */
#include "src/trace_pace.h"
#include "support.h"

/* As after the process has lived for a while. */
#define BEGIN_NS UINT64_C(1000000000000)

static bool
is_due(struct quern__pace *pace, size_t n, uint64_t now_ns)
{
	return !quern__pace_skips(pace, n) &&
	    (!quern__pace_is_ahead(pace) ||
		quern__pace_has_paid(pace, n, now_ns));
}

/* n events that far apart; returns how many are recorded. */
static unsigned
events(struct quern__pace *pace, uint64_t *now_ns, unsigned n, uint64_t apart)
{
	unsigned records = 0;

	for (unsigned i = 0; i < n; i++) {
		*now_ns += apart;
		if (!is_due(pace, 1, *now_ns))
			continue;
		quern__pace_pay(pace, *now_ns);
		records++;
	}
	return records;
}

static void
what_comes_slowly_is_recorded_in_full(void)
{
	struct quern__pace pace = { 0 };
	uint64_t now_ns = BEGIN_NS;

	CU_ASSERT_EQUAL(events(&pace, &now_ns, 100000, QUERN__PACE_NS), 100000);
	CU_ASSERT_EQUAL(
	    events(&pace, &now_ns, 1000, 1000 * QUERN__PACE_NS), 1000);
}

static void
a_burst_within_the_credit_is_recorded_in_full(void)
{
	struct quern__pace pace = { 0 };
	uint64_t now_ns = BEGIN_NS;

	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(events(&pace, &now_ns, QUERN__PACE_CREDIT, 10),
		    QUERN__PACE_CREDIT);
		/* And there is new credit after a while. */
		now_ns += (uint64_t)QUERN__PACE_CREDIT * QUERN__PACE_NS;
	}
}

static void
a_flood_is_recorded_at_the_pace(void)
{
	static const uint64_t apart[] = { 10, 27, 300, 1000, 7000, 30000 };

	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		struct quern__pace pace = { 0 };
		uint64_t now_ns = BEGIN_NS;
		unsigned n = (unsigned)(1000000000 / apart[i]), fair;
		unsigned records = events(&pace, &now_ns, n, apart[i]);

		fair = (unsigned)(n * apart[i] / QUERN__PACE_NS);
		CU_ASSERT(
		    records <= fair + QUERN__PACE_CREDIT + QUERN__PACE_RUN + 2);
		CU_ASSERT_EQUAL(quern__pace_left_out(&pace), n - records);
		CU_ASSERT(records >= fair - fair / 10);
	}
}

static void
after_a_flood_little_is_left_out(void)
{
	struct quern__pace pace = { 0 };
	uint64_t now_ns = BEGIN_NS;
	unsigned records;

	(void)events(&pace, &now_ns, 10000000, 10);
	records = events(&pace, &now_ns, 10000, 10 * QUERN__PACE_NS);
	CU_ASSERT(records >= 10000 - QUERN__PACE_LOOK);
	CU_ASSERT_EQUAL(
	    events(&pace, &now_ns, 1000, 10 * QUERN__PACE_NS), 1000);
}

/* Records that did not ask count as well: more of the others are left out. */
static void
records_without_an_event_are_paid_for(void)
{
	struct quern__pace pace = { 0 };
	uint64_t now_ns = BEGIN_NS;
	unsigned records = 0, n = 10000000;

	for (unsigned i = 0; i < n; i++) {
		now_ns += 100;
		if (!is_due(&pace, 1, now_ns))
			continue;
		quern__pace_pay(&pace, now_ns);
		quern__pace_pay(&pace, now_ns + 40);
		records += 2;
	}
	CU_ASSERT(
	    records <= n / QUERN__PACE_NS * 100 * 11 / 10 + QUERN__PACE_CREDIT);
	CU_ASSERT(records >= n / QUERN__PACE_NS * 100 * 9 / 10);
}

/* A picture of single events would not show what followed what. */
static void
events_of_a_flood_are_recorded_in_rows(void)
{
	struct quern__pace pace = { 0 };
	uint64_t now_ns = BEGIN_NS;
	unsigned row = 0, rows = 0;

	(void)events(&pace, &now_ns, 10000000, 10);
	while (is_due(&pace, 1, now_ns))
		quern__pace_pay(&pace, now_ns);
	for (unsigned i = 0; i < 10000000; i++) {
		now_ns += 10;
		if (is_due(&pace, 1, now_ns)) {
			quern__pace_pay(&pace, now_ns);
			row++;
		} else if (row) {
			CU_ASSERT(row >= QUERN__PACE_RUN);
			CU_ASSERT(row <= QUERN__PACE_RUN + 1);
			row = 0;
			rows++;
		}
	}
	CU_ASSERT(rows >= 100);
}

/* Whether events come one by one or many at once, as with quern_submit_many(). */
static void
many_at_once_are_counted_one_by_one(void)
{
	static const unsigned many[] = { 1, 3, 100, QUERN__PACE_LOOK - 1,
		QUERN__PACE_LOOK, QUERN__PACE_LOOK + 1, 5000 };
	struct quern__pace pace = { 0 };
	uint64_t now_ns = BEGIN_NS, all = 0, records = 0;

	for (unsigned i = 0; i < 100000; i++) {
		unsigned n = many[i % (sizeof(many) / sizeof(many[0]))];

		now_ns += n * UINT64_C(10);
		all += n;
		/* As many as follow: some of a batch are left out one by one. */
		if (is_due(&pace, n, now_ns))
			for (unsigned k = 0; k < n; k++)
				if (is_due(&pace, 1, now_ns)) {
					quern__pace_pay(&pace, now_ns);
					records++;
				}
		CU_ASSERT_EQUAL(records + quern__pace_left_out(&pace), all);
	}
	CU_ASSERT(records >= QUERN__PACE_CREDIT);
	CU_ASSERT(records <=
	    all * 10 / QUERN__PACE_NS * 11 / 10 + QUERN__PACE_CREDIT);
}

/* As when threads that share a track have both set it. */
static void
a_count_that_ran_off_does_no_harm(void)
{
	struct quern__pace pace = { .left = 7, .left_out = 6 };
	uint64_t now_ns = BEGIN_NS;

	CU_ASSERT_EQUAL(quern__pace_left_out(&pace), 0);
	CU_ASSERT_EQUAL(events(&pace, &now_ns, 100, 10), 93);
}

/* As when the thread that looked at the clock first has the lock last. */
static void
a_time_before_the_last_one_does_no_harm(void)
{
	for (uint64_t back = 0; back < 4; back++) {
		struct quern__pace pace = { 0 };
		uint64_t now_ns = BEGIN_NS;

		(void)events(&pace, &now_ns, 2 * QUERN__PACE_CREDIT, 10);
		quern__pace_pay(&pace, now_ns);
		quern__pace_pay(&pace, now_ns - back);
		CU_ASSERT(pace.left < QUERN__PACE_LOOK);
		CU_ASSERT(events(&pace, &now_ns, 1000, QUERN__PACE_NS) >=
		    1000 - QUERN__PACE_LOOK);
	}
}

int
main(void)
{
	static const CU_TestInfo pace[] = {
		{ "what comes slowly is recorded in full",
		    what_comes_slowly_is_recorded_in_full },
		{ "a burst within the credit is recorded in full",
		    a_burst_within_the_credit_is_recorded_in_full },
		{ "a flood is recorded at the pace",
		    a_flood_is_recorded_at_the_pace },
		{ "after a flood little is left out",
		    after_a_flood_little_is_left_out },
		{ "records without an event are paid for",
		    records_without_an_event_are_paid_for },
		{ "events of a flood are recorded in rows",
		    events_of_a_flood_are_recorded_in_rows },
		{ "many at once are counted one by one",
		    many_at_once_are_counted_one_by_one },
		{ "a count that ran off does no harm",
		    a_count_that_ran_off_does_no_harm },
		{ "a time before the last one does no harm",
		    a_time_before_the_last_one_does_no_harm },
		CU_TEST_INFO_NULL,
	};
	add_suite("trace pace", pace);
	return run_suites();
}

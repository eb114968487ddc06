/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_permit_stress.c -- many threads at the account of permits at once, and
 * a child of fork() in the middle of it.
 *
 * A lost wake-up is a thread that waits for an hour; then the program is
 * ended from outside.
 */
#include <limits.h>
#include <sched.h>
#include <stdlib.h>

#include "forked.h"
#include "src/permit.h"
#include "threads.h"

#define LONG_NS UINT64_C(3600000000000)
#define SHORT_NS UINT64_C(30000)

enum { THREADS = 6, MORE = 2, RAISED = 5000 };

struct player {
	pthread_t thread;
	uint64_t state; /* of its random numbers */
	unsigned long rounds;
	struct table *table;
};

/* What all of them share; atomic. */
struct table {
	int out;     /* permits that somebody has been given */
	int limit;   /* never more than that */
	int excess;  /* how often there were more */
	int too_few; /* how often less came than was promised */
	bool stop;
	struct player player[THREADS];
};

static void
start_players(struct table *table, void *(*main)(void *), unsigned long n)
{
	uint64_t state = seed();

	for (int i = 0; i < THREADS; i++) {
		table->player[i] = (struct player) {
			.state = next_random(&state),
			.rounds = n,
			.table = table,
		};
		start_thread(&table->player[i].thread, main, &table->player[i]);
	}
}

static void
join_players(struct table *table)
{
	for (int i = 0; i < THREADS; i++)
		pthread_join(table->player[i].thread, NULL);
}

static void
dwell(struct player *player)
{
	for (unsigned n = next_random(&player->state) % 4; n > 0; n--)
		sched_yield();
}

static void
check_at_rest(void)
{
	unsigned limit = quern__permits_limit();

	CU_ASSERT_EQUAL(quern__permits_wanted(), QUERN__NOBODY_WAITS);
	CU_ASSERT_EQUAL(quern__permits_take_free(UINT_MAX), limit);
	quern__permits_give(limit);
}

/* ---- nobody is impatient ---- */

static void
hold(struct player *player, int n)
{
	struct table *table = player->table;

	/* Counted after the taking and before the giving, so never too many. */
	if (__atomic_add_fetch(&table->out, n, __ATOMIC_SEQ_CST) > table->limit)
		add(&table->excess, 1);
	dwell(player);
	__atomic_sub_fetch(&table->out, n, __ATOMIC_SEQ_CST);
	quern__permits_give((unsigned)n);
}

/* Never waits while it holds one, so everybody gets all it wants in the end. */
static void *
play_patiently(void *arg)
{
	struct player *player = arg;
	struct table *table = player->table;
	unsigned limit = (unsigned)table->limit;

	for (unsigned long i = 0; i < player->rounds; i++) {
		unsigned want =
		    1 + (unsigned)(next_random(&player->state) % limit);
		unsigned got = 0;

		switch (next_random(&player->state) % 4) {
		case 0:
			got = quern__permit_try();
			break;
		case 1:
			got = quern__permits_take_free(want);
			break;
		default:
			got = quern__permits_take(want, 0, LONG_NS, want > 1);
			if (got != want)
				add(&table->too_few, 1);
		}
		if (got)
			hold(player, (int)got);
	}
	return NULL;
}

static void
with_patience_everybody_gets_all_and_no_more_are_out_than_there_are(void)
{
	struct table table = { .out = 0 };
	unsigned raised = quern__permits_limit() + MORE;

	quern__permits_raise(raised);
	table.limit = (int)raised;
	start_players(&table, play_patiently, rounds(SANITIZED ? 2000 : 20000));
	join_players(&table);
	CU_ASSERT_EQUAL(table.excess, 0);
	CU_ASSERT_EQUAL(table.too_few, 0);
	CU_ASSERT_EQUAL(table.out, 0);
	check_at_rest();
	quern__permits_lower(raised);
	check_at_rest();
}

/* ---- everything at once ---- */

static void
play_a_round(struct player *player)
{
	unsigned have = 0, want, most;

	want = 1 + (unsigned)(next_random(&player->state) % 4);
	most = RAISED + (unsigned)(next_random(&player->state) % 4);
	switch (next_random(&player->state) % 8) {
	case 0:
		quern__permits_force(want);
		have = want;
		break;
	case 1:
		quern__permits_raise(most);
		dwell(player);
		quern__permits_lower(most);
		break;
	case 2:
		have = quern__permits_take_free(want);
		break;
	default:
		have = quern__permit_try();
		have += quern__permits_take(want, have,
		    next_random(&player->state) % SHORT_NS, want > 1);
		if (!have)
			add(&player->table->too_few, 1);
	}
	dwell(player);
	if (quern__permits_wanted() != QUERN__NOBODY_WAITS)
		dwell(player);
	quern__permits_give(have);
}

static void *
play(void *arg)
{
	struct player *player = arg;

	for (unsigned long i = 0; i < player->rounds &&
	     !__atomic_load_n(&player->table->stop, __ATOMIC_RELAXED);
	     i++)
		play_a_round(player);
	return NULL;
}

static void
whatever_happens_all_permits_are_there_in_the_end(void)
{
	struct table table = { .out = 0 };

	start_players(&table, play, rounds(SANITIZED ? 2000 : 20000));
	join_players(&table);
	CU_ASSERT_EQUAL(table.too_few, 0);
	check_at_rest();
}

/* ---- fork ---- */

static void
use_all(void *arg)
{
	unsigned limit;

	(void)arg;
	EXPECT(quern__permits_wanted() == QUERN__NOBODY_WAITS);
	limit = quern__permits_limit();
	EXPECT(limit >= 1 && limit < RAISED);
	/* What the parent's copy of a function gives back. */
	quern__permits_give(3);
	EXPECT(quern__permits_take_free(UINT_MAX) == limit);
	EXPECT(!quern__permit_try());
	EXPECT(quern__permits_take(1, 0, SHORT_NS, false) == 1);
	EXPECT(quern__permits_wanted() == QUERN__LANE_WAITS);
	quern__permits_give(limit + 1);
	quern__permits_raise(RAISED);
	EXPECT(quern__permits_limit() == RAISED);
	quern__permits_lower(RAISED);
	EXPECT(quern__permits_limit() == limit);
	EXPECT(quern__permits_wanted() == QUERN__NOBODY_WAITS);
}

/* Holds the account's lock until the gate opens. */
static struct gate locked = GATE_INITIALIZER;
static _Thread_local bool holds;

int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

int
__wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (holds) {
		holds = false;
		gate_pass(&locked);
	}
	return __real_pthread_mutex_unlock(mutex);
}

static void *
hold_the_lock(void *arg)
{
	(void)arg;
	holds = true;
	quern__permits_give(0);
	return NULL;
}

static void *
wait_for_one(void *arg)
{
	(void)arg;
	quern__permits_give(quern__permits_take(1, 0, LONG_NS, true));
	return NULL;
}

static void
a_child_minds_no_lock_no_line_and_no_executor_of_its_parents(void)
{
	pthread_t waiter, holder;
	unsigned out;

	quern__permits_raise(RAISED + 1);
	out = quern__permits_take_free(UINT_MAX);
	start_thread(&waiter, wait_for_one, NULL);
	while (quern__permits_wanted() != QUERN__LANE_WAITS)
		sched_yield();
	start_thread(&holder, hold_the_lock, NULL);
	gate_await(&locked, 1);
	forked_run(_Exit, use_all, NULL);
	gate_open(&locked);
	pthread_join(holder, NULL);
	quern__permits_give(out);
	pthread_join(waiter, NULL);
	quern__permits_lower(RAISED + 1);
	check_at_rest();
}

static void
a_child_begins_with_an_account_of_its_own(void)
{
	struct table table = { .out = 0 };

	quern__permits_force(5);
	start_players(&table, play, ULONG_MAX);
	for (unsigned long i = 0; i < rounds(SANITIZED ? 10 : 50); i++)
		forked_run(_Exit, use_all, NULL);
	__atomic_store_n(&table.stop, true, __ATOMIC_RELAXED);
	join_players(&table);
	quern__permits_give(5);
	check_at_rest();
}

int
main(void)
{
	static const CU_TestInfo stress[] = {
		{ "with patience everybody gets all, and no more than there are",
		    with_patience_everybody_gets_all_and_no_more_are_out_than_there_are },
		{ "whatever happens, all permits are there in the end",
		    whatever_happens_all_permits_are_there_in_the_end },
		{ "a child minds no lock, line and executor of its parent's",
		    a_child_minds_no_lock_no_line_and_no_executor_of_its_parents },
		{ "a child begins with an account of its own",
		    a_child_begins_with_an_account_of_its_own },
		CU_TEST_INFO_NULL,
	};

	add_suite("permit: stress", stress);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_arrive.c -- how jobs come into the line: through the inbox, through a
 * loop's outbox, and when the executor is closed.
 *
 * By hand: an executor that has no threads.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "src/deliver.h"
#include "src/front.h"
#include "src/job.h"
#include "src/pool.h"
#include "support.h"

enum { MANY = 64, NORMAL = 2, HIGH = 0, LOW = 4 };

static quern_executor pool;
static quern_loop loop;
static quern_job job[MANY];
static int wakes;

long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);

long
__wrap_syscall(long number, ...)
{
	uint32_t *word, value;
	const void *until, *word2;
	va_list args;
	int op, last;

	va_start(args, number);
	word = va_arg(args, uint32_t *);
	op = va_arg(args, int);
	value = va_arg(args, uint32_t);
	until = va_arg(args, const void *);
	word2 = va_arg(args, const void *);
	last = va_arg(args, int);
	va_end(args);
	if (word != &pool.wake_word)
		return __real_syscall(
		    number, word, op, value, until, word2, last);
	wakes += op == FUTEX_WAKE_PRIVATE;
	return 0;
}

static void
begin(unsigned asleep)
{
	pool = (quern_executor) {
		.n_workers = 2,
		.n_cores = 2,
		.queue_limit = MANY,
		.asleep = asleep,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.loops = &loop,
	};
	loop = (quern_loop) {
		.generation = quern__fork_generation(),
		.executor = &pool,
	};
	for (int i = 0; i < MANY; i++) {
		quern_job_init(&job[i], quern_call(add_one, NULL), NULL);
		job[i].own.lane = NORMAL;
	}
	wakes = 0;
}

static int
gather(int n)
{
	return quern__pool_gather(
	    &loop, &job[n], &job[n], 1u << job[n].own.lane, 1);
}

static int
link_one(int n)
{
	return quern__pool_link(
	    &pool, &job[n], &job[n], 1u << job[n].own.lane, true);
}

static void
absorb(bool all)
{
	pthread_mutex_lock(&pool.lock);
	if (all)
		quern__pool_absorb_all_locked(&pool);
	else
		quern__pool_absorb_locked(&pool);
	pthread_mutex_unlock(&pool.lock);
}

static quern_job *
pick(void)
{
	return quern__line_pick(&pool.line, QUERN__COMPUTE);
}

/* ---- the inbox ---- */

static void
who_submits_behind_others_leaves_the_call_to_them(void)
{
	begin(2);
	CU_ASSERT_EQUAL(quern_submit(&loop, &job[0]), 0);
	CU_ASSERT_EQUAL(wakes, 1);
	pool.waking = false;
	CU_ASSERT_EQUAL(quern_submit(&loop, &job[1]), 0);
	CU_ASSERT_EQUAL(wakes, 1);
	CU_ASSERT_PTR_EQUAL(pool.inbox.head, &job[1]);
	/* It is more urgent than they are. */
	job[2].priority = QUERN_HIGH;
	CU_ASSERT_EQUAL(quern_submit(&loop, &job[2]), 0);
	CU_ASSERT_EQUAL(wakes, 2);
	pool.waking = false;
	/* The bits have been cleared, the inbox is about to be taken. */
	pool.arrived = 0;
	CU_ASSERT_EQUAL(quern_submit(&loop, &job[3]), 0);
	CU_ASSERT_EQUAL(wakes, 3);
	CU_ASSERT_EQUAL(pool.arrived, 1 << NORMAL);
	absorb(false);
	/* A bit is set for nothing: there is nobody to be behind of. */
	pool.arrived = 1 << NORMAL;
	CU_ASSERT_EQUAL(quern_submit(&loop, &job[4]), 0);
	absorb(false);
	CU_ASSERT_EQUAL(pool.line.waiting, 5);
	CU_ASSERT_EQUAL(loop.in_flight, 5 * QUERN__ONE_JOB);
}

static void
the_first_of_a_lane_calls_and_those_behind_it_do_not(void)
{
	begin(2);
	CU_ASSERT_EQUAL(link_one(0), 0);
	CU_ASSERT_EQUAL(wakes, 1);
	pool.waking = false;
	CU_ASSERT_EQUAL(link_one(1), 0);
	CU_ASSERT_EQUAL(wakes, 1);
	job[2].own.lane = HIGH;
	CU_ASSERT_EQUAL(link_one(2), 0);
	CU_ASSERT_EQUAL(wakes, 2);
	CU_ASSERT_EQUAL(pool.arrived, 1 << NORMAL | 1 << HIGH);
	absorb(false);
	CU_ASSERT_EQUAL(pool.arrived, 0);
	CU_ASSERT_PTR_EQUAL(pick(), &job[2]);
	CU_ASSERT_PTR_EQUAL(pick(), &job[0]);
	CU_ASSERT_PTR_EQUAL(pick(), &job[1]);
	pool.waking = false;
	CU_ASSERT_EQUAL(link_one(3), 0);
	CU_ASSERT_EQUAL(wakes, 3);
}

static void
nothing(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)arg;
}

static bool
has_enough(void)
{
	bool enough;

	pthread_mutex_lock(&pool.lock);
	enough = quern__pool_has_enough_locked(&pool);
	pthread_mutex_unlock(&pool.lock);
	return enough;
}

static void
enough_is_a_batch_and_nothing_of_another_lane(void)
{
	quern_job more;

	begin(0);
	for (int i = 0; i < MANY - 1; i++)
		CU_ASSERT_EQUAL(link_one(i), 0);
	absorb(false);
	CU_ASSERT_FALSE(has_enough());
	CU_ASSERT_EQUAL(link_one(MANY - 1), 0);
	CU_ASSERT_FALSE(has_enough()); /* it is in the inbox */
	absorb(false);
	CU_ASSERT_TRUE(has_enough());
	quern_job_init(&more, quern_call(add_one, NULL), NULL);
	more.own.lane = NORMAL;
	CU_ASSERT_EQUAL(
	    quern__pool_link(&pool, &more, &more, 1 << NORMAL, true), 0);
	CU_ASSERT_TRUE(has_enough()); /* it would come last anyway */
	absorb(false);
	begin(0);
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(link_one(i), 0);
	absorb(false);
	more.own.lane = LOW;
	CU_ASSERT_EQUAL(
	    quern__pool_link(&pool, &more, &more, 1 << LOW, true), 0);
	CU_ASSERT_FALSE(has_enough()); /* it ages in the line only */
	absorb(false);
	quern__line_remove(&pool.line, &more);
	CU_ASSERT_TRUE(has_enough());
	more.own.lane = HIGH;
	CU_ASSERT_EQUAL(
	    quern__pool_link(&pool, &more, &more, 1 << HIGH, true), 0);
	CU_ASSERT_FALSE(has_enough()); /* it comes first */
	absorb(false);
	CU_ASSERT_PTR_EQUAL(pick(), &more);
	CU_ASSERT_TRUE(has_enough());
	CU_ASSERT_PTR_EQUAL(pick(), &job[0]);
	job[0].op = quern_for(2, 1, nothing, NULL);
	CU_ASSERT_EQUAL(link_one(0), 0);
	absorb(false);
	CU_ASSERT_FALSE(has_enough()); /* one is a loop */
}

/* ---- the outbox ---- */

static void
what_is_gathered_stays_together_up_to_64(void)
{
	begin(0);
	for (int i = 0; i < MANY - 1; i++)
		CU_ASSERT_EQUAL(gather(i), 0);
	CU_ASSERT_TRUE(quern__mailbox_is_empty(&pool.inbox));
	CU_ASSERT_EQUAL(pool.arrived, 0);
	CU_ASSERT_EQUAL(gather(MANY - 1), 0);
	CU_ASSERT_TRUE(quern__mailbox_is_empty(&loop.outbox));
	CU_ASSERT_EQUAL(pool.arrived, 1 << NORMAL);
	absorb(false);
	for (int i = 0; i < MANY; i++)
		CU_ASSERT_PTR_EQUAL(pick(), &job[i]);
}

static void
every_lane_of_what_is_gathered_arrives(void)
{
	begin(0);
	job[1].own.lane = HIGH;
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(gather(i), 0);
	quern__pool_send(&loop);
	CU_ASSERT_EQUAL(pool.arrived, 1 << NORMAL | 1 << HIGH);
	absorb(false);
	CU_ASSERT_PTR_EQUAL(pick(), &job[1]);
}

static void
a_job_goes_on_at_once_if_a_worker_sleeps(void)
{
	begin(1);
	CU_ASSERT_EQUAL(gather(0), 0);
	CU_ASSERT_TRUE(quern__mailbox_is_empty(&loop.outbox));
	CU_ASSERT_EQUAL(wakes, 1);
}

static void
who_looks_for_all_finds_the_outbox(void)
{
	begin(0);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(gather(i), 0);
	absorb(false);
	CU_ASSERT_PTR_NULL(pick());
	CU_ASSERT_TRUE(quern__pool_gathered_locked(&pool));
	absorb(true);
	CU_ASSERT_FALSE(quern__pool_gathered_locked(&pool));
	for (int i = 0; i < 3; i++)
		CU_ASSERT_PTR_EQUAL(pick(), &job[i]);
	quern__pool_send(&loop); /* nothing is left to send */
	CU_ASSERT_EQUAL(pool.arrived, 0);
}

static void
the_end_of_a_turn_sends_what_its_callbacks_gathered(void)
{
	begin(0);
	CU_ASSERT_EQUAL(gather(0), 0);
	/* No job has ended, and no front is asked for anything. */
	CU_ASSERT_EQUAL(pthread_mutex_init(&loop.lock, NULL), 0);
	CU_ASSERT_EQUAL(quern__deliver(&loop), 0);
	CU_ASSERT_TRUE(quern__mailbox_is_empty(&loop.outbox));
	CU_ASSERT_EQUAL(pool.arrived, 1 << NORMAL);
	pthread_mutex_destroy(&loop.lock);
}

/* ---- closing ---- */

static void
closing_takes_all_that_was_accepted_and_refuses_the_rest(void)
{
	begin(0);
	CU_ASSERT_EQUAL(link_one(0), 0);
	CU_ASSERT_EQUAL(gather(1), 0);
	pthread_mutex_lock(&pool.lock);
	quern__pool_close_locked(&pool);
	pthread_mutex_unlock(&pool.lock);
	CU_ASSERT_PTR_EQUAL(pick(), &job[0]);
	CU_ASSERT_PTR_EQUAL(pick(), &job[1]);
	CU_ASSERT_EQUAL(link_one(2), -ESHUTDOWN);
	CU_ASSERT_EQUAL(gather(3), -ESHUTDOWN);
	absorb(true);
	CU_ASSERT_PTR_NULL(pick());
}

static void
what_was_gathered_before_still_comes_into_the_line(void)
{
	begin(0);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(gather(i), 0);
	/* Closed just after the outbox was emptied. */
	CU_ASSERT_PTR_NULL(quern__mailbox_shut(&pool.inbox));
	pool.asleep = 1;
	quern__pool_send(&loop);
	CU_ASSERT_EQUAL(wakes, 1);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_PTR_EQUAL(pick(), &job[i]);
	CU_ASSERT_PTR_NULL(pick());
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "who submits behind others leaves the call to them",
		    who_submits_behind_others_leaves_the_call_to_them },
		{ "the first of a lane calls and those behind it do not",
		    the_first_of_a_lane_calls_and_those_behind_it_do_not },
		{ "enough is a batch and nothing of another lane",
		    enough_is_a_batch_and_nothing_of_another_lane },
		{ "what is gathered stays together up to 64",
		    what_is_gathered_stays_together_up_to_64 },
		{ "every lane of what is gathered arrives",
		    every_lane_of_what_is_gathered_arrives },
		{ "a job goes on at once if a worker sleeps",
		    a_job_goes_on_at_once_if_a_worker_sleeps },
		{ "who looks for all finds the outbox",
		    who_looks_for_all_finds_the_outbox },
		{ "the end of a turn sends what its callbacks gathered",
		    the_end_of_a_turn_sends_what_its_callbacks_gathered },
		{ "closing takes all that was accepted and refuses the rest",
		    closing_takes_all_that_was_accepted_and_refuses_the_rest },
		{ "what was gathered before still comes into the line",
		    what_was_gathered_before_still_comes_into_the_line },
		CU_TEST_INFO_NULL,
	};

	add_suite("arrive", tests);
	return run_suites();
}

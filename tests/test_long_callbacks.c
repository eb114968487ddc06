/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_long_callbacks.c -- while a callback does not return its loop is busy,
 * and still nothing waits for it that has a worker to run it.
 *
 * Two workers on what counts as two cores, and calls that count as short: so
 * one of the workers steps aside for the loop.
 */
#include "src/front.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

struct stay {
	struct rig rig;
	struct gate gate;
	quern_job first, held, later[2];
	bool hold;      /* one worker is held meanwhile */
	bool elsewhere; /* another thread submits the second one */
	int ran, told;
	bool in_time;
};

/* The executor finds that calls are short and cores are few. */
static void
crowd(quern_executor *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->n_cores = 2;
	__atomic_store_n(&pool->call_ns, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&pool->lock);
}

static void *
submit_second(void *arg)
{
	struct stay *stay = arg;

	return quern_submit(stay->rig.loop, &stay->later[1]) ? arg : NULL;
}

static void
submit_and_stay(quern_loop *loop, quern_job *job, int status)
{
	struct stay *stay = job->data;
	pthread_t thread;
	int refused = 0;

	(void)status;
	if (stay->hold) {
		refused += quern_submit(loop, &stay->held) != 0;
		gate_await(&stay->gate, 1);
	}
	crowd(loop->executor);
	refused += quern_submit(loop, &stay->later[0]) != 0;
	if (stay->elsewhere) {
		start_thread(&thread, submit_second, stay);
		pthread_join(thread, NULL);
	} else {
		refused += quern_submit(loop, &stay->later[1]) != 0;
	}
	for (int i = 0; i < 2000 && get(&stay->ran) < 2; i++)
		nap();
	stay->in_time = !refused && get(&stay->ran) == 2;
	gate_open(&stay->gate);
}

static void
play(bool hold, bool elsewhere)
{
	struct stay stay = { .hold = hold, .elsewhere = elsewhere };
	quern_threads_options options;

	watchdog("a long callback", 0);
	gate_init(&stay.gate);
	options_with(&options, 2, 0);
	if (!rig_open_with(&stay.rig, &options))
		return;
	quern_job_init(
	    &stay.first, quern_call(add_one, &stay.told), submit_and_stay);
	stay.first.data = &stay;
	counted_job(&stay.held, quern_call(pass_gate, &stay.gate), &stay.told);
	for (int i = 0; i < 2; i++)
		counted_job(
		    &stay.later[i], quern_call(add_one, &stay.ran), &stay.told);
	CU_ASSERT_EQUAL(quern_submit(stay.rig.loop, &stay.first), 0);
	rig_run(&stay.rig);
	CU_ASSERT_TRUE(stay.in_time);
	CU_ASSERT_EQUAL(stay.told, 3 + hold);
	rig_close(&stay.rig);
}

static void
what_a_callback_submits_runs_before_it_returns(void)
{
	for (unsigned long i = fewer_rounds(50); i > 0; i--)
		play(false, false);
}

static void
nor_does_it_wait_for_the_worker_that_is_busy(void)
{
	for (unsigned long i = fewer_rounds(50); i > 0; i--)
		play(true, false);
}

static void
nor_does_what_another_thread_submits(void)
{
	for (unsigned long i = fewer_rounds(50); i > 0; i--)
		play(true, true);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "what a callback submits runs before it returns",
		    what_a_callback_submits_runs_before_it_returns },
		{ "nor does it wait for the worker that is busy",
		    nor_does_it_wait_for_the_worker_that_is_busy },
		{ "nor does what another thread submits",
		    nor_does_what_another_thread_submits },
		CU_TEST_INFO_NULL,
	};

	add_suite("long callbacks", tests);
	return run_suites();
}

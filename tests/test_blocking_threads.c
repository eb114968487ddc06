/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_blocking_threads.c -- blocking threads: how many there are, and when
 * they come and go.
 *
 * The time that one stays idle is over when a test says so.
 */
#include "blocking.h"
#include "idle_time.h"
#include "src/pool.h"
#include "teams.h"
#include "threads.h"

IDLE_TIME(10000000, time_is_over)

/* ---- how many ---- */

static void
there_are_none_before_the_first_job(void)
{
	struct rig rig;

	if (!blocking_open(&rig, 1, 0))
		return;
	CU_ASSERT_EQUAL(blocking_threads(&rig), 0);
	submit_one(&rig);
	CU_ASSERT_EQUAL(blocking_threads(&rig), 1);
	rig_close(&rig);
}

static void
none_is_started_while_one_is_idle(void)
{
	struct rig rig;

	if (!blocking_open(&rig, 1, 0))
		return;
	for (int i = 0; i < 20; i++) {
		submit_one(&rig);
		await_idle(&rig, 1);
		CU_ASSERT_EQUAL(blocking_threads(&rig), 1);
	}
	/* Of three jobs one goes to the idle thread. */
	batch_submit(&rig, 3);
	gate_await(&batch.gate, 3);
	CU_ASSERT_EQUAL(blocking_threads(&rig), 3);
	batch_end(&rig, 3);
	/* And idle ones are all called. */
	await_idle(&rig, 3);
	batch_submit(&rig, 3);
	gate_await(&batch.gate, 3);
	CU_ASSERT_EQUAL(blocking_threads(&rig), 3);
	batch_end(&rig, 3);
	rig_close(&rig);
}

static void
the_limit_is_kept(void)
{
	for (unsigned limit = 1; limit <= 3; limit++) {
		struct rig rig;

		if (!blocking_open(&rig, 1, limit))
			return;
		batch_submit(&rig, 20);
		gate_await(&batch.gate, limit);
		CU_ASSERT_EQUAL(blocking_threads(&rig), limit);
		for (int i = 0; i < 5; i++)
			nap();
		CU_ASSERT_EQUAL(arrivals(&batch.gate), limit);
		batch_end(&rig, 20);
		CU_ASSERT_EQUAL(blocking_threads(&rig), limit);
		rig_close(&rig);
	}
}

/* GLib has a test of this name's matter: run-in-thread-overflow. */
static void
twice_as_many_jobs_as_threads_all_complete(void)
{
	struct rig rig;

	if (!blocking_open(&rig, 1, 512))
		return;
	batch_submit(&rig, 1024);
	gate_await(&batch.gate, 512);
	CU_ASSERT_EQUAL(blocking_threads(&rig), 512);
	batch_end(&rig, 1024);
	rig_close(&rig);
}

/* ---- coming and going ---- */

/* The idle threads' time is over until all have gone. */
static void
let_idle_leave(const struct rig *rig)
{
	set_time_is_over(true);
	while (blocking_threads(rig))
		nap();
	set_time_is_over(false);
}

static void
an_idle_one_stays_for_ten_seconds(void)
{
	uint64_t before, after, until = 0;
	struct rig rig;

	if (!blocking_open(&rig, 1, 1))
		return;
	before = quern__now_ns();
	__atomic_store_n(&idle_until_ns, 0, __ATOMIC_RELEASE);
	submit_one(&rig);
	while (!until) {
		nap();
		until = __atomic_load_n(&idle_until_ns, __ATOMIC_ACQUIRE);
	}
	after = quern__now_ns();
	CU_ASSERT(until >= before + UINT64_C(10000000000));
	CU_ASSERT(until <= after + UINT64_C(10000000000));
	rig_close(&rig);
}

static void
idle_ones_leave_and_come_again(void)
{
	long before;
	struct rig rig;

	if (!blocking_open(&rig, 1, 8))
		return;
	before = faults_alive();
	for (int round = 0; round < 3; round++) {
		batch_submit(&rig, 8);
		gate_await(&batch.gate, 8);
		CU_ASSERT_EQUAL(blocking_threads(&rig), 8);
		batch_end(&rig, 8);
		await_idle(&rig, 8);
		let_idle_leave(&rig);
		/* All joined but one at most, which is a thread and memory. */
		while (faults_alive() > before + 2)
			nap();
	}
	submit_one(&rig);
	CU_ASSERT_EQUAL(blocking_threads(&rig), 1);
	rig_close(&rig);
}

static void
the_last_to_go_idle_is_the_first_to_be_called(void)
{
	static quern_job one;
	struct rig rig;
	struct gate gate;
	struct quern__blocking_thread *last;

	if (!blocking_open(&rig, 1, 4))
		return;
	batch_submit(&rig, 4);
	gate_await(&batch.gate, 4);
	batch_end(&rig, 4);
	await_idle(&rig, 4);
	last = rig.executor->blocking.idle;
	gate_init(&gate);
	quern_job_init(&one, quern_blocking(pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &one), 0);
	gate_await(&gate, 1);
	CU_ASSERT_PTR_EQUAL(rig.executor->blocking.busy, last);
	gate_open(&gate);
	rig_run(&rig);
	rig_close(&rig);
}

/* ---- workers ---- */

static void
a_blocking_job_that_waits_keeps_no_worker_awake(void)
{
	quern_stats before, after;
	quern_job job;
	struct rig rig;
	int ran = 0;

	if (!blocking_open(&rig, 2, 1))
		return;
	batch_submit(&rig, 2);
	gate_await(&batch.gate, 1);
	await_sleep(rig.executor);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &before), 0);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	while (quern_job_progress(&job) < 1)
		nap();
	await_sleep(rig.executor);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &after), 0);
	CU_ASSERT_EQUAL(before.wakes, 0);
	CU_ASSERT_EQUAL(after.wakes, 1);
	batch_end(&rig, 2);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "there are none before the first job",
		    there_are_none_before_the_first_job },
		{ "none is started while one is idle",
		    none_is_started_while_one_is_idle },
		{ "the limit is kept", the_limit_is_kept },
		{ "twice as many jobs as threads all complete",
		    twice_as_many_jobs_as_threads_all_complete },
		{ "an idle one stays for ten seconds",
		    an_idle_one_stays_for_ten_seconds },
		{ "idle ones leave and come again",
		    idle_ones_leave_and_come_again },
		{ "the last to go idle is the first to be called",
		    the_last_to_go_idle_is_the_first_to_be_called },
		{ "a blocking job that waits keeps no worker awake",
		    a_blocking_job_that_waits_keeps_no_worker_awake },
		CU_TEST_INFO_NULL,
	};

	add_suite("blocking threads", tests);
	return run_suites();
}

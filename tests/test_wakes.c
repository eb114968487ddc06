/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_wakes.c -- each piece of work wakes a sleeper, if there is one.
 *
 * All of them must meet at a gate, and no other job comes along that would make
 * good for a lost wake-up.
 */
#include "teams.h"
#include "threads.h"
#include "watchdog.h"

enum { SLEEPERS = 3 };

static bool
sleepers_open(struct rig *rig, struct gate *gate)
{
	gate_init(gate);
	if (!rig_open(rig, SLEEPERS))
		return false;
	await_sleep(rig->executor);
	return true;
}

/* Have n met at the gate, after two seconds at the latest?  Lets them go. */
static bool
meet(struct gate *gate, unsigned n)
{
	bool met = false;

	for (int i = 0; i < 2000 && !met; i++) {
		nap();
		met = arrivals(gate) >= n;
	}
	gate_open(gate);
	return met;
}

static void
meet_in_block(quern_context *ctx, size_t begin, size_t end, void *gate)
{
	(void)ctx;
	(void)begin;
	(void)end;
	gate_pass(gate);
}

static void
jobs_of_one_submit_wake_a_worker_each(void)
{
	quern_job job[SLEEPERS], *jobs[SLEEPERS];
	struct gate gate;
	struct rig rig;

	watchdog("wake for jobs", 0);
	if (!sleepers_open(&rig, &gate))
		return;
	for (int n = 0; n < SLEEPERS; n++) {
		quern_job_init(&job[n], quern_call(pass_gate, &gate), NULL);
		jobs[n] = &job[n];
	}
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, jobs, SLEEPERS), SLEEPERS);
	CU_ASSERT_TRUE(meet(&gate, SLEEPERS));
	rig_run(&rig);
	rig_close(&rig);
}

static void
a_loop_wakes_helpers(void)
{
	struct gate gate;
	struct rig rig;
	quern_job job;

	watchdog("wake for a loop", 0);
	if (!sleepers_open(&rig, &gate))
		return;
	quern_job_init(
	    &job, quern_for(SLEEPERS, 1, meet_in_block, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_TRUE(meet(&gate, SLEEPERS));
	rig_run(&rig);
	rig_close(&rig);
}

struct blocking {
	struct rig rig;
	struct gate gate;
};

static void *
run_meeting(void *arg)
{
	struct blocking *blocking = arg;

	return quern_run(blocking->rig.executor,
		   quern_for(SLEEPERS + 1, 1, meet_in_block, &blocking->gate)) ?
	    arg :
	    NULL;
}

static void
a_blocking_caller_wakes_helpers(void)
{
	struct blocking blocking;
	pthread_t thread;
	void *failed;

	watchdog("wake for a blocking caller", 0);
	if (!sleepers_open(&blocking.rig, &blocking.gate))
		return;
	CU_ASSERT_EQUAL_FATAL(
	    pthread_create(&thread, NULL, run_meeting, &blocking), 0);
	CU_ASSERT_TRUE(meet(&blocking.gate, SLEEPERS + 1));
	pthread_join(thread, &failed);
	CU_ASSERT_PTR_NULL(failed);
	rig_close(&blocking.rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "jobs of one submit wake a worker each",
		    jobs_of_one_submit_wake_a_worker_each },
		{ "a loop wakes helpers", a_loop_wakes_helpers },
		{ "a blocking caller wakes helpers",
		    a_blocking_caller_wakes_helpers },
		CU_TEST_INFO_NULL,
	};

	add_suite("wakes", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_faults.c -- the n-th allocation, thread, descriptor or process
 * cannot be had while an executor of processes is made, or later.
 */
#include <errno.h>
#include <quern/kernels.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "isolated.h"
#include "watchdog.h"

/* Of all calls one after the other; every fifth where a start takes 0.3 s. */
enum { MOST = 500, STEP = SANITIZED_THREAD ? 5 : 1 };

static bool
is_of_a_shortage(int err)
{
	return err == -ENOMEM || err == -EAGAIN || err == -EMFILE ||
	    err == -ENFILE || err == -EIO;
}

/* ---- create ---- */

/* With the n-th fault; false: there is no n-th any more. */
static bool
create_with_fault(unsigned long n, bool on)
{
	struct footprint before, after;
	quern_processes_options options;
	quern_executor *executor = NULL;
	unsigned long calls;
	long alive;
	int err;

	watchdog("create with fault", n);
	isolated_options(&options, 2);
	alive = faults_alive();
	before = footprint();
	faults_arm(n, on);
	err = quern_processes_create(&executor, &options);
	calls = faults_disarm();
	if (err) {
		CU_ASSERT_TRUE(is_of_a_shortage(err));
		CU_ASSERT_PTR_NULL(executor);
	} else {
		CU_ASSERT_EQUAL(
		    quern_run(executor, quern_call(return_one, NULL)), 1);
		CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	}
	after = footprint();
	CU_ASSERT_EQUAL(faults_alive(), alive);
	CU_ASSERT_EQUAL(after.descriptors, before.descriptors);
	expect_no_children();
	return calls >= n;
}

/* Until nothing fails any more. */
static void
create_with_each_fault(bool on)
{
	unsigned long n = 1;

	while (n < MOST && create_with_fault(n, on))
		n += STEP;
	/* At least what it is made of. */
	CU_ASSERT(n > 20);
	CU_ASSERT(n < MOST);
}

static void
whatever_is_lacking_create_leaves_nothing(void)
{
	create_with_each_fault(false);
}

static void
if_more_and_more_is_lacking_create_leaves_nothing(void)
{
	create_with_each_fault(true);
}

/* ---- the next process ---- */

static void
lose_worker(struct rig *rig, unsigned long n, bool on)
{
	int pid = isolated_run(rig, quern_call(tell_pid, NULL));

	CU_ASSERT(pid > 0);
	faults_arm(n, on);
	CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
}

static void
a_job_that_finds_no_process_is_told_and_the_next_one_works(void)
{
	struct rig rig;
	long alive;

	if (!isolated_open_one(&rig))
		return;
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	alive = faults_alive();
	for (int round = 0; round < 10; round++) {
		lose_worker(&rig, 1, true);
		for (int n = 0; n < 3; n++)
			CU_ASSERT_TRUE(is_of_a_shortage(
			    isolated_run(&rig, quern_call(return_one, NULL))));
		faults_disarm();
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(return_one, NULL)), 1);
	}
	CU_ASSERT_EQUAL(faults_alive(), alive);
	rig_close(&rig);
	expect_no_children();
}

/* What fails is the keeper's, or the job's, which then is told. */
static void
whatever_is_lacking_later_a_job_ends(void)
{
	unsigned long n = 1, calls;
	int status;
	struct rig rig;
	long alive;

	if (!isolated_open_one(&rig))
		return;
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	alive = faults_alive();
	do {
		watchdog("lacking later", n);
		lose_worker(&rig, n, false);
		status = isolated_run(&rig, quern_call(return_one, NULL));
		calls = faults_disarm();
		CU_ASSERT(status == 1 || is_of_a_shortage(status));
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(return_one, NULL)), 1);
		CU_ASSERT_EQUAL(faults_alive(), alive);
	} while (calls >= n++ && n < MOST);
	CU_ASSERT(n > 3);
	CU_ASSERT(n < MOST);
	rig_close(&rig);
	expect_no_children();
}

/* ---- copies, and accumulators ---- */

static void
a_loop_that_finds_no_memory_fails(void)
{
	static double in[300000], out[300000];
	unsigned long n = 1, calls;
	struct rig rig;
	double sum;
	int status;

	if (!isolated_open(&rig, NULL))
		return;
	do {
		watchdog("loops lacking memory", n);
		faults_arm(n, false);
		status =
		    quern_run(rig.executor, quern_pow_f64(out, in, 2, 300000));
		CU_ASSERT(status == 0 || is_of_a_shortage(status));
		status =
		    quern_run(rig.executor, quern_sum_f64(&sum, in, 300000));
		CU_ASSERT(status == 0 || is_of_a_shortage(status));
		calls = faults_disarm();
	} while (calls >= n++ && n < MOST);
	CU_ASSERT(n < MOST);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_sum_f64(&sum, in, 300000)), 0);
	rig_close(&rig);
	expect_no_children();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "whatever is lacking, create leaves nothing",
		    whatever_is_lacking_create_leaves_nothing },
		{ "if more and more is lacking, create leaves nothing",
		    if_more_and_more_is_lacking_create_leaves_nothing },
		{ "a job that finds no process is told, and the next one works",
		    a_job_that_finds_no_process_is_told_and_the_next_one_works },
		{ "whatever is lacking later, a job ends",
		    whatever_is_lacking_later_a_job_ends },
		{ "a loop that finds no memory fails",
		    a_loop_that_finds_no_memory_fails },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process faults", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_storm.c -- many jobs while workers are killed all the time: each
 * job ends once, and afterwards everything is as before.
 */
#include <errno.h>
#include <quern/kernels.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "isolated.h"
#include "watchdog.h"

enum {
	IN_FLIGHT = 64,
	A_KILL = 50,   /* jobs from one to the next */
	A_BURST = 100, /* the same of buffers that come and go */
	BURST = 80,    /* more than the arena keeps */
	SLACK = 40,    /* of these, that an idle worker has not heard of yet */
	SHARED = 1000,
	WORKERS = 3
};

/* ---- the storm ---- */

static struct storm {
	struct rig rig;
	unsigned long left; /* to submit */
	struct tally tally;
	unsigned long ended, kills;
	uint64_t random;
	struct noted noted[IN_FLIGHT];
	int pid[IN_FLIGHT]; /* of workers that were alive lately; 0: none */
	int next_pid;
	double *in, *out; /* a buffer for all */
} storm;

/* What comes next: mostly calls, and loops over what is shared, or is not. */
static quern_op
any_op(void)
{
	static double in[SHARED], out[SHARED];

	switch (next_random(&storm.random) % 8) {
	case 0:
		return quern_pow_f64(storm.out, storm.in, 1.5, SHARED);
	case 1:
		return quern_pow_f64(out, in, 1.5, SHARED);
	default:
		return quern_call(tell_pid, NULL);
	}
}

static void
kill_any(void)
{
	int i = (int)(next_random(&storm.random) % IN_FLIGHT);

	/* It may be gone, and its number is hardly another's yet. */
	for (int n = 0; n < IN_FLIGHT; n++, i = (i + 1) % IN_FLIGHT)
		if (storm.pid[i]) {
			storm.kills += !kill(storm.pid[i], SIGKILL);
			memset(storm.pid, 0, sizeof(storm.pid));
			return;
		}
}

/* So that workers, dying or not, are told of memory that comes and goes. */
static void
burst(void)
{
	void *buffer[BURST] = { NULL };
	int wrong = 0;

	for (int i = 0; i < BURST; i++)
		wrong |=
		    quern_buffer_create(&buffer[i], storm.rig.executor, 4096);
	for (int i = 0; i < BURST; i++)
		wrong |= quern_buffer_destroy(buffer[i]);
	CU_ASSERT_EQUAL(wrong, 0);
}

static void submit_next(struct noted *noted);

static void
count_and_go_on(quern_loop *loop, quern_job *job, int status)
{
	struct noted *noted = job->data;

	(void)loop;
	noted->times++;
	noted->status = status;
	storm.ended++;
	if (noted->times != 1)
		storm.tally.others++;
	else if (status >= 0)
		storm.tally.done++;
	else if (status == -EOWNERDEAD)
		storm.tally.died++;
	else
		storm.tally.others++;
	if (status > 0) {
		storm.pid[storm.next_pid] = status;
		storm.next_pid = (storm.next_pid + 1) % IN_FLIGHT;
	}
	if (storm.ended % A_KILL == 0)
		kill_any();
	if (storm.ended % A_BURST == 0)
		burst();
	submit_next(noted);
}

static void
submit_next(struct noted *noted)
{
	if (!storm.left)
		return;
	storm.left--;
	noted->times = 0;
	quern_job_init(&noted->job, any_op(), count_and_go_on);
	noted->job.data = noted;
	CU_ASSERT_EQUAL(quern_submit(storm.rig.loop, &noted->job), 0);
}

static bool
open_storm(void)
{
	quern_processes_options options;

	isolated_options(&options, WORKERS);
	if (!isolated_open(&storm.rig, &options))
		return false;
	CU_ASSERT_EQUAL(quern_buffer_create((void **)&storm.in,
			    storm.rig.executor, SHARED * sizeof(double)),
	    0);
	CU_ASSERT_EQUAL(quern_buffer_create((void **)&storm.out,
			    storm.rig.executor, SHARED * sizeof(double)),
	    0);
	return storm.in && storm.out;
}

static void
blow(unsigned long jobs)
{
	memset(&storm.tally, 0, sizeof(storm.tally));
	memset(storm.pid, 0, sizeof(storm.pid));
	storm.left = jobs;
	storm.ended = storm.kills = 0;
	watchdog("jobs of the storm", jobs);
	for (int i = 0; i < IN_FLIGHT; i++)
		submit_next(&storm.noted[i]);
	rig_run(&storm.rig);
	CU_ASSERT_EQUAL(storm.ended, jobs);
	CU_ASSERT_EQUAL(storm.tally.done + storm.tally.died, jobs);
	CU_ASSERT_EQUAL(storm.tally.others, 0);
	/* One job for a kill at most. */
	CU_ASSERT(storm.kills > 0);
	CU_ASSERT(storm.tally.died <= storm.kills);
}

static void
close_storm(void)
{
	CU_ASSERT_EQUAL(quern_buffer_destroy(storm.in), 0);
	CU_ASSERT_EQUAL(quern_buffer_destroy(storm.out), 0);
	rig_close(&storm.rig);
	expect_no_children();
}

static void
every_job_ends_once_whoever_is_killed(void)
{
	struct footprint before, after;

	storm.random = seed();
	if (!open_storm())
		return;
	blow(1000);
	before = footprint();
	blow(rounds(SANITIZED ? 4000 : 20000));
	/* All are there, and idle. */
	CU_ASSERT_EQUAL(
	    isolated_run(&storm.rig, quern_call(return_one, NULL)), 1);
	for (int ms = 0; children(NULL, 0) < WORKERS && ms < 10000; ms++)
		usleep(1000);
	after = footprint();
	CU_ASSERT_EQUAL(children(NULL, 0), WORKERS);
	CU_ASSERT(after.descriptors <= before.descriptors + SLACK);
	CU_ASSERT(after.maps <= before.maps + 2 * SLACK);
	CU_ASSERT(SANITIZED || after.resident_kb <= before.resident_kb + 4096);
	close_storm();
}

/* Of whole executors, one after the other. */
static void
executors_that_have_gone_leave_nothing(void)
{
	struct footprint before = { 0 }, after;
	unsigned long most = fewer_rounds(8);

	storm.random = seed();
	for (unsigned long n = 0; n < 2 + most; n++) {
		if (n == 2)
			before = footprint();
		if (!open_storm())
			return;
		blow(200);
		close_storm();
	}
	after = footprint();
	CU_ASSERT_EQUAL(after.descriptors, before.descriptors);
	CU_ASSERT(after.maps <= before.maps + 5);
	CU_ASSERT(SANITIZED || after.resident_kb <= before.resident_kb + 4096);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "every job ends once, whoever is killed",
		    every_job_ends_once_whoever_is_killed },
		{ "executors that have gone leave nothing",
		    executors_that_have_gone_leave_nothing },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process storm", tests);
	return run_suites();
}

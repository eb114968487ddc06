/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_flood.c -- more jobs than two worker processes can take: all
 * submitted before the loop runs, and all cancelled at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isolated.h"
#include "watchdog.h"

enum { FLOOD = SANITIZED ? 20000 : 100000, CANCELLED = 10000, RUNNING = 2 };

static struct noted *
many(size_t n)
{
	struct noted *noted = calloc(n, sizeof(*noted));

	if (!noted)
		abort();
	return noted;
}

static void
jobs_may_come_before_the_loop_runs(void)
{
	struct noted *noted = many(FLOOD);
	struct tally tally;
	struct rig rig;
	size_t wrong = 0;

	if (!isolated_open(&rig, NULL)) {
		free(noted);
		return;
	}
	for (int i = 0; i < FLOOD; i++) {
		noted_init(&noted[i], quern_call(return_one, NULL));
		wrong += quern_submit(rig.loop, &noted[i].job) != 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	rig_run(&rig);
	tally = tally_of(noted, FLOOD);
	CU_ASSERT_EQUAL(tally.done, FLOOD);
	rig_close(&rig);
	expect_no_children();
	free(noted);
}

/* The workers are busy for ever with the first ones. */
static void
waiting_jobs_are_cancelled_at_once(void)
{
	struct noted *noted = many(RUNNING + CANCELLED);
	struct tally tally;
	size_t wrong = 0;
	struct rig rig;
	int *pid;

	if (!isolated_open(&rig, NULL)) {
		free(noted);
		return;
	}
	CU_ASSERT_EQUAL(quern_buffer_create((void **)&pid, rig.executor,
			    RUNNING * sizeof(*pid)),
	    0);
	memset(pid, 0, RUNNING * sizeof(*pid));
	for (int i = 0; i < RUNNING; i++) {
		noted_init(&noted[i], quern_call(spin_for_ever, &pid[i]));
		noted_submit(&rig, &noted[i]);
	}
	for (int i = 0; i < RUNNING; i++)
		await_int(&pid[i]);
	for (int i = RUNNING; i < RUNNING + CANCELLED; i++) {
		noted_init(&noted[i], quern_call(return_one, NULL));
		wrong += quern_submit(rig.loop, &noted[i].job) != 0;
	}
	/* None can have run: all are still in line. */
	for (int i = RUNNING; i < RUNNING + CANCELLED; i++)
		wrong += quern_cancel(&noted[i].job) != 0;
	CU_ASSERT_EQUAL(wrong, 0);
	for (int i = 0; i < RUNNING; i++)
		CU_ASSERT_EQUAL(quern_cancel(&noted[i].job), -EINPROGRESS);
	rig_run(&rig);
	tally = tally_of(noted, RUNNING + CANCELLED);
	CU_ASSERT_EQUAL(tally.cancelled, RUNNING + CANCELLED);
	/* Before those that had to be killed. */
	for (int i = RUNNING; i < RUNNING + CANCELLED; i++)
		wrong += noted[i].at > noted[0].at;
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	CU_ASSERT_EQUAL(quern_buffer_destroy(pid), 0);
	rig_close(&rig);
	free(noted);
}

static int
run_for_ever(quern_context *ctx, void *unused)
{
	(void)unused;
	while (!quern_should_stop(ctx))
		;
	return -EIO;
}
QUERN_REGISTER(run_for_ever)

/* While their workers are killed, too. */
static void
a_cancelled_flood_may_meet_deaths(void)
{
	enum { SOME = 2000 };
	struct noted *noted = many(SOME);
	struct tally tally;
	struct rig rig;

	if (!isolated_open(&rig, NULL)) {
		free(noted);
		return;
	}
	for (int i = 0; i < SOME; i++) {
		/* Nobody comes to the others before these are dead. */
		noted_init(&noted[i],
		    quern_call(i < RUNNING ? run_for_ever : return_one, NULL));
		noted_submit(&rig, &noted[i]);
	}
	for (int i = SOME - 1; i >= SOME / 2; i--)
		(void)quern_cancel(&noted[i].job);
	kill_children();
	/* Those that had not begun when their worker died run again. */
	for (int i = SOME / 2; i >= 0; i--)
		(void)quern_cancel(&noted[i].job);
	rig_run(&rig);
	tally = tally_of(noted, SOME);
	CU_ASSERT_EQUAL(tally.done + tally.died + tally.cancelled, SOME);
	CU_ASSERT(tally.cancelled > 0);
	CU_ASSERT(tally.died <= 2);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	rig_close(&rig);
	free(noted);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "jobs may come before the loop runs",
		    jobs_may_come_before_the_loop_runs },
		{ "waiting jobs are cancelled at once",
		    waiting_jobs_are_cancelled_at_once },
		{ "a cancelled flood may meet deaths",
		    a_cancelled_flood_may_meet_deaths },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process flood", tests);
	return run_suites();
}

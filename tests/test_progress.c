/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_progress.c -- how far a call, a loop and a group say they are, and what
 * that promises.
 */
#include <errno.h>

#include <math.h>

#include "crowd.h"
#include "threads.h"

struct reader {
	const quern_job *job;
	double seen;
};

static void *
read_progress(void *arg)
{
	struct reader *reader = arg;

	reader->seen = quern_job_progress(reader->job);
	return NULL;
}

/* As another thread than the loop's and the worker's sees it. */
static double
progress_elsewhere(const quern_job *job)
{
	struct reader reader = { job, -1 };
	pthread_t thread;

	CU_ASSERT_EQUAL_FATAL(
	    pthread_create(&thread, NULL, read_progress, &reader), 0);
	pthread_join(thread, NULL);
	return reader.seen;
}

static int
go_in_steps(quern_context *ctx, void *gates)
{
	static const double step[] = { 0.25, 7, -1, 0.5, NAN };
	struct gate *gate = gates;

	for (int i = 0; i < 5; i++) {
		quern_set_progress(ctx, step[i]);
		gate_pass(&gate[i]);
	}
	return 0;
}

static void
a_call_says_how_far_it_is(void)
{
	/* What is above 1 counts as 1, what is no number is ignored. */
	static const double seen[] = { 0.25, 1, 1, 0.5, 0.5 };
	struct gate gate[5];
	static struct jam jam;
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 5; i++)
		gate_init(&gate[i]);
	jam_begin(&jam, rig.loop, 1);
	quern_job_init(&job, quern_call(go_in_steps, gate), NULL);
	CU_ASSERT_EQUAL(progress_elsewhere(&job), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_EQUAL(progress_elsewhere(&job), 0);
	jam_end(&jam);
	for (int i = 0; i < 5; i++) {
		gate_await(&gate[i], 1);
		CU_ASSERT_EQUAL(progress_elsewhere(&job), seen[i]);
		gate_open(&gate[i]);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(progress_elsewhere(&job), 1);
	rig_close(&rig);
}

static void
stop_at_each_block(quern_context *ctx, size_t begin, size_t end, void *gates)
{
	struct gate *gate = gates;

	(void)end;
	quern_set_progress(ctx, 0.99); /* of no effect in a loop */
	gate_pass(&gate[begin]);
}

static void
a_loop_counts_its_blocks(void)
{
	struct gate gate[4];
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 4; i++)
		gate_init(&gate[i]);
	quern_job_init(&job, quern_for(4, 1, stop_at_each_block, gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	for (int i = 0; i < 4; i++) {
		gate_await(&gate[i], 1);
		CU_ASSERT_EQUAL(progress_elsewhere(&job), i / 4.0);
		gate_open(&gate[i]);
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(progress_elsewhere(&job), 1);
	rig_close(&rig);
}

struct steps {
	struct gate gate[8];
	int next;
};

static void
stop_at_each_step(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct steps *steps = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	gate_pass(&steps->gate[steps->next++]);
}

static void
a_group_gives_the_mean_of_its_members(void)
{
	static struct steps steps;
	static struct crowd crowd;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 0; i < 8; i++)
		gate_init(&steps.gate[i]);
	crowd_init(&crowd, 0);
	for (int i = 0; i < 2; i++)
		crowd.job[i].op = quern_for(4, 1, stop_at_each_step, &steps);
	crowd_submit(&crowd, rig.loop, 2);
	for (int i = 0; i < 8; i++) {
		gate_await(&steps.gate[i], 1);
		CU_ASSERT_EQUAL(quern_group_progress(&crowd.group), i / 8.0);
		gate_open(&steps.gate[i]);
	}
	rig_run(&rig);
	crowd_ended(&crowd, 2, 0);
	CU_ASSERT_EQUAL(quern_group_progress(NULL), 0);
	rig_close(&rig);
}

/* ---- a thread that only asks ---- */

struct asker {
	struct rig rig;
	quern_job job;
	quern_group group;
	int returns;
	int result; /* the job's, not atomic */
	int seen;
};

static int
write_result(quern_context *ctx, void *arg)
{
	struct asker *asker = arg;

	(void)ctx;
	asker->result = 42;
	return asker->returns;
}

static void *
ask_for_the_status(void *arg)
{
	struct asker *asker = arg;

	while (quern_job_status(&asker->job) == -EINPROGRESS)
		;
	asker->seen = asker->result;
	return NULL;
}

static void *
ask_for_the_progress(void *arg)
{
	struct asker *asker = arg;

	while (quern_job_progress(&asker->job) < 1)
		;
	asker->seen = asker->result;
	return NULL;
}

static void *
ask_for_that_of_the_group(void *arg)
{
	struct asker *asker = arg;

	/* From before there is the loop. */
	while (quern_group_progress(&asker->group) < 1)
		;
	asker->seen = asker->result;
	return NULL;
}

/* The thread sanitizer sees whether that is ordered. */
static void
check_asker(void *(*ask)(void *), int returns)
{
	struct asker asker = { .returns = returns };
	bool group = ask == ask_for_that_of_the_group;
	quern_job *member = &asker.job;
	pthread_t thread;

	for (int i = 0; i < 20; i++) {
		asker.result = 0;
		quern_job_init(
		    &asker.job, quern_call(write_result, &asker), NULL);
		quern_group_init(&asker.group, NULL, 0);
		if (group)
			start_thread(&thread, ask, &asker);
		CU_ASSERT_FATAL(rig_open(&asker.rig, 1));
		if (group) {
			CU_ASSERT_EQUAL(quern_group_submit(asker.rig.loop,
					    &asker.group, &member, 1),
			    1);
		} else {
			CU_ASSERT_EQUAL(
			    quern_submit(asker.rig.loop, &asker.job), 0);
			start_thread(&thread, ask, &asker);
		}
		rig_run(&asker.rig);
		pthread_join(thread, NULL);
		rig_close(&asker.rig);
		CU_ASSERT_EQUAL(quern_job_status(&asker.job), returns);
		CU_ASSERT_EQUAL(asker.seen, 42);
	}
}

static void
who_sees_that_a_job_has_ended_sees_what_it_did(void)
{
	check_asker(ask_for_the_status, 7);
	check_asker(ask_for_the_status, -EIO);
	check_asker(ask_for_the_progress, 7);
	check_asker(ask_for_the_progress, -EIO);
	check_asker(ask_for_that_of_the_group, 7);
	check_asker(ask_for_that_of_the_group, -EIO);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a call says how far it is", a_call_says_how_far_it_is },
		{ "a loop counts its blocks", a_loop_counts_its_blocks },
		{ "a group gives the mean of its members",
		    a_group_gives_the_mean_of_its_members },
		{ "who sees that a job has ended sees what it did",
		    who_sees_that_a_job_has_ended_sees_what_it_did },
		CU_TEST_INFO_NULL,
	};

	add_suite("progress", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_order.c -- who comes first, end to end: priorities, ageing, and that
 * nobody waits behind a job that takes long.
 */
#include <errno.h>

#include "support.h"

/* ---- priorities, on one worker ---- */

struct run {
	int order[2048]; /* of `id`, as they ran */
	int n;
};

struct runner {
	quern_job job;
	struct run *run;
	int id;
};

static int
note_order(quern_context *ctx, void *arg)
{
	struct runner *runner = arg;

	(void)ctx;
	runner->run->order[runner->run->n++] = runner->id;
	return 0;
}

static void
runner_submit(struct runner *runner, struct rig *rig, struct run *run,
    int priority, int id)
{
	runner->run = run;
	runner->id = id;
	quern_job_init(&runner->job, quern_call(note_order, runner), NULL);
	runner->job.priority = priority;
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &runner->job), 0);
}

static void
higher_priorities_come_first_and_equal_ones_in_order(void)
{
	static const int priority[] = { 0, -1, 1, 0, 1, -1, -1, 0, 1 };
	static const int order[] = { 2, 4, 8, 0, 3, 7, 1, 5, 6 };
	enum { N = sizeof(order) / sizeof(*order) };
	static struct runner runner[N];
	static struct run run;
	static struct jam jam;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	for (int i = 0; i < N; i++)
		runner_submit(&runner[i], &rig, &run, priority[i], i);
	jam_end(&jam);
	rig_run(&rig);
	for (int i = 0; i < N; i++)
		CU_ASSERT_EQUAL(run.order[i], order[i]);
	rig_close(&rig);
}

static int
position_of(const struct run *run, int id)
{
	for (int i = 0; i < run->n; i++)
		if (run->order[i] == id)
			return i;
	return -1;
}

/* A bound in jobs, not in time: the same on every machine. */
static void
a_low_priority_job_is_not_starved_by_high_ones(void)
{
	enum { HIGH = 2000, LOW_ID = 5000, NORMAL_ID = 6000 };
	static struct runner high[HIGH], low, normal;
	static struct run run;
	static struct jam jam;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	runner_submit(&low, &rig, &run, QUERN_LOW, LOW_ID);
	runner_submit(&normal, &rig, &run, QUERN_NORMAL, NORMAL_ID);
	for (int i = 0; i < HIGH; i++)
		runner_submit(&high[i], &rig, &run, QUERN_HIGH, i);
	jam_end(&jam);
	rig_run(&rig);
	CU_ASSERT_EQUAL(run.n, HIGH + 2);
	CU_ASSERT(position_of(&run, LOW_ID) >= 16);
	CU_ASSERT(position_of(&run, LOW_ID) <= 64);
	CU_ASSERT(position_of(&run, NORMAL_ID) >= 16);
	CU_ASSERT(position_of(&run, NORMAL_ID) <= 64);
	rig_close(&rig);
}

struct tail {
	struct run *run;
	int blocks, position; /* of the last block among the runners */
};

static void
note_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct tail *tail = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	tail->blocks++;
	tail->position = tail->run->n;
}

/* A block at least whenever its turn comes. */
static void
nor_is_a_low_priority_loop(void)
{
	enum { HIGH = 2000, BLOCKS_LOW = 20 };
	static struct runner high[HIGH];
	static struct run run;
	static struct jam jam;
	struct tail tail = { &run, 0, 0 };
	quern_job low;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	quern_job_init(&low, quern_for(BLOCKS_LOW, 1, note_block, &tail), NULL);
	low.priority = QUERN_LOW;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &low), 0);
	for (int i = 0; i < HIGH; i++)
		runner_submit(&high[i], &rig, &run, QUERN_HIGH, i);
	jam_end(&jam);
	rig_run(&rig);
	CU_ASSERT_EQUAL(tail.blocks, BLOCKS_LOW);
	CU_ASSERT(tail.position >= 16);
	CU_ASSERT(tail.position <= 32 * BLOCKS_LOW);
	rig_close(&rig);
}

/* ---- behind something long ---- */

struct crowd {
	struct gate gate; /* the endless job waits here */
	quern_job job[64];
	int told;
};

static void
count_and_release(quern_loop *loop, quern_job *job, int status)
{
	struct crowd *crowd = job->data;

	(void)loop;
	(void)status;
	if (++crowd->told == 63)
		gate_open(&crowd->gate);
}

static void
an_endless_job_among_63_empty_ones_delays_none(void)
{
	static struct crowd crowd;
	static const int place[] = { 0, 1, 31, 62, 63 };
	quern_job *list[64];
	struct rig rig;
	int ran = 0;

	for (size_t p = 0; p < sizeof(place) / sizeof(*place); p++) {
		if (!rig_open(&rig, 2))
			return;
		gate_init(&crowd.gate);
		crowd.told = ran = 0;
		for (int i = 0; i < 64; i++) {
			quern_job_init(&crowd.job[i],
			    i == place[p] ? quern_call(pass_gate, &crowd.gate) :
					    quern_call(add_one, &ran),
			    count_and_release);
			crowd.job[i].data = &crowd;
			list[i] = &crowd.job[i];
		}
		CU_ASSERT_EQUAL(quern_submit_many(rig.loop, list, 64), 64);
		rig_run(&rig);
		CU_ASSERT_EQUAL(ran, 63);
		CU_ASSERT_EQUAL(crowd.told, 64);
		rig_close(&rig);
	}
}

enum { BLOCKS = 1000 };

struct overtaken {
	quern_loop *loop;
	quern_job long_job, short_job;
	int priority;      /* of the short one */
	int blocks;        /* run so far */
	int blocks_before; /* the short one ran */
	int err;
};

static int
look(quern_context *ctx, void *arg)
{
	struct overtaken *test = arg;

	(void)ctx;
	test->blocks_before = test->blocks;
	return 0;
}

/* The first block submits the short job. */
static void
count_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct overtaken *test = arg;

	(void)ctx;
	(void)end;
	test->blocks++;
	if (begin)
		return;
	quern_job_init(&test->short_job, quern_call(look, test), NULL);
	test->short_job.priority = test->priority;
	test->err = quern_submit(test->loop, &test->short_job);
}

static void
a_short_job_overtakes_a_long_loop_at_a_block_border(void)
{
	static struct overtaken test;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (int priority = QUERN_LOW; priority <= QUERN_HIGH; priority++) {
		test = (struct overtaken) {
			.loop = rig.loop, .priority = priority, .err = 1
		};
		quern_job_init(&test.long_job,
		    quern_for(BLOCKS, 1, count_block, &test), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &test.long_job), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(test.err, 0);
		CU_ASSERT_EQUAL(test.blocks, BLOCKS);
		CU_ASSERT_EQUAL(quern_job_status(&test.long_job), 0);
		/* A lower one has to wait for its age. */
		CU_ASSERT_EQUAL(
		    test.blocks_before <= 2, priority >= QUERN_NORMAL);
		CU_ASSERT(test.blocks_before <= BLOCKS);
	}
	rig_close(&rig);
}

/* -- loops of one priority -- */

static void
note_each_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)begin;
	(void)end;
	(void)note_order(ctx, arg);
}

/* Loops A, B, C of four blocks each, and a call after B if `call`. */
static void
run_loops(struct run *run, bool call)
{
	enum { LOOPS = 3, CUTS = 4, CALL = 9 };
	struct runner loop[LOOPS], one;
	struct jam jam;
	struct rig rig;

	run->n = 0;
	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	for (int i = 0; i < LOOPS; i++) {
		loop[i].run = run;
		loop[i].id = i;
		quern_job_init(&loop[i].job,
		    quern_for(CUTS, 1, note_each_block, &loop[i]), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &loop[i].job), 0);
		if (i == 1 && call)
			runner_submit(&one, &rig, run, 0, CALL);
	}
	jam_end(&jam);
	rig_run(&rig);
	rig_close(&rig);
	CU_ASSERT_EQUAL(run->n, LOOPS * CUTS + call);
}

static void
a_loop_is_through_before_the_next_one_begins(void)
{
	struct run run;

	run_loops(&run, false);
	for (int i = 0; i < run.n; i++)
		CU_ASSERT_EQUAL(run.order[i], i / 4);
}

static void
a_call_behind_loops_waits_for_a_block_of_each(void)
{
	struct run run;

	run_loops(&run, true);
	CU_ASSERT_EQUAL(position_of(&run, 9), 2);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "higher priorities come first and equal ones in order",
		    higher_priorities_come_first_and_equal_ones_in_order },
		{ "a low priority job is not starved by high ones",
		    a_low_priority_job_is_not_starved_by_high_ones },
		{ "nor is a low priority loop", nor_is_a_low_priority_loop },
		{ "an endless job among 63 empty ones delays none",
		    an_endless_job_among_63_empty_ones_delays_none },
		{ "a short job overtakes a long loop at a block border",
		    a_short_job_overtakes_a_long_loop_at_a_block_border },
		{ "a loop is through before the next one begins",
		    a_loop_is_through_before_the_next_one_begins },
		{ "a call behind loops waits for a block of each",
		    a_call_behind_loops_waits_for_a_block_of_each },
		CU_TEST_INFO_NULL,
	};

	add_suite("order", tests);
	return run_suites();
}

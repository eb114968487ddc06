/* SPDX-License-Identifier: BSD-2-Clause */
/* test_cancel_loop.c -- where a cancelled loop stops, and what it touches. */
#include <errno.h>
#include <sys/mman.h>

#include "support.h"

enum { BLOCKS = 1000, WORKERS = 2 };

struct pages {
	struct gate gate;
	char *byte; /* BLOCKS bytes, unmapped as soon as done is called */
	int begun;
	int told;
};

static void
touch(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct pages *pages = arg;

	(void)ctx;
	(void)end;
	__atomic_fetch_add(&pages->begun, 1, __ATOMIC_RELAXED);
	gate_pass(&pages->gate);
	pages->byte[begin] = 1;
}

static void
unmap(quern_loop *loop, quern_job *job, int status)
{
	struct pages *pages = job->data;

	(void)loop;
	(void)status;
	pages->told++;
	CU_ASSERT_EQUAL(munmap(pages->byte, BLOCKS), 0);
}

/* Whoever touched the pages after done would crash. */
static void
a_running_loop_stops_within_a_block_and_is_off_its_data(void)
{
	static struct pages pages;
	struct rig rig;
	quern_stats stats;
	quern_job job;

	if (!rig_open(&rig, WORKERS))
		return;
	for (int round = 0; round < 100; round++) {
		pages = (struct pages) { .told = 0 };
		gate_init(&pages.gate);
		pages.byte = mmap(NULL, BLOCKS, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CU_ASSERT_PTR_NOT_EQUAL_FATAL(pages.byte, MAP_FAILED);
		quern_job_init(
		    &job, quern_for(BLOCKS, 1, touch, &pages), unmap);
		job.data = &pages;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		gate_await(&pages.gate, WORKERS);
		CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
		gate_open(&pages.gate);
		rig_run(&rig);
		CU_ASSERT_EQUAL(pages.told, 1);
		CU_ASSERT_EQUAL(pages.begun, WORKERS);
		CU_ASSERT_EQUAL(quern_job_status(&job), -ECANCELED);
	}
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.blocks, 100 * WORKERS);
	rig_close(&rig);
}

static void
pass_block(quern_context *ctx, size_t begin, size_t end, void *gate)
{
	(void)ctx;
	(void)begin;
	(void)end;
	gate_pass(gate);
}

static void
a_loop_whose_blocks_all_ran_is_0_although_cancelled(void)
{
	static struct gate gate = GATE_INITIALIZER;
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, WORKERS))
		return;
	quern_job_init(&job, quern_for(WORKERS, 1, pass_block, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, WORKERS);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	gate_open(&gate);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), 0);
	rig_close(&rig);
}

struct left {
	quern_loop *loop;
	struct gate gate;
	quern_job urgent;
	int blocks, told;
};

static void
submit_urgent(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct left *left = arg;

	(void)ctx;
	(void)end;
	left->blocks++;
	if (begin == 0 && quern_submit(left->loop, &left->urgent))
		gate_arrive(&left->gate); /* let the test fail, not hang */
}

static void
open_gate(quern_loop *loop, quern_job *job, int status)
{
	struct left *left = job->data;

	(void)loop;
	CU_ASSERT_EQUAL(status, -ECANCELED);
	left->told++;
	gate_open(&left->gate);
}

/* Its only worker has gone to something urgent, and is stuck there. */
static void
a_loop_with_nobody_inside_ends_at_once(void)
{
	static struct left left;
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	left = (struct left) { .loop = rig.loop };
	gate_init(&left.gate);
	quern_job_init(&left.urgent, quern_call(pass_gate, &left.gate), NULL);
	quern_job_init(
	    &job, quern_for(BLOCKS, 1, submit_urgent, &left), open_gate);
	job.data = &left;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&left.gate, 1);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EALREADY);
	rig_run(&rig);
	CU_ASSERT_EQUAL(left.told, 1);
	CU_ASSERT_EQUAL(left.blocks, 1);
	CU_ASSERT_EQUAL(quern_job_status(&left.urgent), 0);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a running loop stops within a block and is off its data",
		    a_running_loop_stops_within_a_block_and_is_off_its_data },
		{ "a loop whose blocks all ran is 0 although cancelled",
		    a_loop_whose_blocks_all_ran_is_0_although_cancelled },
		{ "a loop with nobody inside ends at once",
		    a_loop_with_nobody_inside_ends_at_once },
		CU_TEST_INFO_NULL,
	};

	add_suite("cancel: loops", tests);
	return run_suites();
}

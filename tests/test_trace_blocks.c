/* SPDX-License-Identifier: BSD-2-Clause */
/* test_trace_blocks.c -- what workers and callers do on the timeline. */
#include <quern/trace.h>
#include <string.h>

#include "src/front.h"
#include "src/pool.h"
#include "teams.h"
#include "threads.h"
#include "trace_file.h"

enum { WORKERS = 2 };

/* ---- blocks ---- */

enum { ELEMENTS = 1000, GRAIN = 13, BLOCKS = (ELEMENTS + GRAIN - 1) / GRAIN };

/* Is the block inside a slice of the same job on the same track? */
static bool
is_inside(const struct trace_file *file, const struct trace_event *block)
{
	for (size_t i = 0; i < file->n; i++) {
		const struct trace_event *job = &file->event[i];

		if (job->phase == 'X' && !strcmp(job->category, "job") &&
		    job->tid == block->tid && job->job == block->job &&
		    job->begin_ns <= block->begin_ns &&
		    job->begin_ns + job->length_ns >=
			block->begin_ns + block->length_ns)
			return true;
	}
	return false;
}

/* Each element of the loop was in one block, with that phase. */
static void
check_blocks(const struct trace_file *file, char phase)
{
	unsigned char seen[ELEMENTS] = { 0 };

	for (size_t i = 0; i < file->n; i++) {
		const struct trace_event *block = &file->event[i];

		if (block->phase != phase ||
		    strcmp(block->category, "block") != 0)
			continue;
		CU_ASSERT(block->first % GRAIN == 0 && block->count <= GRAIN);
		if (phase == 'X')
			CU_ASSERT_TRUE(is_inside(file, block));
		for (uint64_t n = 0; n < block->count; n++)
			if (block->first + n < ELEMENTS)
				seen[block->first + n]++;
	}
	CU_ASSERT_PTR_NULL(memchr(seen, 0, sizeof(seen)));
	CU_ASSERT_PTR_NULL(memchr(seen, 2, sizeof(seen)));
}

static void
blocks_lie_within_their_job_and_cover_it(void)
{
	struct trace_file file;
	size_t starts = 0;
	struct rig rig;
	quern_job job;
	int ran = 0;

	if (!trace_rig_open(&rig, WORKERS))
		return;
	quern_job_init(
	    &job, quern_for(ELEMENTS, GRAIN, count_range, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "block", &job), BLOCKS);
	check_blocks(&file, 'X');
	for (size_t i = 0; i < file.n; i++)
		starts += file.event[i].phase == 'X' &&
		    !strcmp(file.event[i].part, "start");
	CU_ASSERT_EQUAL(starts, 1);
	CU_ASSERT_EQUAL(trace_count(&file, 't', NULL, &job),
	    trace_count(&file, 'X', "job", &job));
	trace_free(&file);
}

static int
call_loop(quern_context *ctx, void *count)
{
	return quern_run_inside(
	    ctx, quern_for(ELEMENTS, GRAIN, count_range, count));
}

static void
a_loop_inside_a_job_lies_within_it(void)
{
	struct trace_file file;
	struct rig rig;
	quern_job job;
	int ran = 0;

	if (!trace_rig_open(&rig, WORKERS))
		return;
	quern_job_init(&job, quern_call(call_loop, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	trace_rig_end(&rig, &file);
	check_blocks(&file, 'X');
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "block", NULL), BLOCKS);
	/* The inner job has no loop and hence no arrow. */
	CU_ASSERT_EQUAL(trace_count(&file, 't', NULL, NULL), 1);
	trace_free(&file);
}

struct caller {
	quern_executor *executor;
	int ran;
	int status;
	pthread_t thread;
};

static void *
run_blocking(void *arg)
{
	struct caller *caller = arg;

	caller->status = quern_run(caller->executor,
	    quern_for(ELEMENTS, GRAIN, count_range, &caller->ran));
	return NULL;
}

static void
blocking_callers_share_a_track_and_may_overlap(void)
{
	struct caller caller[4] = { { NULL } };
	struct trace_file file;
	size_t blocks = 0;
	struct rig rig;

	if (!trace_rig_open(&rig, 1))
		return;
	for (int i = 0; i < 4; i++) {
		caller[i].executor = rig.executor;
		start_thread(&caller[i].thread, run_blocking, &caller[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(caller[i].thread, NULL);
		CU_ASSERT_EQUAL(caller[i].status, 0);
	}
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(trace_count(&file, 'b', "job", NULL), 4);
	blocks = trace_count(&file, 'b', "block", NULL) +
	    trace_count(&file, 'X', "block", NULL);
	CU_ASSERT_EQUAL(blocks, 4 * BLOCKS);
	CU_ASSERT_EQUAL(trace_count(&file, 's', NULL, NULL), 0);
	CU_ASSERT_EQUAL(trace_count(&file, 't', NULL, NULL), 0);
	trace_free(&file);
}

static void
jobs_that_no_worker_runs_are_on_that_track_too(void)
{
	const struct trace_event *begin, *end;
	quern_job job[2];
	struct trace_file file;
	struct rig rig;
	int ran = 0;

	if (!trace_rig_open(&rig, 2))
		return;
	quern_job_init(&job[0], quern_blocking(add_one, &ran), NULL);
	quern_job_init(&job[1], quern_team(2, add_one, &ran), NULL);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ran, 2);
	trace_rig_end(&rig, &file);
	for (int i = 0; i < 2; i++) {
		begin = trace_find(&file, 'b', "job", &job[i]);
		end = trace_find(&file, 'e', "job", &job[i]);
		CU_ASSERT_PTR_NOT_NULL(begin);
		CU_ASSERT_PTR_NOT_NULL(end);
		if (begin && end)
			CU_ASSERT(begin->begin_ns <= end->begin_ns);
	}
	trace_free(&file);
}

/* ---- waits and wakes ---- */

static void
a_sleep_ends_with_a_wake(void)
{
	const struct trace_event *sleep, *wake, *poll;
	struct trace_file file;
	struct rig rig;
	unsigned loop, worker, callers;
	quern_job job;
	int ran = 0;

	/* First, so that the worker's first sleep is on it. */
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	if (!rig_open(&rig, 1))
		return;
	loop = rig.loop->track.name.id;
	worker = rig.executor->worker[0].track.name.id;
	callers = rig.executor->callers.name.id;
	await_sleep(rig.executor);
	counted_job(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	trace_rig_end(&rig, &file);
	wake = trace_find(&file, 'i', "wait", NULL);
	sleep = poll = NULL;
	for (size_t i = 0; i < file.n; i++) {
		if (!strcmp(file.event[i].name, "asleep") && !sleep)
			sleep = &file.event[i];
		if (!strcmp(file.event[i].name, "poll") && !poll)
			poll = &file.event[i];
	}
	CU_ASSERT_TRUE(wake && sleep && poll);
	if (wake && sleep && poll) {
		CU_ASSERT_EQUAL(wake->tid, callers);
		CU_ASSERT_EQUAL(poll->tid, loop);
		CU_ASSERT_EQUAL(sleep->tid, worker);
		CU_ASSERT(wake->begin_ns >= sleep->begin_ns);
		CU_ASSERT(wake->begin_ns <= sleep->begin_ns + sleep->length_ns);
	}
	trace_free(&file);
}

static void
each_wake_is_marked(void)
{
	struct trace_file file;
	quern_stats stats;
	struct rig rig;
	quern_job job;
	int ran = 0;

	if (!trace_rig_open(&rig, WORKERS))
		return;
	for (int round = 0; round < 20; round++) {
		await_sleep(rig.executor);
		/* The loop's thread wakes one, which wakes the other. */
		quern_job_init(
		    &job, quern_for(ELEMENTS, GRAIN, count_range, &ran), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		rig_run(&rig);
		await_sleep(rig.executor);
		/* A caller wakes one. */
		CU_ASSERT_EQUAL(quern_run(rig.executor, job.op), 0);
	}
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	trace_rig_end(&rig, &file);
	CU_ASSERT(stats.wakes >= 2 * 20);
	CU_ASSERT_EQUAL(trace_count(&file, 'i', "wait", NULL), stats.wakes);
	trace_free(&file);
}

static void
start_a_timeline_first(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	if (begin == 0)
		*(int *)arg = quern_trace_start(trace_path());
	for (; begin < end; begin++)
		__asm__ volatile("" : : : "memory");
}

static void
a_timeline_that_starts_later_shows_the_rest_of_a_job(void)
{
	struct trace_file file;
	struct rig rig;
	quern_job job;
	int started = 1;

	if (!rig_open(&rig, 1))
		return;
	quern_job_init(&job,
	    quern_for(ELEMENTS, GRAIN, start_a_timeline_first, &started), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(started, 0);
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "submit", &job), 0);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "block", &job), BLOCKS - 1);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "callback", &job), 1);
	trace_free(&file);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "blocks lie within their job and cover it",
		    blocks_lie_within_their_job_and_cover_it },
		{ "a loop inside a job lies within it",
		    a_loop_inside_a_job_lies_within_it },
		{ "blocking callers share a track and may overlap",
		    blocking_callers_share_a_track_and_may_overlap },
		{ "jobs that no worker runs are on that track too",
		    jobs_that_no_worker_runs_are_on_that_track_too },
		{ "a sleep ends with a wake", a_sleep_ends_with_a_wake },
		{ "each wake is marked", each_wake_is_marked },
		{ "a timeline that starts later shows the rest of a job",
		    a_timeline_that_starts_later_shows_the_rest_of_a_job },
		CU_TEST_INFO_NULL,
	};

	add_suite("trace: blocks, waits and wakes", tests);
	return run_suites();
}

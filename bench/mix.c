/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mix.c -- subject 5: two long loops and 10,000 short jobs, submitted together.
 *
 * Each loop is 0.5 s of arithmetic in blocks of 1 ms, each short job 20 us.
 * The ideal is the same arithmetic on bare threads, shared out evenly before
 * they start, since there nothing waits and nothing is handed over.
 *
 * The loops stand first in line.  How long a short job waits behind them is
 * counted in block borders: the blocks that the worker which ran it has begun
 * since the submit, and before the job.
 */
#include <ev.h>
#include <pthread.h>
#include <quern/quern.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"
#include "stats.h"
#include "work.h"

enum { LOOPS = 2, BLOCKS = 500, SHORTS = 10000, MOST_WORKERS = 1024 };

#define BLOCK_SECONDS 1e-3
#define SHORT_SECONDS 20e-6

static struct ev_loop *ev;
static quern_executor *pool;
static quern_loop *loop;

/* Results; a part of the work is a number, its steps begin there. */
static uint64_t block_steps, short_steps;
static size_t blocks, shorts;
static uint64_t *result, *expected;
static double *borders;

static quern_job *jobs, **job_list;

/* The blocks that each worker has begun since the submit. */
static uint64_t begun[MOST_WORKERS];
static size_t completed;

static void
block_do(size_t part)
{
	result[part] = work_do(part, block_steps);
}

static void
short_do(size_t part)
{
	result[part] = work_do(part, short_steps);
}

/* The parts: the blocks of each loop, then the short jobs. */
static size_t
parts(void)
{
	return LOOPS * blocks + shorts;
}

static void
check(const char *who)
{
	if (memcmp(result, expected, parts() * sizeof(*result)))
		die("%s: a wrong result", who);
	memset(result, 0, parts() * sizeof(*result));
}

/* ---- quern ---- */

static uint64_t *
begun_here(quern_context *ctx)
{
	unsigned worker = quern_worker_index(ctx);

	if (worker >= MOST_WORKERS)
		die("more workers than there is room for");
	return &begun[worker];
}

static void
loop_body(quern_context *ctx, size_t first, size_t end, void *arg)
{
	size_t part = (size_t)(uintptr_t)arg;

	for (; first < end; first++) {
		++*begun_here(ctx);
		block_do(part + first);
	}
}

static int
short_body(quern_context *ctx, void *arg)
{
	size_t part = (size_t)(uintptr_t)arg;

	borders[part - LOOPS * blocks] = (double)*begun_here(ctx);
	short_do(part);
	return 0;
}

static void
on_done(quern_loop *of, quern_job *job, int status)
{
	(void)of;
	(void)job;
	if (status)
		die("quern: %s", quern_strerror(status));
	completed++;
}

static double
quern_takes(void)
{
	size_t n = LOOPS + shorts;
	uint64_t from;

	for (size_t i = 0; i < n; i++) {
		size_t part =
		    i < LOOPS ? i * blocks : LOOPS * blocks + i - LOOPS;
		void *arg = (void *)(uintptr_t)part;

		quern_job_init(&jobs[i],
		    i < LOOPS ? quern_for(blocks, 1, loop_body, arg) :
				quern_call(short_body, arg),
		    on_done);
		job_list[i] = &jobs[i];
	}
	memset(begun, 0, sizeof(begun));
	completed = 0;

	from = now_ns();
	if (quern_submit_many(loop, job_list, n) != (int)n)
		die("quern: jobs were refused");
	ev_run(ev, 0);
	from = now_ns() - from;

	if (completed != n)
		die("quern: %zu of %zu jobs completed", completed, n);
	check("quern");
	return (double)from * 1e-6;
}

static void
quern_round(void *arg, double value[])
{
	(void)arg;
	value[0] = quern_takes();
}

static void
borders_round(void *arg, double value[])
{
	(void)arg;
	(void)quern_takes();
	stats_sort(borders, shorts);
	value[0] = stats_quantile(borders, shorts, 0.5);
	value[1] = stats_quantile(borders, shorts, 0.99);
	value[2] = borders[shorts - 1];
}

/* ---- bare threads ---- */

static void
bare_part(unsigned index, unsigned n, void *arg)
{
	(void)arg;
	for (size_t i = index; i < parts(); i += n) {
		if (i < LOOPS * blocks)
			block_do(i);
		else
			short_do(i);
	}
}

static void
bare_round(void *arg, double value[])
{
	(void)arg;
	value[0] = bare_threads(cores(), bare_part, NULL) * 1e3;
	check("bare threads");
}

int
main(int argc, char **argv)
{
	static const struct figure total = { "", "ms", false };
	static const struct figure waits[] = {
		{ "p50", "blocks", false },
		{ "p99", "blocks", false },
		{ "worst", "blocks", false },
	};
	static const struct contender contender[] = {
		{ "quern", false, quern_round, NULL },
		{ "bare threads", true, bare_round, NULL },
	};
	static const struct contender alone = { "quern", false, borders_round,
		NULL };

	rounds_begin(argc, argv);
	block_steps = work_steps(BLOCK_SECONDS);
	short_steps = work_steps(SHORT_SECONDS);
	blocks = rounds_count(BLOCKS, 1);
	shorts = rounds_count(SHORTS, 1);
	result = get_memory(parts(), sizeof(*result));
	expected = get_memory(parts(), sizeof(*expected));
	borders = get_memory(shorts, sizeof(*borders));
	jobs = get_memory(LOOPS + shorts, sizeof(*jobs));
	job_list = get_memory(LOOPS + shorts, sizeof(*job_list));
	bare_threads(1, bare_part, NULL);
	memcpy(expected, result, parts() * sizeof(*result));
	ev = ev_loop_new(EVFLAG_AUTO);
	if (!ev || quern_threads_create(&pool, NULL) ||
	    quern_loop_create(&loop, ev, pool))
		die("quern: no loop and pool");

	rounds_measure(
	    "5 two loops and 10,000 short jobs", &total, 1, contender, 2);
	rounds_measure("5 a short job waits behind", waits, 3, &alone, 1);

	if (quern_loop_destroy(loop) || quern_executor_destroy(pool))
		die("quern: no end");
	ev_loop_destroy(ev);
	free(job_list);
	free(jobs);
	free(borders);
	free(expected);
	free(result);
	return 0;
}

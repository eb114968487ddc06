/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scaling.c -- subject 7: one large loop, and a thousand small ones submitted
 * together, on 1, 2, 4, ... workers up to the number of cores.
 *
 * An element is 1 us of arithmetic.  Bare threads, started and joined each
 * time, do the same with a fixed partition: the large loop in as many parts as
 * there are threads, of the small loops each thread the same number.
 */
#include <ev.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"
#include "work.h"

enum { LARGE = 200000, SMALL = 100, SMALL_LOOPS = 1000 };

#define ELEMENT_SECONDS 1e-6

/* One or more loops of the same length; loop l has its elements at l * length. */
struct task {
	size_t loops, length;
	quern_job *jobs, **job_list;
	uint64_t *result, *expected;
};

/* A task on so many threads. */
struct run {
	struct task *task;
	unsigned width;
	struct ev_loop *ev;
	quern_executor *pool;
	quern_loop *loop;
};

static uint64_t steps;
static size_t completed;

static size_t
elements(const struct task *task)
{
	return task->loops * task->length;
}

/* The elements [begin, end) of the loop whose results stand there. */
static void
compute(uint64_t result[], size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		result[i] = work_do((uint64_t)i, steps);
}

static double
check(struct task *task, double seconds)
{
	size_t bytes = elements(task) * sizeof(*task->result);

	if (memcmp(task->result, task->expected, bytes))
		die("a wrong result");
	memset(task->result, 0, bytes);
	return (double)elements(task) / seconds * 1e-6;
}

/* ---- quern ---- */

static void
body(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	compute(arg, begin, end);
}

static void
on_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	(void)job;
	if (status)
		die("quern: %s", quern_strerror(status));
	completed++;
}

static void
quern_round(void *arg, double value[])
{
	const struct run *run = arg;
	struct task *task = run->task;
	uint64_t begun;

	completed = 0;
	begun = now_ns();
	if (quern_submit_many(run->loop, task->job_list, task->loops) !=
	    (int)task->loops)
		die("quern: jobs were refused");
	ev_run(run->ev, 0);
	begun = now_ns() - begun;
	if (completed != task->loops)
		die("quern: %zu of %zu jobs completed", completed, task->loops);
	value[0] = check(task, (double)begun * 1e-9);
}

/* ---- bare threads ---- */

static void
bare_part(unsigned index, unsigned n, void *arg)
{
	struct task *task = arg;
	size_t cuts = task->loops > 1 ? task->loops : task->length;
	size_t begin = cuts * index / n, end = cuts * (index + 1) / n;

	if (task->loops == 1) {
		compute(task->result, begin, end);
		return;
	}
	for (; begin < end; begin++)
		compute(&task->result[begin * task->length], 0, task->length);
}

static void
bare_round(void *arg, double value[])
{
	const struct run *run = arg;
	double took = bare_threads(run->width, bare_part, run->task);

	value[0] = check(run->task, took);
}

/* ---- all of it ---- */

static void
task_init(struct task *task, size_t loops, size_t length)
{
	task->loops = loops;
	task->length = length;
	task->jobs = get_memory(loops, sizeof(*task->jobs));
	task->job_list = get_memory(loops, sizeof(*task->job_list));
	task->result = get_memory(elements(task), sizeof(*task->result));
	task->expected = get_memory(elements(task), sizeof(*task->expected));
	for (size_t i = 0; i < loops; i++) {
		quern_job_init(&task->jobs[i],
		    quern_for(length, 0, body, &task->result[i * length]),
		    on_done);
		task->job_list[i] = &task->jobs[i];
	}
	bare_threads(1, bare_part, task);
	memcpy(task->expected, task->result,
	    elements(task) * sizeof(*task->result));
}

static void
task_fini(struct task *task)
{
	free(task->expected);
	free(task->result);
	free(task->job_list);
	free(task->jobs);
}

static void
measure(const char *what, struct task *task, unsigned width)
{
	static const struct figure figure = { "", "M/s", true };
	struct run run = { .task = task, .width = width };
	const struct contender contender[] = {
		{ "quern", false, quern_round, &run },
		{ "bare threads", true, bare_round, &run },
	};
	quern_threads_options options;
	char work[60];

	quern_threads_options_init(&options);
	options.workers = width;
	run.ev = ev_loop_new(EVFLAG_AUTO);
	if (!run.ev || quern_threads_create(&run.pool, &options) ||
	    quern_loop_create(&run.loop, run.ev, run.pool))
		die("quern: no loop and pool");
	snprintf(work, sizeof(work), "7 %s, width %u", what, width);
	rounds_measure(work, &figure, 1, contender, 2);
	if (quern_loop_destroy(run.loop) || quern_executor_destroy(run.pool))
		die("quern: no end");
	ev_loop_destroy(run.ev);
}

int
main(int argc, char **argv)
{
	struct task large, small;
	unsigned most = cores();

	rounds_begin(argc, argv);
	steps = work_steps(ELEMENT_SECONDS);
	task_init(&large, 1, rounds_count(LARGE, 1));
	task_init(&small, rounds_count(SMALL_LOOPS, 2), SMALL);
	for (unsigned width = 1; width <= most;
	     width = width < most && 2 * width > most ? most : 2 * width) {
		measure("one large loop", &large, width);
		measure("1000 small loops", &small, width);
	}
	task_fini(&small);
	task_fini(&large);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd.c -- a million tasks that wait at once: how much memory each takes, how
 * long it takes until all wait, and until all have ended; see crowd.h.
 *
 * Each contender has one round, in a process of its own.
 */
#include "crowd.h"

#include <ev.h>
#include <quern/quern.h>
#include <quern/together.h>
#include <stdio.h>

#include "child.h"
#include "python.h"
#include "rounds.h"

enum {
	CROWD = 1000000,
	/* A page of stack, and what the kernel needs to know of it. */
	NEEDS_BYTES = 4500,
	/* The bar: a million within 10 GiB. */
	MOST_BYTES = 10737
};

enum { MEMORY, START, END, FIGURES };

static struct {
	quern_semaphore gate;
	size_t waiting, ended;
	double resident;   /* before there were any; when all wait: of all */
	uint64_t since_ns; /* the first was started, or let go on */
	double took[FIGURES];
} crowd;

static int
wait_at_the_gate(void *unused)
{
	int err;

	(void)unused;
	crowd.waiting++;
	err = quern_semaphore_acquire(&crowd.gate);
	crowd.ended++;
	return err;
}

static double
seconds_since(uint64_t ns)
{
	return (double)(now_ns() - ns) * 1e-9;
}

/* It runs when all others have: they wait. */
static int
open_the_gate(void *n)
{
	crowd.took[START] = seconds_since(crowd.since_ns);
	if (crowd.waiting != *(size_t *)n || crowd.ended)
		die("%zu of the tasks wait", crowd.waiting - crowd.ended);
	crowd.took[MEMORY] = (child_resident() - crowd.resident) / *(size_t *)n;
	crowd.since_ns = now_ns();
	for (size_t i = 0; i < *(size_t *)n; i++)
		quern_semaphore_release(&crowd.gate);
	return 0;
}

/* Of a child. */
static void
run_crowd(void *unused, double value[])
{
	size_t n = rounds_count(CROWD, 1);
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	quern_executor *pool;
	quern_loop *loop;

	(void)unused;
	if (!ev || quern_threads_create(&pool, NULL) ||
	    quern_loop_create(&loop, ev, pool))
		die("no loop");
	quern_semaphore_init(&crowd.gate, 0);
	crowd.resident = child_resident();
	crowd.since_ns = now_ns();
	for (size_t i = 0; i < n; i++)
		if (quern_spawn(loop, NULL, wait_at_the_gate, NULL))
			die("no task %zu", i);
	if (quern_spawn(loop, NULL, open_the_gate, &n))
		die("no task to open the gate");
	ev_run(ev, 0);
	crowd.took[END] = seconds_since(crowd.since_ns);
	if (crowd.ended != n)
		die("%zu of %zu tasks have ended", crowd.ended, n);
	if (crowd.took[MEMORY] > MOST_BYTES)
		die("%g bytes for each task", crowd.took[MEMORY]);
	for (size_t i = 0; i < FIGURES; i++)
		value[i] = crowd.took[i];
}

static void
quern_round(void *unused, double value[])
{
	child_run(run_crowd, unused, value, FIGURES);
}

static void
python_round(void *unused, double value[])
{
	(void)unused;
	python_run(value, FIGURES, "crowd %zu", rounds_count(CROWD, 1));
}

/* Bytes that processes may still take; 0: unknown. */
static double
available(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[100];
	double kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %lf", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib * 1024;
}

void
crowd_measure(bool python)
{
	static const struct figure figure[FIGURES] = {
		[MEMORY] = { "memory", "B/task", false },
		[START] = { "to start", "s", false },
		[END] = { "to end", "s", false },
	};
	static const struct contender contender[] = {
		{ "quern", false, quern_round, NULL },
		{ "asyncio", true, python_round, NULL },
	};
	double needs = (double)rounds_count(CROWD, 1) * NEEDS_BYTES;

	if (available() < needs) {
		fprintf(stderr,
		    "left out, since it takes %.1f GB of memory: "
		    "a million tasks at once\n",
		    needs * 1e-9);
		return;
	}
	rounds_measure_once(
	    "9 1 M tasks wait", figure, FIGURES, contender, 1 + python);
}

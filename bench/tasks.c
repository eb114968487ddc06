/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tasks.c -- subject 9: what it costs to be a task.
 *
 * A switch there and back; to start an empty task and join it; 100,000 tasks
 * that sleep for a second at once; a million that wait (crowd.c); an empty job
 * that a task awaits, with 4096 of them at once, against the same with
 * callbacks.
 *
 * For the sleeps "cold" means that no task was there before, so every stack is
 * mapped and touched for the first time: each round is a process of its own.
 */
#include <ev.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>

#include "child.h"
#include "crowd.h"
#include "pipe.h"
#include "python.h"
#include "rounds.h"
#include "src/fiber.h"

enum {
	SWITCHES = 2000000,
	SPAWNS = 100000,
	PYTHON_SPAWNS = 20000,
	SLEEPERS = 100000,
	FLIGHT = 4096,
	AWAITS = 400 /* of each of them */
};

static struct ev_loop *ev;
static quern_executor *pool;
static quern_loop *loop;

/* ---- a switch there and back ---- */

static char stack[65536] __attribute__((aligned(64)));

static struct quern__fiber home, fiber;

static void
switch_back(void *unused)
{
	(void)unused;
	for (;;)
		quern__fiber_switch(&fiber, &home);
}

static void
fiber_round(void *unused, double value[])
{
	size_t n = rounds_count(SWITCHES, 1);
	uint64_t begun;

	(void)unused;
	quern__fiber_adopt(&home);
	quern__fiber_begin(&fiber, stack, sizeof(stack), switch_back, NULL);
	begun = now_ns();
	for (size_t i = 0; i < n; i++)
		quern__fiber_switch(&home, &fiber);
	value[0] = (double)(now_ns() - begun) / (double)n;
}

#ifdef PEER_boost_context
/* Of libboost_context, as its fcontext.hpp says it in C++. */
struct transfer {
	void *from, *data;
};
struct transfer jump_fcontext(void *to, void *data);
void *make_fcontext(void *top, size_t bytes, void (*fn)(struct transfer));

static void
jump_back(struct transfer from)
{
	for (;;)
		from = jump_fcontext(from.from, NULL);
}

static void
fcontext_round(void *unused, double value[])
{
	void *there =
	    make_fcontext(stack + sizeof(stack), sizeof(stack), jump_back);
	size_t n = rounds_count(SWITCHES, 1);
	uint64_t begun = now_ns();

	(void)unused;
	for (size_t i = 0; i < n; i++)
		there = jump_fcontext(there, NULL).from;
	value[0] = (double)(now_ns() - begun) / (double)n;
}
#endif

/* ---- start and join ---- */

static int
nothing(void *unused)
{
	(void)unused;
	return 0;
}

static int
spawn_and_join(void *arg)
{
	size_t n = rounds_count(SPAWNS, 1);
	uint64_t begun = now_ns();

	for (size_t i = 0; i < n; i++) {
		quern_task *task;

		if (quern_spawn(loop, &task, nothing, NULL) ||
		    quern_join(task, NULL))
			die("no task");
	}
	*(double *)arg = (double)(now_ns() - begun) / (double)n;
	return 0;
}

static void
run_task(quern_task_fn *fn, void *arg)
{
	quern_task *task;
	int result;

	if (quern_spawn(loop, &task, fn, arg))
		die("no task");
	ev_run(ev, 0);
	if (quern_join(task, &result) || result)
		die("a task failed");
}

static void
spawn_round(void *unused, double value[])
{
	(void)unused;
	run_task(spawn_and_join, &value[0]);
}

static void
python_spawn_round(void *unused, double value[])
{
	(void)unused;
	python_run(value, 1, "spawn %zu", rounds_count(PYTHON_SPAWNS, 1));
	value[0] *= 1e9;
}

/* ---- sleeps ---- */

static int
sleep_once(void *seconds)
{
	return quern_sleep(*(double *)seconds);
}

/* How long until all have slept. */
static double
sleeps_take(void)
{
	double seconds = rounds_seconds(1);
	size_t n = rounds_count(SLEEPERS, 1);
	quern_task **task = get_memory(n, sizeof(quern_task *));
	uint64_t begun = now_ns();
	int result;

	for (size_t i = 0; i < n; i++)
		if (quern_spawn(loop, &task[i], sleep_once, &seconds))
			die("no task %zu", i);
	ev_run(ev, 0);
	for (size_t i = 0; i < n; i++)
		if (quern_join(task[i], &result) || result)
			die("a sleep failed");
	free(task);
	return (double)(now_ns() - begun) * 1e-9;
}

static void
open_loop(void)
{
	ev = ev_loop_new(EVFLAG_AUTO);
	if (!ev || quern_threads_create(&pool, NULL) ||
	    quern_loop_create(&loop, ev, pool))
		die("no loop");
}

/* Of a child. */
static void
run_sleeps(void *warm, double value[])
{
	open_loop();
	if (*(bool *)warm)
		(void)sleeps_take();
	value[0] = sleeps_take();
}

static void
sleep_round(void *warm, double value[])
{
	child_run(run_sleeps, warm, value, 1);
}

static void
python_sleep_round(void *unused, double value[])
{
	(void)unused;
	python_run(value, 1, "sleeps %zu %g", rounds_count(SLEEPERS, 1),
	    rounds_seconds(1));
}

/* ---- await ---- */

static int
empty(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return 0;
}

static int
await_empty(void *n)
{
	for (size_t i = 0; i < *(size_t *)n; i++)
		if (quern_await(quern_call(empty, NULL)))
			die("an await failed");
	return 0;
}

static void
await_round(void *unused, double value[])
{
	size_t n = rounds_count(AWAITS, 1);
	uint64_t begun = now_ns();

	(void)unused;
	for (int i = 0; i < FLIGHT; i++)
		if (quern_spawn(loop, NULL, await_empty, &n))
			die("no task %d", i);
	ev_run(ev, 0);
	value[0] = (double)(now_ns() - begun) / (double)(n * FLIGHT);
}

static void
callback_round(void *unused, double value[])
{
	size_t n = rounds_count(AWAITS, 1) * FLIGHT;

	(void)unused;
	value[0] = pipe_resubmit(pipes[0], FLIGHT, n) * 1e9 / (double)n;
}

int
main(int argc, char **argv)
{
	static const struct figure ns = { "", "ns", false };
	static const struct figure s = { "", "s", false };
	static bool cold = false, warm = true;
	static const struct contender switches[] = {
		{ "quern", false, fiber_round, NULL },
#ifdef PEER_boost_context
		{ "Boost fcontext", true, fcontext_round, NULL },
#endif
	};
	static const struct contender spawns[] = {
		{ "quern_spawn", false, spawn_round, NULL },
		{ "asyncio", true, python_spawn_round, NULL },
	};
	static const struct contender sleeps[] = {
		{ "quern, cold", false, sleep_round, &cold },
		{ "quern, cached", false, sleep_round, &warm },
		{ "asyncio.gather", true, python_sleep_round, NULL },
	};
	static const struct contender awaits[] = {
		{ "quern_await", false, await_round, NULL },
		{ "quern, callbacks", true, callback_round, NULL },
	};
	size_t python = python_is_there() ? 1 : 0;

	rounds_begin(argc, argv);
	/* Before there are threads: the children make their own. */
	rounds_measure(
	    "9 100,000 tasks sleep for 1 s", &s, 1, sleeps, 2 + python);
	crowd_measure(python);
	open_loop();
	pipe_open(pipes[0]);
	rounds_measure("9 a switch there and back", &ns, 1, switches,
	    sizeof(switches) / sizeof(switches[0]));
	rounds_measure(
	    "9 start and join an empty task", &ns, 1, spawns, 1 + python);
	rounds_measure(
	    "9 an empty job, awaited by 4096 tasks", &ns, 1, awaits, 2);
	if (quern_loop_destroy(loop) || quern_executor_destroy(pool))
		die("no end");
	ev_loop_destroy(ev);
	return 0;
}

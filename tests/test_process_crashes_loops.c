/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_crashes_loops.c -- workers that die in the middle of a loop: the
 * loop fails, or, where it may be tried again, is as if they had not.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "isolated.h"

enum { N = 1000, GRAIN = 10, FATAL = 500 };

/* In a buffer, for all workers. */
struct plan {
	int deaths;     /* still to come; atomic */
	int fatal_call; /* the one of `calls` to die in; 0: by element */
	int calls;      /* atomic */
	int touched[N]; /* how often each element was run; atomic */
};

/* Dies, if one is left to do so. */
static void
die_as_planned(struct plan *plan)
{
	if (__atomic_fetch_sub(&plan->deaths, 1, __ATOMIC_RELAXED) > 0)
		kill(getpid(), SIGKILL);
}

static void
die_at_call(struct plan *plan)
{
	if (plan->fatal_call &&
	    __atomic_add_fetch(&plan->calls, 1, __ATOMIC_RELAXED) ==
		plan->fatal_call)
		die_as_planned(plan);
}

/* ---- loops ---- */

static void
touch_all(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct plan *plan = arg;

	(void)ctx;
	for (size_t i = begin; i < end; i++) {
		__atomic_fetch_add(&plan->touched[i], 1, __ATOMIC_RELAXED);
		if (i == FATAL)
			die_as_planned(plan);
	}
}
QUERN_REGISTER(touch_all)

static int
add_one_or_die(void *out, const void *in, void *arg)
{
	int value = *(const int *)in;

	*(int *)out = value + 1;
	if (value == FATAL)
		die_as_planned(arg);
	return 0;
}
QUERN_REGISTER(add_one_or_die)

/* ---- a reduction ---- */

static void
sum_identity(void *acc, void *arg)
{
	*(long *)acc = 0;
	if (((struct plan *)arg)->fatal_call < 0)
		die_as_planned(arg);
}

static void
sum_body(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	for (size_t i = begin; i < end; i++) {
		*(long *)acc += (long)i;
		if (i == FATAL && !((struct plan *)arg)->fatal_call)
			die_as_planned(arg);
	}
}

static void
sum_combine(void *acc, const void *right, void *arg)
{
	*(long *)acc += *(const long *)right;
	if (((struct plan *)arg)->fatal_call > 0)
		die_at_call(arg);
}

static const quern_reducer sum = {
	.size = sizeof(long),
	.identity = sum_identity,
	.body = sum_body,
	.combine = sum_combine,
};
QUERN_REGISTER(sum)

/* ---- the scene ---- */

static struct rig rig;
static struct plan *plan;
static int *numbers; /* a buffer, too */

static bool
open_scene(unsigned retries)
{
	quern_processes_options options;

	isolated_options(&options, 2);
	options.retries = retries;
	if (!isolated_open(&rig, &options))
		return false;
	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&plan, rig.executor, sizeof(*plan)),
	    0);
	CU_ASSERT_EQUAL(quern_buffer_create((void **)&numbers, rig.executor,
			    N * sizeof(*numbers)),
	    0);
	return plan && numbers;
}

static void
plan_deaths(int deaths, int fatal_call)
{
	memset(plan, 0, sizeof(*plan));
	plan->deaths = deaths;
	plan->fatal_call = fatal_call;
	for (int i = 0; i < N; i++)
		numbers[i] = i;
}

static void
close_scene(void)
{
	CU_ASSERT_EQUAL(quern_buffer_destroy(numbers), 0);
	CU_ASSERT_EQUAL(quern_buffer_destroy(plan), 0);
	rig_close(&rig);
}

/* It fails, says why, and the same op succeeds when nobody dies. */
static void
fails_and_recovers(quern_op op, int fatal_call)
{
	struct noted noted;

	plan_deaths(1, fatal_call);
	noted_init(&noted, op);
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
	CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGKILL);
	CU_ASSERT(plan->deaths <= 0);
	plan_deaths(0, fatal_call);
	CU_ASSERT_EQUAL(isolated_run(&rig, op), 0);
}

/* ---- tests ---- */

static void
a_death_in_a_block_fails_the_loop(void)
{
	if (!open_scene(0))
		return;
	fails_and_recovers(quern_for(N, GRAIN, touch_all, plan), 0);
	close_scene();
}

static void
a_death_in_a_map_fails_it_and_leaves_what_was_not_shared(void)
{
	static int in[N], out[N];
	size_t changed = 0, wrong = 0;
	quern_op op = quern_map(
	    out, sizeof(*out), in, sizeof(*in), N, add_one_or_die, NULL);

	if (!open_scene(0))
		return;
	op.arg = plan;
	for (int i = 0; i < N; i++)
		in[i] = i;
	memset(out, 0xff, sizeof(out));
	plan_deaths(1, 0);
	CU_ASSERT_EQUAL(isolated_run(&rig, op), -EOWNERDEAD);
	/* Each is as before, or done. */
	for (int i = 0; i < N; i++) {
		wrong += out[i] != -1 && out[i] != i + 1;
		changed += in[i] != i;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(changed, 0);
	CU_ASSERT_EQUAL(out[FATAL], -1);
	fails_and_recovers(op, 0);
	CU_ASSERT_EQUAL(out[FATAL], FATAL + 1);
	close_scene();
}

static void
a_death_in_any_part_of_a_reduction_fails_it(void)
{
	quern_op op;
	long result = -1;

	if (!open_scene(0))
		return;
	op = quern_reduce(N, GRAIN, &sum, plan, &result);
	/* In an identity, a body, and the first, a middle and the last join. */
	for (int fatal_call = -1; fatal_call < N / GRAIN; fatal_call += 7) {
		result = -1;
		plan_deaths(1, fatal_call);
		CU_ASSERT_EQUAL(isolated_run(&rig, op), -EOWNERDEAD);
		CU_ASSERT_EQUAL(result, -1);
		CU_ASSERT(plan->deaths <= 0);
	}
	for (int fatal_call = 0; fatal_call < 2; fatal_call++) {
		fails_and_recovers(op, fatal_call);
		CU_ASSERT_EQUAL(result, (long)N * (N - 1) / 2);
	}
	close_scene();
}

/* All workers die in one loop. */
static void
die_always(quern_context *ctx, size_t begin, size_t end, void *unused)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)unused;
	abort();
}
QUERN_REGISTER(die_always)

static void
several_deaths_in_one_loop_are_one_failure(void)
{
	struct noted noted;

	if (!open_scene(0))
		return;
	for (int round = 0; round < 10; round++) {
		noted_init(&noted, quern_for(N, 1, die_always, NULL));
		CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
		CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGABRT);
	}
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	close_scene();
}

/* One dies as soon as there is another one, which must be killed then. */
static void
die_beside_another(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	int *touched = ((struct plan *)arg)->touched;

	(void)ctx;
	(void)end;
	__atomic_store_n(&touched[begin], 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&touched[!begin], __ATOMIC_ACQUIRE))
		;
	if (begin == 0)
		abort();
	for (;;)
		__asm__ volatile("");
}
QUERN_REGISTER(die_beside_another)

static int
exit_3(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	_exit(3);
}
QUERN_REGISTER(exit_3)

/* Also if its thread sees another one meanwhile. */
static void
the_first_death_of_each_job_is_told(void)
{
	struct noted noted, next;

	if (!open_scene(0))
		return;
	/* Either of the two workers is the first in some round. */
	for (int round = 0; round < 6; round++) {
		plan_deaths(0, 0);
		noted_init(&noted, quern_for(2, 1, die_beside_another, plan));
		noted_init(&next, quern_call(exit_3, NULL));
		noted_submit(&rig, &noted);
		noted_submit(&rig, &next);
		rig_run(&rig);
		CU_ASSERT_EQUAL(noted.status, -EOWNERDEAD);
		CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGABRT);
		CU_ASSERT_EQUAL(next.status, -EOWNERDEAD);
		CU_ASSERT_EQUAL(crash_of(&next).signal, 0);
		CU_ASSERT_EQUAL(crash_of(&next).exit_status, 3);
	}
	close_scene();
}

/* ---- and again ---- */

static int
die_or_return_one(quern_context *ctx, void *arg)
{
	(void)ctx;
	die_as_planned(arg);
	return 1;
}
QUERN_REGISTER(die_or_return_one)

static void
what_died_is_tried_again_so_many_times(void)
{
	struct noted noted;
	quern_crash crash;

	if (!open_scene(2))
		return;
	for (int deaths = 0; deaths <= 2; deaths++) {
		plan_deaths(deaths, 0);
		noted_init(&noted, quern_call(die_or_return_one, plan));
		CU_ASSERT_EQUAL(noted_run(&rig, &noted), 1);
		CU_ASSERT_EQUAL(quern_job_crash(&noted.job, &crash), -ENODATA);
		CU_ASSERT_EQUAL(plan->deaths, -1);
	}
	plan_deaths(3, 0);
	noted_init(&noted, quern_call(die_or_return_one, plan));
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
	CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGKILL);
	CU_ASSERT_EQUAL(plan->deaths, 0);
	close_scene();
}

static void
blocks_that_died_are_tried_again(void)
{
	size_t missing = 0, often = 0;

	if (!open_scene(1))
		return;
	plan_deaths(1, 0);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_for(N, GRAIN, touch_all, plan)), 0);
	for (int i = 0; i < N; i++) {
		missing += !plan->touched[i];
		often += plan->touched[i] > 2;
	}
	CU_ASSERT_EQUAL(plan->touched[FATAL], 2);
	CU_ASSERT_EQUAL(missing, 0);
	CU_ASSERT_EQUAL(often, 0);
	close_scene();
}

/* Either it is not tried again, or its result is right. */
static void
what_is_tried_again_does_not_count_twice(void)
{
	const long right = (long)N * (N - 1) / 2;
	size_t wrong = 0, tried_again = 0;
	long result;
	int status;

	if (!open_scene(1))
		return;
	for (int fatal_call = -1; fatal_call < N / GRAIN;
	     fatal_call += SANITIZED && fatal_call > 0 ? 7 : 1) {
		plan_deaths(1, fatal_call);
		result = -1;
		status = isolated_run(
		    &rig, quern_reduce(N, GRAIN, &sum, plan, &result));
		CU_ASSERT(status == 0 || status == -EOWNERDEAD);
		wrong += result != (status ? -1 : right);
		tried_again += !status && plan->deaths < 0;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT(tried_again >= 2); /* the identity and the body */
	close_scene();
}

static void
what_is_tried_again_in_place_is_not_done_twice(void)
{
	size_t wrong = 0;
	int status;

	if (!open_scene(1))
		return;
	plan_deaths(1, 0);
	status = isolated_run(&rig,
	    quern_map(numbers, sizeof(*numbers), numbers, sizeof(*numbers), N,
		add_one_or_die, plan));
	CU_ASSERT(status == 0 || status == -EOWNERDEAD);
	for (int i = 0; i < N; i++)
		wrong += status ? numbers[i] > i + 1 : numbers[i] != i + 1;
	CU_ASSERT_EQUAL(wrong, 0);
	close_scene();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a death in a block fails the loop",
		    a_death_in_a_block_fails_the_loop },
		{ "a death in a map fails it and leaves what was not shared",
		    a_death_in_a_map_fails_it_and_leaves_what_was_not_shared },
		{ "a death in any part of a reduction fails it",
		    a_death_in_any_part_of_a_reduction_fails_it },
		{ "several deaths in one loop are one failure",
		    several_deaths_in_one_loop_are_one_failure },
		{ "the first death of each job is told",
		    the_first_death_of_each_job_is_told },
		{ "what died is tried again so many times",
		    what_died_is_tried_again_so_many_times },
		{ "blocks that died are tried again",
		    blocks_that_died_are_tried_again },
		{ "what is tried again does not count twice",
		    what_is_tried_again_does_not_count_twice },
		{ "what is tried again in place is not done twice",
		    what_is_tried_again_in_place_is_not_done_twice },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process crashes in loops", tests);
	return run_suites();
}

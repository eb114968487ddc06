/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fpmode_blocks.c -- each block starts in the default floating-point mode,
 * whatever the one before it on the same thread left behind; so do a reducer's
 * functions and the hook at the start of a worker.
 *
 * Modes of callers, calls and teams: test_fpmode.c.
 */
#include <fenv.h>
#include <float.h>
#include <omp.h>

#include "flushing.h"
#include "support.h"

enum { BLOCKS = 64 };

/* Round upward and flush subnormals. */
static void
spoil_mode(void)
{
	fesetround(FE_UPWARD);
	flush_subnormals();
}

/* By what numbers become, too: each unit has a mode of its own. */
static bool
mode_is_default(void)
{
	volatile double one = 1, three = 3, smallest = DBL_MIN;
	volatile double third = one / three, subnormal = smallest / three;

	return fegetround() == FE_TONEAREST && third == 0x1.5555555555555p-2 &&
	    subnormal > 0;
}

/* What functions saw; all of it atomic. */
struct sight {
	int blocks, identities, combines, hooks;
	int wrong; /* of them: not in the default mode */
};

static void
look(struct sight *sight, int *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
	if (!mode_is_default())
		__atomic_fetch_add(&sight->wrong, 1, __ATOMIC_RELAXED);
}

static void
look_and_spoil(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct sight *sight = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	look(sight, &sight->blocks);
	spoil_mode();
}

static void
look_at_identity(void *acc, void *arg)
{
	struct sight *sight = arg;

	*(int *)acc = 0;
	look(sight, &sight->identities);
}

static void
look_and_spoil_acc(
    quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	*(int *)acc += (int)(end - begin);
	look_and_spoil(ctx, begin, end, arg);
}

static void
look_at_combine(void *acc, const void *right, void *arg)
{
	struct sight *sight = arg;

	*(int *)acc += *(const int *)right;
	look(sight, &sight->combines);
}

static const quern_reducer spoiling_sum = { sizeof(int), look_at_identity,
	look_and_spoil_acc, look_at_combine };

/* ---- the ways to run an op ---- */

static int
submit(struct rig *rig, quern_op op)
{
	quern_job job;

	quern_job_init(&job, op, NULL);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), 0);
	rig_run(rig);
	return quern_job_status(&job);
}

static int
run_helped(struct rig *rig, quern_op op)
{
	return quern_run(rig->executor, op);
}

static int
run_on_team(int threads, quern_op op)
{
	int before = omp_get_max_threads(), status;

	omp_set_num_threads(threads);
	status = quern_run(NULL, op);
	omp_set_num_threads(before);
	return status;
}

static int
run_alone(struct rig *rig, quern_op op)
{
	(void)rig;
	return run_on_team(1, op);
}

static int
run_with_two(struct rig *rig, quern_op op)
{
	(void)rig;
	return run_on_team(2, op);
}

/* A loop in a job of the pool's one worker, or of the caller. */
struct inner {
	quern_op op;
	int status;
};

static int
run_inner(quern_context *ctx, void *arg)
{
	struct inner *inner = arg;

	return quern_run_inside(ctx, inner->op);
}

static int
submit_inside(struct rig *rig, quern_op op)
{
	struct inner inner = { .op = op };

	return submit(rig, quern_call(run_inner, &inner));
}

static int (*const ways[])(struct rig *rig, quern_op op) = { submit, run_helped,
	run_alone, run_with_two, submit_inside };
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* ---- tests ---- */

static void
a_block_does_not_start_in_the_mode_that_the_last_one_left(void)
{
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (int way = 0; way < WAYS; way++) {
		struct sight sight = { 0 };

		CU_ASSERT_EQUAL(
		    ways[way](
			&rig, quern_for(BLOCKS, 1, look_and_spoil, &sight)),
		    0);
		CU_ASSERT_EQUAL(sight.blocks, BLOCKS);
		CU_ASSERT_EQUAL(sight.wrong, 0);
		CU_ASSERT_TRUE(mode_is_default());
	}
	rig_close(&rig);
}

static void
a_reducers_functions_do_not_start_in_the_mode_that_a_block_left(void)
{
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (int way = 0; way < WAYS; way++) {
		struct sight sight = { 0 };
		int sum = -1;

		CU_ASSERT_EQUAL(
		    ways[way](&rig,
			quern_reduce(BLOCKS, 1, &spoiling_sum, &sight, &sum)),
		    0);
		CU_ASSERT_EQUAL(sum, BLOCKS);
		CU_ASSERT_EQUAL(sight.blocks, BLOCKS);
		CU_ASSERT_EQUAL(sight.identities, BLOCKS);
		CU_ASSERT_EQUAL(sight.combines, BLOCKS - 1);
		CU_ASSERT_EQUAL(sight.wrong, 0);
		CU_ASSERT_TRUE(mode_is_default());
	}
	rig_close(&rig);
}

static void
look_at_start(unsigned index, void *arg)
{
	struct sight *sight = arg;

	(void)index;
	look(sight, &sight->hooks);
}

static void
the_hook_at_the_start_does_not_run_in_the_mode_of_the_creator(void)
{
	quern_threads_options options;
	struct sight sight = { 0 };
	struct rig rig;
	fenv_t mine;
	bool open;

	quern_threads_options_init(&options);
	options.workers = 3;
	options.thread_start = look_at_start;
	options.thread_arg = &sight;
	CU_ASSERT_EQUAL(fegetenv(&mine), 0);
	spoil_mode();
	open = rig_open_with(&rig, &options);
	fesetenv(&mine);
	if (!open)
		return;
	rig_close(&rig);
	CU_ASSERT_EQUAL(sight.hooks, 3);
	CU_ASSERT_EQUAL(sight.wrong, 0);
}

static void
the_mode_can_be_spoilt(void)
{
	fenv_t mine;
	bool before, after;

	CU_ASSERT_EQUAL(fegetenv(&mine), 0);
	before = mode_is_default();
	spoil_mode();
	after = mode_is_default();
	fesetenv(&mine);
	CU_ASSERT_TRUE(before);
	CU_ASSERT_FALSE(after);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the mode can be spoilt", the_mode_can_be_spoilt },
		{ "a block does not start in the mode that the last one left",
		    a_block_does_not_start_in_the_mode_that_the_last_one_left },
		{ "a reducer's functions do not start in the mode that a block "
		  "left",
		    a_reducers_functions_do_not_start_in_the_mode_that_a_block_left },
		{ "the hook at the start does not run in the mode of the "
		  "creator",
		    the_hook_at_the_start_does_not_run_in_the_mode_of_the_creator },
		CU_TEST_INFO_NULL,
	};

	add_suite("fpmode: blocks", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fpmode.c -- tests src/fpmode.h, through what uses it: every
 * function runs in the default mode, and no op changes the caller's.  That
 * results have the same bits is seen to in test_op_bits.c.
 */
#include <fenv.h>
#include <float.h>
#include <omp.h>

#include "flushing.h"
#include "support.h"

/* ---- modes ---- */

enum mode { DEFAULT, UPWARD, DOWNWARD, TOWARD_ZERO, FLUSHING, MODES };

static void
set_mode(enum mode mode)
{
	static const int rounding[MODES] = { FE_TONEAREST, FE_UPWARD,
		FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST };

	fesetenv(FE_DFL_ENV);
	fesetround(rounding[mode]);
	if (mode == FLUSHING)
		flush_subnormals();
}

/* What the mode makes of numbers. */
struct trial {
	int rounding;
	double third, minus_third, tenth, subnormal, from_subnormal;
	long double wide_third, wide_tenth;
};

static struct trial
try_mode(void)
{
	volatile double one = 1, ten = 10, three = 3, tiny = DBL_MIN;
	volatile double least = 0x1p-1074;
	volatile long double wide_one = 1, wide_ten = 10;
	volatile struct trial trial;

	/* All volatile: the compiler knows nothing of modes. */
	trial.rounding = fegetround();
	trial.third = one / three;
	trial.minus_third = -one / three;
	trial.tenth = one / ten;
	trial.subnormal = tiny / three;
	trial.from_subnormal = least * three;
	trial.wide_third = wide_one / three;
	trial.wide_tenth = wide_one / wide_ten;
	return trial;
}

static bool
same_double(const struct trial *a, const struct trial *b)
{
	return a->third == b->third && a->minus_third == b->minus_third &&
	    a->tenth == b->tenth && a->subnormal == b->subnormal &&
	    a->from_subnormal == b->from_subnormal;
}

/* On x86-64 long double has a mode of its own, which fegetround() shows. */
static bool
same_wide(const struct trial *a, const struct trial *b)
{
	return a->rounding == b->rounding && a->wide_third == b->wide_third &&
	    a->wide_tenth == b->wide_tenth;
}

/* A quern_call. */
static int
note_mode(quern_context *ctx, void *trial)
{
	(void)ctx;
	*(struct trial *)trial = try_mode();
	return 0;
}

/* ---- the caller's mode ---- */

static void
raise_flags(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	volatile double zero = 0, big = DBL_MAX, result = 0;

	(void)ctx;
	(void)arg;
	for (; begin < end; begin++) {
		result = result + big * big;
		result = result + zero / zero;
	}
}

static int
raise_flags_and_set_mode(quern_context *ctx, void *arg)
{
	raise_flags(ctx, 0, 1, arg);
	set_mode(DOWNWARD);
	return 0;
}

static void
no_op_changes_the_callers_mode_or_flags(void)
{
	struct rig rig;
	int status = 0;

	if (!rig_open(&rig, 1))
		return;
	for (enum mode mode = 0; mode < MODES; mode++) {
		for (int i = 0; i < 4; i++) {
			quern_executor *where = i / 2 ? rig.executor : NULL;
			quern_op op = i % 2 ?
			    quern_for(100, 1, raise_flags, NULL) :
			    quern_call(raise_flags_and_set_mode, NULL);
			struct trial before, after;
			int flags;

			set_mode(mode);
			before = try_mode();
			feclearexcept(FE_ALL_EXCEPT);
			feraiseexcept(FE_DIVBYZERO);
			status |= quern_run(where, op);
			flags = fetestexcept(FE_ALL_EXCEPT);
			after = try_mode();
			set_mode(DEFAULT);
			CU_ASSERT_EQUAL(flags, FE_DIVBYZERO);
			CU_ASSERT_TRUE(same_double(&before, &after));
			CU_ASSERT_TRUE(same_wide(&before, &after));
		}
	}
	CU_ASSERT_EQUAL(status, 0);
	rig_close(&rig);
}

/* ---- the mode that functions run in ---- */

static struct trial
in_mode(enum mode mode)
{
	struct trial trial;

	set_mode(mode);
	trial = try_mode();
	set_mode(DEFAULT);
	return trial;
}

static void
modes_do_differ(void)
{
	struct trial usual = in_mode(DEFAULT);

	CU_ASSERT_EQUAL(usual.rounding, FE_TONEAREST);
	CU_ASSERT_TRUE(usual.subnormal > 0);
	for (enum mode mode = UPWARD; mode < MODES; mode++) {
		struct trial other = in_mode(mode);

		CU_ASSERT_FALSE(same_double(&usual, &other));
		CU_ASSERT_EQUAL(same_wide(&usual, &other), mode == FLUSHING);
	}
}

static void
a_call_runs_in_the_default_mode_whatever_the_callers(void)
{
	struct trial usual = in_mode(DEFAULT), on_team, on_pool;
	struct rig rig;
	int status = 0;

	if (!rig_open(&rig, 1))
		return;
	for (enum mode mode = 0; mode < MODES; mode++) {
		set_mode(mode);
		status |= quern_run(NULL, quern_call(note_mode, &on_team));
		status |=
		    quern_run(rig.executor, quern_call(note_mode, &on_pool));
		set_mode(DEFAULT);
		CU_ASSERT_TRUE(same_double(&on_team, &usual));
		CU_ASSERT_TRUE(same_wide(&on_team, &usual));
		CU_ASSERT_TRUE(same_double(&on_pool, &usual));
		CU_ASSERT_TRUE(same_wide(&on_pool, &usual));
	}
	CU_ASSERT_EQUAL(status, 0);
	rig_close(&rig);
}

static void
a_worker_runs_in_the_default_mode_whatever_its_creators(void)
{
	struct trial usual = in_mode(DEFAULT);

	for (enum mode mode = 0; mode < MODES; mode++) {
		struct trial trial;
		struct rig rig;
		quern_job job;
		bool open;

		set_mode(mode);
		open = rig_open(&rig, 1);
		set_mode(DEFAULT);
		if (!open)
			return;
		quern_job_init(&job, quern_call(note_mode, &trial), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		rig_run(&rig);
		CU_ASSERT_TRUE(same_double(&trial, &usual));
		CU_ASSERT_TRUE(same_wide(&trial, &usual));
		rig_close(&rig);
	}
}

static int
leave_mode(quern_context *ctx, void *mode)
{
	(void)ctx;
	set_mode(*(enum mode *)mode);
	return 0;
}

static void
a_job_does_not_run_in_the_mode_that_the_last_one_left(void)
{
	struct trial usual = in_mode(DEFAULT), trial;
	struct rig rig;
	quern_job leaving, noting;

	if (!rig_open(&rig, 1))
		return;
	for (enum mode mode = 0; mode < MODES; mode++) {
		quern_job_init(&leaving, quern_call(leave_mode, &mode), NULL);
		quern_job_init(&noting, quern_call(note_mode, &trial), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &leaving), 0);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &noting), 0);
		rig_run(&rig);
		CU_ASSERT_TRUE(same_double(&trial, &usual));
		CU_ASSERT_TRUE(same_wide(&trial, &usual));
	}
	rig_close(&rig);
}

static void
note_mode_of_block(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)end;
	(void)note_mode(ctx, &((struct trial *)arg)[begin]);
}

/* Blocks that end only when each of two threads is in one. */
struct meeting {
	struct gate gate;
	struct trial trial[2];
};

static void
note_mode_and_meet(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct meeting *meeting = arg;

	(void)end;
	(void)note_mode(ctx, &meeting->trial[begin]);
	gate_arrive(&meeting->gate);
	gate_await(&meeting->gate, 2);
}

static void
an_openmp_team_runs_in_the_default_mode_and_keeps_its_own(void)
{
	struct trial usual = in_mode(DEFAULT);
	int width = omp_get_max_threads();

	omp_set_num_threads(2);
	for (enum mode mode = 0; mode < MODES; mode++) {
		struct meeting meeting = { .gate = GATE_INITIALIZER };
		struct trial before[2], after[2];
		int status;

		/* A runtime may hand its caller's mode on to its threads. */
		set_mode(mode);
#pragma omp parallel
		set_mode(mode);
		set_mode(mode);
#pragma omp parallel
		before[omp_get_thread_num()] = try_mode();
		status = quern_run(
		    NULL, quern_for(2, 1, note_mode_and_meet, &meeting));
#pragma omp parallel
		after[omp_get_thread_num()] = try_mode();
		set_mode(DEFAULT);
#pragma omp parallel
		set_mode(DEFAULT);
		CU_ASSERT_EQUAL(status, 0);
		for (int i = 0; i < 2; i++) {
			CU_ASSERT_TRUE(same_double(&meeting.trial[i], &usual));
			CU_ASSERT_TRUE(same_wide(&meeting.trial[i], &usual));
			CU_ASSERT_TRUE(same_double(&after[i], &before[i]));
			CU_ASSERT_TRUE(same_wide(&after[i], &before[i]));
		}
	}
	omp_set_num_threads(width);
}

struct nested {
	enum mode mode;
	struct trial inner, in_block[8];
	int status;
	int rounding_after;
};

static int
set_mode_and_run_inside(quern_context *ctx, void *arg)
{
	struct nested *nested = arg;

	set_mode(nested->mode);
	nested->status =
	    quern_run_inside(ctx, quern_call(note_mode, &nested->inner));
	nested->status |= quern_run_inside(
	    ctx, quern_for(8, 1, note_mode_of_block, nested->in_block));
	nested->rounding_after = fegetround();
	return nested->status;
}

static void
an_inner_op_runs_in_the_default_mode_whatever_the_outers(void)
{
	struct trial usual = in_mode(DEFAULT);
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	for (enum mode mode = 0; mode < MODES; mode++) {
		for (int i = 0; i < 2; i++) {
			struct nested nested = { .mode = mode };
			int wrong = 0;

			CU_ASSERT_EQUAL(
			    quern_run(i ? rig.executor : NULL,
				quern_call(set_mode_and_run_inside, &nested)),
			    0);
			CU_ASSERT_TRUE(same_double(&nested.inner, &usual));
			CU_ASSERT_TRUE(same_wide(&nested.inner, &usual));
			for (int b = 0; b < 8; b++)
				wrong +=
				    !same_double(&nested.in_block[b], &usual);
			CU_ASSERT_EQUAL(wrong, 0);
			/* And the outer function gets its own back. */
			set_mode(mode);
			CU_ASSERT_EQUAL(nested.rounding_after, fegetround());
			set_mode(DEFAULT);
		}
	}
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "modes do differ", modes_do_differ },
		{ "no op changes the caller's mode or flags",
		    no_op_changes_the_callers_mode_or_flags },
		{ "a call runs in the default mode, whatever the caller's",
		    a_call_runs_in_the_default_mode_whatever_the_callers },
		{ "a worker runs in the default mode, whatever its creator's",
		    a_worker_runs_in_the_default_mode_whatever_its_creators },
		{ "a job does not run in the mode that the last one left",
		    a_job_does_not_run_in_the_mode_that_the_last_one_left },
		{ "an OpenMP team runs in the default mode and keeps its own",
		    an_openmp_team_runs_in_the_default_mode_and_keeps_its_own },
		{ "an inner op runs in the default mode, whatever the outer's",
		    an_inner_op_runs_in_the_default_mode_whatever_the_outers },
		CU_TEST_INFO_NULL,
	};

	add_suite("fpmode", tests);
	return run_suites();
}

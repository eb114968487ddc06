/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_fpmode.c -- tests that the floating-point mode and the exception
 * flags of whoever runs a kernel neither matter nor change, for every kernel.
 *
 * The mode of any op, and of what: test_fpmode.c.
 */
#include <ev.h>
#include <fenv.h>
#include <omp.h>

#include "flushing.h"
#include "kernel_driver.h"
#include "kernel_table.h"

/* Some blocks of those that take long for an element. */
enum { N = 2 * 4096 + 77, WIDEST = 8, INPUTS = 3 };

static char input[INPUTS][N * WIDEST], output[N * WIDEST];
static char expected[N * WIDEST];

/* ---- modes ---- */

static const struct mode {
	const char *name;
	int rounding;
	bool flushes, traps;
} modes[] = {
	{ "upward", FE_UPWARD, false, false },
	{ "downward", FE_DOWNWARD, false, false },
	{ "toward zero", FE_TOWARDZERO, false, false },
	{ "flushing", FE_TONEAREST, true, false },
	{ "trapping", FE_TONEAREST, false, true },
};
enum { MODES = sizeof(modes) / sizeof(modes[0]) };

/* What libev's own arithmetic with times raises. */
enum { TIMES = FE_INEXACT };
/* A trap on what a kernel may raise and nothing else here does. */
enum { TRAPS = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW };

/* Of float and double, and on x86-64 with the flag for subnormal operands. */
static uint64_t
control_word(void)
{
#if defined(__x86_64__)
	return _mm_getcsr() & ~(uint32_t)FE_ALL_EXCEPT;
#else
	uint64_t word;

	__asm__ volatile("mrs %0, fpcr" : "=r"(word));
	return word;
#endif
}

static void
enter(const struct mode *mode, int flags)
{
	fesetenv(FE_DFL_ENV);
	fesetround(mode->rounding);
	if (mode->flushes)
		flush_subnormals();
	feraiseexcept(flags);
	/* On aarch64 most processors have no traps: nothing happens then. */
	if (mode->traps)
		(void)feenableexcept(TRAPS & ~flags);
}

/* ---- the ways to run an op, and what is seen of the mode ---- */

struct seen {
	int status, flags;
	bool mode_kept;
};

/* quern_run() by `where`, NULL: this thread and OpenMP's. */
static struct seen
see_run(quern_executor *where, quern_op op)
{
	struct seen seen;
	uint64_t before = control_word();

	seen.status = quern_run(where, op);
	seen.mode_kept = control_word() == before;
	seen.flags = fetestexcept(FE_ALL_EXCEPT);
	return seen;
}

static struct seen
on_a_team(struct rig *rig, const struct mode *mode, int flags, quern_op op)
{
	struct seen seen;

	(void)rig;
	omp_set_num_threads(2);
	enter(mode, flags);
	seen = see_run(NULL, op);
	fesetenv(FE_DFL_ENV);
	return seen;
}

static struct seen
alone(struct rig *rig, const struct mode *mode, int flags, quern_op op)
{
	struct seen seen;

	(void)rig;
	omp_set_num_threads(1);
	enter(mode, flags);
	seen = see_run(NULL, op);
	fesetenv(FE_DFL_ENV);
	return seen;
}

static struct seen
with_a_pool(struct rig *rig, const struct mode *mode, int flags, quern_op op)
{
	struct seen seen;

	enter(mode, flags);
	seen = see_run(rig->executor, op);
	fesetenv(FE_DFL_ENV);
	return seen;
}

static struct seen
by_a_loop(struct rig *rig, const struct mode *mode, int flags, quern_op op)
{
	struct seen seen = { 0 };
	quern_job job;
	uint64_t before;

	quern_job_init(&job, op, NULL);
	enter(mode, flags);
	before = control_word();
	seen.status = quern_submit(rig->loop, &job);
	if (!seen.status) {
		ev_run(rig->ev, 0);
		seen.status = quern_job_status(&job);
	}
	seen.mode_kept = control_word() == before;
	seen.flags = fetestexcept(FE_ALL_EXCEPT);
	if (!(flags & TIMES))
		seen.flags &= ~TIMES;
	fesetenv(FE_DFL_ENV);
	return seen;
}

struct inside {
	const struct mode *mode;
	int flags;
	quern_op op;
	struct seen seen;
};

static int
run_inside(quern_context *ctx, void *arg)
{
	struct inside *inside = arg;
	uint64_t before;

	enter(inside->mode, inside->flags);
	before = control_word();
	inside->seen.status = quern_run_inside(ctx, inside->op);
	inside->seen.mode_kept = control_word() == before;
	inside->seen.flags = fetestexcept(FE_ALL_EXCEPT);
	fesetenv(FE_DFL_ENV);
	return 0;
}

static struct seen
inside_a_job(struct rig *rig, const struct mode *mode, int flags, quern_op op)
{
	struct inside inside = { mode, flags, op, { -1, 0, false } };
	quern_job job;

	quern_job_init(&job, quern_call(run_inside, &inside), NULL);
	if (!quern_submit(rig->loop, &job))
		ev_run(rig->ev, 0);
	return inside.seen;
}

static const struct way {
	const char *name;
	struct seen (*run)(
	    struct rig *rig, const struct mode *mode, int flags, quern_op op);
} ways[] = {
	{ "in a team", on_a_team },
	{ "alone", alone },
	{ "with a pool", with_a_pool },
	{ "by a loop", by_a_loop },
	{ "inside a job", inside_a_job },
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* ---- tests ---- */

static void
check_run(struct rig *rig, const struct listed *k, const struct way *way,
    const struct mode *mode, int flags, int want)
{
	const void *const in[INPUTS] = { input[0], input[1], input[2] };
	size_t bytes = (k->reduction ? 1 : N) * listed_out_bytes(k);
	struct seen seen;
	bool same;

	memset(output, 0x5a, bytes);
	seen = way->run(rig, mode, flags, k->build(output, in, N));
	same = seen.status == want &&
	    (want || memcmp(output, expected, bytes) == 0);
	CU_ASSERT_TRUE(same);
	CU_ASSERT_TRUE(seen.mode_kept);
	CU_ASSERT_EQUAL(seen.flags, flags);
	if (!same || !seen.mode_kept || seen.flags != flags)
		printf("\n  %s on %s, %s, %s: %s bits, %s mode, flags %x from "
		       "%x ",
		    k->name, quern__isa()->name, way->name, mode->name,
		    same ? "the same" : "other",
		    seen.mode_kept ? "the same" : "another",
		    (unsigned)seen.flags, (unsigned)flags);
}

/*
 * In every mode, with no flag up, and in turn with every flag or some.  Each of
 * these in one of the ways, another for the next kernel, or in all.
 */
static void
check_kernel(struct rig *rig, const struct listed *k, size_t turn, bool all)
{
	static const int flags[] = { 0, FE_ALL_EXCEPT, FE_DIVBYZERO,
		FE_INEXACT | FE_UNDERFLOW };
	const void *const in[INPUTS] = { input[0], input[1], input[2] };
	int want = run_blocks(k->build(expected, in, N), 0);

	for (size_t i = 0; i < 2 * MODES; i++)
		for (size_t way = 0; way < WAYS; way++)
			if (all || way == (turn + i + i / MODES) % WAYS)
				check_run(rig, k, &ways[way], &modes[i % MODES],
				    flags[i < MODES ? 0 : 1 + i % 3], want);
}

static void
modes_and_flags_neither_matter_nor_change(void)
{
	char *const to[INPUTS] = { input[0], input[1], input[2] };
	const struct quern__isa *before = quern__isa();
	int width = omp_get_max_threads();
	bool all = rounds(1) > 1;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	for (size_t k = 0; k < listed_count; k++) {
		/* How a reduction rounds is not to be seen in a NaN. */
		fill_inputs(&listed[k], to, N, !listed[k].reduction);
		for (size_t u = 0; use_isa(u); u++)
			check_kernel(&rig, &listed[k], k + u, all);
	}
	quern__isa_use(before);
	omp_set_num_threads(width);
	rig_close(&rig);
}

static void
modes_do_matter_to_what_is_no_kernel(void)
{
	volatile double one = 1, three = 3, tiny = DBL_MIN, third, down,
			flushed;

	third = one / three;
	enter(&modes[0], 0);
	CU_ASSERT_TRUE(one / three > third);
	enter(&modes[1], 0);
	down = -one / three;
	CU_ASSERT_TRUE(down < -third);
	enter(&modes[3], 0);
	flushed = tiny / three;
	CU_ASSERT_TRUE(flushed == 0);
	fesetenv(FE_DFL_ENV);
	CU_ASSERT_TRUE(tiny / three > 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "modes do matter to what is no kernel",
		    modes_do_matter_to_what_is_no_kernel },
		{ "modes and flags neither matter nor change",
		    modes_and_flags_neither_matter_nor_change },
		CU_TEST_INFO_NULL,
	};

	add_suite("kernels, floating-point modes", tests);
	return run_suites();
}

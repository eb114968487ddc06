/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_chains.c -- tests that worker processes run a fused chain to the
 * same bits as threads: src/process/stage.c sends the ops and their arrays.
 */
#include <errno.h>
#include <ev.h>
#include <omp.h>
#include <quern/fuse.h>
#include <quern/kernels.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "isolated.h"
#include "kernel_table.h"
#include "kernels/array.h"
#include "watchdog.h"

/* Some blocks, the last of which is short. */
enum { N = 2 * 32768 + 4099, ARRAYS = 4, BYTES = ARRAYS * N * 8 };

static double source[ARRAYS * N];
static char expected[BYTES];

static bool
open_workers(struct rig *rig)
{
	quern_processes_options options;

	watchdog("chains", 2);
	isolated_options(&options, 2);
	return isolated_open(rig, &options);
}

/* The arrays of a chain, and the result; `far` is how far elements are apart. */
struct bench {
	double *x, *y, *z, *result;
	ptrdiff_t far;
};

enum { CHAIN = 5, CHAINS = 4 };

static quern_op
spread(const struct bench *b, quern_op op)
{
	ptrdiff_t out = quern__slot(op.out) < QUERN_SLOTS ? 1 : b->far;
	ptrdiff_t in = quern__slot(op.in) < QUERN_SLOTS ? 1 : b->far;
	ptrdiff_t in2 = quern__slot(op.in2) < QUERN_SLOTS ? 1 : b->far;

	return quern_with_strides(op, out, in, in2, 1);
}

/* Fill in the ops of the which-th chain and return how many they are. */
static size_t
make_chain(quern_op op[], int which, const struct bench *b)
{
	void *s = quern_slot(0), *t = quern_slot(7);
	double *x = b->x, *y = b->y, *z = b->z, *result = b->result;
	size_t n = 0;

	switch (which) {
	case 0: /* all in slots */
		op[n++] = quern_square_f64(s, x, N);
		op[n++] = quern_square_f64(t, y, N);
		op[n++] = quern_powv_f64(s, s, t, N);
		op[n++] = quern_sum_f64(result, s, N);
		break;
	case 1: /* arrays, one of them in place */
		op[n++] = quern_square_f64(x, x, N);
		op[n++] = quern_powv_f64(z, x, y, N);
		op[n++] = quern_square_f64(s, z, N);
		op[n++] = quern_pow_f64(y, s, 0.25, N);
		op[n++] = quern_max_f64(result, y, N);
		break;
	case 2: /* no reduction */
		op[n++] = quern_pow_f64(s, y, 1.5, N);
		op[n++] = quern_powv_f64(y, s, x, N);
		op[n++] = quern_square_f64(z, y, N);
		break;
	default:
		op[n++] = quern_mean_f64(result, z, N);
		break;
	}
	for (size_t i = 0; i < n; i++)
		op[i] = spread(b, op[i]);
	return n;
}

/* The arrays one after the other, or as parts of triples. */
static struct bench
bench_in(char *memory, bool triples)
{
	double *at = (double *)memory;
	size_t next = triples ? 1 : N;

	return (struct bench) { at, at + next, at + 2 * next, at + 3 * N,
		triples ? 3 : 1 };
}

static int
run_chain(quern_executor *executor, const struct bench *b, int which)
{
	quern_op op[CHAIN];
	size_t n = make_chain(op, which, b);

	return quern_run(executor, quern_fuse(op, n));
}

static void
compare_chains(struct rig *rig, char *memory, bool triples)
{
	struct bench here = bench_in(expected, triples);
	struct bench there = bench_in(memory, triples);

	for (int which = 0; which < CHAINS; which++) {
		memcpy(expected, source, BYTES);
		memcpy(memory, source, BYTES);
		CU_ASSERT_EQUAL(run_chain(NULL, &here, which), 0);
		CU_ASSERT_EQUAL(run_chain(rig->executor, &there, which), 0);
		CU_ASSERT_EQUAL(memcmp(memory, expected, BYTES), 0);
	}
}

static void
chains_have_the_same_bits(void)
{
	char *memory = malloc(BYTES);
	void *buffer;
	struct rig rig;

	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	if (!open_workers(&rig))
		return;
	CU_ASSERT_EQUAL(quern_buffer_create(&buffer, rig.executor, BYTES), 0);
	for (int triples = 0; triples < 2; triples++) {
		compare_chains(&rig, memory, triples);
		compare_chains(&rig, buffer, triples);
	}
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), 0);
	rig_close(&rig);
	free(memory);
}

/* One array and the ops themselves are in a buffer, the others are not. */
static void
so_have_those_with_arrays_here_and_there(void)
{
	struct bench here = bench_in(expected, false), there;
	char *memory = malloc(BYTES);
	quern_op *op;
	void *buffer;
	struct rig rig;
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	if (!open_workers(&rig))
		return;
	CU_ASSERT_EQUAL(quern_buffer_create(&buffer, rig.executor, BYTES), 0);
	for (int which = 0; which < CHAINS; which++) {
		memcpy(expected, source, BYTES);
		memcpy(memory, source, BYTES);
		memcpy(buffer, source, BYTES);
		there = bench_in(memory, false);
		there.y = (double *)buffer + N;
		op = (quern_op *)((double *)buffer + 3 * N);
		n = make_chain(op, which, &there);
		CU_ASSERT_EQUAL(run_chain(NULL, &here, which), 0);
		CU_ASSERT_EQUAL(isolated_run(&rig, quern_fuse(op, n)), 0);
		memcpy(memory + N * 8, there.y, N * 8);
		CU_ASSERT_EQUAL(memcmp(memory, expected, BYTES), 0);
	}
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), 0);
	rig_close(&rig);
	free(memory);
}

static void
a_chain_is_refused_as_on_threads(void)
{
	static double x[8], y[8];
	quern_op bad[] = {
		quern_square_f64(x, y, 8),
		quern_square_f64(y, x + 1, 8),
	};
	struct quern_kind unknown;
	struct rig rig;
	quern_job job;

	if (!open_workers(&rig))
		return;
	CU_ASSERT_EQUAL(quern_run(rig.executor, quern_fuse(bad, 2)), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(rig.executor, quern_fuse(bad, 1)), 0);
	/* a kind that workers could not find */
	unknown = *bad[0].kind;
	bad[0].kind = &unknown;
	CU_ASSERT_EQUAL(quern_run(rig.executor, quern_fuse(bad, 1)), -ENOEXEC);
	quern_job_init(&job, quern_fuse(bad, 1), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), -ENOEXEC);
	CU_ASSERT_EQUAL(quern_run(rig.executor, quern_fuse(bad, 0)), -EINVAL);
	rig_close(&rig);
}

/* ---- a worker that dies of one ---- */

/* A kernel that squares, and dies as often as the int says, in a buffer. */
static void
square_or_die(
    quern_context *ctx, const quern_op *op, size_t begin, size_t end, void *acc)
{
	int *deaths = op->scalar.pointer;

	(void)ctx;
	(void)acc;
	for (; begin < end; begin++) {
		double *out = quern__element(op, QUERN__OUT, begin);
		const double *in = quern__element(op, QUERN__IN, begin);

		*out = *in * *in;
	}
	if (__atomic_fetch_sub(deaths, 1, __ATOMIC_RELAXED) > 0)
		kill(getpid(), SIGKILL);
}

static const struct quern_kind mortal = {
	.name = "mortal",
	.block = 32768,
	.bytes = { 8, 8 },
	.check = quern__check_map,
	.range = square_or_die,
};
QUERN_REGISTER(mortal)

static quern_op
mortal_square(double *out, const double *in, int *deaths)
{
	return quern__kernel_op(&mortal, out, in, NULL, NULL, N,
	    (union quern_number) { .pointer = deaths }, QUERN__NO_NUMBER);
}

/* x squared twice, with its worker dying in between; the status. */
static int
square_twice(
    struct rig *rig, double *x, double *between, double *z, int *deaths)
{
	quern_op op[2] = {
		mortal_square(between, x, deaths),
		quern_square_f64(z, between, N),
	};

	memcpy(x, source, N * sizeof(*x));
	*deaths = 1;
	return isolated_run(rig, quern_fuse(op, 2));
}

static bool
is_fourth_power(const double *z)
{
	for (size_t i = 0; i < N; i++) {
		double square = source[i] * source[i];

		if (z[i] != square * square)
			return false;
	}
	return true;
}

static void
one_that_may_be_begun_again_is(void)
{
	double *x = malloc(BYTES), *b;
	void *buffer, *deaths, *slot = quern_slot(3);
	quern_processes_options options;
	struct rig rig;

	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	isolated_options(&options, 1);
	options.retries = 1;
	if (!isolated_open(&rig, &options))
		return;
	CU_ASSERT_EQUAL(quern_buffer_create(&buffer, rig.executor, BYTES), 0);
	CU_ASSERT_EQUAL(
	    quern_buffer_create(&deaths, rig.executor, sizeof(int)), 0);
	b = buffer;
	/* from copies, whatever is in place there */
	CU_ASSERT_EQUAL(square_twice(&rig, x, slot, x + N, deaths), 0);
	CU_ASSERT_TRUE(is_fourth_power(x + N));
	CU_ASSERT_EQUAL(square_twice(&rig, x, x, x, deaths), 0);
	CU_ASSERT_TRUE(is_fourth_power(x));
	/* what is read there is not changed */
	CU_ASSERT_EQUAL(square_twice(&rig, b, slot, b + N, deaths), 0);
	CU_ASSERT_TRUE(is_fourth_power(b + N));
	/* and here it is, by the first op or by the second */
	CU_ASSERT_EQUAL(square_twice(&rig, b, b, b + N, deaths), -EOWNERDEAD);
	CU_ASSERT_EQUAL(square_twice(&rig, b, slot, b, deaths), -EOWNERDEAD);
	CU_ASSERT_EQUAL(quern_buffer_destroy(deaths), 0);
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), 0);
	rig_close(&rig);
	free(x);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "chains have the same bits", chains_have_the_same_bits },
		{ "so have those with arrays here and there",
		    so_have_those_with_arrays_here_and_there },
		{ "a chain is refused as on threads",
		    a_chain_is_refused_as_on_threads },
		{ "one that may be begun again is",
		    one_that_may_be_begun_again_is },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	/* What is expected need not be had by many. */
	omp_set_num_threads(1);
	fill_elements(source, F64, ARRAYS * N, 1);
	add_suite("chains in processes", tests);
	return run_suites();
}

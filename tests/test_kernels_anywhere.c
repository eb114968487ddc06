/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_anywhere.c -- tests that each kernel gives the same bits on any
 * number of threads, on the pool and in an OpenMP team, on every instruction
 * set that has fused multiply-add, and for arrays that start at any byte.
 */
#include <omp.h>
#include <quern/kernels.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/isa.h"
#include "support.h"

/* Some blocks of each kernel, and a last one that is short. */
enum { N = 5 * 32768 + 4099, WIDEST = 8, SHIFTS = 3 };

struct arrays {
	void *out;
	const void *in, *in2;
};

#define MAP(name, type)                                                        \
	static quern_op name(struct arrays a)                                  \
	{                                                                      \
		return quern_##name((type *)a.out, (const type *)a.in, N);     \
	}
#define POW(name, type)                                                        \
	static quern_op name(struct arrays a)                                  \
	{                                                                      \
		return quern_##name(                                           \
		    (type *)a.out, (const type *)a.in, (type)1.37, N);         \
	}
#define POWV(name, type)                                                       \
	static quern_op name(struct arrays a)                                  \
	{                                                                      \
		return quern_##name((type *)a.out, (const type *)a.in,         \
		    (const type *)a.in2, N);                                   \
	}
#define REDUCE(name, result, type)                                             \
	static quern_op name(struct arrays a)                                  \
	{                                                                      \
		return quern_##name((result *)a.out, (const type *)a.in, N);   \
	}

MAP(square_f64, double)
MAP(square_f32, float)
MAP(square_i64, int64_t)
MAP(square_i32, int32_t)
POW(pow_f64, double)
POW(pow_f32, float)
POWV(powv_f64, double)
POWV(powv_f32, float)
REDUCE(sum_f64, double, double)
REDUCE(sum_f32, float, float)
REDUCE(sum_i64, int64_t, int64_t)
REDUCE(min_f64, double, double)
REDUCE(min_f32, float, float)
REDUCE(min_i64, int64_t, int64_t)
REDUCE(max_f64, double, double)
REDUCE(max_f32, float, float)
REDUCE(max_i64, int64_t, int64_t)
REDUCE(mean_f64, double, double)
REDUCE(mean_f32, float, float)
REDUCE(mean_i64, double, int64_t)

/* What the elements are, and how many come out. */
enum element { F64, F32, I64, I32, ELEMENTS };
static const size_t element_bytes[ELEMENTS] = { 8, 4, 8, 4 };

static const struct kernel {
	const char *name;
	quern_op (*build)(struct arrays a);
	enum element in, out;
	size_t outputs;
} kernels[] = {
	{ "square_f64", square_f64, F64, F64, N },
	{ "square_f32", square_f32, F32, F32, N },
	{ "square_i64", square_i64, I64, I64, N },
	{ "square_i32", square_i32, I32, I32, N },
	{ "pow_f64", pow_f64, F64, F64, N },
	{ "pow_f32", pow_f32, F32, F32, N },
	{ "powv_f64", powv_f64, F64, F64, N },
	{ "powv_f32", powv_f32, F32, F32, N },
	{ "sum_f64", sum_f64, F64, F64, 1 },
	{ "sum_f32", sum_f32, F32, F32, 1 },
	{ "sum_i64", sum_i64, I64, I64, 1 },
	{ "min_f64", min_f64, F64, F64, 1 },
	{ "min_f32", min_f32, F32, F32, 1 },
	{ "min_i64", min_i64, I64, I64, 1 },
	{ "max_f64", max_f64, F64, F64, 1 },
	{ "max_f32", max_f32, F32, F32, 1 },
	{ "max_i64", max_i64, I64, I64, 1 },
	{ "mean_f64", mean_f64, F64, F64, 1 },
	{ "mean_f32", mean_f32, F32, F32, 1 },
	{ "mean_i64", mean_i64, I64, F64, 1 },
};
enum { KERNELS = sizeof(kernels) / sizeof(kernels[0]) };

static size_t
output_bytes(const struct kernel *kernel)
{
	return kernel->outputs * element_bytes[kernel->out];
}

/* Elements of each kind, twice, with room to start at another byte. */
static char *input[ELEMENTS][2];
static char *expected, *output;

static void
fill(char *at, enum element element, uint64_t *state)
{
	for (size_t i = 0; i < N; i++) {
		uint64_t bits = next_random(state);
		/* Of either sign, so that order shows in a sum. */
		double f64 = (double)(int64_t)bits * 0x1p-61;
		float f32 = (float)f64;
		/* Small enough that the sums fit. */
		int64_t i64 = (int64_t)bits >> 20;
		int32_t i32 = (int32_t)(bits >> 32);
		const void *from[] = { &f64, &f32, &i64, &i32 };

		memcpy(at + i * element_bytes[element], from[element],
		    element_bytes[element]);
	}
}

static int
make_arrays(void)
{
	uint64_t state = 20261121;
	size_t bytes = (N + 1) * WIDEST;

	expected = malloc(bytes);
	output = malloc(bytes);
	for (int e = 0; e < ELEMENTS; e++)
		for (int i = 0; i < 2; i++) {
			input[e][i] = malloc(bytes);
			if (!input[e][i] || !expected || !output)
				return 1;
			fill(input[e][i], (enum element)e, &state);
		}
	return 0;
}

static int
free_arrays(void)
{
	for (int e = 0; e < ELEMENTS; e++)
		for (int i = 0; i < 2; i++)
			free(input[e][i]);
	free(expected);
	free(output);
	return 0;
}

/* Where an op is run: on a pool through a loop, or on an OpenMP team. */
struct place {
	struct rig *rig; /* NULL: the team */
	int threads;
};

static int
run_at(const struct place *place, quern_op op)
{
	quern_job job;

	if (!place->rig) {
		omp_set_num_threads(place->threads);
		return quern_run(NULL, op);
	}
	quern_job_init(&job, op, NULL);
	if (quern_submit(place->rig->loop, &job))
		return -1;
	rig_run(place->rig);
	return quern_job_status(&job);
}

/* Compare with what one thread makes of it, and return how often it differs. */
static int
differences(const struct place *place, bool print)
{
	int count = 0;

	for (size_t k = 0; k < KERNELS; k++) {
		char *const *in = input[kernels[k].in];
		struct arrays a = { expected, in[0], in[1] };
		size_t bytes = output_bytes(&kernels[k]);
		const struct place alone = { NULL, 1 };
		int status = run_at(&alone, kernels[k].build(a));

		memset(output, 0xa5, bytes);
		a.out = output;
		status |= run_at(place, kernels[k].build(a));
		if (!status && memcmp(expected, output, bytes) == 0)
			continue;
		count++;
		if (print)
			printf("\n  %s differs on %d threads ", kernels[k].name,
			    place->threads);
	}
	return count;
}

static const int threads[] = { 1, 2, 3, 7 };

static void
same_bits_on_any_number_of_openmp_threads(void)
{
	for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
		const struct place team = { NULL, threads[t] };

		CU_ASSERT_EQUAL(differences(&team, true), 0);
	}
}

static void
same_bits_on_any_number_of_workers(void)
{
	for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
		struct rig rig;
		const struct place pool = { &rig, threads[t] };

		if (!rig_open(&rig, (unsigned)threads[t]))
			return;
		CU_ASSERT_EQUAL(differences(&pool, true), 0);
		rig_close(&rig);
	}
}

/* The outputs of all kernels, one after the other. */
static char *
all_outputs(const struct place *place, size_t shift, size_t *bytes)
{
	char *all = malloc((size_t)KERNELS * N * WIDEST);

	*bytes = 0;
	for (size_t k = 0; all && k < KERNELS; k++) {
		char *const *in = input[kernels[k].in];
		struct arrays a = { output + shift, in[0], in[1] };
		size_t made = output_bytes(&kernels[k]);

		if (run_at(place, kernels[k].build(a)))
			CU_FAIL("a kernel failed");
		memcpy(all + *bytes, output + shift, made);
		*bytes += made;
	}
	return all;
}

static void
same_bits_on_each_instruction_set_with_fused_multiply_add(void)
{
	const struct quern__isa *before = quern__isa(), *isa;
	char *first = NULL, *all;
	size_t bytes, sets = 0;
	struct rig rig;
	const struct place pool = { &rig, 3 };

	if (!rig_open(&rig, 3))
		return;
	for (size_t i = 0; (isa = quern__isa_at(i)); i++) {
		if (!isa->fma)
			continue; /* rounds its pow otherwise, as promised */
		quern__isa_use(isa);
		all = all_outputs(&pool, 0, &bytes);
		sets++;
		if (!first) {
			first = all;
			continue;
		}
		CU_ASSERT_EQUAL(memcmp(first, all, bytes), 0);
		free(all);
	}
	quern__isa_use(before);
	if (sets < 2)
		printf("\n  %zu such sets here: nothing to compare ", sets);
	CU_ASSERT(sets < 2 || first);
	free(first);
	rig_close(&rig);
}

/* Move an input to start `shift` bytes later, or back. */
static void
shift_inputs(size_t to, size_t from)
{
	for (int e = 0; e < ELEMENTS; e++)
		for (int i = 0; i < 2; i++) {
			input[e][i] -= from;
			memmove(input[e][i] + to, input[e][i] + from,
			    N * element_bytes[e]);
			input[e][i] += to;
		}
}

static void
same_bits_wherever_arrays_begin(void)
{
	static const size_t shift[SHIFTS] = { 1, 3, 7 };
	struct rig rig;
	const struct place pool = { &rig, 2 };
	char *first, *all;
	size_t bytes, from = 0;

	if (!rig_open(&rig, 2))
		return;
	first = all_outputs(&pool, 0, &bytes);
	for (int s = 0; s < SHIFTS; s++) {
		shift_inputs(shift[s], from);
		from = shift[s];
		all = all_outputs(&pool, shift[s], &bytes);
		CU_ASSERT_EQUAL(memcmp(first, all, bytes), 0);
		free(all);
	}
	shift_inputs(0, from);
	free(first);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "same bits on any number of OpenMP threads",
		    same_bits_on_any_number_of_openmp_threads },
		{ "same bits on any number of workers",
		    same_bits_on_any_number_of_workers },
		{ "same bits on each instruction set with FMA",
		    same_bits_on_each_instruction_set_with_fused_multiply_add },
		{ "same bits wherever arrays begin",
		    same_bits_wherever_arrays_begin },
		CU_TEST_INFO_NULL,
	};
	int failed;

	if (make_arrays()) {
		puts("no memory for the arrays");
		return 1;
	}
	add_suite("kernels anywhere", tests);
	failed = run_suites();
	free_arrays();
	return failed;
}

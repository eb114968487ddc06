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

#include "kernel_driver.h"
#include "kernel_table.h"
#include "kernels/isa.h"
#include "support.h"

/* Some blocks of each kernel, and a last one that is short. */
enum { N = 2 * 32768 + 4099, WIDEST = 8, SHIFTS = 3, INPUTS = 3 };

static size_t
output_bytes(const struct listed *kernel)
{
	return (kernel->reduction ? 1 : N) * listed_out_bytes(kernel);
}

/* Elements of each kind, thrice, with room to start at another byte. */
static char *input[ELEMENTS][INPUTS];
static char *expected, *output;

static int
make_arrays(void)
{
	size_t bytes = (N + 1) * WIDEST;

	expected = malloc(bytes);
	output = malloc(bytes);
	for (int e = 0; e < ELEMENTS; e++)
		for (int i = 0; i < INPUTS; i++) {
			input[e][i] = malloc(bytes);
			if (!input[e][i] || !expected || !output)
				return 1;
			fill_elements(input[e][i], (enum element)e, N,
			    (uint64_t)(20261121 + e * INPUTS + i));
		}
	return 0;
}

static int
free_arrays(void)
{
	for (int e = 0; e < ELEMENTS; e++)
		for (int i = 0; i < INPUTS; i++)
			free(input[e][i]);
	free(expected);
	free(output);
	return 0;
}

static quern_op
built(const struct listed *kernel, void *out)
{
	char *const *in = input[kernel->element];
	const void *const arrays[INPUTS] = { in[0], in[1], in[2] };

	return kernel->build(out, arrays, N);
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

	for (size_t k = 0; k < listed_count; k++) {
		size_t bytes = output_bytes(&listed[k]);
		const struct place alone = { NULL, 1 };
		int status = run_at(&alone, built(&listed[k], expected));

		memset(output, 0xa5, bytes);
		if (run_at(place, built(&listed[k], output)) == status &&
		    (status || memcmp(expected, output, bytes) == 0))
			continue;
		count++;
		if (print)
			printf("\n  %s differs on %d threads ", listed[k].name,
			    place->threads);
	}
	return count;
}

static const int threads[] = { 1, 2, 3, 5, 8 };

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

/* A number for the bits of each kernel's output. */
static uint64_t *
all_outputs(const struct place *place, size_t shift)
{
	uint64_t *all = malloc(listed_count * sizeof(*all));

	for (size_t k = 0; all && k < listed_count; k++) {
		size_t made = output_bytes(&listed[k]);

		memset(output + shift, 0x5a, made);
		(void)run_at(place, built(&listed[k], output + shift));
		all[k] = digest(output + shift, made);
	}
	return all;
}

static bool
same_outputs(const uint64_t *a, const uint64_t *b)
{
	bool same = a && b;

	for (size_t k = 0; same && k < listed_count; k++)
		if (a[k] != b[k]) {
			printf("\n  %s differs ", listed[k].name);
			same = false;
		}
	return same;
}

static void
same_bits_on_each_instruction_set_with_fused_multiply_add(void)
{
	const struct quern__isa *before = quern__isa(), *isa;
	uint64_t *first = NULL, *all;
	size_t sets = 0;
	struct rig rig;
	const struct place pool = { &rig, 3 };

	if (!rig_open(&rig, 3))
		return;
	for (size_t i = 0; (isa = quern__isa_at(i)); i++) {
		if (!isa->fma)
			continue; /* rounds its pow otherwise, as promised */
		quern__isa_use(isa);
		all = all_outputs(&pool, 0);
		sets++;
		if (!first) {
			first = all;
			continue;
		}
		CU_ASSERT_TRUE(same_outputs(first, all));
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
		for (int i = 0; i < INPUTS; i++) {
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
	uint64_t *first, *all;
	size_t from = 0;

	if (!rig_open(&rig, 2))
		return;
	first = all_outputs(&pool, 0);
	for (int s = 0; s < SHIFTS; s++) {
		shift_inputs(shift[s], from);
		from = shift[s];
		all = all_outputs(&pool, shift[s]);
		CU_ASSERT_TRUE(same_outputs(first, all));
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

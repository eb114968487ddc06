/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_anywhere.c -- tests that each kernel gives the same bits on any
 * number of threads, on the pool and in an OpenMP team, and for arrays that
 * start at any byte; on each instruction set.
 *
 * That instruction sets and machines agree: test_kernels_digest.c.
 */
#include <omp.h>

#include "kernel_driver.h"
#include "kernel_table.h"

/* Some blocks of each kernel, and a last one that is short. */
enum { N = 2 * 32768 + 4099, WIDEST = 8, INPUTS = 3, OFFSETS = 8 };
enum { ROOM = N * WIDEST + OFFSETS };

static char input[INPUTS][ROOM], moved[INPUTS][ROOM];
static char expected[ROOM], output[ROOM];

/* ---- places ---- */

static const int threads[] = { 1, 2, 3, 5, 8 };
enum { COUNTS = sizeof(threads) / sizeof(threads[0]), PLACES = 2 * COUNTS };

static struct rig rigs[COUNTS];

/* The first half of the places are pools, the others OpenMP teams. */
static int
run_at(size_t place, quern_op op)
{
	quern_job job;

	if (place >= COUNTS) {
		omp_set_num_threads(threads[place - COUNTS]);
		return quern_run(NULL, op);
	}
	quern_job_init(&job, op, NULL);
	if (quern_submit(rigs[place].loop, &job))
		return -1;
	rig_run(&rigs[place]);
	return quern_job_status(&job);
}

/* ---- tests ---- */

/* With all arrays so many bytes further on. */
static void
compare_at(const struct listed *k, size_t place, size_t offset, int want)
{
	size_t bytes = (k->reduction ? 1 : N) * listed_out_bytes(k);
	const void *in[INPUTS] = { NULL };
	bool same;

	for (unsigned j = 0; j < k->inputs; j++) {
		memcpy(moved[j] + offset, input[j], N * listed_in_bytes(k, j));
		in[j] = moved[j] + offset;
	}
	memset(output, 0xa5, bytes + OFFSETS);
	same = run_at(place, k->build(output + offset, in, N)) == want &&
	    (want || memcmp(output + offset, expected, bytes) == 0);
	CU_ASSERT_TRUE(same);
	if (!same)
		printf("\n  %s differs on %s, %s of %d, offset %zu ", k->name,
		    quern__isa()->name, place < COUNTS ? "a pool" : "a team",
		    threads[place % COUNTS], offset);
}

/*
 * Each place and each offset, and in a long run all pairs of them; `turn`
 * chooses which are met.  Where fused multiply-add is emulated, which takes its
 * time, a short run has two of the places.
 */
static void
compare_anywhere(const struct listed *k, size_t turn)
{
	const void *const in[INPUTS] = { input[0], input[1], input[2] };
	int want = run_blocks(k->build(expected, in, N), 0);
	bool all = rounds(1) > 1;
	bool slow = !strcmp(quern__isa()->name, "baseline");

	for (size_t place = 0; place < PLACES; place++)
		for (size_t offset = 0; offset < OFFSETS; offset++)
			if (all ||
			    (offset == (place + turn) % OFFSETS &&
				(!slow || place % COUNTS == turn % COUNTS)))
				compare_at(k, place, offset, want);
}

static void
same_bits_anywhere(void)
{
	char *const to[INPUTS] = { input[0], input[1], input[2] };
	const struct quern__isa *before = quern__isa();
	int width = omp_get_max_threads();
	size_t open = 0;

	while (open < COUNTS && rig_open(&rigs[open], (unsigned)threads[open]))
		open++;
	for (size_t k = 0; open == COUNTS && k < listed_count; k++) {
		/* The order of a reduction is not to be seen in a NaN. */
		fill_inputs(&listed[k], to, N, !listed[k].reduction);
		for (size_t u = 0; use_isa(u); u++)
			compare_anywhere(&listed[k], k + u);
	}
	quern__isa_use(before);
	omp_set_num_threads(width);
	while (open)
		rig_close(&rigs[--open]);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "same bits anywhere", same_bits_anywhere },
		CU_TEST_INFO_NULL,
	};

	add_suite("kernels anywhere", tests);
	return run_suites();
}

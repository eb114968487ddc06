/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_kernels.c -- tests that worker processes run each kernel of
 * quern/kernel_list.h to the same bits as threads: whatever its arrays are, and
 * whether the workers see them or get copies.
 */
#include <ev.h>
#include <omp.h>
#include <quern/kernels.h>
#include <stdlib.h>
#include <string.h>

#include "isolated.h"
#include "kernel_table.h"
#include "watchdog.h"

/* Some blocks of each kernel, and a last one that is short. */
enum { N = 32768 + 4099, WIDEST = 8, FAR = 2, INPUTS = 3 };
/* The output, and the inputs behind it, each with room for strides. */
enum { MEMORY = (1 + INPUTS) * N * FAR * WIDEST };

/* Where elements are; tuples: all arrays in one, as parts of the same tuples. */
struct layout {
	const char *name;
	ptrdiff_t out, in[INPUTS];
	bool in_place, tuples;
};

static const struct layout layout[] = {
	{ "contiguous", 1, { 1, 1, 1 }, false, false },
	{ "in place", 1, { 1, 1, 1 }, true, false },
	{ "strided", 2, { 2, -1, 1 }, false, false },
	{ "backwards", -2, { -2, 1, -1 }, false, false },
	{ "one element", 1, { 1, 0, 0 }, false, false },
	{ "in place, strided", 2, { 2, 1, -2 }, true, false },
	{ "in place, backwards", -1, { -1, 0, 1 }, true, false },
	{ "interleaved", 4, { 4, 4, 4 }, false, true },
};

enum { LAYOUTS = sizeof(layout) / sizeof(layout[0]) };

/* Bytes for each array of a kernel's ... */
static size_t
room(const struct listed *k)
{
	size_t most = k->reduction ? 0 : listed_out_bytes(k);

	for (unsigned i = 0; i < k->inputs; i++)
		if (listed_in_bytes(k, i) > most)
			most = listed_in_bytes(k, i);
	return N * FAR * most;
}

/* ... and for all. */
static size_t
used(const struct listed *k)
{
	return (1 + k->inputs) * room(k);
}

/* The first element of the i-th array. */
static char *
first(const struct layout *l, const struct listed *k, char *memory, unsigned i,
    ptrdiff_t stride, size_t bytes)
{
	if (l->tuples)
		return memory + i * bytes;
	return memory + i * room(k) +
	    (stride < 0 ? (size_t)-stride * (N - 1) * bytes : 0);
}

/* Does the kernel suit it?  Parts of tuples, or of one array, are alike. */
static bool
suits(const struct layout *l, const struct listed *k)
{
	size_t bytes = listed_out_bytes(k);

	if (k->reduction)
		return !l->in_place && !l->tuples;
	for (unsigned i = 0; i < k->inputs; i++)
		if (l->tuples && listed_in_bytes(k, i) != bytes)
			return false;
	return !l->in_place || (k->inputs && listed_in_bytes(k, 0) == bytes);
}

static quern_op
op_in(char *memory, const struct listed *k, const struct layout *l)
{
	const void *in[INPUTS] = { NULL };
	void *out = k->reduction ?
	    memory :
	    first(l, k, memory, 0, l->out, listed_out_bytes(k));

	for (unsigned i = 0; i < k->inputs; i++)
		in[i] =
		    first(l, k, memory, 1 + i, l->in[i], listed_in_bytes(k, i));
	if (l->in_place)
		out = (void *)in[0];
	return quern_with_strides(
	    k->build(out, in, N), l->out, l->in[0], l->in[1], l->in[2]);
}

static char *source[ELEMENTS];
static char *expected;

static int
make_memory(void)
{
	if (!(expected = malloc(MEMORY)))
		return 1;
	for (int e = 0; e < ELEMENTS; e++) {
		if (!(source[e] = malloc(MEMORY)))
			return 1;
		fill_elements(source[e], (enum element)e,
		    MEMORY / element_bytes[e], (uint64_t)e + 1);
	}
	return 0;
}

static void
free_memory(void)
{
	free(expected);
	for (int e = 0; e < ELEMENTS; e++)
		free(source[e]);
}

/* Does it leave in `memory` what threads leave in expected[]? */
static void
compare(struct rig *rig, char *memory, const struct listed *k,
    const struct layout *l, bool waits)
{
	quern_op op = op_in(memory, k, l);
	int want, status;
	bool same;

	memcpy(expected, source[k->element], used(k));
	memcpy(memory, source[k->element], used(k));
	want = quern_run(NULL, op_in(expected, k, l));
	status = waits ? quern_run(rig->executor, op) : isolated_run(rig, op);
	same = memcmp(memory, expected, used(k)) == 0;
	CU_ASSERT_EQUAL(status, want);
	CU_ASSERT_TRUE(same);
	if (status != want || !same)
		printf(
		    "\n  %s, %s: %d for %d ", k->name, l->name, status, want);
}

/* Each kernel in each layout that it suits. */
static void
compare_all(struct rig *rig, char *memory)
{
	for (const struct listed *k = listed; k < listed + listed_count; k++)
		for (size_t l = 0; l < LAYOUTS; l++)
			if (suits(&layout[l], k))
				compare(rig, memory, k, &layout[l], false);
}

static bool
open_workers(struct rig *rig)
{
	quern_processes_options options;

	watchdog("kernels", 2);
	isolated_options(&options, 2);
	return isolated_open(rig, &options);
}

static void
same_bits_from_copies_of_arrays(void)
{
	char *memory = malloc(MEMORY);
	struct rig rig;

	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	if (open_workers(&rig)) {
		compare_all(&rig, memory);
		rig_close(&rig);
	}
	free(memory);
}

static void
same_bits_in_shared_buffers(void)
{
	struct rig rig;
	void *buffer;

	if (!open_workers(&rig))
		return;
	CU_ASSERT_EQUAL(quern_buffer_create(&buffer, rig.executor, MEMORY), 0);
	compare_all(&rig, buffer);
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), 0);
	rig_close(&rig);
}

/* In quern_run(). */
static void
same_bits_for_a_thread_that_waits(void)
{
	char *memory = malloc(MEMORY);
	struct rig rig;

	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	if (open_workers(&rig)) {
		for (size_t k = 0; k < listed_count; k++)
			compare(&rig, memory, &listed[k], layout, true);
		rig_close(&rig);
	}
	free(memory);
}

/* Nothing is read then, and an array may be none. */
static void
without_elements_as_on_threads(void)
{
	static const void *const none[INPUTS];
	/* A result has less than 256 bytes: kernel.h. */
	_Alignas(64) char result[2][256];
	struct rig rig;

	if (!open_workers(&rig))
		return;
	for (size_t k = 0; k < listed_count; k++) {
		int want;

		memset(result, 0x5a, sizeof(result));
		want = quern_run(NULL, listed[k].build(result[0], none, 0));
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, listed[k].build(result[1], none, 0)),
		    want);
		CU_ASSERT_EQUAL(
		    memcmp(result[0], result[1], sizeof(result[0])), 0);
	}
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "same bits from copies of arrays",
		    same_bits_from_copies_of_arrays },
		{ "same bits in shared buffers", same_bits_in_shared_buffers },
		{ "same bits for a thread that waits",
		    same_bits_for_a_thread_that_waits },
		{ "without elements as on threads",
		    without_elements_as_on_threads },
		CU_TEST_INFO_NULL,
	};

	int failed;

	isolated_main();
	/* What is expected need not be had by many. */
	omp_set_num_threads(1);
	if (make_memory()) {
		puts("no memory for the arrays");
		return 1;
	}
	add_suite("kernels in processes", tests);
	failed = run_suites();
	free_memory();
	return failed;
}

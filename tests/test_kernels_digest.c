/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_digest.c -- tests that each kernel gives the same bits on every
 * machine and instruction set: a digest of what it makes of fixed inputs,
 * special values among them, is the one in kernel_digests.h.
 *
 * `make digests` writes that file anew, by this program with the environment
 * variable QUERN_TEST_DIGESTS=print.  It has one number for each kernel, on all
 * instruction sets.
 *
 * That a digest does not depend on threads and places: test_kernels_anywhere.c.
 */
#include <inttypes.h>

#include "kernel_driver.h"
#include "kernel_table.h"

static const struct known {
	const char *name;
	uint64_t digest;
} known[] = {
#define DIGEST(name, digest) { #name, digest },
#include "kernel_digests.h"
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

/* Some blocks of each kernel, and a last one that is short. */
enum { N = 2 * 32768 + 4099, WIDEST = 8, INPUTS = 3 };

static char input[INPUTS][N * WIDEST], output[N * WIDEST];

/* ---- the digest of a kernel on the instruction set in use ---- */

/* With what becomes of n elements, from the one at `begin` on. */
static uint64_t
digest_run(uint64_t hash, const struct listed *k, size_t begin, size_t n)
{
	size_t results = k->reduction ? 1 : n;
	const void *in[INPUTS] = { NULL };
	int status;

	for (unsigned j = 0; j < k->inputs; j++)
		in[j] = input[j] + begin * listed_in_bytes(k, j);
	memset(output, 0x5a, sizeof(output));
	status = run_blocks(k->build(output, in, n), 0);
	hash = digest_on(hash, &status, sizeof(status));
	/* Of an output with an error nothing is said. */
	if (status)
		return hash;
	return digest_on(hash, output, results * listed_out_bytes(k));
}

static uint64_t
digest_kernel(const struct listed *k)
{
	static const size_t counts[] = { 0, 1, 2, 3, 5, 8, 13, 31, 32, 33, 100,
		4095, 4096, 4097, 32769, N };
	char *const to[INPUTS] = { input[0], input[1], input[2] };
	uint64_t hash = DIGEST_OF_NOTHING;

	fill_inputs(k, to, N, false);
	for (size_t i = 0; k->reduction && i < sizeof(counts) / sizeof(*counts);
	     i++)
		hash = digest_run(hash, k, 0, counts[i]);
	if (!k->reduction)
		hash = digest_run(hash, k, 0, N);

	fill_inputs(k, to, N, true);
	/* Few of them: one NaN makes most results NaN. */
	for (size_t begin = 0; k->reduction && begin < 400; begin++)
		hash = digest_run(hash, k, begin, 1 + begin % 8);
	if (!k->reduction)
		hash = digest_run(hash, k, 0, N);
	return hash;
}

/* ---- tests ---- */

static const struct known *
find(const char *name)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (strcmp(known[i].name, name) == 0)
			return &known[i];
	return NULL;
}

static void
each_kernel_has_its_digest_on_each_instruction_set(void)
{
	const struct quern__isa *isa;

	for (size_t u = 0; (isa = use_isa(u)); u++)
		for (size_t k = 0; k < listed_count; k++) {
			const struct known *want = find(listed[k].name);
			uint64_t is;

			if (!want)
				continue;
			is = digest_kernel(&listed[k]);
			if (is == want->digest)
				continue;
			CU_FAIL("another digest");
			printf("\n  %s on %s: 0x%016" PRIx64 " ",
			    listed[k].name, isa->name, is);
		}
}

static void
each_kernel_is_known_and_no_other(void)
{
	size_t found = 0;

	for (size_t k = 0; k < listed_count; k++) {
		bool has = find(listed[k].name) != NULL;

		CU_ASSERT_TRUE(has);
		found += has;
		if (!has)
			printf("\n  no digest of %s yet: say `make digests` on "
			       "x86-64 and commit tests/kernel_digests.h ",
			    listed[k].name);
	}
	CU_ASSERT_EQUAL(found, KNOWN);
	if (found != KNOWN)
		printf("\n  digests of kernels that are no more, or twice: say "
		       "`make digests` ");
}

/* The inputs are the same everywhere, and some of each sort are there. */
static void
inputs_have_special_values_among_them(void)
{
	char *const to[INPUTS] = { input[0], input[1], input[2] };
	const struct listed *k = listed;
	size_t nan = 0, infinite = 0, zero = 0, subnormal = 0;

	while (k->element != F64 || k->inputs == 0)
		k++;
	fill_inputs(k, to, N, true);
	for (size_t i = 0; i < N; i++)
		switch (fpclassify(f64_of(((uint64_t *)(void *)to[0])[i]))) {
		case FP_NAN:
			nan++;
			break;
		case FP_INFINITE:
			infinite++;
			break;
		case FP_ZERO:
			zero++;
			break;
		case FP_SUBNORMAL:
			subnormal++;
			break;
		default:
			break;
		}
	CU_ASSERT_TRUE(nan > 300 && infinite > 100 && zero > 100);
	CU_ASSERT_TRUE(subnormal > 200);
	CU_ASSERT_TRUE(nan + infinite + zero + subnormal < N / 4);
}

/* ---- the table, written anew ---- */

static int
print_digests(void)
{
	puts(
	    "/* SPDX-License-Identifier: BSD-2-Clause */\n"
	    "/*\n"
	    " * kernel_digests.h -- for test_kernels_digest.c, in the order of\n"
	    " * quern/kernel_list.h; written by `make digests`.\n"
	    " *\n"
	    " *     DIGEST(kernel, on every instruction set)\n"
	    " */");
	for (size_t k = 0; k < listed_count; k++)
		printf("DIGEST(%s, 0x%016" PRIx64 ")\n", listed[k].name,
		    digest_kernel(&listed[k]));
	return fflush(stdout) != 0;
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each kernel is known, and no other",
		    each_kernel_is_known_and_no_other },
		{ "inputs have special values among them",
		    inputs_have_special_values_among_them },
		{ "each kernel has its digest on each instruction set",
		    each_kernel_has_its_digest_on_each_instruction_set },
		CU_TEST_INFO_NULL,
	};
	const char *mode = getenv("QUERN_TEST_DIGESTS");

	if (mode && strcmp(mode, "print") == 0)
		return print_digests();
	add_suite("kernels, digests", tests);
	return run_suites();
}

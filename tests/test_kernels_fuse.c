/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_fuse.c -- tests kernels/fuse.c: a fused chain does what its ops
 * do one by one, to the bit.
 *
 * Chains are random, see random_chain.h, or of each kernel of the list.
 */
#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel_driver.h"
#include "random_chain.h"

static int
run_by_block(quern_op op)
{
	return run_blocks(op, 7);
}

static int
run_on_team(quern_op op)
{
	return quern_run(NULL, op);
}

static quern_executor *pool;

static int
run_on_pool(quern_op op)
{
	return quern_run(pool, op);
}

static const size_t count[] = { 0, 1, 2, 7, 31, 32, 33, 64, 127, 129, 511, 512,
	513, 1000, 4095, 4096, 4097, 8191, 12289, 32767, 32768, 32769, N };

enum { COUNTS = sizeof(count) / sizeof(count[0]) };

static void
compare_many(size_t chains, run_fn *run)
{
	uint64_t state = seed();

	for (size_t i = 0; i < chains; i++) {
		struct random_chain chain =
		    random_chain_any(count[next_random(&state) % COUNTS],
			next_random(&state) % 3 == 0, &state);

		random_chain_compare(&chain, run);
	}
}

static size_t
some(unsigned long n)
{
	return rounds(SANITIZED ? n / 4 : n);
}

static void
any_chain_has_the_bits_of_its_ops_on_each_instruction_set(void)
{
	for (size_t u = 0; use_isa(u); u++)
		compare_many(some(80), run_by_block);
}

static void
so_it_has_past_the_caches(void)
{
	size_t before = quern__streams_from();

	/* Slots as well, and only arrays of more than a chunk. */
	for (size_t bytes = 0; bytes <= 4096; bytes += 4096) {
		quern__streams_from_use(bytes);
		compare_many(some(60), run_by_block);
	}
	quern__streams_from_use(before);
}

static void
so_it_has_on_any_number_of_threads(void)
{
	for (int threads = 1; threads <= 8; threads += threads < 3 ? 1 : 5) {
		omp_set_num_threads(threads);
		compare_many(some(25), run_on_team);
		pool = open_executor((unsigned)threads);
		compare_many(some(25), run_on_pool);
		end_executor(pool);
	}
}

/* Each reduction takes a chunk at a time. */
static void
so_has_each_reduction_of_a_slot(void)
{
	for (size_t i = 0; i < listed_count; i++) {
		struct random_chain chain = {
			.n = 2,
			.element = listed[i].element,
			.link[1] = { &listed[i], { ARRAYS, 0, 1 }, 0 },
		};
		uint64_t state = i + 1;

		if (!listed[i].reduction ||
		    !is_of_one_type(&listed[i], listed[i].element) ||
		    !random_chain_has_kernel(listed[i].element, false))
			continue;
		chain.link[0] = (struct link) {
			random_chain_kernel(&chain, false, &state),
			{ 2, 3, 4 },
			ARRAYS,
		};
		for (size_t c = 0; c < COUNTS; c++) {
			chain.count = count[c];
			random_chain_compare(&chain, run_by_block);
		}
	}
}

/* From arrays to the j-th slot, elements of which a kernel has such as input j. */
static struct link
source_of(
    const struct random_chain *chain, unsigned j, size_t bytes, uint64_t *state)
{
	size_t of_places[ARRAYS + SLOTS];
	struct link link;

	do {
		for (unsigned i = 0; i < ARRAYS + SLOTS; i++)
			of_places[i] =
			    i < ARRAYS ? random_chain_bytes(chain, i) : 0;
		link.kernel = random_chain_kernel(chain, false, state);
	} while (!random_chain_fits(&link, of_places, state) ||
	    link.out != ARRAYS + j || of_places[link.out] != bytes);
	return link;
}

static void
compare_each(void)
{
	uint64_t state = seed();

	for (size_t i = 0; i < listed_count; i++) {
		const struct listed *k = &listed[i];
		struct random_chain chain = {
			.n = k->inputs + 1u,
			.count = 1500,
			.element = k->element,
			.mixed = !is_of_one_type(k, k->element) ||
			    !random_chain_has_kernel(k->element, false),
		};
		struct link last = { k, { ARRAYS, ARRAYS + 1, ARRAYS + 2 }, 0 };

		if (has_verdict(k))
			continue;
		for (unsigned j = 0; j < k->inputs; j++)
			chain.link[j] =
			    source_of(&chain, j, listed_in_bytes(k, j), &state);
		while (!k->reduction &&
		    random_chain_bytes(&chain, last.out) != listed_out_bytes(k))
			last.out++;
		chain.link[k->inputs] = last;
		random_chain_compare(&chain, run_by_block);
	}
}

static void
so_has_each_kernel_of_slots(void)
{
	size_t before = quern__streams_from();

	quern__streams_from_use(SIZE_MAX);
	compare_each();
	quern__streams_from_use(4096);
	compare_each();
	quern__streams_from_use(before);
}

/* What is narrow goes to the first bytes of a slot, over what was wide before. */
static void
a_slot_may_have_elements_of_another_size(void)
{
	enum { WIDE = 4099 };
	static double a[WIDE], b[WIDE], root[WIDE];
	static uint8_t less[WIDE];
	double sum, want;
	const quern_op chain[] = {
		quern_lt_f64(quern_slot(0), a, b, WIDE),
		quern_select_f64(quern_slot(1), quern_slot(0), a, b, WIDE),
		quern_sqrt_f64(quern_slot(0), quern_slot(1), WIDE),
		quern_sum_f64(&sum, quern_slot(0), WIDE),
	};
	const quern_op one_by_one[] = {
		quern_lt_f64(less, a, b, WIDE),
		quern_select_f64(root, less, a, b, WIDE),
		quern_sqrt_f64(root, root, WIDE),
		quern_sum_f64(&want, root, WIDE),
	};

	for (size_t i = 0; i < WIDE; i++) {
		a[i] = (double)i;
		b[i] = (double)(WIDE - i);
	}
	for (size_t i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(run_blocks(one_by_one[i], 0), 0);
	CU_ASSERT_EQUAL(run_blocks(quern_fuse(chain, 4), 0), 0);
	CU_ASSERT_EQUAL(sum, want);
}

/* ---- stop ---- */

static void
a_chain_stops_in_the_middle(void)
{
	enum { MANY = 1 << 21 };
	double *out = malloc(MANY * sizeof(*out)), *in = malloc(MANY * 8);
	quern_op ops[QUERN_FUSE_MOST];
	quern_job job;
	struct rig rig;
	size_t left = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	if (!rig_open(&rig, 1))
		return;
	for (size_t i = 0; i < MANY; i++) {
		in[i] = 1.5;
		out[i] = 5;
	}
	for (size_t i = 0; i < QUERN_FUSE_MOST; i++)
		ops[i] = quern_pow_f64(out, i ? out : in, 0.9, MANY);
	quern_job_init(&job, quern_fuse(ops, QUERN_FUSE_MOST), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	while (quern_job_progress(&job) == 0)
		sched_yield();
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ECANCELED);
	for (size_t i = 0; i < MANY; i++)
		left += out[i] == 5;
	CU_ASSERT(left > 0);
	CU_ASSERT(left < MANY);
	rig_close(&rig);
	free(out);
	free(in);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "any chain has the bits of its ops, on each instruction set",
		    any_chain_has_the_bits_of_its_ops_on_each_instruction_set },
		{ "so it has past the caches", so_it_has_past_the_caches },
		{ "so it has on any number of threads",
		    so_it_has_on_any_number_of_threads },
		{ "so has each reduction of a slot",
		    so_has_each_reduction_of_a_slot },
		{ "so has each kernel of slots", so_has_each_kernel_of_slots },
		{ "a slot may have elements of another size",
		    a_slot_may_have_elements_of_another_size },
		{ "a chain stops in the middle", a_chain_stops_in_the_middle },
		CU_TEST_INFO_NULL,
	};
	int failed;

	if (random_chain_make_memory()) {
		puts("no memory for the arrays");
		return 1;
	}
	add_suite("fuse", tests);
	failed = run_suites();
	random_chain_free_memory();
	return failed;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_fuse.c -- tests kernels/fuse.c: a fused chain does what its ops
 * do one by one, to the bit.
 *
 * Chains are random, over all kernels of quern/kernel_list.h: those whose arrays
 * are of one type, or any.  One by one a slot is an array of its own.
 */
#include <omp.h>
#include <quern/fuse.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_driver.h"
#include "kernel_table.h"

/* More than a block of any kernel, and a last one that is short. */
enum { N = 32768 + 4099, OPS = 6, INPUTS = 3, WIDEST = 8 };
/* Arrays, and how far apart elements of one may be. */
enum { ARRAYS = 5, FAR = 3, SLOTS = 3, ROOM = N * FAR * WIDEST };

static char *memory[2];        /* of the chain, and of its ops one by one */
static char *source[ELEMENTS]; /* what is in both of them before */

/* Where things are in a memory. */
enum { RESULT = ARRAYS * ROOM, SLOT = RESULT + 256 };
enum { MEMORY = SLOT + SLOTS * N * WIDEST };

static int
make_memory(void)
{
	for (int i = 0; i < 2; i++)
		if (!(memory[i] = malloc(MEMORY)))
			return 1;
	for (int e = 0; e < ELEMENTS; e++) {
		if (!(source[e] = malloc(SLOT)))
			return 1;
		fill_elements(source[e], (enum element)e,
		    SLOT / element_bytes[e], (uint64_t)e + 1);
	}
	return 0;
}

static void
free_memory(void)
{
	for (int e = 0; e < ELEMENTS; e++)
		free(source[e]);
	free(memory[0]);
	free(memory[1]);
}

struct array {
	size_t at; /* bytes from the beginning */
	ptrdiff_t stride;
};

/* The first two are parts of pairs. */
static struct array
array_of(unsigned i, size_t bytes, bool strided)
{
	static const ptrdiff_t stride[ARRAYS] = { 2, 2, -1, 3, 1 };

	if (!strided)
		return (struct array) { i * ROOM, 1 };
	if (i == 1)
		return (struct array) { bytes, 2 };
	return (struct array) { i * ROOM + (i == 2 ? (N - 1) * bytes : 0),
		stride[i] };
}

/* One of the ops: which of the arrays or, from ARRAYS on, of the slots. */
struct link {
	const struct listed *kernel;
	unsigned in[INPUTS], out;
};

struct random_chain {
	struct link link[OPS];
	size_t n, count;
	enum element element; /* of the arrays, if they are of one type */
	bool mixed;           /* they are not, but bits for any kernel */
	bool strided;
};

/* Of an element of an array. */
static size_t
bytes_of(const struct random_chain *chain, unsigned i)
{
	static const size_t mixed[ARRAYS] = { 8, 8, 4, 8, 1 };

	return chain->mixed ? mixed[i] : element_bytes[chain->element];
}

static bool
has_verdict(const struct listed *k)
{
	static const void *const nothing[INPUTS];

	return k->build(NULL, nothing, 0).kind->verdict;
}

static bool
of_one_type(const struct listed *k, enum element element)
{
	size_t bytes = element_bytes[element];

	if (k->element != element ||
	    (!k->reduction && listed_out_bytes(k) != bytes))
		return false;
	for (unsigned i = 0; i < k->inputs; i++)
		if (listed_in_bytes(k, i) != bytes)
			return false;
	return true;
}

static const struct listed *
any_kernel(const struct random_chain *chain, bool reduction, uint64_t *state)
{
	const struct listed *k;

	/* A verdict is refused: fuse.h. */
	do {
		k = &listed[next_random(state) % listed_count];
	} while (k->reduction != reduction || has_verdict(k) ||
	    !(chain->mixed || of_one_type(k, chain->element)));
	return k;
}

static bool
has_kernel(enum element element, bool reduction)
{
	for (size_t i = 0; i < listed_count; i++)
		if (listed[i].reduction == reduction &&
		    !has_verdict(&listed[i]) &&
		    of_one_type(&listed[i], element))
			return true;
	return false;
}

static enum element
any_element(uint64_t *state)
{
	enum element element;

	do {
		element = (enum element)(next_random(state) % ELEMENTS);
	} while (!has_kernel(element, false));
	return element;
}

/* An array, or more often a slot. */
static unsigned
any_place(uint64_t *state)
{
	if (next_random(state) % 4)
		return ARRAYS + (unsigned)(next_random(state) % SLOTS);
	return (unsigned)(next_random(state) % ARRAYS);
}

/* Any places for the kernel's arrays; false if these are of other sizes. */
static bool
fits(struct link *link, size_t bytes[], uint64_t *state)
{
	const struct listed *k = link->kernel;
	size_t out_bytes = listed_out_bytes(k);
	bool fit;

	link->out = any_place(state);
	fit = k->reduction || link->out >= ARRAYS ||
	    bytes[link->out] == out_bytes;
	for (unsigned j = 0; j < INPUTS; j++) {
		link->in[j] = any_place(state);
		if (j >= k->inputs)
			continue;
		fit &= bytes[link->in[j]] == listed_in_bytes(k, j);
		/* In place only what is as large. */
		fit &= k->reduction || link->in[j] != link->out ||
		    bytes[link->out] == out_bytes;
	}
	if (fit && !k->reduction)
		bytes[link->out] = out_bytes;
	return fit;
}

static struct random_chain
any_chain(size_t count, bool strided, uint64_t *state)
{
	struct random_chain chain = {
		.n = 1 + next_random(state) % OPS,
		.count = count,
		.element = any_element(state),
		.mixed = next_random(state) % 2,
		.strided = strided,
	};
	bool reduces = (chain.mixed || has_kernel(chain.element, true)) &&
	    next_random(state) % 4;
	size_t bytes[ARRAYS + SLOTS] = { 0 }; /* 0: nothing in there yet */

	for (unsigned i = 0; i < ARRAYS; i++)
		bytes[i] = bytes_of(&chain, i);
	for (size_t i = 0; i < chain.n; i++)
		do {
			chain.link[i].kernel = any_kernel(
			    &chain, reduces && i == chain.n - 1, state);
		} while (!fits(&chain.link[i], bytes, state));
	return chain;
}

/* The i-th op, in the memory m; with slots, or arrays in their stead. */
static quern_op
op_of(const struct random_chain *chain, size_t i, char *m, bool slots)
{
	const struct link *link = &chain->link[i];
	void *at[ARRAYS + SLOTS];
	ptrdiff_t stride[ARRAYS + SLOTS];
	const void *in[INPUTS];

	for (unsigned k = 0; k < ARRAYS; k++) {
		struct array a =
		    array_of(k, bytes_of(chain, k), chain->strided);

		at[k] = m + a.at;
		stride[k] = a.stride;
	}
	for (unsigned k = 0; k < SLOTS; k++) {
		at[ARRAYS + k] =
		    slots ? quern_slot(k) : m + SLOT + k * N * WIDEST;
		stride[ARRAYS + k] = 1;
	}
	for (unsigned j = 0; j < INPUTS; j++)
		in[j] = at[link->in[j]];
	return quern_with_strides(
	    link->kernel->build(
		link->kernel->reduction ? m + RESULT : at[link->out], in,
		chain->count),
	    stride[link->out], stride[link->in[0]], stride[link->in[1]],
	    stride[link->in[2]]);
}

typedef int run_fn(quern_op op);

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

/* Both memories are alike but for slots. */
static void
compare(const struct random_chain *chain, run_fn *run)
{
	quern_op op[OPS];
	int status, want = 0;
	bool same;

	memcpy(memory[0], source[chain->element], SLOT);
	memcpy(memory[1], source[chain->element], SLOT);
	for (size_t i = 0; i < chain->n; i++)
		op[i] = op_of(chain, i, memory[0], true);
	status = run(quern_fuse(op, chain->n));
	for (size_t i = 0; i < chain->n; i++)
		want = run(op_of(chain, i, memory[1], false));
	same = memcmp(memory[0], memory[1], SLOT) == 0;
	CU_ASSERT_EQUAL(status, want);
	CU_ASSERT_TRUE(same);
	if (same && status == want)
		return;
	printf("\n  %s, %zu elements, status %d for %d:", quern__isa()->name,
	    chain->count, status, want);
	for (size_t i = 0; i < chain->n; i++)
		printf(" %u=%s(%u,%u,%u)", chain->link[i].out,
		    chain->link[i].kernel->name, chain->link[i].in[0],
		    chain->link[i].in[1], chain->link[i].in[2]);
	printf(" ");
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
		    any_chain(count[next_random(&state) % COUNTS],
			next_random(&state) % 3 == 0, &state);

		compare(&chain, run);
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
		    !of_one_type(&listed[i], listed[i].element) ||
		    !has_kernel(listed[i].element, false))
			continue;
		chain.link[0] = (struct link) {
			any_kernel(&chain, false, &state),
			{ 2, 3, 4 },
			ARRAYS,
		};
		for (size_t c = 0; c < COUNTS; c++) {
			chain.count = count[c];
			compare(&chain, run_by_block);
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
			of_places[i] = i < ARRAYS ? bytes_of(chain, i) : 0;
		link.kernel = any_kernel(chain, false, state);
	} while (!fits(&link, of_places, state) || link.out != ARRAYS + j ||
	    of_places[link.out] != bytes);
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
			.mixed = !of_one_type(k, k->element) ||
			    !has_kernel(k->element, false),
		};
		struct link last = { k, { ARRAYS, ARRAYS + 1, ARRAYS + 2 }, 0 };

		if (has_verdict(k))
			continue;
		for (unsigned j = 0; j < k->inputs; j++)
			chain.link[j] =
			    source_of(&chain, j, listed_in_bytes(k, j), &state);
		while (!k->reduction &&
		    bytes_of(&chain, last.out) != listed_out_bytes(k))
			last.out++;
		chain.link[k->inputs] = last;
		compare(&chain, run_by_block);
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

	if (make_memory()) {
		puts("no memory for the arrays");
		return 1;
	}
	add_suite("fuse", tests);
	failed = run_suites();
	free_memory();
	return failed;
}

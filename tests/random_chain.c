/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_chain.c -- see random_chain.h.
 */
#include "random_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_driver.h"

static char *memory[2];        /* of the chain, and of its ops one by one */
static char *source[ELEMENTS]; /* what is in both of them before */

/* Where things are in a memory. */
enum { RESULT = ARRAYS * ROOM, SLOT = RESULT + 256 };
enum { MEMORY = SLOT + SLOTS * N * WIDEST };

int
random_chain_make_memory(void)
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

void
random_chain_free_memory(void)
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

size_t
random_chain_bytes(const struct random_chain *chain, unsigned i)
{
	static const size_t mixed[ARRAYS] = { 8, 8, 4, 8, 1 };

	return chain->mixed ? mixed[i] : element_bytes[chain->element];
}

bool
has_verdict(const struct listed *k)
{
	static const void *const nothing[INPUTS];

	return k->build(NULL, nothing, 0).kind->verdict;
}

bool
is_of_one_type(const struct listed *k, enum element element)
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

const struct listed *
random_chain_kernel(
    const struct random_chain *chain, bool reduction, uint64_t *state)
{
	const struct listed *k;

	/* A verdict is refused: fuse.h. */
	do {
		k = &listed[next_random(state) % listed_count];
	} while (k->reduction != reduction || has_verdict(k) ||
	    !(chain->mixed || is_of_one_type(k, chain->element)));
	return k;
}

bool
random_chain_has_kernel(enum element element, bool reduction)
{
	for (size_t i = 0; i < listed_count; i++)
		if (listed[i].reduction == reduction &&
		    !has_verdict(&listed[i]) &&
		    is_of_one_type(&listed[i], element))
			return true;
	return false;
}

static enum element
any_element(uint64_t *state)
{
	enum element element;

	do {
		element = (enum element)(next_random(state) % ELEMENTS);
	} while (!random_chain_has_kernel(element, false));
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

bool
random_chain_fits(struct link *link, size_t bytes[], uint64_t *state)
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

struct random_chain
random_chain_any(size_t count, bool strided, uint64_t *state)
{
	struct random_chain chain = {
		.n = 1 + next_random(state) % OPS,
		.count = count,
		.element = any_element(state),
		.mixed = next_random(state) % 2,
		.strided = strided,
	};
	bool reduces =
	    (chain.mixed || random_chain_has_kernel(chain.element, true)) &&
	    next_random(state) % 4;
	size_t bytes[ARRAYS + SLOTS] = { 0 }; /* 0: nothing in there yet */

	for (unsigned i = 0; i < ARRAYS; i++)
		bytes[i] = random_chain_bytes(&chain, i);
	for (size_t i = 0; i < chain.n; i++)
		do {
			chain.link[i].kernel = random_chain_kernel(
			    &chain, reduces && i == chain.n - 1, state);
		} while (!random_chain_fits(&chain.link[i], bytes, state));
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
		    array_of(k, random_chain_bytes(chain, k), chain->strided);

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

void
random_chain_compare(const struct random_chain *chain, run_fn *run)
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_chain.h -- chains of kernels of quern/kernel_list.h, taken at random or
 * put together, that are run fused and one by one.
 *
 * The kernels' arrays are of one type, or any.  One by one a slot is an array of
 * its own.
 */
#ifndef QUERN_TESTS_RANDOM_CHAIN_H
#define QUERN_TESTS_RANDOM_CHAIN_H

#include <quern/fuse.h>

#include "kernel_table.h"

/* More than a block of any kernel, and a last one that is short. */
enum { N = 32768 + 4099, OPS = 6, INPUTS = 3, WIDEST = 8 };
/* Arrays, and how far apart elements of one may be. */
enum { ARRAYS = 5, FAR = 3, SLOTS = 3, ROOM = N * FAR * WIDEST };

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

/* The memory that all chains share; 1 if there is not enough. */
int random_chain_make_memory(void);
void random_chain_free_memory(void);

/* Bytes of an element of array i. */
size_t random_chain_bytes(const struct random_chain *chain, unsigned i);

bool has_verdict(const struct listed *k);
/* Are all its arrays of that type? */
bool is_of_one_type(const struct listed *k, enum element element);
/* Is there one, but for those with a verdict? */
bool random_chain_has_kernel(enum element element, bool reduction);
/* Any that a chain of this sort may have. */
const struct listed *random_chain_kernel(
    const struct random_chain *chain, bool reduction, uint64_t *state);

/*
 * Any places for the kernel's arrays; false if these are of other sizes than
 * `bytes` says of each array and slot, which is changed by what is written.
 */
bool random_chain_fits(struct link *link, size_t bytes[], uint64_t *state);

struct random_chain random_chain_any(
    size_t count, bool strided, uint64_t *state);

/* Both ways must leave the same memory and status. */
typedef int run_fn(quern_op op);
void random_chain_compare(const struct random_chain *chain, run_fn *run);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_table.h -- all kernels of quern/kernel_list.h, so that what holds for
 * each of them is tested for each of them, the ones still to come included.
 */
#ifndef QUERN_TESTS_KERNEL_TABLE_H
#define QUERN_TESTS_KERNEL_TABLE_H

#include <quern/kernels.h>

/* What the elements of the inputs are. */
enum element { F64, F32, I64, I32, U64, U32, U8, ELEMENTS };
extern const size_t element_bytes[ELEMENTS];

struct listed {
	const char *name;
	quern_op (*build)(void *out, const void *const in[], size_t n);
	enum element element;
	unsigned inputs;
	bool reduction;
};
extern const struct listed listed[];
extern const size_t listed_count;

/* Bytes of an element of the output, or of the result. */
size_t listed_out_bytes(const struct listed *kernel);
/* Bytes of an element of the i-th input. */
size_t listed_in_bytes(const struct listed *kernel, unsigned i);

/*
 * n elements of either sign, of which neither sums nor most squares overflow;
 * the order of additions shows in a sum of the floats.
 */
void fill_elements(void *to, enum element element, size_t n, uint64_t seed);

/*
 * Put others in the place of some: zeros, infinities, NaNs of every kind,
 * subnormals, the borders of integers and of functions, and any bits.
 */
void mix_in_special(void *to, enum element element, size_t n, uint64_t seed);

/* Fill all inputs of a kernel with n elements of its kind, always the same. */
void fill_inputs(
    const struct listed *kernel, char *const to[], size_t n, bool special);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* random_permutation.h -- a part of a permutation, for shuffle.c. */
#ifndef QUERN_KERNELS_RANDOM_PERMUTATION_H
#define QUERN_KERNELS_RANDOM_PERMUTATION_H

#include <stddef.h>
#include <stdint.h>

/* So many there can be: all pairs of a row and a column fit in an int64_t. */
#define QUERN__PERMUTED_MOST (UINT64_C(1) << 62)

/* The elements [first, first + n) of the permutation of `size`. */
void quern__permute(
    uint64_t *out, uint64_t size, uint64_t seed, uint64_t first, size_t n);

#endif

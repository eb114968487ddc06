/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference_random.h -- plain twins of the random kernels, for tests; see
 * reference.h.  Each makes the one element with this index.
 */
#ifndef QUERN_KERNELS_REFERENCE_RANDOM_H
#define QUERN_KERNELS_REFERENCE_RANDOM_H

#include <stdint.h>

/* Philox 4x32 with 10 rounds, in place. */
void quern__ref_philox(uint32_t counter[4], const uint32_t key[2]);

/* The words of a block; quern/random.h says what `kernel` is. */
void quern__ref_words(uint32_t words[4], uint64_t seed, uint64_t block,
    uint32_t attempt, uint32_t kernel);

uint64_t quern__ref_random_u64(uint64_t seed, uint64_t index);
uint32_t quern__ref_random_u32(uint64_t seed, uint64_t index);
double quern__ref_uniform_f64(uint64_t seed, uint64_t index);
float quern__ref_uniform_f32(uint64_t seed, uint64_t index);
int64_t quern__ref_random_range_i64(
    int64_t low, int64_t high, uint64_t seed, uint64_t index);
int32_t quern__ref_random_range_i32(
    int32_t low, int32_t high, uint64_t seed, uint64_t index);

#endif

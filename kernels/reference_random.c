/* SPDX-License-Identifier: BSD-2-Clause */
/* reference_random.c -- see reference_random.h. */
#include "reference_random.h"

/* As the paper has it: one counter, words of 32 bits. */
void
quern__ref_philox(uint32_t counter[4], const uint32_t key[2])
{
	uint32_t k0 = key[0], k1 = key[1];

	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)counter[0] * 0xD2511F53;
		uint64_t p1 = (uint64_t)counter[2] * 0xCD9E8D57;

		counter[0] = (uint32_t)(p1 >> 32) ^ counter[1] ^ k0;
		counter[1] = (uint32_t)p1;
		counter[2] = (uint32_t)(p0 >> 32) ^ counter[3] ^ k1;
		counter[3] = (uint32_t)p0;
		k0 += 0x9E3779B9;
		k1 += 0xBB67AE85;
	}
}

/* The word 3 of counters, quern/random.h. */
enum { BITS, UNIFORM_F64, UNIFORM_F32, RANGE_64 = 7, RANGE_32 };

void
quern__ref_words(uint32_t words[4], uint64_t seed, uint64_t block,
    uint32_t attempt, uint32_t kernel)
{
	const uint32_t key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };

	words[0] = (uint32_t)block;
	words[1] = (uint32_t)(block >> 32);
	words[2] = attempt;
	words[3] = kernel;
	quern__ref_philox(words, key);
}

static uint64_t
draw_u64(uint64_t seed, uint64_t index, uint32_t attempt, uint32_t kernel)
{
	uint32_t words[4], *mine = words + index % 2 * 2;

	quern__ref_words(words, seed, index / 2, attempt, kernel);
	return mine[0] + ((uint64_t)mine[1] << 32);
}

static uint32_t
draw_u32(uint64_t seed, uint64_t index, uint32_t attempt, uint32_t kernel)
{
	uint32_t words[4];

	quern__ref_words(words, seed, index / 4, attempt, kernel);
	return words[index % 4];
}

uint64_t
quern__ref_random_u64(uint64_t seed, uint64_t index)
{
	return draw_u64(seed, index, 0, BITS);
}

uint32_t
quern__ref_random_u32(uint64_t seed, uint64_t index)
{
	return draw_u32(seed, index, 0, BITS);
}

double
quern__ref_uniform_f64(uint64_t seed, uint64_t index)
{
	return (double)(draw_u64(seed, index, 0, UNIFORM_F64) / 2048) * 0x1p-53;
}

float
quern__ref_uniform_f32(uint64_t seed, uint64_t index)
{
	return (float)(draw_u32(seed, index, 0, UNIFORM_F32) / 256) * 0x1p-24f;
}

__extension__ typedef unsigned __int128 u128;

/* 2^64 mod k is what is left of the numbers below 2^64 if each gets as many. */
int64_t
quern__ref_random_range_i64(
    int64_t low, int64_t high, uint64_t seed, uint64_t index)
{
	const u128 all = (u128)1 << 64;
	u128 k = (u128)((uint64_t)high - (uint64_t)low) + 1, product;
	uint32_t attempt = 0;

	do
		product = draw_u64(seed, index, attempt++, RANGE_64) * k;
	while (product % all < all % k);
	return (int64_t)((uint64_t)low + (uint64_t)(product / all));
}

int32_t
quern__ref_random_range_i32(
    int32_t low, int32_t high, uint64_t seed, uint64_t index)
{
	const u128 all = (u128)1 << 32;
	u128 k = (u128)((int64_t)high - low) + 1, product;
	uint32_t attempt = 0;

	do
		product = draw_u32(seed, index, attempt++, RANGE_32) * k;
	while (product % all < all % k);
	return (int32_t)((uint32_t)low + (uint32_t)(product / all));
}

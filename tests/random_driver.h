/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_driver.h -- what the tests of random kernels share: a fill described
 * by its builder and its twin, and the comparison of both.
 */
#ifndef QUERN_TESTS_RANDOM_DRIVER_H
#define QUERN_TESTS_RANDOM_DRIVER_H

#include "kernel_driver.h"
#include "kernels/reference_random.h"

struct fill {
	const char *name;
	size_t size; /* of an element */
	quern_op (*build)(void *out, uint64_t seed, uint64_t first, size_t n);
	void (*twin)(void *element, uint64_t seed, uint64_t index);
};

#define FILL(name, T)                                                          \
	static quern_op build_##name(                                          \
	    void *out, uint64_t seed, uint64_t first, size_t n)                \
	{                                                                      \
		return quern_##name(out, seed, first, n);                      \
	}                                                                      \
	static void twin_##name(void *element, uint64_t seed, uint64_t index)  \
	{                                                                      \
		T x = quern__ref_##name(seed, index);                          \
                                                                               \
		memcpy(element, &x, sizeof(x));                                \
	}                                                                      \
	static const struct fill name = { #name, sizeof(T), build_##name,      \
		twin_##name }

/* n elements from `first` on are the twin's, and nothing else changes. */
static inline void
compare_fill(const struct fill *k, uint64_t seed, uint64_t first, size_t n,
    size_t offset)
{
	static _Alignas(64) char to[20000 * 8 + 3 * GUARD];
	char *out = to + GUARD + offset, want[8];
	bool same = true;

	memset(to, 0x5a, n * k->size + 3 * GUARD);
	CU_ASSERT_EQUAL(run_blocks(k->build(out, seed, first, n), n), 0);
	for (size_t i = 0; i < n; i++) {
		k->twin(want, seed, first + i);
		same &= memcmp(out + i * k->size, want, k->size) == 0;
	}
	for (size_t i = 0; i < GUARD; i++)
		same &= out[-1 - (ptrdiff_t)i] == 0x5a &&
		    out[n * k->size + i] == 0x5a;
	CU_ASSERT_TRUE(same);
	if (!same)
		printf("\n  %s on %s: seed %llx, first %llx, n = %zu ", k->name,
		    quern__isa()->name, (unsigned long long)seed,
		    (unsigned long long)first, n);
}

/*
 * Every small n from every place in a block of words, borders of blocks, seeds
 * with bits in both halves, indices of more than 32 bits and those around 2^64.
 */
static inline void
compare_fills(const struct fill *k)
{
	static const uint64_t seed[] = { 0, 1, UINT64_C(1) << 32,
		UINT64_C(0x243f6a8885a308d3), UINT64_MAX };
	static const uint64_t first[] = { UINT32_MAX - UINT64_C(20),
		(UINT64_C(1) << 33) - 41, (UINT64_C(1) << 34) - 33,
		UINT64_C(0x123456789abcdef0), (UINT64_C(1) << 63) - 10,
		UINT64_MAX, UINT64_MAX - 2, UINT64_MAX - 50 };

	for (size_t u = 0; use_isa(u); u++) {
		for (size_t n = 0; n <= 80; n++)
			for (uint64_t from = 0; from < 5; from++)
				compare_fill(k, 42, from, n, n % 8);
		for (size_t s = 0; s < sizeof(seed) / sizeof(*seed); s++)
			for (size_t i = 0; i < sizeof(first) / sizeof(*first);
			     i++)
				compare_fill(k, seed[s], first[i], 111, i);
		compare_fill(k, 7, 1, 20000, 4);
	}
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_driver.h -- what the tests of kernels share: an op run block by block
 * without an executor, numbers to run it on, and the comparison with its twin.
 *
 * A test describes a kernel as a struct kernel, whose builder and twin take
 * void pointers; KERNEL_MAP and KERNEL_REDUCTION make them.
 */
#ifndef QUERN_TESTS_KERNEL_DRIVER_H
#define QUERN_TESTS_KERNEL_DRIVER_H

#include <errno.h>
#include <float.h>
#include <math.h>
#include <quern/kernels.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/isa.h"
#include "kernels/kernel.h"
#include "kernels/reference.h"
#include "support.h"

/*
 * The i-th instruction set that this machine has, now in use, or NULL:
 * for (size_t u = 0; use_isa(u); u++) goes through them all.
 */
static inline const struct quern__isa *
use_isa(size_t i)
{
	const struct quern__isa *isa = quern__isa_at(i);

	if (isa)
		quern__isa_use(isa);
	return isa;
}

/*
 * Run `op` as kernel.h says an executor does.  `order` picks the order of the
 * blocks: 0 is forwards, any other number a random one.
 */
static inline int
run_blocks(quern_op op, uint64_t order)
{
	const struct quern_kind *kind = op.kind;
	size_t block = kind->block ? kind->block : op.grain;
	size_t blocks = op.count ? (op.count - 1) / block + 1 : 0;
	size_t bytes = kind->acc_bytes ? kind->acc_bytes(&op) : 0;
	size_t *sequence;
	char *acc;
	int status = kind->check(&op);

	if (status)
		return status;
	sequence = malloc((blocks + 1) * sizeof(*sequence));
	acc = malloc((blocks + 1) * (bytes + 1));
	for (size_t b = 0; b <= blocks; b++) {
		sequence[b] = b;
		if (bytes)
			kind->identity(&op, acc + b * bytes);
	}
	for (size_t b = blocks; order && b > 1; b--) {
		size_t other = next_random(&order) % b, was = sequence[b - 1];

		sequence[b - 1] = sequence[other];
		sequence[other] = was;
	}
	for (size_t i = 0; i < blocks; i++) {
		size_t b = sequence[i], begin = b * block;
		size_t left = op.count - begin;

		kind->range(NULL, &op, begin,
		    begin + (left < block ? left : block),
		    bytes ? acc + b * bytes : NULL);
	}
	for (size_t step = 1; bytes && step < blocks; step *= 2)
		for (size_t b = 0; b + step < blocks; b += 2 * step)
			kind->combine(
			    &op, acc + b * bytes, acc + (b + step) * bytes);
	if (bytes)
		status = kind->finish(&op, acc);
	free(acc);
	free(sequence);
	return status;
}

/* ---- numbers ---- */

static inline double
f64_of(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline uint64_t
bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline float
f32_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline uint32_t
bits_of_f32(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* From 0 up to 1, of 53 bits. */
static inline double
next_unit(uint64_t *state)
{
	return (double)(next_random(state) >> 11) * 0x1p-53;
}

/* Any bit patterns at all: NaNs, infinities, subnormals, every integer. */
static inline void
fill_bits(void *to, size_t bytes, uint64_t state)
{
	char *at = to;

	for (size_t i = 0; i < bytes; i++)
		at[i] = (char)(next_random(&state) >> 32);
}

/* Finite, of both signs and many magnitudes, so that sums round a lot. */
static inline void
fill_f64(double *to, size_t n, uint64_t state)
{
	for (size_t i = 0; i < n; i++) {
		double x = next_unit(&state) - 0.5;

		to[i] = ldexp(x, (int)(next_random(&state) % 64) - 32);
	}
}

static inline void
fill_f32(float *to, size_t n, uint64_t state)
{
	for (size_t i = 0; i < n; i++) {
		double x = next_unit(&state) - 0.5;

		to[i] = (float)ldexp(x, (int)(next_random(&state) % 64) - 32);
	}
}

/*
 * One number for many bits, little-endian, by which machines are compared
 * (FNV-1a, Fowler, Noll and Vo).
 */
#define DIGEST_OF_NOTHING UINT64_C(0xcbf29ce484222325)

static inline uint64_t
digest_on(uint64_t hash, const void *data, size_t bytes)
{
	const unsigned char *at = data;

	for (size_t i = 0; i < bytes; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static inline uint64_t
digest(const void *data, size_t bytes)
{
	return digest_on(DIGEST_OF_NOTHING, data, bytes);
}

/* ---- a kernel and its twin ---- */

struct kernel {
	const char *name;
	size_t size;   /* of an element */
	size_t result; /* size of a reduction's result, 0: element by element */
	quern_op (*build)(void *out, const void *in, size_t n);
	int (*twin)(void *out, const void *in, size_t n);
};

#define KERNEL_MAP(name, T)                                                    \
	static quern_op build_##name(void *out, const void *in, size_t n)      \
	{                                                                      \
		return quern_##name(out, in, n);                               \
	}                                                                      \
	static int twin_##name(void *out, const void *in, size_t n)            \
	{                                                                      \
		quern__ref_##name(out, in, n);                                 \
		return 0;                                                      \
	}                                                                      \
	static const struct kernel name = { #name, sizeof(T), 0, build_##name, \
		twin_##name }

#define KERNEL_REDUCTION(name, R, T)                                           \
	static quern_op build_##name(void *out, const void *in, size_t n)      \
	{                                                                      \
		return quern_##name(out, in, n);                               \
	}                                                                      \
	static int twin_##name(void *out, const void *in, size_t n)            \
	{                                                                      \
		return quern__ref_##name(out, in, n);                          \
	}                                                                      \
	static const struct kernel name = { #name, sizeof(T), sizeof(R),       \
		build_##name, twin_##name }

/* Most elements that compare_with_twin() takes at once. */
enum { MOST = 3 * 32768 + 100, GUARD = 64 };

/*
 * n elements of `in`, copied to `in_offset` bytes past an aligned address,
 * through the kernel to `out_offset` bytes past another, must give the twin's
 * bits and touch nothing around them.
 */
static inline void
compare_with_twin(const struct kernel *k, const void *in, size_t n,
    size_t in_offset, size_t out_offset)
{
	static _Alignas(64) char from[MOST * 8 + 2 * GUARD];
	static _Alignas(64) char to[MOST * 8 + 3 * GUARD];
	static _Alignas(64) char want[MOST * 8];
	size_t bytes = k->result ? k->result : n * k->size;
	char *out = to + GUARD + out_offset, *before = out - GUARD;
	int status, twin;
	bool same = true;

	memcpy(from + in_offset, in, n * k->size);
	memset(to, 0x5a, bytes + 3 * GUARD);
	memset(want, 0x5a, bytes); /* stays if the op fails */
	twin = k->twin(want, in, n);
	status = run_blocks(k->build(out, from + in_offset, n), n + out_offset);
	for (size_t i = 0; i < GUARD; i++)
		same &= before[i] == 0x5a && out[bytes + i] == 0x5a;
	same &= memcmp(out, want, bytes) == 0;
	same &= memcmp(from + in_offset, in, n * k->size) == 0;
	CU_ASSERT_EQUAL(status, twin);
	CU_ASSERT_TRUE(same);
	if (status != twin || !same)
		printf("  %s on %s: n = %zu, offsets %zu and %zu\n", k->name,
		    quern__isa()->name, n, in_offset, out_offset);
}

/*
 * The bits are the twin's on every instruction set: for every small n, around
 * the borders of vectors, sub-blocks and blocks, and from any address to any.
 */
static inline void
compare_shapes(const struct kernel *k, const void *in)
{
	static const size_t border[] = { 4095, 4096, 4097, 8191, 8193, 20000,
		32767, 32768, 32769, 65536, 65537, MOST };

	for (size_t u = 0; use_isa(u); u++) {
		for (size_t n = 0; n <= 200; n++)
			compare_with_twin(k, in, n, 0, 0);
		for (size_t i = 0; i < sizeof(border) / sizeof(border[0]); i++)
			compare_with_twin(k, in, border[i], 0, 0);
		for (size_t offset = 0; offset < 64; offset++) {
			compare_with_twin(k, in, 100, offset, 0);
			compare_with_twin(k, in, 100, 0, offset);
			compare_with_twin(k, in, 4099, offset, 63 - offset);
		}
	}
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * count.c -- how many bytes of a mask are set, and whether any or all are.
 *
 *     quern/kernels.h --> [count.c] --> reduction.h
 *
 * The accumulator is the count.
 */
#include "reduction.h"

#include <string.h>

#ifdef QUERN_ISA_NAME

typedef uint8_t bytes SIMD_VECTOR(SIMD_BYTES);
/* No byte of a sum reaches 256 before it is taken out. */
enum { PIECE = 255 * MAP_SIDE * SIMD_BYTES };

static uint64_t
count_piece(const char *from, size_t n)
{
	bytes sum[MAP_SIDE] = { { 0 } }, v = { 0 };
	const bytes zero = { 0 };
	uint64_t count = 0;

	for (; n >= sizeof(sum); n -= sizeof(sum))
		for (size_t k = 0; k < MAP_SIDE; k++) {
			memcpy(&v, from, sizeof(v));
			from += sizeof(v);
			sum[k] -= (bytes)(v != zero);
		}
	for (size_t k = 0; k < MAP_SIDE; k++) {
		unsigned char byte[SIMD_BYTES];
		uint32_t of_vector = 0;

		memcpy(byte, &sum[k], sizeof(byte));
		for (size_t j = 0; j < sizeof(byte); j++)
			of_vector += byte[j];
		count += of_vector;
	}
	for (size_t j = 0; j < n; j++)
		count += from[j] != 0;
	return count;
}

MAP_LOOP(count_u8)
{
	const char *from = in[0];
	uint64_t count = 0;

	(void)op;
	for (size_t m; n; n -= m, from += m) {
		m = n < PIECE ? n : PIECE;
		count += count_piece(from, m);
	}
	*(uint64_t *)out += count;
}

#else

VARIANTS(quern__loop, count_u8)

#define PLUS(a, b) ((a) + (b))
REDUCTION_ACC(count, uint64_t, 0, PLUS)

static int
finish_count(const quern_op *op, const void *acc)
{
	memcpy(op->out, acc, sizeof(uint64_t));
	return 0;
}

static int
finish_any(const quern_op *op, const void *acc)
{
	*(uint8_t *)op->out = *(const uint64_t *)acc != 0;
	return 0;
}

static int
finish_all(const quern_op *op, const void *acc)
{
	*(uint8_t *)op->out = *(const uint64_t *)acc == op->count;
	return 0;
}

REDUCTION_1(count, u8, uint64_t, count, count, NULL, finish_count)
REDUCTION_1(any, u8, uint8_t, count, count, NULL, finish_any)
REDUCTION_1(all, u8, uint8_t, count, count, NULL, finish_all)

#endif

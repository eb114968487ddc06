/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_permutation.c -- where each of a number of things goes when they are
 * shuffled.
 *
 *     quern/random.h --> [random_permutation.c] --> map.c
 *     shuffle.c      -->
 *
 * An element of a large permutation is computed without the others, by a
 * Feistel network over pairs of a row and a column, of which there are slightly
 * more than elements.  A round adds a function of the column to the row, the
 * next one a function of the row to the column, each modulo how many there are,
 * so each round can be undone and all of them permute the pairs.  What comes
 * out past the last element goes through again until it does not (cycle
 * walking), which few do.  Small permutations, where not all of a network's
 * would be equally likely, are made as a whole, by Fisher and Yates's method.
 *
 * In an op scalar3 is the number of elements.
 */
#include "random.h"
#include "random_permutation.h"

#include <errno.h>

#ifdef QUERN_ISA_NAME

/* Up to so many are made by Fisher and Yates's method. */
enum { SMALL = 1024 };

enum { ROUNDS = 16 };

/* n of a permutation's random numbers, and some more, up to whole vectors. */
static void
draw(uint64_t *to, size_t n, uint64_t seed)
{
	u64v a, b, r[2];

	for (uint64_t block = 0; block < n / 2; block += PHILOX_LANES) {
		philox(&a, &b, seed, block, UINT32_MAX, 0, RANDOM_PERMUTATION);
		philox_pair(r, a, b);
		memcpy(to + 2 * block, r, sizeof(r));
	}
}

/* ---- small ones ---- */

/* The product's high half: from 0 to n - 1, but for a bias of n / 2^64. */
static size_t
below(uint64_t word, size_t n)
{
	__extension__ typedef unsigned __int128 wide;

	return (size_t)(((wide)word * n) >> 64);
}

static void
permute_small(
    uint64_t *out, size_t n, uint64_t size, uint64_t seed, uint64_t first)
{
	uint64_t word[SMALL];
	uint16_t at[SMALL] = { 0 };

	draw(word, SMALL, seed);
	for (size_t i = 0; i < size; i++) {
		size_t other = below(word[i], i + 1);

		at[i] = at[other];
		at[other] = (uint16_t)i;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = at[first + i];
}

/* ---- large ones ---- */

struct network {
	uint64_t size, rows, columns;
	/* Of the rounds, one for element_of(), and what draw() has too many. */
	uint64_t key[ROUNDS + 2 * PHILOX_LANES];
};

/* The least whose square is not less. */
static uint64_t
root_of(uint64_t size)
{
	uint64_t root = (uint64_t)__builtin_sqrt((double)size);

	while (root * root >= size)
		root--;
	while (root * root < size)
		root++;
	return root;
}

/* v - n, or v if that is less; v is below 2n, which is at most 2^33. */
static inline u64v
modulo(u64v v, u64v n)
{
	u64v less = v - n;

	return less + (n & u64v_high_halves(less));
}

/*
 * to + (a function of `from` that depends on the key), modulo n.  Each bit of
 * the product is taken from two places, of which one depends on each bit of
 * `from`.
 */
static inline u64v
add_random(u64v to, u64v from, u64v key, u64v n)
{
	u64v p = u64v_mul_low(from ^ key, u64v_all(0xd2511f53));

	p ^= p >> 32;
	return modulo(to + (u64v_mul_low(p, n) >> 32), n);
}

/* Vectors side by side: most of the time each waits for its own results. */
enum { SIDE = 4, TOGETHER = SIDE * PHILOX_LANES };

struct pairs {
	u64v row[SIDE], column[SIDE];
};

static inline void
through(const struct network *of, struct pairs *pairs)
{
	const u64v rows = u64v_all(of->rows), columns = u64v_all(of->columns);

	for (int r = 0; r < ROUNDS; r += 2) {
		const u64v k0 = u64v_all(of->key[r]);
		const u64v k1 = u64v_all(of->key[r + 1]);

#pragma GCC unroll 4
		for (int k = 0; k < SIDE; k++)
			pairs->row[k] = add_random(
			    pairs->row[k], pairs->column[k], k0, rows);
#pragma GCC unroll 4
		for (int k = 0; k < SIDE; k++)
			pairs->column[k] = add_random(
			    pairs->column[k], pairs->row[k], k1, columns);
	}
}

static inline u64v
number_of(const struct network *of, u64v row, u64v column)
{
	return u64v_mul_low(row, u64v_all(of->columns)) + column;
}

/*
 * 0 and 1 change places, or not.  With odd numbers of rows and of columns all
 * that rounds do can be done by an even number of swaps.
 */
static inline u64v
element_of(const struct network *of, u64v row, u64v column)
{
	u64v number = number_of(of, row, column);
	u64v few = (u64v)((i64v)number < (i64v)u64v_all(2));

	return number ^ (few & u64v_all(of->key[ROUNDS] & 1));
}

/* All ones where the number is none of an element. */
static inline u64v
past_last(const struct network *of, u64v number)
{
	return (u64v)((i64v)number >= (i64v)u64v_all(of->size));
}

/* Those that are past the last element once more, until none is. */
static __attribute__((noinline)) void
walk(const struct network *of, u64v element[SIDE], struct pairs pairs)
{
	u64v past[SIDE], any;

	for (int k = 0; k < SIDE; k++)
		past[k] = past_last(of, element[k]);
	do {
		through(of, &pairs);
		any = u64v_all(0);
		for (int k = 0; k < SIDE; k++) {
			u64v number =
			    element_of(of, pairs.row[k], pairs.column[k]);

			element[k] =
			    (element[k] & ~past[k]) | (number & past[k]);
			past[k] &= past_last(of, number);
			any |= past[k];
		}
	} while (f64v_any((f64v_mask)any));
}

/* The elements from row and column on; what is past the last is any. */
static inline void
permute(
    const struct network *of, u64v element[SIDE], uint64_t row, uint64_t column)
{
	const u64v columns = u64v_all(of->columns);
	struct pairs pairs;
	u64v any = u64v_all(0);

	for (int k = 0; k < SIDE; k++) {
		u64v c = u64v_all(column + (uint64_t)k * PHILOX_LANES) +
		    (u64v) { PHILOX_IN_ORDER };
		u64v over = ~u64v_high_halves(c - columns);
		u64v r = u64v_all(row) - over, inside;

		c -= columns & over;
		/* It might never come to an element. */
		inside = ~past_last(of, number_of(of, r, c));
		pairs.row[k] = r & inside;
		pairs.column[k] = c & inside;
	}
	through(of, &pairs);
	for (int k = 0; k < SIDE; k++) {
		element[k] = element_of(of, pairs.row[k], pairs.column[k]);
		any |= past_last(of, element[k]);
	}
	if (f64v_any((f64v_mask)any))
		walk(of, element, pairs);
}

MAP_LOOP(permutation_u64)
{
	const uint64_t seed = op->scalar.u64, first = op->how.scalar2.u64;
	struct network of = { .size = op->scalar3.u64 };
	uint64_t row, column;
	char *to = out;

	(void)in;
	if (of.size <= SMALL) {
		uint64_t buffer[SMALL];

		permute_small(buffer, n, of.size, seed, first);
		memcpy(out, buffer, n * sizeof(*buffer));
		return;
	}
	of.columns = root_of(of.size);
	of.rows = (of.size + of.columns - 1) / of.columns;
	draw(of.key, ROUNDS + 2, seed);
	row = first / of.columns;
	column = first % of.columns;
	while (n) {
		size_t piece = n < TOGETHER ? n : TOGETHER;
		u64v element[SIDE];

		permute(&of, element, row, column);
		memcpy(to, element, piece * sizeof(uint64_t));
		to += piece * sizeof(uint64_t);
		n -= piece;
		column += piece;
		if (column >= of.columns) {
			column -= of.columns;
			row++;
		}
	}
}

#else

static int
check(const quern_op *op)
{
	const uint64_t first = op->how.scalar2.u64, size = op->scalar3.u64;

	if (size > QUERN__PERMUTED_MOST || first > size ||
	    op->count > size - first)
		return -EINVAL;
	return quern__check_map(op);
}

VARIANTS(quern__loop, permutation_u64)
RANDOM_KIND(permutation_u64, u64, MAP_DEAR, check, permutation_u64_variants)

quern_op
quern_permutation_u64(
    uint64_t *out, uint64_t size, uint64_t seed, uint64_t first, size_t n)
{
	quern_op op = quern__kernel_op(&permutation_u64, out, NULL, NULL, NULL,
	    n, MAP_NUMBER_u64(seed), MAP_NUMBER_u64(first));

	op.scalar3 = MAP_NUMBER_u64(size);
	return op;
}

void
quern__permute(
    uint64_t *out, uint64_t size, uint64_t seed, uint64_t first, size_t n)
{
	quern_op op = quern_permutation_u64(out, size, seed, first, n);

	permutation_u64_variants[quern__isa()->index](&op, out, NULL, n);
}

#endif

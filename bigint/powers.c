/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powers.c -- powers of 5 by repeated squaring, see powers.h.
 */
#include "powers.h"

#include <errno.h>

enum { FIVES = 27 }; /* 5^27 is the largest power in a limb */

void
quern__powers_plan(
    struct quern__powers *powers, size_t digits, size_t leaf_most)
{
	size_t leaf = digits;
	unsigned levels = 0;

	while (leaf > leaf_most) {
		levels++;
		leaf = (digits >> levels) +
		    ((digits & (((size_t)1 << levels) - 1)) != 0);
	}
	powers->levels = levels;
	powers->memory = NULL;
	for (unsigned j = 0; j <= levels; j++)
		powers->digits[j] = leaf << j;
}

/* Room for 5^d as a square leaves it. */
static size_t
room_of(size_t d)
{
	return quern__limbs_of_bits(quern__bits_of_five(d)) + 2;
}

size_t
quern__powers_limbs(const struct quern__powers *powers)
{
	size_t limbs = 0;

	for (unsigned j = 0; j < powers->levels; j++)
		limbs += room_of(powers->digits[j]);
	return limbs;
}

/* 5^d by one limb after the other; how many limbs it has. */
static size_t
power_of_leaf(mp_limb_t *out, size_t d)
{
	mp_limb_t carry, factor;
	size_t n = 1, fives;

	out[0] = 1;
	for (; d > 0; d -= fives) {
		fives = d < FIVES ? d : FIVES;
		factor = 1;
		for (size_t i = 0; i < fives; i++)
			factor *= 5;
		carry = mpn_mul_1(out, out, (mp_size_t)n, factor);
		if (carry)
			out[n++] = carry;
	}
	return n;
}

int
quern__powers_make(
    struct quern__powers *powers, struct quern__big_work *work, double share)
{
	mp_limb_t *at, *square;
	size_t n;
	int err = 0;

	at = powers->memory = quern__big_limbs(quern__powers_limbs(powers));
	if (!at)
		return -ENOMEM;
	for (unsigned j = 0; j < powers->levels && !err; j++) {
		powers->power[j] = at;
		at += room_of(powers->digits[j]);
		if (j == 0) {
			powers->limbs[0] =
			    power_of_leaf(powers->power[0], powers->digits[0]);
			continue;
		}
		square = powers->power[j];
		n = powers->limbs[j - 1];
		mpn_sqr(square, powers->power[j - 1], (mp_size_t)n);
		powers->limbs[j] = 2 * n - (square[2 * n - 1] == 0);
		/* Each costs twice what the one before did. */
		err = quern__big_step(
		    work, share / (double)((size_t)1 << (powers->levels - j)));
	}
	return err;
}

void
quern__powers_free(struct quern__powers *powers)
{
	quern__big_free(powers->memory);
	powers->memory = NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powers.h -- the powers of 5 that conversion from and to decimal works with.
 *
 * A number of leaf << levels digits is halved again and again: a part of level
 * j has leaf << j digits, one of level 0 is a leaf.  Halves are joined, or cut,
 * at a power of 10.  Of that only the power of 5 is kept, a third shorter; the
 * power of 2 is a shift.
 */
#ifndef QUERN_BIGINT_POWERS_H
#define QUERN_BIGINT_POWERS_H

#include "memory.h"
#include "work.h"

enum { QUERN__POWERS_MOST = 48 };

struct quern__powers {
	unsigned levels; /* a power for each of the levels [0, levels) */
	size_t digits[QUERN__POWERS_MOST];    /* d of level j: leaf << j */
	mp_limb_t *power[QUERN__POWERS_MOST]; /* 5 to the power d */
	size_t limbs[QUERN__POWERS_MOST];
	mp_limb_t *memory;
};

/* At least the bits of 10^d, of 5^d; d below 2^46. */
static inline size_t
quern__bits_of_ten(size_t d)
{
	return (d * 217706 >> 16) + 1;
}

static inline size_t
quern__bits_of_five(size_t d)
{
	return (d * 152171 >> 16) + 1;
}

static inline size_t
quern__limbs_of_bits(size_t bits)
{
	return bits / 64 + (bits % 64 != 0);
}

/* mpn_mul(), whichever is the longer one. */
static inline void
quern__big_mul(
    mp_limb_t *out, const mp_limb_t *a, size_t n, const mp_limb_t *b, size_t m)
{
	if (n >= m)
		mpn_mul(out, a, (mp_size_t)n, b, (mp_size_t)m);
	else
		mpn_mul(out, b, (mp_size_t)m, a, (mp_size_t)n);
}

/* Levels and leaf for so many digits; leaf << levels is at least that many. */
void quern__powers_plan(
    struct quern__powers *powers, size_t digits, size_t leaf_most);

/* Of a plan: the limbs that quern__powers_make() will allocate. */
size_t quern__powers_limbs(const struct quern__powers *powers);

/* 0, -ENOMEM, or the reason to stop.  Failed or not, free it. */
int quern__powers_make(
    struct quern__powers *powers, struct quern__big_work *work, double share);
void quern__powers_free(struct quern__powers *powers);

#endif

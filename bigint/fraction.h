/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fraction.h -- digits of fractions, by multiplications alone.
 *
 * A number v of d digits is held as the fraction f = (v + 1/2) / 10^d, in so
 * many limbs that what was cut off is below 2^-32 * 10^-d.  The upper half of
 * the digits is that of the same fraction with half the limbs; the lower half
 * is what f * 10^(d / 2) has behind the point.  So each halving costs one
 * product, where integers would cost a division.  The power of 2 in 10^(d / 2)
 * is a shift, and what it makes whole is dropped before the product.
 *
 * All errors are downwards.  Behind the digits of a leaf, other than the last,
 * may be next to nothing, for the number may have a run of zeros there; then
 * the leaf is one too small, modulo 10^leaf, and what is left behind its digits
 * is next to 1.  The digits to the right of it, once they are right, tell:
 * quern__fraction_settle() goes from right to left.
 */
#ifndef QUERN_BIGINT_FRACTION_H
#define QUERN_BIGINT_FRACTION_H

#include "powers.h"

/* Limbs of a fraction of d digits. */
static inline size_t
quern__fraction_limbs(size_t d)
{
	return quern__limbs_of_bits(quern__bits_of_ten(d) + 32);
}

/* Limbs of scratch that the functions below need, for d digits. */
static inline size_t
quern__fraction_scratch(size_t d)
{
	return 3 * quern__fraction_limbs(d) + 64;
}

/*
 * Of the fraction f of level `level`, above 0: the lower half, as a fraction of
 * level - 1, to `lower`.
 */
void quern__fraction_lower(const struct quern__powers *powers, unsigned level,
    mp_limb_t *lower, const mp_limb_t *f, mp_limb_t *scratch);

/*
 * All digits of the fraction f, which is overwritten, as characters; and for
 * each leaf the limb that is left behind the point.
 */
void quern__fraction_digits(const struct quern__powers *powers, unsigned level,
    char *digits, mp_limb_t *left, mp_limb_t *f, mp_limb_t *scratch);

/* Make the digits of so many leaves right. */
void quern__fraction_settle(
    char *digits, size_t leaf, const mp_limb_t *left, size_t leaves);

#endif

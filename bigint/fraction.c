/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fraction.c -- digits of fractions, see fraction.h.
 *
 *     decimal.c --> [fraction.c] --> GMP's mpn_mul()
 *
 * Bernstein's scaled remainders (2004), in base 10.
 */
#include "fraction.h"

#include <stdint.h>
#include <string.h>

enum { DIGITS = 19 }; /* of a limb */

/* 10 to the power n, at most 19. */
static mp_limb_t
power_of_ten(size_t n)
{
	mp_limb_t power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

/* n of the digits of `value`, right to left. */
static void
write_digits(char *at, size_t n, mp_limb_t value)
{
	mp_limb_t pair;

	for (; n >= 2; n -= 2) {
		pair = value % 100;
		value /= 100;
		at[n - 1] = (char)('0' + pair % 10);
		at[n - 2] = (char)('0' + pair / 10);
	}
	if (n)
		at[0] = (char)('0' + value % 10);
}

/* The same for all 19: 10 and 9, independent of each other. */
static void
write_limb(char *at, mp_limb_t value)
{
	const mp_limb_t tens = UINT64_C(10000000000);

	write_digits(at, DIGITS - 10, value / tens);
	write_digits(at + DIGITS - 10, 10, value % tens);
}

void
quern__fraction_lower(const struct quern__powers *powers, unsigned level,
    mp_limb_t *lower, const mp_limb_t *f, mp_limb_t *scratch)
{
	size_t m = powers->digits[level - 1], p = powers->limbs[level - 1];
	size_t half = quern__fraction_limbs(m);
	/* Times 2^m, without what is whole then ... */
	size_t n = quern__fraction_limbs(2 * m) - m / 64;
	const mp_limb_t *shifted = f;
	mp_limb_t *product = scratch + n;

	if (m % 64) {
		mpn_lshift(scratch, f, (mp_size_t)n, m % 64);
		shifted = scratch;
	}
	/* ... and times 5^m: the n limbs behind the point, the upper of them. */
	quern__big_mul(product, shifted, n, powers->power[level - 1], p);
	memcpy(lower, product + n - half, half * sizeof(*lower));
}

/*
 * Digit groups of a leaf become whole one after the other, and what has become
 * too fine is cut off.
 */
static void
leaf_digits(size_t digits, char *out, mp_limb_t *left, mp_limb_t *f)
{
	size_t n = quern__fraction_limbs(digits), first = digits % DIGITS;
	size_t needed;

	if (first)
		write_digits(out, first,
		    mpn_mul_1(f, f, (mp_size_t)n, power_of_ten(first)));
	for (digits -= first, out += first; digits > 0; digits -= DIGITS) {
		needed = quern__fraction_limbs(digits);
		f += n - needed;
		n = needed;
		write_limb(
		    out, mpn_mul_1(f, f, (mp_size_t)n, power_of_ten(DIGITS)));
		out += DIGITS;
	}
	*left = f[n - 1];
}

void
quern__fraction_digits(const struct quern__powers *powers, unsigned level,
    char *digits, mp_limb_t *left, mp_limb_t *f, mp_limb_t *scratch)
{
	size_t n, half, m;

	if (level == 0) {
		leaf_digits(powers->digits[0], digits, left, f);
		return;
	}
	m = powers->digits[level - 1];
	n = quern__fraction_limbs(2 * m);
	half = quern__fraction_limbs(m);
	quern__fraction_lower(powers, level, scratch, f, scratch + half);
	quern__fraction_digits(
	    powers, level - 1, digits, left, f + n - half, scratch + half);
	quern__fraction_digits(powers, level - 1, digits + m,
	    left + ((size_t)1 << (level - 1)), scratch, scratch + half);
}

/* Add 1, modulo a power of 10. */
static void
increment(char *digits, size_t n)
{
	while (n-- > 0) {
		if (digits[n] != '9') {
			digits[n]++;
			return;
		}
		digits[n] = '0';
	}
}

void
quern__fraction_settle(
    char *digits, size_t leaf, const mp_limb_t *left, size_t leaves)
{
	/* The last one has the 1/2 behind it. */
	for (size_t i = leaves - 1; i-- > 0;)
		if (left[i] >> 63 && digits[(i + 1) * leaf] == '0')
			increment(digits + i * leaf, leaf);
}

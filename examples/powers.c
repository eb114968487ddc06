/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powers.c -- 2 to the power 2^i for i from 0 to 19, and their decimal digits,
 * each an op of its own, all gathered.
 *
 * The numbers are GMP's, the ops those of quern/bigint.h (-lquern-gmp -lgmp).
 * The last one has more digits than this whole directory has characters, so
 * only the first are shown.
 */
#include <err.h>
#include <quern/bigint.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWERS = 20, SHOWN = 12 };

static int
gather_digits(mpz_t power[], char *digits[])
{
	quern_op op[POWERS];
	int err;

	for (int i = 0; i < POWERS; i++)
		op[i] = quern_pow_mpz(power[i], 2, 1ul << i);
	err = quern_gather(op, POWERS, NULL);
	if (err)
		return err;
	for (int i = 0; i < POWERS; i++)
		op[i] = quern_decimal_mpz(&digits[i], power[i]);
	return quern_gather(op, POWERS, NULL);
}

static void
print(unsigned long exponent, const char *digits)
{
	size_t n = strlen(digits);

	printf("2^%-6lu has %6zu digits: %.*s%s\n", exponent, n, SHOWN, digits,
	    n > SHOWN ? "..." : "");
}

static int
print_powers(void *unused)
{
	char *digits[POWERS] = { NULL };
	mpz_t power[POWERS];
	int err;

	(void)unused;
	for (int i = 0; i < POWERS; i++)
		mpz_init(power[i]);
	err = gather_digits(power, digits);
	for (int i = 0; i < POWERS; i++) {
		if (!err)
			print(1ul << i, digits[i]);
		free(digits[i]);
		mpz_clear(power[i]);
	}
	return err;
}

int
main(void)
{
	int err = quern_main(print_powers, NULL);

	if (err)
		errx(1, "%s", quern_strerror(err));
	return 0;
}

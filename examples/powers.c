/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powers.c -- 2 to the power 2^i for i from 0 to 19, each a job of its own, all
 * gathered.
 *
 * The numbers are GMP's: any function can be a job.  The last one has more
 * digits than this whole directory has characters, so only the first are shown.
 */
#include <err.h>
#include <gmp.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWERS = 20, SHOWN = 12 };

struct power {
	unsigned long exponent;
	size_t digits;
	char leading[SHOWN + 1];
};

/* On a worker. */
static int
raise(quern_context *ctx, void *arg)
{
	struct power *power = arg;
	char *decimal;
	mpz_t n;

	(void)ctx;
	mpz_init(n);
	mpz_ui_pow_ui(n, 2, power->exponent);
	decimal = mpz_get_str(NULL, 10, n);
	power->digits = strlen(decimal);
	snprintf(power->leading, sizeof(power->leading), "%s", decimal);
	free(decimal);
	mpz_clear(n);
	return 0;
}

static int
print_powers(void *unused)
{
	static struct power power[POWERS];
	quern_op op[POWERS];
	int err;

	(void)unused;
	for (int i = 0; i < POWERS; i++) {
		power[i].exponent = 1ul << i;
		op[i] = quern_call(raise, &power[i]);
	}
	err = quern_gather(op, POWERS, NULL);
	if (err)
		return err;
	for (int i = 0; i < POWERS; i++)
		printf("2^%-6lu has %6zu digits: %s%s\n", power[i].exponent,
		    power[i].digits, power[i].leading,
		    power[i].digits > SHOWN ? "..." : "");
	return 0;
}

int
main(void)
{
	int err = quern_main(print_powers, NULL);

	if (err)
		errx(1, "%s", quern_strerror(err));
	return 0;
}

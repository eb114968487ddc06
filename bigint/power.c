/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * power.c -- an integer to a power.
 *
 *     quern/bigint.h --> [power.c] --> mpz_mul()
 *
 * From the left: square, and multiply by the base where the exponent has a 1.
 * The base's factor 2^s is a shift at the end.  The last square is a half of
 * the work or more, and GMP multiplies on one thread, so more cores do not
 * help; but the work can be stopped between two squares.
 */
#include <quern/bigint.h>

#include <errno.h>
#include <math.h>

#include "give.h"
#include "kernels/kernel.h"
#include "work.h"

static int
check(const quern_op *op)
{
	return op->out ? 0 : -EINVAL;
}

static int
raise(struct quern__big_work *work, mpz_ptr power, unsigned long base,
    unsigned long exponent)
{
	int bits = 64 - __builtin_clzl(exponent), err = 0;

	mpz_set_ui(power, 1);
	for (int bit = bits - 1; bit >= 0 && !err; bit--) {
		mpz_mul(power, power, power);
		if (exponent >> bit & 1)
			mpz_mul_ui(power, power, base);
		err = quern__big_step(work, 1 / (double)(2ul << bit));
	}
	return err;
}

static int
call(quern_context *ctx, const quern_op *op)
{
	struct quern__big_work work = { .ctx = ctx };
	unsigned long base = (unsigned long)op->scalar.i64;
	unsigned long exponent = op->grain;
	unsigned twos;
	double bits;
	mpz_t power;
	int err;

	if (exponent == 0 || base <= 1) {
		mpz_set_ui(op->out, exponent == 0 || base);
		return 0;
	}
	/* A little more than it has. */
	bits = log2((double)base) * (double)exponent * (1 + 1e-12) + 128;
	if (bits / 64 > (double)QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	/* Two of them, for a square, and its scratch. */
	err = quern__big_room(2 * (size_t)(bits / 64) +
	    quern__big_mul_scratch((size_t)(bits / 64)));
	if (err)
		return err;
	mpz_init(power);
	twos = (unsigned)__builtin_ctzl(base);
	if (base >> twos == 1)
		mpz_setbit(power, twos * exponent);
	else
		err = raise(&work, power, base >> twos, exponent);
	if (!err && twos && base >> twos != 1)
		mpz_mul_2exp(power, power, twos * exponent);
	return quern__big_give(op->out, power, err);
}

static const struct quern_kind power_kind = {
	.name = "pow_mpz",
	.check = check,
	.call = call,
};

quern_op
quern_pow_mpz(mpz_t out, unsigned long base, unsigned long exponent)
{
	return (quern_op) {
		.kind = &power_kind,
		.count = 1,
		.out = out,
		.scalar.i64 = (int64_t)base,
		.grain = exponent,
	};
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powm.c -- powers modulo a number, of an array.
 *
 *     quern/bigint.h --> [powm.c] --> work.c, mpz_powm()
 *
 * All results are there before the first one is written.
 */
#include <quern/bigint.h>

#include <errno.h>

#include "give.h"
#include "kernels/kernel.h"
#include "work.h"

enum {
	SMALL = 512,  /* limbs of scratch that are asked for once for all ... */
	AT_ONCE = 64, /* ... of these; more is asked for each time */
	TABLE_MOST = 512
};

struct powers {
	mpz_t *result, *base, *exponent;
	mpz_srcptr modulus;
	bool each; /* has an exponent of its own */
};

/*
 * GMP's scratch for one power: products, and a table, twice as long where the
 * exponent is some 2.6 times as long.
 */
static size_t
scratch(mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus)
{
	size_t bits = mpz_sizeinbase(exponent, 2), table = 1;

	for (size_t limit = 6; table < TABLE_MOST && bits > limit;
	     limit = limit * 5 / 2)
		table *= 2;
	return mpz_size(modulus) * (table + 32) + 16 * mpz_size(base);
}

static int
raise(void *arg, size_t i)
{
	const struct powers *powers = arg;
	mpz_srcptr exponent = powers->exponent[powers->each ? i : 0];
	mpz_srcptr base = powers->base[i], modulus = powers->modulus;
	mpz_ptr result = powers->result[i];
	mpz_t positive;
	size_t limbs = scratch(base, exponent, modulus);

	if (limbs > SMALL && quern__big_room(limbs))
		return -ENOMEM;
	if (mpz_sgn(exponent) >= 0) {
		mpz_powm(result, base, exponent, modulus);
		return 0;
	}
	/* mpz_powm() would divide by 0. */
	if (!mpz_invert(result, base, modulus))
		return -EDOM;
	mpz_roinit_n(
	    positive, mpz_limbs_read(exponent), (mp_size_t)mpz_size(exponent));
	mpz_powm(result, result, positive, modulus);
	return 0;
}

static int
check_arrays(const quern_op *op, size_t exponents)
{
	if (!op->in_size)
		return 0;
	return quern__big_array(op->out, op->in_size) &&
		quern__big_array(op->in, op->in_size) &&
		quern__big_array(op->in2, exponents) && op->arg ?
	    0 :
	    -EINVAL;
}

static int
check_one(const quern_op *op)
{
	return check_arrays(op, 1);
}

static int
check_each(const quern_op *op)
{
	return check_arrays(op, op->in_size);
}

static int
run(quern_context *ctx, const quern_op *op, bool each)
{
	struct quern__big_work work = { .ctx = ctx };
	struct powers powers = {
		.base = (mpz_t *)op->in,
		.exponent = (mpz_t *)op->in2,
		.modulus = op->arg,
		.each = each,
	};
	size_t n = op->in_size, limbs;
	mpz_t *out = op->out;
	int err;

	if (n == 0)
		return 0;
	if (!mpz_sgn(powers.modulus))
		return -EDOM;
	if (__builtin_mul_overflow(n, mpz_size(powers.modulus) + 4, &limbs) ||
	    limbs > SIZE_MAX - AT_ONCE * SMALL)
		return -ENOMEM;
	err = quern__big_room(limbs + AT_ONCE * SMALL);
	if (err)
		return err;
	powers.result = quern__big_alloc(n * sizeof(mpz_t));
	if (!powers.result)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		mpz_init(powers.result[i]);
	err = quern__big_stage(&work, 1, n, 0, raise, &powers);
	for (size_t i = 0; i < n; i++)
		(void)quern__big_give(out[i], powers.result[i], err);
	quern__big_free(powers.result);
	return err;
}

static int
call_one(quern_context *ctx, const quern_op *op)
{
	return run(ctx, op, false);
}

static int
call_each(quern_context *ctx, const quern_op *op)
{
	return run(ctx, op, true);
}

static const struct quern_kind powm_kind = {
	.name = "powm_mpz",
	.check = check_one,
	.call = call_one,
};

static const struct quern_kind powmv_kind = {
	.name = "powmv_mpz",
	.check = check_each,
	.call = call_each,
};

quern_op
quern_powm_mpz(mpz_t out[], mpz_t base[], const mpz_t exponent,
    const mpz_t modulus, size_t n)
{
	return (quern_op) {
		.kind = &powm_kind,
		.count = 1,
		.out = out,
		.in = base,
		.in2 = exponent,
		.arg = (void *)modulus,
		.in_size = n,
	};
}

quern_op
quern_powmv_mpz(
    mpz_t out[], mpz_t base[], mpz_t exponents[], const mpz_t modulus, size_t n)
{
	return (quern_op) {
		.kind = &powmv_kind,
		.count = 1,
		.out = out,
		.in = base,
		.in2 = exponents,
		.arg = (void *)modulus,
		.in_size = n,
	};
}

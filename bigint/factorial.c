/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * factorial.c -- n!.
 *
 *     quern/bigint.h --> [factorial.c] --> primes.c, tree.c
 *
 * Luschny's prime swing: n! = (n / 2)!^2 * swing(n), where a prime's exponent
 * in swing(n) is how many of n / p, n / p^2, ... are odd.  So the largest
 * product is a square.  Twos are a shift at the end.
 */
#include "factorial.h"

#include <quern/bigint.h>

#include <errno.h>
#include <math.h>

#include "factors.h"
#include "give.h"
#include "kernels/kernel.h"
#include "primes.h"
#include "tree.h"

double
quern__factorial_bits(unsigned long n)
{
	double x = (double)n;

	if (n < 2)
		return 1;
	/* Robbins 1955; and for the rounding errors of the logarithms. */
	return (x * log2(x / M_E) + log2(x) / 2 + 2) * (1 + 1e-12) + 64;
}

size_t
quern__factorial_limbs(unsigned long n)
{
	size_t limbs = (size_t)(quern__factorial_bits(n) / 64) + 2;

	/* The root, its square and the swing; or the tree of a swing. */
	return 3 * limbs + quern__big_mul_scratch(limbs) + n / 8;
}

/* The odd part of swing(n), in limbs. */
static void
swing(struct quern__factors *factors, const struct quern__primes *primes,
    unsigned long n)
{
	unsigned long power;

	factors->n = 0;
	for (unsigned long p = 3; p && p <= n;
	     p = quern__primes_next(primes, p)) {
		power = 1;
		for (unsigned long q = n / p; q > 0; q /= p)
			power *= q & 1 ? p : 1;
		if (power > 1)
			quern__factors_add(factors, power);
	}
	quern__factors_end(factors);
}

static int
multiply_swings(struct quern__big_work *work, double share, mpz_ptr out,
    unsigned long n, const struct quern__primes *primes,
    struct quern__factors *factors)
{
	int bits = n ? 64 - __builtin_clzl(n) : 0, err = 0;
	double part;
	mpz_t product;

	mpz_set_ui(out, 1);
	mpz_init(product);
	for (int shift = bits - 1; shift >= 0 && !err; shift--) {
		part = share / (double)(2ul << shift);
		mpz_mul(out, out, out);
		err = quern__big_step(work, part / 2);
		if (err)
			break;
		swing(factors, primes, n >> shift);
		err = quern__tree_of_limbs(
		    work, part / 4, product, factors->limb, factors->n);
		if (err)
			break;
		mpz_mul(out, out, product);
		err = quern__big_step(work, part / 4);
	}
	mpz_clear(product);
	if (!err)
		mpz_mul_2exp(out, out, n - (unsigned)__builtin_popcountl(n));
	return err;
}

int
quern__factorial(
    struct quern__big_work *work, double share, mpz_ptr out, unsigned long n)
{
	struct quern__primes primes;
	struct quern__factors factors;
	int err;

	err = quern__primes_init(&primes, n, work, share / 8);
	if (err)
		goto free_primes;
	err = quern__factors_init(&factors, quern__primes_most(n));
	if (!err)
		err = multiply_swings(
		    work, share * 7 / 8, out, n, &primes, &factors);
	quern__factors_fini(&factors);
free_primes:
	quern__primes_fini(&primes);
	return err;
}

/* ---- the op ---- */

static int
check(const quern_op *op)
{
	return op->out ? 0 : -EINVAL;
}

static int
call(quern_context *ctx, const quern_op *op)
{
	struct quern__big_work work = { .ctx = ctx };
	mpz_t result;
	int err;

	if (quern__factorial_bits(op->grain) / 64 >
	    (double)QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	err = quern__big_room(quern__factorial_limbs(op->grain));
	if (err)
		return err;
	mpz_init(result);
	err = quern__factorial(&work, 1, result, op->grain);
	return quern__big_give(op->out, result, err);
}

static const struct quern_kind factorial_kind = {
	.name = "factorial_mpz",
	.check = check,
	.call = call,
};

quern_op
quern_factorial_mpz(mpz_t out, unsigned long n)
{
	return (quern_op) {
		.kind = &factorial_kind,
		.count = 1,
		.out = out,
		.grain = n,
	};
}

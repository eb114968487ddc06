/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * binomial.c -- n over k.
 *
 *     quern/bigint.h --> [binomial.c] --> primes.c, tree.c, factorial.c
 *
 * If k is a good part of n, from its prime factors: the exponent of p is how
 * often one carries when k and n - k are added in base p (Kummer 1852).  If
 * not, the primes up to n would be too many: n (n - 1) ... (n - k + 1) / k!.
 */
#include <quern/bigint.h>

#include <errno.h>
#include <math.h>

#include "factorial.h"
#include "factors.h"
#include "give.h"
#include "kernels/kernel.h"
#include "primes.h"
#include "tree.h"

enum { SPARSE = 64 }; /* n / k from which on it is divided */

/* At least the bits, for 0 < k <= n / 2. */
static double
bits_of(unsigned long n, unsigned long k)
{
	double x = (double)n, y = (double)k, z = (double)(n - k);

	/* n^n / (k^k (n - k)^(n - k)) */
	return (y * log2(x / y) + z * log1p(y / z) / M_LN2) * (1 + 1e-12) + 64;
}

/* ---- from primes ---- */

static mp_limb_t
power_in(unsigned long n, unsigned long k, unsigned long p)
{
	unsigned long borrow = 0;
	mp_limb_t power = 1;

	/* p^e is at most n */
	for (; n > 0; n /= p, k /= p) {
		borrow = n % p < k % p + borrow;
		power *= borrow ? p : 1;
	}
	return power;
}

static int
from_primes(
    struct quern__big_work *work, mpz_ptr out, unsigned long n, unsigned long k)
{
	struct quern__primes primes;
	struct quern__factors factors;
	unsigned twos;
	int err;

	err = quern__primes_init(&primes, n, work, 0.2);
	if (err)
		goto free_primes;
	err = quern__factors_init(&factors, quern__primes_most(n));
	if (err)
		goto free_factors;
	for (unsigned long p = 3; p && p <= n;
	     p = quern__primes_next(&primes, p))
		quern__factors_add(&factors, power_in(n, k, p));
	quern__factors_end(&factors);
	err = quern__tree_of_limbs(work, 0.8, out, factors.limb, factors.n);
	twos = (unsigned)(__builtin_popcountl(k) + __builtin_popcountl(n - k) -
	    __builtin_popcountl(n));
	if (!err)
		mpz_mul_2exp(out, out, twos);
free_factors:
	quern__factors_fini(&factors);
free_primes:
	quern__primes_fini(&primes);
	return err;
}

/* ---- by division ---- */

static int
by_division(
    struct quern__big_work *work, mpz_ptr out, unsigned long n, unsigned long k)
{
	struct quern__factors factors;
	mpz_t divisor;
	int err;

	mpz_init(divisor);
	err = quern__factors_init(&factors, k);
	if (err)
		goto clear;
	for (unsigned long i = 0; i < k; i++)
		quern__factors_add(&factors, n - i);
	quern__factors_end(&factors);
	err = quern__tree_of_limbs(work, 0.5, out, factors.limb, factors.n);
	if (!err)
		err = quern__factorial(work, 0.2, divisor, k);
	if (!err) {
		mpz_divexact(out, out, divisor);
		err = quern__big_step(work, 0.3);
	}
clear:
	quern__factors_fini(&factors);
	mpz_clear(divisor);
	return err;
}

/* ---- the op ---- */

static int
ask_for_room(unsigned long n, unsigned long k, double bits, bool sparse)
{
	double above = sparse ? (double)k * log2((double)n) + 64 : bits;
	size_t limbs = (size_t)(above / 64) + 2;

	if (above / 64 > (double)QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	limbs = quern__tree_limbs(limbs / 16 + 1, limbs);
	if (sparse)
		limbs += quern__factorial_limbs(k) +
		    quern__big_div_scratch((size_t)(above / 64) + 2);
	return quern__big_room(limbs);
}

static int
check(const quern_op *op)
{
	return op->out ? 0 : -EINVAL;
}

static int
call(quern_context *ctx, const quern_op *op)
{
	struct quern__big_work work = { .ctx = ctx };
	unsigned long n = op->grain, k = op->in_size;
	bool sparse;
	double bits;
	mpz_t result;
	int err;

	if (k > n || k == 0 || k == n) {
		mpz_set_ui(op->out, k <= n);
		return 0;
	}
	k = k > n - k ? n - k : k;
	sparse = n / k >= SPARSE;
	bits = bits_of(n, k);
	if (bits / 64 > (double)QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	err = ask_for_room(n, k, bits, sparse);
	if (err)
		return err;
	mpz_init(result);
	if (sparse)
		err = by_division(&work, result, n, k);
	else
		err = from_primes(&work, result, n, k);
	return quern__big_give(op->out, result, err);
}

static const struct quern_kind binomial_kind = {
	.name = "binomial_mpz",
	.check = check,
	.call = call,
};

quern_op
quern_binomial_mpz(mpz_t out, unsigned long n, unsigned long k)
{
	return (quern_op) {
		.kind = &binomial_kind,
		.count = 1,
		.out = out,
		.grain = n,
		.in_size = k,
	};
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_bigint_values.c -- powers, products, factorials, binomial coefficients,
 * Fibonacci numbers: against GMP's, and large ones against residues that are
 * computed without big numbers.
 */
#include <ev.h>
#include <quern/bigint.h>
#include <quern/quern.h>
#include <string.h>

#include "ops.h"
#include "watchdog.h"

/* Primes below 2^61; the first is 2^61 - 1. */
static const uint64_t primes[] = {
	UINT64_C(2305843009213693951),
	UINT64_C(2305843009213693921),
	UINT64_C(2305843009213693907),
};
enum { PRIMES = sizeof(primes) / sizeof(primes[0]) };

__extension__ typedef unsigned __int128 uint128;

static uint64_t
times(uint64_t a, uint64_t b, uint64_t p)
{
	return (uint64_t)((uint128)a * b % p);
}

static uint64_t
power(uint64_t base, uint64_t exponent, uint64_t p)
{
	uint64_t result = 1;

	for (base %= p; exponent; exponent >>= 1) {
		if (exponent & 1)
			result = times(result, base, p);
		base = times(base, base, p);
	}
	return result;
}

static uint64_t
factorial(uint64_t n, uint64_t p)
{
	uint64_t result = 1;

	for (uint64_t i = 2; i <= n; i++)
		result = times(result, i, p);
	return result;
}

static uint64_t
fibonacci(uint64_t n, uint64_t p)
{
	uint64_t a = 0, b = 1, next;

	for (; n > 0; n--) {
		next = (a + b) % p;
		a = b;
		b = next;
	}
	return a;
}

static struct rig rig;
static mpz_t out, expected;

static bool
has_residue(uint64_t residue, uint64_t p)
{
	return mpz_fdiv_ui(out, p) == residue;
}

static void
small_ones_are_gmps(void)
{
	int wrong = 0;

	for (unsigned long i = 0; i < 1200; i += 1 + i / 40) {
		watchdog("small ones", i);
		wrong += run_by(&rig, i % WAYS, quern_factorial_mpz(out, i));
		mpz_fac_ui(expected, i);
		wrong += mpz_cmp(out, expected) != 0;
		wrong += run_by(&rig, i % WAYS, quern_fibonacci_mpz(out, i));
		mpz_fib_ui(expected, i);
		wrong += mpz_cmp(out, expected) != 0;
		for (unsigned long k = 0; k < i + 3; k += 1 + k / 4) {
			wrong += quern_run(
			    rig.executor, quern_binomial_mpz(out, i, k));
			mpz_bin_uiui(expected, i, k);
			wrong += mpz_cmp(out, expected) != 0;
			wrong +=
			    quern_run(rig.executor, quern_pow_mpz(out, i, k));
			mpz_ui_pow_ui(expected, i, k);
			wrong += mpz_cmp(out, expected) != 0;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void
binomials_of_large_n_are_gmps(void)
{
	static const unsigned long n[] = { 1ul << 40, ~0ul, ~0ul - 1,
		1ul << 63 };
	int wrong = 0;

	for (unsigned i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		for (unsigned long k = 0; k < 500; k += 1 + k) {
			wrong += quern_run(
			    rig.executor, quern_binomial_mpz(out, n[i], k));
			mpz_bin_uiui(expected, n[i], k);
			wrong += mpz_cmp(out, expected) != 0;
			wrong += quern_run(rig.executor,
			    quern_binomial_mpz(out, n[i], n[i] - k));
			wrong += mpz_cmp(out, expected) != 0;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void
large_powers_have_their_residues(void)
{
	static const unsigned long base[] = { 2, 3, 6, 10, 1 << 20, 1000003,
		~0ul, 1ul << 63 };
	unsigned long exponent = SANITIZED ? 10007 : 100003;

	for (unsigned i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		watchdog("powers", base[i]);
		CU_ASSERT_EQUAL(run_by(&rig, i % WAYS,
				    quern_pow_mpz(out, base[i], exponent)),
		    0);
		for (int j = 0; j < PRIMES; j++)
			CU_ASSERT(has_residue(
			    power(base[i], exponent, primes[j]), primes[j]));
	}
}

static void
large_factorials_and_binomials_have_their_residues(void)
{
	unsigned long n = SANITIZED ? 20000 : 200000, k = n / 3;
	uint64_t p, divisor;

	for (int way = 0; way < WAYS; way++) {
		watchdog("factorials", n);
		CU_ASSERT_EQUAL(
		    run_by(&rig, way, quern_factorial_mpz(out, n)), 0);
		for (int j = 0; j < PRIMES; j++)
			CU_ASSERT(
			    has_residue(factorial(n, primes[j]), primes[j]));
		CU_ASSERT_EQUAL(
		    run_by(&rig, way, quern_binomial_mpz(out, n, k)), 0);
		for (int j = 0; j < PRIMES; j++) {
			p = primes[j];
			divisor =
			    times(factorial(k, p), factorial(n - k, p), p);
			CU_ASSERT(has_residue(
			    times(factorial(n, p), power(divisor, p - 2, p), p),
			    p));
		}
	}
}

static void
large_fibonacci_numbers_have_their_residues(void)
{
	unsigned long n = SANITIZED ? 100000 : 1000000;

	for (unsigned long i = n; i < n + 4; i++) {
		watchdog("fibonacci", i);
		CU_ASSERT_EQUAL(
		    run_by(&rig, i % WAYS, quern_fibonacci_mpz(out, i)), 0);
		for (int j = 0; j < PRIMES; j++)
			CU_ASSERT(
			    has_residue(fibonacci(i, primes[j]), primes[j]));
	}
}

enum { FACTORS = 700 };

static void
products_are_right_for_any_number_of_factors(void)
{
	static mpz_t in[FACTORS];
	gmp_randstate_t random;

	gmp_randinit_default(random);
	gmp_randseed_ui(random, seed());
	mpz_set_ui(expected, 1);
	for (int i = 0; i < FACTORS; i++) {
		mpz_init(in[i]);
		/* Some long ones among short ones, of either sign. */
		mpz_urandomb(in[i], random, i % 50 ? 20 + i : 5000);
		mpz_setbit(in[i], 3);
		if (i % 3 == 0)
			mpz_neg(in[i], in[i]);
	}
	for (size_t n = 0; n <= FACTORS; n++) {
		watchdog("products", n);
		if (n)
			mpz_mul(expected, expected, in[n - 1]);
		if (n > 40 && n % 61)
			continue;
		CU_ASSERT_EQUAL(
		    run_by(&rig, n % WAYS, quern_product_mpz(out, in, n)), 0);
		CU_ASSERT_EQUAL(mpz_cmp(out, expected), 0);
	}
	/* In place, and with a zero. */
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_product_mpz(in[7], in, FACTORS)), 0);
	CU_ASSERT_EQUAL(mpz_cmp(in[7], expected), 0);
	mpz_set_ui(in[300], 0);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_product_mpz(out, in, FACTORS)), 0);
	CU_ASSERT_EQUAL(mpz_sgn(out), 0);
	for (int i = 0; i < FACTORS; i++)
		mpz_clear(in[i]);
	gmp_randclear(random);
}

/* ---- powers modulo ---- */

enum { BASES = 300 };

struct bases {
	mpz_t in[BASES], out[BASES], exponent[BASES], modulus;
};

static void
bases_init(struct bases *b, unsigned long bits)
{
	gmp_randstate_t random;

	gmp_randinit_default(random);
	gmp_randseed_ui(random, seed());
	for (int i = 0; i < BASES; i++) {
		mpz_init(b->in[i]);
		mpz_init_set_si(b->out[i], -1);
		mpz_init(b->exponent[i]);
		mpz_urandomb(b->in[i], random, 2 * bits);
		mpz_urandomb(b->exponent[i], random, bits);
		if (i % 2)
			mpz_neg(b->in[i], b->in[i]);
	}
	mpz_init(b->modulus);
	mpz_urandomb(b->modulus, random, bits);
	mpz_setbit(b->modulus, bits);
	gmp_randclear(random);
}

static void
bases_clear(struct bases *b)
{
	for (int i = 0; i < BASES; i++) {
		mpz_clear(b->in[i]);
		mpz_clear(b->out[i]);
		mpz_clear(b->exponent[i]);
	}
	mpz_clear(b->modulus);
}

static int
wrong_powers(struct bases *b, bool each)
{
	int wrong = 0;

	for (int i = 0; i < BASES; i++) {
		mpz_powm(
		    expected, b->in[i], b->exponent[each ? i : 0], b->modulus);
		wrong += mpz_cmp(b->out[i], expected) != 0;
	}
	return wrong;
}

static void
powers_modulo_a_number_are_gmps(void)
{
	static struct bases b;

	for (unsigned long bits = 10; bits < 700; bits = bits * 5 / 2) {
		bases_init(&b, bits);
		for (int way = 0; way < WAYS; way++) {
			watchdog("powm", bits);
			CU_ASSERT_EQUAL(
			    run_by(&rig, way,
				quern_powm_mpz(b.out, b.in, b.exponent[0],
				    b.modulus, BASES)),
			    0);
			CU_ASSERT_EQUAL(wrong_powers(&b, false), 0);
			CU_ASSERT_EQUAL(run_by(&rig, way,
					    quern_powmv_mpz(b.out, b.in,
						b.exponent, b.modulus, BASES)),
			    0);
			CU_ASSERT_EQUAL(wrong_powers(&b, true), 0);
		}
		/* In place. */
		CU_ASSERT_EQUAL(quern_run(rig.executor,
				    quern_powmv_mpz(b.in, b.in, b.exponent,
					b.modulus, BASES)),
		    0);
		for (int i = 0; i < BASES; i++)
			CU_ASSERT_EQUAL(mpz_cmp(b.in[i], b.out[i]), 0);
		bases_clear(&b);
	}
}

static void
what_has_no_power_modulo_a_number_is_edom(void)
{
	static struct bases b;
	mpz_t exponent;

	bases_init(&b, 100);
	mpz_init_set_si(exponent, -3);
	/* Inverses of all, since 2^89 - 1 is prime. */
	mpz_set_ui(b.modulus, 0);
	mpz_setbit(b.modulus, 89);
	mpz_sub_ui(b.modulus, b.modulus, 1);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor,
		quern_powm_mpz(b.out, b.in, exponent, b.modulus, BASES)),
	    0);
	for (int i = 0; i < BASES; i++) {
		mpz_powm(expected, b.in[i], exponent, b.modulus);
		CU_ASSERT_EQUAL(mpz_cmp(b.out[i], expected), 0);
		mpz_set_si(b.out[i], -1);
	}
	/* One has none: no result is written. */
	mpz_mul_ui(b.in[BASES - 2], b.modulus, 5);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor,
		quern_powm_mpz(b.out, b.in, exponent, b.modulus, BASES)),
	    -EDOM);
	mpz_set_ui(b.modulus, 0);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor,
		quern_powm_mpz(b.out, b.in, b.in[0], b.modulus, BASES)),
	    -EDOM);
	for (int i = 0; i < BASES; i++)
		CU_ASSERT_EQUAL(mpz_cmp_si(b.out[i], -1), 0);
	mpz_clear(exponent);
	bases_clear(&b);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "small ones are GMP's", small_ones_are_gmps },
		{ "binomials of large n are GMP's",
		    binomials_of_large_n_are_gmps },
		{ "large powers have their residues",
		    large_powers_have_their_residues },
		{ "large factorials and binomials have their residues",
		    large_factorials_and_binomials_have_their_residues },
		{ "large Fibonacci numbers have their residues",
		    large_fibonacci_numbers_have_their_residues },
		{ "products are right for any number of factors",
		    products_are_right_for_any_number_of_factors },
		{ "powers modulo a number are GMP's",
		    powers_modulo_a_number_are_gmps },
		{ "what has no power modulo a number is -EDOM",
		    what_has_no_power_modulo_a_number_is_edom },
		CU_TEST_INFO_NULL,
	};
	quern_threads_options options;
	int failed;

	mpz_init(out);
	mpz_init(expected);
	quern_threads_options_init(&options);
	options.workers = 3;
	rig.ev = ev_loop_new(EVFLAG_AUTO);
	if (!rig.ev || quern_threads_create(&rig.executor, &options) ||
	    quern_loop_create(&rig.loop, rig.ev, rig.executor))
		return 1;
	add_suite("bigint values", tests);
	failed = run_suites();
	if (quern_loop_destroy(rig.loop) ||
	    quern_executor_destroy(rig.executor))
		failed = 1;
	ev_loop_destroy(rig.ev);
	mpz_clear(expected);
	mpz_clear(out);
	return failed;
}

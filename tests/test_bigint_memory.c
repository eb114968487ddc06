/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_bigint_memory.c -- GMP never takes more memory than was asked for before
 * it was called.
 *
 * The test gives GMP its memory and counts it: a program may do that, a library
 * may not.
 */
#include <quern/bigint.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "big_faults.h"
#include "watchdog.h"

static long taken, peak; /* bytes; atomic */

static void
count_bytes(long bytes)
{
	long now = __atomic_add_fetch(&taken, bytes, __ATOMIC_RELAXED);
	long most = __atomic_load_n(&peak, __ATOMIC_RELAXED);

	while (now > most &&
	    !__atomic_compare_exchange_n(
		&peak, &most, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void *
take(size_t bytes)
{
	count_bytes((long)bytes);
	return malloc(bytes);
}

/* At the worst both are there for a moment. */
static void *
take_again(void *old, size_t old_bytes, size_t bytes)
{
	void *memory;

	count_bytes((long)bytes);
	memory = realloc(old, bytes);
	count_bytes(-(long)old_bytes);
	return memory;
}

static void
give(void *memory, size_t bytes)
{
	count_bytes(-(long)bytes);
	free(memory);
}

static quern_executor *pool;

/* Largest share of what was asked for that GMP took. */
static double
share_of(quern_op op)
{
	__atomic_store_n(&most_asked, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&taken, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&peak, 0, __ATOMIC_RELAXED);
	CU_ASSERT_EQUAL(quern_run(pool, op), 0);
	return (double)__atomic_load_n(&peak, __ATOMIC_RELAXED) /
	    ((double)most_asked * 8);
}

static void
check_share(const char *what, size_t size, double share)
{
	if (share > 0.9 || getenv("QUERN_TEST_SHARES"))
		printf("  %s, %zu: %.2f of what was asked for\n", what, size,
		    share);
	CU_ASSERT(share <= 1);
}

/* From some hundred bits on, with steps where GMP may change its ways. */
static size_t
next(size_t size)
{
	return size + size / 4 + 1;
}

/* The largest size to try: `size`, or a size that there is time for. */
static size_t
up_to(size_t size)
{
	return SANITIZED ? size / 16 : rounds(1) > 1 ? 8 * size : size;
}

static void
making_numbers_takes_no_more_than_was_asked_for(void)
{
	size_t most = up_to(1 << 19);
	mpz_t out;

	for (size_t i = 64; i < most; i = next(i)) {
		watchdog("numbers", i);
		mpz_init(out);
		check_share("pow", i, share_of(quern_pow_mpz(out, 3, i)));
		mpz_clear(out);
		mpz_init(out);
		check_share(
		    "fibonacci", i, share_of(quern_fibonacci_mpz(out, i)));
		mpz_clear(out);
		mpz_init(out);
		check_share("factorial", i / 16,
		    share_of(quern_factorial_mpz(out, i / 16)));
		mpz_clear(out);
		mpz_init(out);
		check_share(
		    "binomial", i, share_of(quern_binomial_mpz(out, i, i / 2)));
		mpz_clear(out);
		mpz_init(out);
		check_share("sparse binomial", i,
		    share_of(quern_binomial_mpz(out, i << 20, i / 64 + 1)));
		mpz_clear(out);
	}
}

static void
a_product_takes_no_more_than_was_asked_for(void)
{
	enum { FACTORS = 1000 };
	static mpz_t in[FACTORS];
	gmp_randstate_t random;
	mpz_t out;

	gmp_randinit_default(random);
	gmp_randseed_ui(random, seed());
	for (size_t n = 2; n <= FACTORS; n = next(n)) {
		for (size_t bits = 64; n * bits < up_to(1 << 20); bits *= 3) {
			watchdog("product", n * bits);
			for (size_t i = 0; i < n; i++) {
				mpz_init(in[i]);
				mpz_urandomb(in[i], random, bits);
				mpz_setbit(in[i], bits - 1);
			}
			mpz_init(out);
			check_share("product", n * bits,
			    share_of(quern_product_mpz(out, in, n)));
			mpz_clear(out);
			for (size_t i = 0; i < n; i++)
				mpz_clear(in[i]);
		}
	}
	gmp_randclear(random);
}

static void
decimals_take_no_more_than_was_asked_for(void)
{
	char *digits = NULL;
	mpz_t in, out;

	mpz_init(in);
	for (size_t bits = 64; bits < up_to(1 << 21); bits = next(bits)) {
		watchdog("decimals", bits);
		mpz_set_ui(in, 0);
		mpz_setbit(in, bits);
		check_share(
		    "decimal", bits, share_of(quern_decimal_mpz(&digits, in)));
		mpz_init(out);
		check_share("parse", bits,
		    share_of(quern_parse_mpz(out, digits, strlen(digits))));
		CU_ASSERT_EQUAL(mpz_cmp(in, out), 0);
		mpz_clear(out);
		free(digits);
	}
	mpz_clear(in);
}

static void
powers_modulo_take_no_more_than_was_asked_for(void)
{
	gmp_randstate_t random;
	mpz_t modulus, in[1], out[1];

	gmp_randinit_default(random);
	gmp_randseed_ui(random, seed());
	for (size_t bits = 64; bits < up_to(10000); bits = next(bits)) {
		watchdog("powm", bits);
		mpz_init(modulus);
		mpz_init(in[0]);
		mpz_init(out[0]);
		mpz_urandomb(modulus, random, bits);
		mpz_setbit(modulus, bits);
		/* Odd or even, it is done in different ways. */
		mpz_urandomb(in[0], random, 2 * bits);
		check_share("powm", bits,
		    share_of(quern_powm_mpz(out, in, in[0], modulus, 1)));
		mpz_clear(modulus);
		mpz_clear(in[0]);
		mpz_clear(out[0]);
	}
	gmp_randclear(random);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "making numbers takes no more than was asked for",
		    making_numbers_takes_no_more_than_was_asked_for },
		{ "a product takes no more than was asked for",
		    a_product_takes_no_more_than_was_asked_for },
		{ "decimals take no more than was asked for",
		    decimals_take_no_more_than_was_asked_for },
		{ "powers modulo take no more than was asked for",
		    powers_modulo_take_no_more_than_was_asked_for },
		CU_TEST_INFO_NULL,
	};
	int failed;

	mp_set_memory_functions(take, take_again, give);
	if (quern_threads_create(&pool, NULL))
		return 1;
	add_suite("bigint memory", tests);
	failed = run_suites();
	return quern_executor_destroy(pool) || failed;
}

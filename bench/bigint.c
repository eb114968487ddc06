/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bigint.c -- subject 17: big integers, against GMP's own functions.
 *
 * Each result is compared with GMP's.
 */
#include <quern/bigint.h>
#include <quern/quern.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

static const struct figure milliseconds = { "", "ms", false };
static quern_executor *pool;

static void
run(quern_op op)
{
	int err = quern_run(pool, op);

	if (err)
		die("quern: %s", quern_strerror(err));
}

static double
ms_since(uint64_t begun)
{
	return (double)(now_ns() - begun) * 1e-6;
}

static void
measure(const char *work, void (*quern)(void *, double *),
    void (*gmp)(void *, double *), void *arg)
{
	const struct contender contender[] = {
		{ "quern", false, quern, arg },
		{ "GMP", true, gmp, arg },
	};

	rounds_measure(work, &milliseconds, 1, contender, 2);
}

/* ---- digits ---- */

struct text {
	mpz_t number, read;
	char *digits;
	size_t n;
};

static void
decimal_quern(void *arg, double value[])
{
	struct text *text = arg;
	uint64_t begun = now_ns();
	char *digits;

	run(quern_decimal_mpz(&digits, text->number));
	value[0] = ms_since(begun);
	if (strcmp(digits, text->digits))
		die("quern: wrong digits");
	free(digits);
}

static void
decimal_gmp(void *arg, double value[])
{
	struct text *text = arg;
	uint64_t begun = now_ns();
	char *digits = mpz_get_str(NULL, 10, text->number);

	value[0] = ms_since(begun);
	free(digits);
}

static void
check_read(struct text *text)
{
	if (mpz_cmp(text->number, text->read))
		die("a wrong number");
	mpz_clear(text->read);
}

static void
parse_quern(void *arg, double value[])
{
	struct text *text = arg;
	uint64_t begun = now_ns();

	mpz_init(text->read);
	run(quern_parse_mpz(text->read, text->digits, text->n));
	value[0] = ms_since(begun);
	check_read(text);
}

static void
parse_gmp(void *arg, double value[])
{
	struct text *text = arg;
	uint64_t begun = now_ns();

	mpz_init(text->read);
	mpz_set_str(text->read, text->digits, 10);
	value[0] = ms_since(begun);
	check_read(text);
}

static void
measure_digits(void)
{
	struct text text;

	mpz_init(text.number);
	mpz_setbit(text.number, rounds_count(1 << 23, 1));
	text.digits = mpz_get_str(NULL, 10, text.number);
	text.n = strlen(text.digits);
	measure("17 2^(2^23) to decimal", decimal_quern, decimal_gmp, &text);
	measure("17 and back", parse_quern, parse_gmp, &text);
	free(text.digits);
	mpz_clear(text.number);
}

/* ---- numbers ---- */

enum sort { FACTORIAL, BINOMIAL, FIBONACCI, POWER };

struct number {
	enum sort sort;
	unsigned long n;
	mpz_t expected;
};

static void
gmp_number(const struct number *number, mpz_ptr out)
{
	switch (number->sort) {
	case FACTORIAL:
		mpz_fac_ui(out, number->n);
		break;
	case BINOMIAL:
		mpz_bin_uiui(out, number->n, number->n / 2);
		break;
	case FIBONACCI:
		mpz_fib_ui(out, number->n);
		break;
	case POWER:
		mpz_ui_pow_ui(out, 3, number->n);
		break;
	}
}

static quern_op
quern_number(const struct number *number, mpz_ptr out)
{
	switch (number->sort) {
	case FACTORIAL:
		return quern_factorial_mpz(out, number->n);
	case BINOMIAL:
		return quern_binomial_mpz(out, number->n, number->n / 2);
	case FIBONACCI:
		return quern_fibonacci_mpz(out, number->n);
	case POWER:
		break;
	}
	return quern_pow_mpz(out, 3, number->n);
}

static void
number_quern(void *arg, double value[])
{
	struct number *number = arg;
	uint64_t begun = now_ns();
	mpz_t out;

	mpz_init(out);
	run(quern_number(number, out));
	value[0] = ms_since(begun);
	if (mpz_cmp(out, number->expected))
		die("quern: a wrong number");
	mpz_clear(out);
}

static void
number_gmp(void *arg, double value[])
{
	struct number *number = arg;
	uint64_t begun = now_ns();
	mpz_t out;

	mpz_init(out);
	gmp_number(number, out);
	value[0] = ms_since(begun);
	mpz_clear(out);
}

static void
measure_number(const char *work, enum sort sort, size_t n)
{
	struct number number = { .sort = sort, .n = rounds_count(n, 1) };

	mpz_init(number.expected);
	gmp_number(&number, number.expected);
	measure(work, number_quern, number_gmp, &number);
	mpz_clear(number.expected);
}

/* ---- arrays ---- */

enum { FACTORS = 20000, FACTOR_BITS = 256, BASES = 200, BASE_BITS = 2048 };

struct array {
	size_t n;
	mpz_t *in, *out;
	mpz_t exponent, modulus, product;
};

static void
product_quern(void *arg, double value[])
{
	struct array *array = arg;
	uint64_t begun = now_ns();
	mpz_t out;

	mpz_init(out);
	run(quern_product_mpz(out, array->in, array->n));
	value[0] = ms_since(begun);
	if (mpz_cmp(out, array->product))
		die("quern: a wrong product");
	mpz_clear(out);
}

/* GMP has none for an array: the plain tree. */
static void
plain_tree(mpz_ptr out, mpz_t in[], size_t n)
{
	mpz_t right;

	if (n == 1) {
		mpz_set(out, in[0]);
		return;
	}
	mpz_init(right);
	plain_tree(out, in, n / 2);
	plain_tree(right, in + n / 2, n - n / 2);
	mpz_mul(out, out, right);
	mpz_clear(right);
}

static void
product_gmp(void *arg, double value[])
{
	struct array *array = arg;
	uint64_t begun = now_ns();
	mpz_t out;

	mpz_init(out);
	plain_tree(out, array->in, array->n);
	value[0] = ms_since(begun);
	mpz_clear(out);
}

static void
powm_quern(void *arg, double value[])
{
	struct array *array = arg;
	uint64_t begun = now_ns();
	mpz_t out;

	run(quern_powm_mpz(
	    array->out, array->in, array->exponent, array->modulus, array->n));
	value[0] = ms_since(begun);
	mpz_init(out);
	for (size_t i = 0; i < array->n; i++) {
		mpz_powm(out, array->in[i], array->exponent, array->modulus);
		if (mpz_cmp(out, array->out[i]))
			die("quern: a wrong power");
	}
	mpz_clear(out);
}

static void
powm_gmp(void *arg, double value[])
{
	struct array *array = arg;
	uint64_t begun = now_ns();

	for (size_t i = 0; i < array->n; i++)
		mpz_powm(array->out[i], array->in[i], array->exponent,
		    array->modulus);
	value[0] = ms_since(begun);
}

static void
array_init(struct array *array, size_t n, unsigned long bits)
{
	gmp_randstate_t random;

	gmp_randinit_default(random);
	array->n = n;
	array->in = get_memory(n, sizeof(mpz_t));
	array->out = get_memory(n, sizeof(mpz_t));
	for (size_t i = 0; i < n; i++) {
		mpz_init(array->in[i]);
		mpz_init(array->out[i]);
		mpz_urandomb(array->in[i], random, bits);
		mpz_setbit(array->in[i], bits - 1);
	}
	mpz_init(array->exponent);
	mpz_urandomb(array->exponent, random, bits);
	mpz_init(array->modulus);
	mpz_urandomb(array->modulus, random, bits);
	mpz_setbit(array->modulus, 0);
	mpz_init(array->product);
	plain_tree(array->product, array->in, n);
	gmp_randclear(random);
}

static void
array_fini(struct array *array)
{
	mpz_clear(array->product);
	mpz_clear(array->modulus);
	mpz_clear(array->exponent);
	for (size_t i = 0; i < array->n; i++) {
		mpz_clear(array->in[i]);
		mpz_clear(array->out[i]);
	}
	free(array->out);
	free(array->in);
}

int
main(int argc, char **argv)
{
	struct array array;

	rounds_begin(argc, argv);
	if (quern_threads_create(&pool, NULL))
		die("quern: no pool");
	measure_digits();
	measure_number("17 factorial of 1,000,000", FACTORIAL, 1000000);
	measure_number("17 4,000,000 over 2,000,000", BINOMIAL, 4000000);
	measure_number("17 Fibonacci 20,000,000", FIBONACCI, 20000000);
	measure_number("17 3^5,000,000", POWER, 5000000);
	array_init(&array, rounds_count(FACTORS, 2), FACTOR_BITS);
	measure("17 product of 20,000 of 256 bits", product_quern, product_gmp,
	    &array);
	array_fini(&array);
	array_init(&array, rounds_count(BASES, 2), BASE_BITS);
	measure("17 200 powers modulo 2048 bits", powm_quern, powm_gmp, &array);
	array_fini(&array);
	if (quern_executor_destroy(pool))
		die("quern: no end");
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_bigint_decimal.c -- digits out and in: against GMP and bc, and where
 * fractions are hard put, at long runs of zeros and nines.
 */
#include <ev.h>
#include <quern/bigint.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bigint/fraction.h"
#include "ops.h"
#include "watchdog.h"

static struct rig rig;
static gmp_randstate_t rand_state;

/* Out as GMP says, and in again: how many of these are wrong. */
static int
wrong_both_ways(enum way way, mpz_srcptr number)
{
	char *expected = mpz_get_str(NULL, 10, number), *digits = NULL;
	int wrong = 0;
	mpz_t back;

	mpz_init_set_ui(back, 99);
	wrong += run_by(&rig, way, quern_decimal_mpz(&digits, number)) != 0;
	wrong += !digits || strcmp(digits, expected) != 0;
	wrong += run_by(&rig, way,
		     quern_parse_mpz(back, expected, strlen(expected))) != 0;
	wrong += mpz_cmp(back, number) != 0;
	mpz_clear(back);
	free(digits);
	free(expected);
	return wrong;
}

static void
check_both_signs(mpz_ptr number)
{
	static unsigned way;

	CU_ASSERT_EQUAL(wrong_both_ways(way++ % WAYS, number), 0);
	mpz_neg(number, number);
	CU_ASSERT_EQUAL(wrong_both_ways(way++ % WAYS, number), 0);
}

static void
any_length_is_right(void)
{
	mpz_t number;

	mpz_init(number);
	check_both_signs(number);
	for (unsigned long bits = 1; bits < (SANITIZED ? 100000 : 1000000);
	     bits += 1 + bits / 12) {
		watchdog("length", bits);
		mpz_urandomb(number, rand_state, bits);
		check_both_signs(number);
		mpz_rrandomb(number, rand_state, bits);
		check_both_signs(number);
		mpz_set_ui(number, 0);
		mpz_setbit(number, bits);
		check_both_signs(number);
	}
	mpz_clear(number);
}

/* 10^n - 1, 10^n, 10^n + 1; and the same with a number before and behind. */
static void
runs_of_zeros_and_nines_are_right(void)
{
	mpz_t power, number;

	mpz_init(power);
	mpz_init(number);
	for (unsigned long n = 5000; n < (SANITIZED ? 20000 : 100000);
	     n += n / 4) {
		watchdog("runs", n);
		mpz_ui_pow_ui(power, 10, n);
		for (long add = -1; add <= 1; add++) {
			mpz_set_si(number, add);
			mpz_add(number, number, power);
			check_both_signs(number);
			/* A run in the middle. */
			mpz_urandomb(number, rand_state, 3 * n);
			mpz_mul(number, number, power);
			if (add < 0)
				mpz_sub_ui(number, number, n);
			else
				mpz_add_ui(number, number, n * (unsigned)add);
			check_both_signs(number);
		}
	}
	mpz_clear(number);
	mpz_clear(power);
}

/* All the borders between leaves get something to settle. */
static void
runs_of_any_kind_are_right(void)
{
	enum { DIGITS = 30000 };
	static char text[DIGITS + 1];
	uint64_t state = seed(), pick;
	size_t at, run;
	mpz_t number;

	mpz_init(number);
	for (unsigned long i = 0; i < rounds(SANITIZED ? 5 : 60); i++) {
		watchdog("any runs", i);
		for (at = 0; at < DIGITS; at += run) {
			pick = next_random(&state);
			run = pick % 4000 + 1;
			run = run < DIGITS - at ? run : DIGITS - at;
			memset(text + at, pick >> 40 & 1 ? '0' : '9', run);
			/* Sometimes a digit between two runs. */
			if (pick >> 41 & 1)
				text[at] = (char)('0' + (pick >> 42) % 10);
		}
		text[0] = '7';
		mpz_set_str(number, text, 10);
		check_both_signs(number);
	}
	mpz_clear(number);
}

/* What a leaf that came out too small is made of, as fraction.h says. */
static void
settling_carries_over_leaves(void)
{
	char digits[] = "01999999099999990000";
	const mp_limb_t left[] = { ~0ul, ~0ul, ~0ul >> 2, ~0ul, 1 };

	quern__fraction_settle(digits, 4, left, 5);
	/*
	 * From the right: 9999 becomes 0000, and 0999 stays, for it has not
	 * much left.  Behind 9999 is a 0, so it becomes 0000, and 0199 0200.
	 */
	CU_ASSERT_STRING_EQUAL(digits, "02000000099900000000");
}

static void
a_bad_digit_anywhere_changes_nothing(void)
{
	enum { DIGITS = 50000 };
	static char text[DIGITS];
	static const char bad[] = { ':', '/', '-', ' ', '\0', 'a', '\xff' };
	uint64_t state = seed();
	mpz_t out;

	mpz_init_set_ui(out, 4711);
	memset(text, '3', sizeof(text));
	for (unsigned i = 0; i < 40; i++) {
		size_t n = i < 20 ? i + 1 : DIGITS;
		size_t at = next_random(&state) % n;

		text[at] = bad[i % sizeof(bad)];
		if (text[at] == '-' && at == 0 && n > 1)
			text[at] = '*';
		CU_ASSERT_EQUAL(
		    run_by(&rig, i % WAYS, quern_parse_mpz(out, text, n)),
		    -EINVAL);
		CU_ASSERT_EQUAL(mpz_cmp_ui(out, 4711), 0);
		text[at] = '3';
	}
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_parse_mpz(out, "", 0)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_parse_mpz(out, "+", 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_parse_mpz(out, "-+5", 3)), -EINVAL);
	CU_ASSERT_EQUAL(mpz_cmp_ui(out, 4711), 0);
	mpz_clear(out);
}

static void
signs_and_zeros_in_front_are_read(void)
{
	enum { ZEROS = 9000 };
	static char text[ZEROS + 3];
	mpz_t out;

	mpz_init(out);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_parse_mpz(out, "+00123x", 6)), 0);
	CU_ASSERT_EQUAL(mpz_cmp_ui(out, 123), 0);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_parse_mpz(out, "-0", 2)), 0);
	CU_ASSERT_EQUAL(mpz_sgn(out), 0);
	memset(text, '0', sizeof(text));
	text[0] = '-';
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_parse_mpz(out, text, ZEROS)), 0);
	CU_ASSERT_EQUAL(mpz_sgn(out), 0);
	text[ZEROS] = '8';
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_parse_mpz(out, text, ZEROS + 1)), 0);
	CU_ASSERT_EQUAL(mpz_cmp_si(out, -8), 0);
	mpz_clear(out);
}

/* What bc prints for 7^n - 5^n, without its line breaks; NULL: no bc. */
static char *
ask_bc(unsigned long n)
{
	char command[120], *digits;
	size_t got;
	FILE *bc;

	snprintf(command, sizeof(command),
	    "echo '7^%lu-5^%lu' | BC_LINE_LENGTH=0 bc 2>/dev/null", n, n);
	bc = popen(command, "r");
	digits = malloc(n + 2);
	if (!bc || !digits)
		exit(1);
	got = fread(digits, 1, n, bc);
	pclose(bc);
	while (got && digits[got - 1] == '\n')
		got--;
	digits[got] = '\0';
	if (got)
		return digits;
	free(digits);
	return NULL;
}

static void
bc_has_the_same_digits(void)
{
	char *theirs, *ours;
	mpz_t number, five;

	if (system("command -v bc >/dev/null") != 0) {
		printf("  left out: there is no bc\n");
		return;
	}
	mpz_init(number);
	mpz_init(five);
	for (unsigned long n = 10; n < 20000; n = n * 9 / 2) {
		watchdog("bc", n);
		CU_ASSERT_EQUAL(
		    quern_run(rig.executor, quern_pow_mpz(number, 7, n)), 0);
		CU_ASSERT_EQUAL(
		    quern_run(rig.executor, quern_pow_mpz(five, 5, n)), 0);
		mpz_sub(number, number, five);
		ours = NULL;
		CU_ASSERT_EQUAL(
		    quern_run(rig.executor, quern_decimal_mpz(&ours, number)),
		    0);
		theirs = ask_bc(n);
		CU_ASSERT(ours && theirs && !strcmp(ours, theirs));
		free(theirs);
		free(ours);
	}
	mpz_clear(five);
	mpz_clear(number);
}

/* ---- from a task ---- */

static int
digits_of_a_power(void *arg)
{
	mpz_t number;
	int err;

	mpz_init(number);
	err = quern_await(quern_pow_mpz(number, 2, 100000));
	if (!err)
		err = quern_await(quern_decimal_mpz(arg, number));
	mpz_clear(number);
	return err;
}

static void
a_task_awaits_them(void)
{
	char *digits = NULL;

	CU_ASSERT_EQUAL(quern_main(digits_of_a_power, &digits), 0);
	CU_ASSERT(digits && strlen(digits) == 30103);
	free(digits);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "any length is right", any_length_is_right },
		{ "runs of zeros and nines are right",
		    runs_of_zeros_and_nines_are_right },
		{ "runs of any kind are right", runs_of_any_kind_are_right },
		{ "settling carries over leaves",
		    settling_carries_over_leaves },
		{ "a bad digit anywhere changes nothing",
		    a_bad_digit_anywhere_changes_nothing },
		{ "signs and zeros in front are read",
		    signs_and_zeros_in_front_are_read },
		{ "bc has the same digits", bc_has_the_same_digits },
		{ "a task awaits them", a_task_awaits_them },
		CU_TEST_INFO_NULL,
	};
	quern_threads_options options;
	int failed;

	gmp_randinit_default(rand_state);
	gmp_randseed_ui(rand_state, seed());
	quern_threads_options_init(&options);
	options.workers = 3;
	rig.ev = ev_loop_new(EVFLAG_AUTO);
	if (!rig.ev || quern_threads_create(&rig.executor, &options) ||
	    quern_loop_create(&rig.loop, rig.ev, rig.executor))
		return 1;
	add_suite("bigint decimal", tests);
	failed = run_suites();
	if (quern_loop_destroy(rig.loop) ||
	    quern_executor_destroy(rig.executor))
		failed = 1;
	ev_loop_destroy(rig.ev);
	gmp_randclear(rand_state);
	return failed;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_bigint_ends.c -- how operations on big integers end that do not succeed:
 * too large, without memory, cancelled, on worker processes.  The result is
 * what it was before.
 */
#include <errno.h>
#include <limits.h>
#include <quern/bigint.h>
#include <quern/quern.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "big_faults.h"
#include "forked.h"
#include "scenario.h"
#include "still_cores.h"
#include "watchdog.h"

enum { BEFORE = 4711 };

static struct rig ground;

/* Of quern_decimal_mpz(): what the library got, the caller frees. */
static void
free_digits(char *digits)
{
	faults_count(-(digits != NULL));
	free(digits);
}

/* ---- too large ---- */

static void
what_no_number_can_hold_is_eoverflow(void)
{
	mpz_t out, huge;

	mpz_init_set_ui(out, BEFORE);
	mpz_init(huge);
	/* Says that it has 2^30 limbs; nobody looks at them. */
	mpz_roinit_n(huge, mpz_limbs_read(out), 1);
	huge->_mp_size = 1 << 30;
	for (unsigned long base = 2; base && base < ULONG_MAX / 5; base *= 5) {
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_pow_mpz(out, base, ULONG_MAX)),
		    -EOVERFLOW);
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_pow_mpz(out, base, 1ul << 37)),
		    -EOVERFLOW);
	}
	for (unsigned long n = ULONG_MAX; n >= 1ul << 38; n /= 3) {
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_factorial_mpz(out, n)), -EOVERFLOW);
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_fibonacci_mpz(out, n)), -EOVERFLOW);
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_binomial_mpz(out, n, n / 2)),
		    -EOVERFLOW);
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_binomial_mpz(out, n, n / 70)),
		    -EOVERFLOW);
	}
	{
		mpz_t in[2] = { { huge[0] }, { huge[0] } };

		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_product_mpz(out, in, 2)), -EOVERFLOW);
	}
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_parse_mpz(out, "1", SIZE_MAX / 4)),
	    -EOVERFLOW);
	CU_ASSERT_EQUAL(mpz_cmp_ui(out, BEFORE), 0);
	mpz_clear(out);
}

/* In a child of its own, whose memory is limited. */
static void
ask_for_too_much(void *unused)
{
	struct rlimit limit = { 1u << 29, 1u << 29 };
	char *digits = NULL;
	mpz_t out;

	(void)unused;
	mpz_init_set_ui(out, BEFORE);
	EXPECT(!setrlimit(RLIMIT_AS, &limit));
	EXPECT(quern_run(NULL, quern_pow_mpz(out, 3, 1ul << 31)) == -ENOMEM);
	EXPECT(quern_run(NULL, quern_pow_mpz(out, 2, 1ul << 35)) == -ENOMEM);
	EXPECT(quern_run(NULL, quern_factorial_mpz(out, 1ul << 28)) == -ENOMEM);
	EXPECT(quern_run(NULL, quern_fibonacci_mpz(out, 1ul << 33)) == -ENOMEM);
	EXPECT(quern_run(NULL, quern_binomial_mpz(out, 1ul << 33, 1ul << 32)) ==
	    -ENOMEM);
	EXPECT(mpz_cmp_ui(out, BEFORE) == 0);
	mpz_setbit(out, 1ul << 30);
	EXPECT(quern_run(NULL, quern_decimal_mpz(&digits, out)) == -ENOMEM);
	EXPECT(!digits);
	mpz_clear(out);
}

static void
what_memory_cannot_hold_is_enomem(void)
{
	/* A sanitizer's shadow has no place within the limit. */
	if (!SANITIZED)
		forked_run(_exit, ask_for_too_much, NULL);
}

static void
what_is_missing_is_einval(void)
{
	char *digits = NULL;
	mpz_t one;

	mpz_init_set_ui(one, 1);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_pow_mpz(NULL, 2, 3)), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_factorial_mpz(NULL, 2)), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_fibonacci_mpz(NULL, 2)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_binomial_mpz(NULL, 2, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_product_mpz(one, NULL, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_product_mpz(NULL, NULL, 0)), -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_decimal_mpz(NULL, one)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_decimal_mpz(&digits, NULL)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_parse_mpz(one, NULL, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_powm_mpz(&one, &one, one, NULL, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_powm_mpz(&one, &one, NULL, one, 1)), -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_powm_mpz(NULL, NULL, NULL, NULL, 0)), 0);
	CU_ASSERT_EQUAL(mpz_cmp_ui(one, 1), 0);
	mpz_clear(one);
}

/* ---- without memory ---- */

enum { ITEMS = 100, FEW = 3 };

/* What scenarios work with, made before anything fails. */
static mpz_t items[ITEMS], large;
static char *large_digits;

static int
run_into(mpz_ptr out, quern_op op)
{
	int status = quern_run(ground.executor, op);

	if (status)
		CU_ASSERT_EQUAL(mpz_cmp_ui(out, BEFORE), 0);
	return status;
}

#define MAKES_A_NUMBER(name, op)                                               \
	static int name(void)                                                  \
	{                                                                      \
		mpz_t out;                                                     \
		int status;                                                    \
                                                                               \
		mpz_init_set_ui(out, BEFORE);                                  \
		status = run_into(out, op);                                    \
		mpz_clear(out);                                                \
		return status;                                                 \
	}

MAKES_A_NUMBER(raise, quern_pow_mpz(out, 3, 1000))
MAKES_A_NUMBER(multiply, quern_product_mpz(out, items, ITEMS))
MAKES_A_NUMBER(factorial, quern_factorial_mpz(out, 1000))
MAKES_A_NUMBER(fibonacci, quern_fibonacci_mpz(out, 1000))
MAKES_A_NUMBER(binomial, quern_binomial_mpz(out, 1000, 500))
MAKES_A_NUMBER(sparse, quern_binomial_mpz(out, 1000000000, 500))
MAKES_A_NUMBER(parse, quern_parse_mpz(out, large_digits, strlen(large_digits)))

static int
write_digits(void)
{
	char *digits = NULL;
	int status =
	    quern_run(ground.executor, quern_decimal_mpz(&digits, large));

	CU_ASSERT(status ? !digits : !strcmp(digits, large_digits));
	free_digits(digits);
	return status;
}

static int
write_few_digits(void)
{
	char *digits = NULL;
	int status =
	    quern_run(ground.executor, quern_decimal_mpz(&digits, items[0]));

	CU_ASSERT(!status == !!digits);
	free_digits(digits);
	return status;
}

static int
raise_modulo(void)
{
	mpz_t out[FEW];
	int status;

	for (int i = 0; i < FEW; i++)
		mpz_init_set_ui(out[i], BEFORE);
	status = quern_run(
	    ground.executor, quern_powm_mpz(out, items, items[0], large, FEW));
	for (int i = 0; i < FEW; i++) {
		if (status)
			CU_ASSERT_EQUAL(mpz_cmp_ui(out[i], BEFORE), 0);
		mpz_clear(out[i]);
	}
	return status;
}

static void
without_memory_they_are_enomem(void)
{
	static const struct scenario scenarios[] = {
		{ "power", raise, false },
		{ "product", multiply, false },
		{ "factorial", factorial, false },
		{ "fibonacci", fibonacci, false },
		{ "binomial", binomial, false },
		{ "sparse binomial", sparse, false },
		{ "decimal", write_digits, false },
		{ "small decimal", write_few_digits, false },
		{ "parse", parse, false },
		{ "powm", raise_modulo, false },
	};

	for (int i = 0; i < ITEMS; i++) {
		mpz_init_set_ui(items[i], 3);
		mpz_pow_ui(items[i], items[i], 100 + (unsigned)i);
	}
	mpz_init(large);
	mpz_ui_pow_ui(large, 7, 10000);
	large_digits = mpz_get_str(NULL, 10, large);
	if (rig_open(&ground, 2)) {
		for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]);
		     i++)
			play_until_nothing_fails(&scenarios[i]);
		rig_close(&ground);
	}
	free(large_digits);
	mpz_clear(large);
	for (int i = 0; i < ITEMS; i++)
		mpz_clear(items[i]);
}

/* ---- cancelled ---- */

/*
 * Submit it, wait until it is under way, cancel it: true if it was cancelled
 * then, which leaves the result as it was.  Progress never falls meanwhile.
 */
static bool
cancel_under_way(quern_op op, mpz_ptr out)
{
	double progress, before = 0;
	int fell = 0, status;
	quern_job job;

	mpz_set_ui(out, BEFORE);
	quern_job_init(&job, op, NULL);
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
	while ((progress = quern_job_progress(&job)) < 0.02) {
		fell += progress < before;
		before = progress;
		sched_yield();
	}
	CU_ASSERT_EQUAL(fell, 0);
	(void)quern_cancel(&job);
	rig_run(&ground);
	status = quern_job_status(&job);
	CU_ASSERT(status == -ECANCELED || status == 0);
	if (status)
		CU_ASSERT_EQUAL(mpz_cmp_ui(out, BEFORE), 0);
	return status != 0;
}

static bool
all_above_zero(const int n[], int count)
{
	for (int i = 0; i < count; i++)
		if (n[i] <= 0)
			return false;
	return true;
}

static void
cancelled_under_way_they_leave_the_result_alone(void)
{
	enum { TRIES = 20, OPS = 7 };
	unsigned long n = SANITIZED ? 1 << 17 : 1 << 20;
	char *digits = NULL, *text;
	long alive;
	int cancelled[OPS] = { 0 };
	bool told;
	mpz_t out, in, factors[2000];

	if (!rig_open(&ground, 2))
		return;
	mpz_init_set_ui(out, BEFORE);
	mpz_init(in);
	mpz_setbit(in, 8 * n);
	text = mpz_get_str(NULL, 10, in);
	for (int i = 0; i < 2000; i++) {
		mpz_init(factors[i]);
		mpz_setbit(factors[i], n / 500);
		mpz_sub_ui(factors[i], factors[i], (unsigned)i);
	}
	alive = faults_alive();
	/* Now and then the last piece is under way when it is told. */
	for (int i = 0; i < TRIES && !all_above_zero(cancelled, OPS); i++) {
		const quern_op ops[OPS] = {
			quern_decimal_mpz(&digits, in),
			quern_parse_mpz(out, text, strlen(text)),
			quern_factorial_mpz(out, n),
			quern_product_mpz(out, factors, 2000),
			quern_fibonacci_mpz(out, 20 * n),
			quern_binomial_mpz(out, 4 * n, 2 * n),
			quern_pow_mpz(out, 3, 5 * n),
		};

		for (int j = 0; j < OPS; j++) {
			watchdog("cancel", (unsigned)(OPS * i + j));
			told = cancel_under_way(ops[j], out);
			cancelled[j] += told;
			CU_ASSERT(j > 0 || !told || !digits);
		}
		free_digits(digits);
		digits = NULL;
	}
	CU_ASSERT(all_above_zero(cancelled, OPS));
	CU_ASSERT_EQUAL(faults_alive(), alive);
	free(text);
	for (int i = 0; i < 2000; i++)
		mpz_clear(factors[i]);
	mpz_clear(in);
	mpz_clear(out);
	rig_close(&ground);
}

static void
progress_never_falls_and_ends_at_one(void)
{
	double progress, before = 0;
	char *digits = NULL;
	int fell = 0, rose = 0, told = 0;
	quern_job job;
	mpz_t in;

	if (!rig_open(&ground, 2))
		return;
	mpz_init(in);
	mpz_setbit(in, SANITIZED ? 1 << 20 : 1 << 22);
	counted_job(&job, quern_decimal_mpz(&digits, in), &told);
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
	do {
		progress = quern_job_progress(&job);
		fell += progress < before;
		rose += progress > before;
		before = progress;
		sched_yield();
	} while (progress < 0.999);
	rig_run(&ground);
	CU_ASSERT_EQUAL(fell, 0);
	CU_ASSERT(rose > 1);
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL(quern_job_status(&job), 0);
	free_digits(digits);
	mpz_clear(in);
	rig_close(&ground);
}

/* ---- on worker processes ---- */

static void
worker_processes_refuse_them(void)
{
	quern_processes_options options;
	quern_executor *processes;
	mpz_t out;

	quern_processes_options_init(&options);
	options.workers = 1;
	mpz_init_set_ui(out, BEFORE);
	CU_ASSERT_EQUAL_FATAL(quern_processes_create(&processes, &options), 0);
	CU_ASSERT_EQUAL(
	    quern_run(processes, quern_pow_mpz(out, 2, 10)), -ENOEXEC);
	CU_ASSERT_EQUAL(mpz_cmp_ui(out, BEFORE), 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(processes), 0);
	mpz_clear(out);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "what no number can hold is -EOVERFLOW",
		    what_no_number_can_hold_is_eoverflow },
		{ "what memory cannot hold is -ENOMEM",
		    what_memory_cannot_hold_is_enomem },
		{ "what is missing is -EINVAL", what_is_missing_is_einval },
		{ "without memory they are -ENOMEM",
		    without_memory_they_are_enomem },
		{ "cancelled under way they leave the result alone",
		    cancelled_under_way_they_leave_the_result_alone },
		{ "progress never falls and ends at 1",
		    progress_never_falls_and_ends_at_one },
		{ "worker processes refuse them",
		    worker_processes_refuse_them },
		CU_TEST_INFO_NULL,
	};

	if (quern_worker_main())
		return 1;
	add_suite("bigint ends", tests);
	return run_suites();
}

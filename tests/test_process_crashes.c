/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_crashes.c -- a function that ends its worker costs its own job,
 * which then tells how; the next one finds a worker.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "isolated.h"

enum { MIB = 1 << 20, LARGE = 64 * MIB };

/* ---- ways to die ---- */

static int
touch_nothing(quern_context *ctx, void *unused)
{
	int *volatile nowhere = (int *)(uintptr_t)64;

	(void)ctx;
	(void)unused;
	*nowhere = 1;
	return 0;
}
QUERN_REGISTER(touch_nothing)

static int
call_abort(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	abort();
}
QUERN_REGISTER(call_abort)

static int
exit_at_once_0(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	_exit(0);
}
QUERN_REGISTER(exit_at_once_0)

static int
exit_at_once_3(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	_exit(3);
}
QUERN_REGISTER(exit_at_once_3)

static int
exit_0(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	exit(0);
}
QUERN_REGISTER(exit_0)

/* Not to be turned into a loop, and the compiler sees an end to it. */
static int
go_deeper(volatile char *above)
{
	volatile char here[1000];

	here[0] = *above;
	return here[0] ? go_deeper(here) + here[0] : 0;
}

static int
overflow_stack(quern_context *ctx, void *unused)
{
	const struct rlimit small = { MIB, MIB };
	volatile char top = 1;

	(void)ctx;
	(void)unused;
	/* Also where there is no limit. */
	setrlimit(RLIMIT_STACK, &small);
	return go_deeper(&top);
}
QUERN_REGISTER(overflow_stack)

static int
kill_itself(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return kill(getpid(), SIGKILL);
}
QUERN_REGISTER(kill_itself)

static int
divide_by_zero(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	/* Not every processor minds, and one sanitizer does first. */
	return raise(SIGFPE);
}
QUERN_REGISTER(divide_by_zero)

/* The function of another thread than the one that runs jobs. */
static void *
die_aside(void *unused)
{
	(void)unused;
	raise(SIGILL);
	return NULL;
}

static int
die_on_a_thread(quern_context *ctx, void *unused)
{
	pthread_t thread;

	(void)ctx;
	(void)unused;
	if (!pthread_create(&thread, NULL, die_aside, NULL))
		pthread_join(thread, NULL);
	return 0;
}
QUERN_REGISTER(die_on_a_thread)

static int
fill_and_abort(quern_context *ctx, void *unused)
{
	char *memory = malloc(LARGE);

	(void)ctx;
	(void)unused;
	if (memory) {
		memset(memory, 1, LARGE);
		__asm__ volatile("" : : "r"(memory) : "memory");
	}
	abort();
}
QUERN_REGISTER(fill_and_abort)

/* ---- what is told ---- */

static void
run_to_death(struct rig *rig, quern_call_fn *fn, int signal, int exit_status)
{
	struct noted noted;
	quern_crash crash;

	noted_init(&noted, quern_call(fn, NULL));
	CU_ASSERT_EQUAL(noted_run(rig, &noted), -EOWNERDEAD);
	crash = crash_of(&noted);
	CU_ASSERT_EQUAL(crash.signal, signal);
	CU_ASSERT_EQUAL(crash.exit_status, exit_status);
	CU_ASSERT_EQUAL(crash.core, 0);
	CU_ASSERT_EQUAL(crash.unknown, 0);
	CU_ASSERT(!crash.peak_bytes || crash.peak_bytes >= MIB / 2);
	CU_ASSERT(crash.cpu_seconds <= 10);
	/* And the next one runs. */
	CU_ASSERT_EQUAL(isolated_run(rig, quern_call(return_one, NULL)), 1);
}

static void
each_way_to_die_is_told(void)
{
	static const struct {
		quern_call_fn *fn;
		int signal, exit_status;
	} way[] = {
		{ touch_nothing, SIGSEGV, 0 },
		{ call_abort, SIGABRT, 0 },
		{ exit_at_once_0, 0, 0 },
		{ exit_at_once_3, 0, 3 },
		{ exit_0, 0, 0 },
		{ overflow_stack, SIGSEGV, 0 },
		{ kill_itself, SIGKILL, 0 },
		{ divide_by_zero, SIGFPE, 0 },
		{ die_on_a_thread, SIGILL, 0 },
	};
	struct rig rig;

	if (!isolated_open(&rig, NULL))
		return;
	for (size_t i = 0; i < sizeof(way) / sizeof(*way); i++)
		run_to_death(
		    &rig, way[i].fn, way[i].signal, way[i].exit_status);
	rig_close(&rig);
	expect_no_children();
}

static void
a_blocking_function_and_a_team_die_alike(void)
{
	struct noted noted[2];
	struct rig rig;

	if (!isolated_open(&rig, NULL))
		return;
	noted_init(&noted[0], quern_blocking(call_abort, NULL));
	noted_init(&noted[1], quern_team(0, call_abort, NULL));
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(noted_run(&rig, &noted[i]), -EOWNERDEAD);
		CU_ASSERT_EQUAL(crash_of(&noted[i]).signal, SIGABRT);
	}
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_call(call_abort, NULL)), -EOWNERDEAD);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_call(return_one, NULL)), 1);
	rig_close(&rig);
}

static void
memory_that_was_touched_is_in_the_peak(void)
{
	struct noted much;
	struct rig rig;

	if (!isolated_open(&rig, NULL))
		return;
	noted_init(&much, quern_call(fill_and_abort, NULL));
	CU_ASSERT_EQUAL(noted_run(&rig, &much), -EOWNERDEAD);
	CU_ASSERT(crash_of(&much).peak_bytes >= LARGE);
	CU_ASSERT(
	    SANITIZED || crash_of(&much).peak_bytes < 2 * (uint64_t)LARGE);
	/* Whole pages. */
	CU_ASSERT_EQUAL(crash_of(&much).peak_bytes % 4096, 0);
	rig_close(&rig);
}

/* The kernel takes it over to those that a program starts. */
static void
the_programs_own_peak_is_no_workers(void)
{
	const size_t bytes = 3 * (size_t)LARGE;
	char *memory = malloc(bytes);
	struct noted little, much;
	struct rig rig;

	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	memset(memory, 1, bytes);
	__asm__ volatile("" : : "r"(memory) : "memory");
	if (isolated_open(&rig, NULL)) {
		noted_init(&little, quern_call(call_abort, NULL));
		noted_init(&much, quern_call(fill_and_abort, NULL));
		CU_ASSERT_EQUAL(noted_run(&rig, &little), -EOWNERDEAD);
		CU_ASSERT_EQUAL(noted_run(&rig, &much), -EOWNERDEAD);
		CU_ASSERT_EQUAL(crash_of(&little).peak_bytes, 0);
		CU_ASSERT_EQUAL(crash_of(&much).peak_bytes, 0);
		rig_close(&rig);
	}
	free(memory);
}

/* ---- and what is not ---- */

static int
fail_with_eio(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return -EIO;
}
QUERN_REGISTER(fail_with_eio)

/* What a worker may claim, too. */
static int
return_ownerdead(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return -EOWNERDEAD;
}
QUERN_REGISTER(return_ownerdead)

static void
there_is_no_crash_of_what_has_not_crashed(void)
{
	struct noted noted;
	quern_crash crash;
	struct rig rig;

	if (!isolated_open(&rig, NULL))
		return;
	noted_init(&noted, quern_call(return_one, NULL));
	CU_ASSERT_EQUAL(quern_job_crash(&noted.job, &crash), -EINVAL);
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), 1);
	CU_ASSERT_EQUAL(quern_job_crash(&noted.job, &crash), -ENODATA);
	noted_init(&noted, quern_call(fail_with_eio, NULL));
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EIO);
	CU_ASSERT_EQUAL(quern_job_crash(&noted.job, &crash), -ENODATA);
	noted_init(&noted, quern_call(return_ownerdead, NULL));
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
	CU_ASSERT_EQUAL(quern_job_crash(&noted.job, &crash), -ENODATA);
	CU_ASSERT_EQUAL(quern_job_crash(NULL, &crash), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_crash(&noted.job, NULL), -EINVAL);
	rig_close(&rig);
}

static void
a_crash_is_forgotten_when_its_job_is_submitted_again(void)
{
	struct noted noted;
	quern_crash crash;
	struct rig rig;

	if (!isolated_open(&rig, NULL))
		return;
	noted_init(&noted, quern_call(call_abort, NULL));
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
	CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGABRT);
	/* The job stays, with another op. */
	noted.job.op = quern_call(return_one, NULL);
	noted.times = 0;
	noted_submit(&rig, &noted);
	CU_ASSERT_EQUAL(quern_job_crash(&noted.job, &crash), -EINVAL);
	rig_run(&rig);
	CU_ASSERT_EQUAL(noted.status, 1);
	CU_ASSERT_EQUAL(quern_job_crash(&noted.job, &crash), -ENODATA);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each way to die is told", each_way_to_die_is_told },
		{ "a blocking function and a team die alike",
		    a_blocking_function_and_a_team_die_alike },
		{ "memory that was touched is in the peak",
		    memory_that_was_touched_is_in_the_peak },
		{ "the program's own peak is no worker's",
		    the_programs_own_peak_is_no_workers },
		{ "there is no crash of what has not crashed",
		    there_is_no_crash_of_what_has_not_crashed },
		{ "a crash is forgotten when its job is submitted again",
		    a_crash_is_forgotten_when_its_job_is_submitted_again },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process crashes", tests);
	return run_suites();
}

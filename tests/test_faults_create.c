/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_faults_create.c -- executors and loops are made whole or not at all,
 * whatever fails.
 */
#include <errno.h>

#include "scenario.h"
#include "watchdog.h"

/* ---- threads that cannot be started, below the library's own wrapper ---- */

static int starts;           /* since it was set to 0 */
static int start_that_fails; /* 1 is the first; 0: none does */
static bool names_fail;      /* a thread's name cannot be set */

int __real_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);
int __real_pthread_setname_np(pthread_t thread, const char *name);
int __wrap_pthread_setname_np(pthread_t thread, const char *name);

int
__wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg)
{
	if (++starts == start_that_fails) {
		errno = ENOMEM; /* of an mmap, say */
		return EAGAIN;
	}
	return __real_pthread_create(out, attr, main, arg);
}

int
__wrap_pthread_setname_np(pthread_t thread, const char *name)
{
	if (names_fail) {
		errno = EACCES; /* no /proc */
		return EACCES;
	}
	return __real_pthread_setname_np(thread, name);
}

/* ---- executors ---- */

static unsigned workers;

static int
make_executor(void)
{
	quern_executor *const untouched = (quern_executor *)&workers;
	quern_executor *executor = untouched;
	quern_threads_options options;
	int err;

	quern_threads_options_init(&options);
	options.workers = workers;
	err = quern_threads_create(&executor, &options);
	if (err) {
		CU_ASSERT_PTR_EQUAL(executor, untouched);
		return err;
	}
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	return 0;
}

static void
an_executor_is_made_whole_or_not_at_all(void)
{
	static const unsigned counts[] = { 1, 2, 5 };
	/* All but a look at the number of cores. */
	static const struct scenario scenario = { "executor", make_executor,
		true };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		workers = counts[i];
		play_until_nothing_fails(&scenario);
	}
}

static void
counting_the_cores_needs_no_memory_to_succeed(void)
{
	static const struct scenario scenario = { "executor by default",
		make_executor, true };

	workers = 0;
	play_until_nothing_fails(&scenario);
}

static void
any_thread_may_fail_to_start(void)
{
	long alive = faults_alive();

	watchdog("thread start", 0);
	workers = 5;
	for (int n = 1; n <= 6; n++) {
		starts = 0;
		start_that_fails = n;
		errno = ERRNO_BEFORE;
		CU_ASSERT_EQUAL(make_executor(), n <= 5 ? -EAGAIN : 0);
		CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
		CU_ASSERT_EQUAL(faults_alive(), alive);
	}
	start_that_fails = 0;
	CU_ASSERT_EQUAL(make_executor(), 0);
}

static void
a_thread_without_a_name_works(void)
{
	names_fail = true;
	workers = 2;
	errno = ERRNO_BEFORE;
	CU_ASSERT_EQUAL(make_executor(), 0);
	CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
	names_fail = false;
}

/* Hooks: as many ends as beginnings, also when a later thread fails. */
static int hooks_begun, hooks_ended; /* atomic */

static void
count_hook(unsigned index, void *count)
{
	(void)index;
	__atomic_fetch_add((int *)count, 1, __ATOMIC_RELAXED);
}

static void
hook_begun(unsigned index, void *arg)
{
	(void)arg;
	count_hook(index, &hooks_begun);
}

static void
hook_ended(unsigned index, void *arg)
{
	(void)arg;
	count_hook(index, &hooks_ended);
}

static void
workers_that_did_start_run_both_hooks(void)
{
	quern_threads_options options;
	quern_executor *executor = NULL;

	quern_threads_options_init(&options);
	options.workers = 4;
	options.thread_start = hook_begun;
	options.thread_stop = hook_ended;
	hooks_begun = hooks_ended = 0;
	starts = 0;
	start_that_fails = 3;
	CU_ASSERT_EQUAL(quern_threads_create(&executor, &options), -EAGAIN);
	start_that_fails = 0;
	CU_ASSERT_EQUAL(hooks_begun, 2);
	CU_ASSERT_EQUAL(hooks_ended, 2);
}

/* ---- loops ---- */

static struct rig ground; /* made before anything fails */
static bool foreign;

static int
make_loop(void)
{
	quern_loop *const untouched = (quern_loop *)&foreign;
	quern_loop *loop = untouched;
	int err;

	err = quern_loop_create(
	    &loop, foreign ? NULL : ground.ev, ground.executor);
	if (err) {
		CU_ASSERT_PTR_EQUAL(loop, untouched);
		return err;
	}
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	return 0;
}

static void
a_loop_is_made_whole_or_not_at_all(void)
{
	static const struct scenario scenario = { "loop", make_loop, false };

	if (!rig_open(&ground, 1))
		return;
	for (int kind = 0; kind < 2; kind++) {
		foreign = kind;
		play_until_nothing_fails(&scenario);
	}
	rig_close(&ground);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "an executor is made whole or not at all",
		    an_executor_is_made_whole_or_not_at_all },
		{ "counting the cores needs no memory to succeed",
		    counting_the_cores_needs_no_memory_to_succeed },
		{ "any thread may fail to start",
		    any_thread_may_fail_to_start },
		{ "a thread without a name works",
		    a_thread_without_a_name_works },
		{ "workers that did start run both hooks",
		    workers_that_did_start_run_both_hooks },
		{ "a loop is made whole or not at all",
		    a_loop_is_made_whole_or_not_at_all },
		CU_TEST_INFO_NULL,
	};

	add_suite("faults: create", tests);
	return run_suites();
}

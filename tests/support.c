/* SPDX-License-Identifier: BSD-2-Clause */
/* support.c -- what the tests share, see support.h. */
#include "support.h"

#include <ev.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- gates ---- */

void
gate_init(struct gate *gate)
{
	*gate = (struct gate)GATE_INITIALIZER;
}

static void
gate_set(struct gate *gate, bool open)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = open;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

void
gate_open(struct gate *gate)
{
	gate_set(gate, true);
}

void
gate_shut(struct gate *gate)
{
	gate_set(gate, false);
}

static void
arrive_locked(struct gate *gate)
{
	gate->arrived++;
	pthread_cond_broadcast(&gate->changed);
}

void
gate_pass(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	arrive_locked(gate);
	while (!gate->open)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

void
gate_arrive(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	arrive_locked(gate);
	pthread_mutex_unlock(&gate->lock);
}

void
gate_await(struct gate *gate, unsigned n)
{
	pthread_mutex_lock(&gate->lock);
	while (gate->arrived < n)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

/* ---- jobs ---- */

int
pass_gate(quern_context *ctx, void *gate)
{
	(void)ctx;
	gate_pass(gate);
	return 0;
}

int
run_until_stopped(quern_context *ctx, void *gate)
{
	gate_arrive(gate);
	while (!quern_should_stop(ctx))
		sched_yield();
	return -1;
}

int
add_one(quern_context *ctx, void *count)
{
	(void)ctx;
	__atomic_fetch_add((int *)count, 1, __ATOMIC_RELAXED);
	return 0;
}

void
count_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	(void)status;
	if (job->data)
		++*(int *)job->data;
}

void
counted_job(quern_job *job, quern_op op, int *told)
{
	quern_job_init(job, op, count_done);
	job->data = told;
}

quern_executor *
open_executor(unsigned workers)
{
	quern_threads_options options;
	quern_executor *executor = NULL;

	quern_threads_options_init(&options);
	options.workers = workers;
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	return executor;
}

void
end_executor(quern_executor *executor)
{
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

/* ---- a loop with a pool behind it ---- */

bool
rig_open_with(struct rig *rig, const quern_threads_options *options)
{
	*rig = (struct rig) { NULL, NULL, NULL };
	rig->ev = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_PTR_NOT_NULL(rig->ev);
	CU_ASSERT_EQUAL(quern_threads_create(&rig->executor, options), 0);
	if (!rig->ev || !rig->executor)
		return false;
	CU_ASSERT_EQUAL(
	    quern_loop_create(&rig->loop, rig->ev, rig->executor), 0);
	return rig->loop;
}

bool
rig_open(struct rig *rig, unsigned workers)
{
	quern_threads_options options;

	quern_threads_options_init(&options);
	options.workers = workers;
	return rig_open_with(rig, &options);
}

void
rig_run(struct rig *rig)
{
	ev_run(rig->ev, 0);
}

void
rig_close(struct rig *rig)
{
	CU_ASSERT_EQUAL(quern_loop_destroy(rig->loop), 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(rig->executor), 0);
	ev_loop_destroy(rig->ev);
}

void
jam_begin(struct jam *jam, quern_loop *loop, unsigned workers)
{
	gate_init(&jam->gate);
	for (unsigned i = 0; i < workers; i++) {
		quern_job_init(
		    &jam->job[i], quern_call(pass_gate, &jam->gate), NULL);
		CU_ASSERT_EQUAL(quern_submit(loop, &jam->job[i]), 0);
	}
	gate_await(&jam->gate, workers);
}

void
jam_end(struct jam *jam)
{
	gate_open(&jam->gate);
}

/* ---- numbers ---- */

unsigned long
rounds(unsigned long rounds)
{
	return getenv("QUERN_TEST_LONG") ? rounds * 20 : rounds;
}

uint64_t
seed(void)
{
	static uint64_t value;
	const char *given = getenv("QUERN_TEST_SEED");

	if (value)
		return value;
	value = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	value = value ? value : 1;
	printf("  QUERN_TEST_SEED=%" PRIu64 "\n", value);
	return value;
}

uint64_t
next_random(uint64_t *state)
{
	/* xorshift64* (Vigna 2016) */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* ---- CUnit ---- */

void
add_suite(const char *name, const CU_TestInfo tests[])
{
	CU_pSuite suite;

	if (!CU_get_registry() && CU_initialize_registry() != CUE_SUCCESS)
		abort();
	suite = CU_add_suite(name, NULL, NULL);
	if (!suite)
		abort();
	for (; tests->pName; tests++)
		if (!CU_add_test(suite, tests->pName, tests->pTestFunc))
			abort();
}

/* Is the name one of the lines of QUERN_TEST_WITHOUT?  run.sh says which. */
static bool
is_left_out(const char *name)
{
	const char *line = getenv("QUERN_TEST_WITHOUT");
	size_t length = strlen(name);

	for (; line; line = strchr(line, '\n'), line += line != NULL)
		if (strncmp(line, name, length) == 0 &&
		    (line[length] == '\n' || line[length] == '\0'))
			return true;
	return false;
}

static void
leave_out(void)
{
	CU_pSuite suite = CU_get_registry()->pSuite;

	CU_set_fail_on_inactive(CU_FALSE);
	for (; suite; suite = suite->pNext)
		for (CU_pTest test = suite->pTest; test; test = test->pNext)
			if (is_left_out(test->pName))
				CU_set_test_active(test, CU_FALSE);
}

int
run_suites(void)
{
	unsigned failed;

	leave_out();
	setvbuf(stdout, NULL, _IOLBF, 0);
	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures() +
	    CU_get_number_of_suites_failed() + CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	return failed != 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pool.c -- an executor's options and its end.
 *
 * What its jobs find around them: test_workers.c; its counters:
 * test_pool_stats.c; its way down: test_shutdown.c.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/pool.h"
#include "threads.h"

/* ---- options ---- */

static unsigned
workers_of(quern_executor *executor)
{
	quern_stats stats;

	CU_ASSERT_EQUAL(quern_executor_stats(executor, &stats), 0);
	return (unsigned)stats.workers;
}

static void
the_default_is_a_worker_per_core_of_the_affinity_mask(void)
{
	cpu_set_t all, one;
	quern_executor *executor;

	CU_ASSERT_EQUAL_FATAL(sched_getaffinity(0, sizeof(all), &all), 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, NULL), 0);
	CU_ASSERT_EQUAL(workers_of(executor), (unsigned)CPU_COUNT(&all));
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);

	CPU_ZERO(&one);
	for (int cpu = 0; !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	CU_ASSERT_EQUAL(sched_setaffinity(0, sizeof(one), &one), 0);
	CU_ASSERT_EQUAL(quern_threads_create(&executor, NULL), 0);
	CU_ASSERT_EQUAL(sched_setaffinity(0, sizeof(all), &all), 0);
	CU_ASSERT_EQUAL(workers_of(executor), 1);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

static void
bad_options_make_no_executor(void)
{
	quern_executor *executor = NULL;
	quern_threads_options options;

	CU_ASSERT_EQUAL(quern_threads_create(NULL, NULL), -EINVAL);
	quern_threads_options_init(NULL);
	memset(&options, 0xff, sizeof(options));
	quern_threads_options_init(&options);
	CU_ASSERT_EQUAL(options.workers, 0);
	for (int bad = 0; bad < 10; bad++) {
		quern_threads_options_init(&options);
		options.blocking_threads = bad == 0 ? 65537 : 0;
		options.reserved[0] = bad == 1;
		options.reserved[5] = bad == 2;
		options.workers = bad == 3 ? 65537 : bad == 4 ? UINT_MAX : 1;
		options.queue_limit = bad == 5 ? SIZE_MAX : 1;
		options.spin_us = bad == 6 ? 1000001 : -1;
		options.nice = bad == 7 ? 20 : 19;
		options.engine = bad == 8 ? QUERN_ENGINE_LANE + 1 : 0;
		options.reserved1 = bad == 9;
		CU_ASSERT_EQUAL(
		    quern_threads_create(&executor, &options), -EINVAL);
		CU_ASSERT_PTR_NULL(executor);
	}
}

static void
spinning_follows_the_option_and_needs_two_cores(void)
{
	static const struct {
		int us;
		uint64_t ns;
	} cases[] = { { 0, 60000 }, { -1, 0 }, { 7, 7000 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		quern_threads_options options;
		quern_executor *executor = NULL;

		quern_threads_options_init(&options);
		options.workers = 1;
		options.spin_us = cases[i].us;
		CU_ASSERT_EQUAL_FATAL(
		    quern_threads_create(&executor, &options), 0);
		CU_ASSERT_EQUAL(
		    executor->spin_ns, executor->n_cores > 1 ? cases[i].ns : 0);
		end_executor(executor);
	}
}

static int
nice_now(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return getpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid));
}

static void
workers_step_back_as_far_as_they_are_told(void)
{
	int mine = nice_now(NULL, NULL);
	quern_threads_options options;
	quern_job job;
	struct rig rig;

	for (unsigned nice = 0; nice < 3 && mine + 2 < 19; nice++) {
		quern_threads_options_init(&options);
		options.workers = 1;
		options.nice = nice;
		if (!rig_open_with(&rig, &options))
			return;
		quern_job_init(&job, quern_call(nice_now, NULL), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(quern_job_status(&job), mine + (int)nice);
		CU_ASSERT_EQUAL(nice_now(NULL, NULL), mine);
		rig_close(&rig);
	}
}

static void
the_default_queue_limit_is_a_million(void)
{
	enum { MILLION = 1 << 20 };
	static quern_job many[MILLION + 1];
	struct jam jam;
	struct rig rig;
	int ran = 0, told = 0, taken = 0;

	if (SANITIZED_THREAD) {
		CU_PASS("left out: a million jobs take too long");
		return;
	}
	if (!rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	for (int i = 0; i <= MILLION; i++) {
		counted_job(&many[i], quern_call(add_one, &ran), &told);
		taken += quern_submit(rig.loop, &many[i]) == 0;
	}
	CU_ASSERT_EQUAL(taken, MILLION - 1);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &many[MILLION]), -EAGAIN);
	jam_end(&jam);
	rig_run(&rig);
	CU_ASSERT_EQUAL(told, taken);
	rig_close(&rig);
}

/* ---- the end ---- */

static void
an_idle_pool_can_be_destroyed_at_any_time(void)
{
	quern_executor *executor;

	CU_ASSERT_EQUAL(quern_executor_destroy(NULL), 0);
	for (int i = 0; i < 50; i++) {
		CU_ASSERT_EQUAL(quern_threads_create(&executor, NULL), 0);
		CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	}
}

static void
destroy_refuses_while_a_completion_is_owed_or_a_loop_attached(void)
{
	quern_executor *other;
	quern_job job;
	struct rig rig;
	int ran = 0;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(quern_executor_destroy(rig.executor), -EBUSY);
	/* No loop holds the other one, only a job that is not delivered. */
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&other, NULL), 0);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	job.executor = other;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	while (quern_job_progress(&job) < 1)
		sched_yield();
	CU_ASSERT_EQUAL(quern_executor_destroy(other), -EBUSY);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_executor_destroy(other), 0);
	rig_close(&rig);
}

struct runner {
	quern_executor *executor;
	struct gate gate;
	int status;
};

static void *
run_at_the_gate(void *arg)
{
	struct runner *runner = arg;

	runner->status =
	    quern_run(runner->executor, quern_call(pass_gate, &runner->gate));
	return NULL;
}

static void
destroy_refuses_while_a_quern_run_is_under_way(void)
{
	static struct runner runner = { .gate = GATE_INITIALIZER, .status = 1 };
	pthread_t thread;

	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&runner.executor, NULL), 0);
	pthread_create(&thread, NULL, run_at_the_gate, &runner);
	gate_await(&runner.gate, 1);
	CU_ASSERT_EQUAL(quern_executor_destroy(runner.executor), -EBUSY);
	gate_open(&runner.gate);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(runner.status, 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(runner.executor), 0);
}

static int
destroy_it(quern_context *ctx, void *executor)
{
	(void)ctx;
	return quern_executor_destroy(executor);
}

static void
a_worker_cannot_destroy_its_own_pool(void)
{
	quern_job job;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	quern_job_init(&job, quern_call(destroy_it, rig.executor), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -EDEADLK);
	rig_close(&rig);
}

static void *
destroy_when_it_may(void *arg)
{
	quern_executor *executor = arg;
	int err;

	do
		err = quern_executor_destroy(executor);
	while (err == -EBUSY);
	return err ? arg : NULL;
}

/* The delivery must not touch it any more by then. */
static void
another_thread_may_end_an_executor_as_its_last_job_is_told(void)
{
	struct rig rig;
	pthread_t thread;
	quern_job job;
	int ran = 0, told = 0;
	void *failed;

	if (!rig_open(&rig, 1))
		return;
	for (int i = 1; i <= 20; i++) {
		counted_job(&job, quern_call(add_one, &ran), &told);
		job.executor = open_executor(1);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
		start_thread(&thread, destroy_when_it_may, job.executor);
		rig_run(&rig);
		pthread_join(thread, &failed);
		CU_ASSERT_PTR_NULL(failed);
		CU_ASSERT_EQUAL(told, i);
	}
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "another thread may end an executor as its last job is told",
		    another_thread_may_end_an_executor_as_its_last_job_is_told },
		{ "the default is a worker per core of the affinity mask",
		    the_default_is_a_worker_per_core_of_the_affinity_mask },
		{ "bad options make no executor",
		    bad_options_make_no_executor },
		{ "spinning follows the option and needs two cores",
		    spinning_follows_the_option_and_needs_two_cores },
		{ "workers step back as far as they are told",
		    workers_step_back_as_far_as_they_are_told },
		{ "the default queue limit is a million",
		    the_default_queue_limit_is_a_million },
		{ "an idle pool can be destroyed at any time",
		    an_idle_pool_can_be_destroyed_at_any_time },
		{ "destroy refuses while a completion is owed or a loop attached",
		    destroy_refuses_while_a_completion_is_owed_or_a_loop_attached },
		{ "destroy refuses while a quern run is under way",
		    destroy_refuses_while_a_quern_run_is_under_way },
		{ "a worker cannot destroy its own pool",
		    a_worker_cannot_destroy_its_own_pool },
		CU_TEST_INFO_NULL,
	};

	add_suite("pool", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_faults.c -- the n-th allocation, thread, lock or descriptor fails.
 *
 * Each scenario is played once for every n until nothing fails any more: with
 * that one call failing, and with all from it on.  Whatever happens, nothing
 * may leak, an error is a plain negative errno, errno itself stays the
 * caller's, and the next try without faults works.
 */
#include <errno.h>
#include <ev.h>
#include <math.h>
#include <stdlib.h>

#include "support.h"
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

/* ---- scenarios ---- */

enum { ERRNO_BEFORE = 4711 };

/* What a scenario may stand on, made before anything fails. */
static struct rig ground;

static bool
is_plain_error(int err)
{
	return err == -ENOMEM || err == -EAGAIN || err == -EMFILE;
}

struct scenario {
	const char *name;
	/* The status; what it makes is gone again when it returns. */
	int (*play)(void);
	bool absorbs; /* it may succeed although something failed */
};

static bool
play_with_fault(const struct scenario *scenario, unsigned long n, bool on)
{
	long alive = faults_alive();
	unsigned long calls;
	int err;

	errno = ERRNO_BEFORE;
	faults_arm(n, on);
	err = scenario->play();
	calls = faults_disarm();

	CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	if (calls < n) {
		CU_ASSERT_EQUAL(err, 0);
		return false;
	}
	CU_ASSERT(is_plain_error(err) || (scenario->absorbs && !err));
	/* And without faults it works. */
	CU_ASSERT_EQUAL(scenario->play(), 0);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	return true;
}

static void
play_until_nothing_fails(const struct scenario *scenario)
{
	unsigned long n;

	for (int on = 0; on < 2; on++) {
		for (n = 1; play_with_fault(scenario, n, on); n++)
			watchdog(scenario->name, n);
		CU_ASSERT(n > 1); /* else nothing was tested */
	}
}

static bool
ground_open(unsigned workers)
{
	return rig_open(&ground, workers);
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
	static const struct scenario scenario = { "executor", make_executor,
		false };

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

	if (!ground_open(1))
		return;
	for (int kind = 0; kind < 2; kind++) {
		foreign = kind;
		play_until_nothing_fails(&scenario);
	}
	rig_close(&ground);
}

/* ---- reductions need memory when they start ---- */

enum { ELEMENTS = 1000, SUM = ELEMENTS * (ELEMENTS - 1) / 2 };

static void
zero(void *acc, void *arg)
{
	(void)arg;
	*(int *)acc = 0;
}

static void
sum_range(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	for (size_t i = begin; i < end; i++)
		*(int *)acc += (int)i;
}

static void
add_sums(void *acc, const void *right, void *arg)
{
	(void)arg;
	*(int *)acc += *(const int *)right;
}

static const quern_reducer sum = {
	.size = sizeof(int),
	.identity = zero,
	.body = sum_range,
	.combine = add_sums,
};

static void
keep_status(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	*(int *)job->data = status;
}

/* Written on success, and only then. */
static void
check_result(int status, int result)
{
	CU_ASSERT_EQUAL(result, status == 0 ? SUM : -1);
}

static int
reduce_as_job(void)
{
	int result = -1, status = 1;
	quern_job job;

	quern_job_init(
	    &job, quern_reduce(ELEMENTS, 10, &sum, NULL, &result), keep_status);
	job.data = &status;
	/* The submit itself needs nothing. */
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
	rig_run(&ground);
	check_result(status, result);
	return status;
}

static int
reduce_blocking(void)
{
	int result = -1;
	int status = quern_run(
	    ground.executor, quern_reduce(ELEMENTS, 10, &sum, NULL, &result));

	check_result(status, result);
	return status;
}

static int
reduce_on_team(void)
{
	int result = -1;
	int status =
	    quern_run(NULL, quern_reduce(ELEMENTS, 10, &sum, NULL, &result));

	check_result(status, result);
	return status;
}

static int
call_reduce_inside(quern_context *ctx, void *result)
{
	return quern_run_inside(
	    ctx, quern_reduce(ELEMENTS, 10, &sum, NULL, result));
}

static int
reduce_inside_job(void)
{
	int result = -1, status = 1;
	quern_job job;

	quern_job_init(
	    &job, quern_call(call_reduce_inside, &result), keep_status);
	job.data = &status;
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
	rig_run(&ground);
	check_result(status, result);
	return status;
}

static void
a_reduction_without_memory_says_so(void)
{
	static const struct scenario scenarios[] = {
		{ "reduction job", reduce_as_job, false },
		{ "blocking reduction", reduce_blocking, false },
		{ "reduction on a team", reduce_on_team, false },
		{ "reduction inside a job", reduce_inside_job, false },
	};

	if (!ground_open(2))
		return;
	/* The team's threads are libgomp's and stay. */
	CU_ASSERT_EQUAL(reduce_on_team(), 0);
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		play_until_nothing_fails(&scenarios[i]);
	rig_close(&ground);
}

enum { MANY = 50 };

static void
of_many_reductions_only_those_without_memory_fail(void)
{
	static int result[MANY], status[MANY];
	static quern_job job[MANY];
	int failed;

	if (!ground_open(2))
		return;
	for (unsigned long n = 1; n <= MANY; n++) {
		watchdog("many reductions", n);
		faults_arm(n, n % 2);
		for (int i = 0; i < MANY; i++) {
			result[i] = -1;
			status[i] = 1;
			quern_job_init(&job[i],
			    quern_reduce(ELEMENTS, 10, &sum, NULL, &result[i]),
			    keep_status);
			job[i].data = &status[i];
			CU_ASSERT_EQUAL(quern_submit(ground.loop, &job[i]), 0);
		}
		rig_run(&ground);
		CU_ASSERT_EQUAL(faults_disarm(), MANY);
		failed = 0;
		for (int i = 0; i < MANY; i++) {
			check_result(status[i], result[i]);
			failed += status[i] == -ENOMEM;
		}
		CU_ASSERT_EQUAL(failed, n % 2 ? MANY + 1 - (int)n : 1);
	}
	rig_close(&ground);
}

/* ---- shutdown ---- */

static void
a_shutdown_that_cannot_keep_time_changes_nothing(void)
{
	long alive = faults_alive();
	int ran = 0, told = 0;
	quern_job job;

	watchdog("shutdown", 0);
	if (!ground_open(1))
		return;
	for (int round = 0; round < 2; round++) {
		errno = ERRNO_BEFORE;
		faults_arm(1, false);
		CU_ASSERT_EQUAL(
		    quern_executor_shutdown(ground.executor, 100), -EAGAIN);
		CU_ASSERT_EQUAL(faults_disarm(), 1);
		CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
		counted_job(&job, quern_call(add_one, &ran), &told);
		CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), 0);
		rig_run(&ground);
		CU_ASSERT_EQUAL(told, round + 1);
	}
	CU_ASSERT_EQUAL(quern_executor_shutdown(ground.executor, 100), 0);
	counted_job(&job, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &job), -ESHUTDOWN);
	/* The keeper is there now: a shorter grace needs nothing more. */
	faults_arm(1, true);
	CU_ASSERT_EQUAL(quern_executor_shutdown(ground.executor, 50), 0);
	CU_ASSERT_EQUAL(faults_disarm(), 0);
	rig_close(&ground);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

/* ---- refusals ---- */

/*
 * A submit to an executor that is closed goes a long way before it is refused:
 * all of it must be taken back.
 */
static void
a_refused_submit_leaves_nothing_behind(void)
{
	quern_job *job[2], *jobs[2];
	quern_executor *open = NULL;
	int result = -1, status = 1;
	quern_group group;
	quern_job timed;
	struct gate gate;
	long alive;

	watchdog("refusals", 0);
	if (!ground_open(1))
		return;
	gate_init(&gate);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&open, NULL), 0);
	CU_ASSERT_EQUAL(quern_executor_shutdown(ground.executor, INFINITY), 0);
	for (int i = 0; i < 2; i++) {
		jobs[i] = job[i] = malloc(sizeof(*job[i]));
		quern_job_init(
		    job[i], quern_call(run_until_stopped, &gate), NULL);
		job[i]->timeout = 0.001 * (i + 1);
	}
	quern_group_init(&group, NULL, 0);
	CU_ASSERT_EQUAL(quern_submit(ground.loop, job[0]), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_submit_many(ground.loop, jobs, 2), -ESHUTDOWN);
	CU_ASSERT_EQUAL(
	    quern_group_submit(ground.loop, &group, jobs, 2), -ESHUTDOWN);
	CU_ASSERT_EQUAL(quern_group_cancel(&group), -EINVAL);
	CU_ASSERT_EQUAL(quern_job_status(job[0]), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_pending(ground.loop), 0);

	/* On another executor they are as good as new, one after the other. */
	job[0]->executor = job[1]->executor = open;
	CU_ASSERT_EQUAL(quern_group_submit(ground.loop, &group, jobs, 1), 1);
	rig_run(&ground);
	CU_ASSERT_EQUAL(quern_job_status(job[0]), -ETIMEDOUT);
	free(job[0]);
	free(job[1]);
	quern_job_init(
	    &timed, quern_call(run_until_stopped, &gate), keep_status);
	timed.data = &status;
	timed.executor = open;
	timed.timeout = 0.003;
	CU_ASSERT_EQUAL(quern_submit(ground.loop, &timed), 0);
	rig_run(&ground);
	CU_ASSERT_EQUAL(status, -ETIMEDOUT);

	alive = faults_alive();
	CU_ASSERT_EQUAL(quern_run(ground.executor,
			    quern_reduce(ELEMENTS, 10, &sum, NULL, &result)),
	    -ESHUTDOWN);
	CU_ASSERT_EQUAL(result, -1);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	CU_ASSERT_EQUAL(quern_executor_destroy(open), 0);
	rig_close(&ground);
}

/* ---- a whole session ---- */

static int
session_jobs(quern_executor *executor, quern_loop *loop)
{
	int result[4] = { -1, -1, -1, -1 }, status[4] = { 1, 1, 1, 1 };
	int err = 0;
	quern_job job[4];

	for (int i = 0; i < 4; i++) {
		quern_job_init(&job[i],
		    i % 2 ? quern_call(call_reduce_inside, &result[i]) :
			    quern_reduce(ELEMENTS, 10, &sum, NULL, &result[i]),
		    keep_status);
		job[i].data = &status[i];
		CU_ASSERT_EQUAL(quern_submit(loop, &job[i]), 0);
	}
	err = quern_executor_shutdown(executor, 100);
	while (quern_loop_pending(loop))
		(void)quern_loop_dispatch(loop);
	for (int i = 0; i < 4; i++) {
		check_result(status[i], result[i]);
		err = err ? err : status[i];
	}
	return err;
}

static int
whole_session(void)
{
	quern_threads_options options;
	quern_executor *executor;
	quern_loop *loop;
	int err;

	quern_threads_options_init(&options);
	options.workers = 2;
	err = quern_threads_create(&executor, &options);
	if (err)
		return err;
	err = quern_loop_create(&loop, NULL, executor);
	if (!err) {
		err = session_jobs(executor, loop);
		CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	}
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	return err;
}

static void
a_whole_session_leaks_nothing_wherever_it_fails(void)
{
	static const struct scenario scenario = { "session", whole_session,
		false };

	play_until_nothing_fails(&scenario);
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
		{ "a reduction without memory says so",
		    a_reduction_without_memory_says_so },
		{ "of many reductions only those without memory fail",
		    of_many_reductions_only_those_without_memory_fail },
		{ "a shutdown that cannot keep time changes nothing",
		    a_shutdown_that_cannot_keep_time_changes_nothing },
		{ "a refused submit leaves nothing behind",
		    a_refused_submit_leaves_nothing_behind },
		{ "a whole session leaks nothing wherever it fails",
		    a_whole_session_leaks_nothing_wherever_it_fails },
		CU_TEST_INFO_NULL,
	};

	add_suite("faults", tests);
	return run_suites();
}

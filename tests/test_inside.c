/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_inside.c -- tests quern_run_inside() in src/sync.c; requests to stop
 * have test_inside_stop.c.
 */
#include <errno.h>
#include <string.h>

#include "ops.h"
#include "still_cores.h"

/* Submit `op`, run the loop, and return the job's status. */
static int
run_as_job(struct rig *rig, quern_op op)
{
	quern_job job;

	quern_job_init(&job, op, NULL);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), 0);
	rig_run(rig);
	return quern_job_status(&job);
}

static int
return_result(quern_context *ctx, void *result)
{
	(void)ctx;
	return *(int *)result;
}

static void
count_elements(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	__atomic_fetch_add((size_t *)arg, end - begin, __ATOMIC_RELAXED);
}

/* ---- statuses ---- */

struct statuses {
	int of_call[3], of_loop, of_failed_loop, of_nothing[3];
	pthread_t inner, outer;
	size_t count;
	unsigned index_before, index_after;
};

static int
note_thread(quern_context *ctx, void *thread)
{
	*(pthread_t *)thread = pthread_self();
	return quern_should_stop(ctx);
}

static void
fail_at_30(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)arg;
	if (begin <= 30 && 30 < end)
		quern_fail(ctx, -ERANGE);
}

static int
try_statuses(quern_context *ctx, void *arg)
{
	struct statuses *s = arg;
	int result[] = { 0, 7, -EIO };

	for (int i = 0; i < 3; i++)
		s->of_call[i] = quern_run_inside(
		    ctx, quern_call(return_result, &result[i]));
	s->of_loop =
	    quern_run_inside(ctx, quern_for(100, 3, count_elements, &s->count));
	s->of_failed_loop =
	    quern_run_inside(ctx, quern_for(100, 3, fail_at_30, NULL));
	s->of_nothing[0] = quern_run_inside(ctx, quern_call(NULL, NULL));
	s->of_nothing[1] = quern_run_inside(ctx, (quern_op) { .kind = NULL });
	s->of_nothing[2] = quern_run_inside(ctx, quern_for(9, 0, NULL, NULL));
	s->outer = pthread_self();
	if (quern_run_inside(ctx, quern_call(note_thread, &s->inner)) != 0)
		return -EIO;
	/* None of that is a failure of the outer op. */
	return quern_should_stop(ctx) ? -EBUSY : 3;
}

static void
check_statuses(const struct statuses *s)
{
	CU_ASSERT_EQUAL(s->of_call[0], 0);
	CU_ASSERT_EQUAL(s->of_call[1], 7);
	CU_ASSERT_EQUAL(s->of_call[2], -EIO);
	CU_ASSERT_EQUAL(s->of_loop, 0);
	CU_ASSERT_EQUAL(s->count, 100);
	CU_ASSERT_EQUAL(s->of_failed_loop, -ERANGE);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(s->of_nothing[i], -EINVAL);
	CU_ASSERT_TRUE(pthread_equal(s->inner, s->outer));
}

static void
an_inner_op_gives_its_status_and_spares_the_outer_one(void)
{
	struct statuses by_job, on_pool, on_team;
	struct rig rig;

	memset(&by_job, 0, sizeof(by_job));
	memset(&on_pool, 0, sizeof(on_pool));
	memset(&on_team, 0, sizeof(on_team));
	if (!rig_open(&rig, 2))
		return;
	CU_ASSERT_EQUAL(run_as_job(&rig, quern_call(try_statuses, &by_job)), 3);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_call(try_statuses, &on_pool)), 3);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_call(try_statuses, &on_team)), 3);
	check_statuses(&by_job);
	check_statuses(&on_pool);
	check_statuses(&on_team);
	rig_close(&rig);
}

static void
without_a_context_it_is_einval(void)
{
	size_t count = 0;

	CU_ASSERT_EQUAL(
	    quern_run_inside(NULL, quern_for(9, 1, count_elements, &count)),
	    -EINVAL);
	CU_ASSERT_EQUAL(count, 0);
}

static int
reduce_without_memory(quern_context *ctx, void *op)
{
	int status;

	faults_arm(1, true);
	status = quern_run_inside(ctx, *(quern_op *)op);
	(void)faults_disarm();
	return status;
}

/* Of 1 / (1 + i). */
static void
harmonic_body(
    quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	for (; begin < end; begin++)
		*(double *)acc += 1 / (1 + (double)begin);
}

static const quern_reducer harmonic = { sizeof(double), sum_identity,
	harmonic_body, sum_combine };

static int
run_op_inside(quern_context *ctx, void *op)
{
	return quern_run_inside(ctx, *(quern_op *)op);
}

static void
an_inner_reduction_has_the_bits_of_an_outer_one(void)
{
	double outer = 0, inner[3] = { 0 };
	quern_op op[3];
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_reduce(5000, 0, &harmonic, NULL, &outer)), 0);
	for (int i = 0; i < 3; i++)
		op[i] = quern_reduce(5000, 0, &harmonic, NULL, &inner[i]);
	CU_ASSERT_EQUAL(run_as_job(&rig, quern_call(run_op_inside, &op[0])), 0);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_call(run_op_inside, &op[1])), 0);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_call(run_op_inside, &op[2])), 0);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(memcmp(&inner[i], &outer, sizeof(outer)), 0);
	rig_close(&rig);
}

static void
an_inner_reduction_without_memory_is_enomem(void)
{
	double result = 77;
	quern_op op = quern_reduce(100, 1, &harmonic, NULL, &result);
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(
	    run_as_job(&rig, quern_call(reduce_without_memory, &op)), -ENOMEM);
	CU_ASSERT_EQUAL(result, 77);
	rig_close(&rig);
}

/* ---- no deadlock, no stranger ---- */

enum { DEPTH = 4, FAN = 3, LEAVES = 81 };

struct nest {
	int depth;
	int *leaves;   /* atomic */
	int *failures; /* atomic */
};

/* Each block runs a loop like this one, DEPTH deep. */
static void
nest(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	const struct nest *here = arg;
	struct nest below = { here->depth + 1, here->leaves, here->failures };

	(void)begin;
	(void)end;
	if (here->depth == DEPTH) {
		__atomic_fetch_add(here->leaves, 1, __ATOMIC_RELAXED);
		return;
	}
	if (quern_run_inside(ctx, quern_for(FAN, 1, nest, &below)) != 0)
		__atomic_fetch_add(here->failures, 1, __ATOMIC_RELAXED);
}

enum { NESTS = 8 };

static void
run_nests(unsigned workers)
{
	int leaves = 0, failures = 0;
	struct nest top = { 1, &leaves, &failures };
	quern_job job[NESTS];
	struct rig rig;

	if (!rig_open(&rig, workers))
		return;
	for (int i = 0; i < NESTS; i++) {
		quern_job_init(&job[i], quern_for(FAN, 1, nest, &top), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	/* And this thread does the same meanwhile. */
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_for(FAN, 1, nest, &top)), 0);
	rig_run(&rig);
	for (int i = 0; i < NESTS; i++)
		CU_ASSERT_EQUAL(quern_job_status(&job[i]), 0);
	CU_ASSERT_EQUAL(failures, 0);
	CU_ASSERT_EQUAL(leaves, (NESTS + 1) * LEAVES);
	rig_close(&rig);
}

static void
loops_in_loops_end_on_however_few_workers(void)
{
	for (unsigned workers = 1; workers <= 3; workers++)
		run_nests(workers);
}

static void
loops_in_loops_end_without_an_executor(void)
{
	int leaves = 0, failures = 0;
	struct nest top = { 1, &leaves, &failures };

	CU_ASSERT_EQUAL(quern_run(NULL, quern_for(FAN, 1, nest, &top)), 0);
	CU_ASSERT_EQUAL(failures, 0);
	CU_ASSERT_EQUAL(leaves, LEAVES);
}

struct locker {
	pthread_mutex_t lock; /* says EDEADLK to its holder */
	size_t count;         /* atomic */
	int strangers;        /* atomic */
	int failures;         /* atomic */
};

static int
run_inside_locked(quern_context *ctx, void *arg)
{
	struct locker *locker = arg;
	int err = pthread_mutex_lock(&locker->lock);

	if (err == EDEADLK) {
		__atomic_fetch_add(&locker->strangers, 1, __ATOMIC_RELAXED);
		return -EDEADLK;
	}
	err = quern_run_inside(
	    ctx, quern_for(8, 1, count_elements, &locker->count));
	pthread_mutex_unlock(&locker->lock);
	return err;
}

/* The same as a loop, which has an open lane to be picked up from as well. */
static void
run_inside_locked_range(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct locker *locker = arg;

	for (; begin < end; begin++)
		if (run_inside_locked(ctx, arg) != 0)
			__atomic_fetch_add(
			    &locker->failures, 1, __ATOMIC_RELAXED);
}

enum { LOCKERS = 64 };

static void
one_that_waits_inside_takes_no_stranger(void)
{
	struct locker locker = { .count = 0 };
	pthread_mutexattr_t attr;
	quern_job job[LOCKERS];
	struct rig rig;
	int failed = 0;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&locker.lock, &attr);
	pthread_mutexattr_destroy(&attr);
	if (!rig_open(&rig, 3))
		return;
	for (int i = 0; i < LOCKERS; i++) {
		quern_op op = i % 4 ?
		    quern_call(run_inside_locked, &locker) :
		    quern_for(2, 1, run_inside_locked_range, &locker);

		quern_job_init(&job[i], op, NULL);
		job[i].priority = i % 3 - 1;
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	CU_ASSERT_EQUAL(quern_run(rig.executor,
			    quern_for(4, 1, run_inside_locked_range, &locker)),
	    0);
	rig_run(&rig);
	for (int i = 0; i < LOCKERS; i++)
		failed += quern_job_status(&job[i]) != 0;
	CU_ASSERT_EQUAL(failed, 0);
	CU_ASSERT_EQUAL(locker.strangers, 0);
	CU_ASSERT_EQUAL(locker.failures, 0);
	/* 48 calls, 16 loops of 2, and the 4 of this thread. */
	CU_ASSERT_EQUAL(locker.count, (48 + 16 * 2 + 4) * 8);
	pthread_mutex_destroy(&locker.lock);
	rig_close(&rig);
}

/* Blocks that end only when two threads are in one each. */
static void
meet(quern_context *ctx, size_t begin, size_t end, void *gate)
{
	(void)ctx;
	(void)begin;
	(void)end;
	gate_arrive(gate);
	gate_await(gate, 2);
}

static void
idle_workers_join_an_inner_loop(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_op op = quern_for(2, 1, meet, &gate);
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	CU_ASSERT_EQUAL(run_as_job(&rig, quern_call(run_op_inside, &op)), 0);
	CU_ASSERT_EQUAL(gate.arrived, 2);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo results[] = {
		{ "an inner op gives its status and spares the outer one",
		    an_inner_op_gives_its_status_and_spares_the_outer_one },
		{ "without a context it is -EINVAL",
		    without_a_context_it_is_einval },
		{ "an inner reduction has the bits of an outer one",
		    an_inner_reduction_has_the_bits_of_an_outer_one },
		{ "an inner reduction without memory is -ENOMEM",
		    an_inner_reduction_without_memory_is_enomem },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo company[] = {
		{ "loops in loops end on however few workers",
		    loops_in_loops_end_on_however_few_workers },
		{ "loops in loops end without an executor",
		    loops_in_loops_end_without_an_executor },
		{ "one that waits inside takes no stranger",
		    one_that_waits_inside_takes_no_stranger },
		{ "idle workers join an inner loop",
		    idle_workers_join_an_inner_loop },
		CU_TEST_INFO_NULL,
	};

	add_suite("inside: results", results);
	add_suite("inside: company", company);
	return run_suites();
}

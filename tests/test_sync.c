/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sync.c -- tests quern_run() in src/sync.c.  Its ends have
 * test_sync_ends.c, quern_run_inside() has test_inside.c, and the
 * floating-point mode test_fpmode.c.
 */
#include <errno.h>
#include <limits.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "src/pool.h"
#include "support.h"

/* ---- calls ---- */

struct call {
	int result;   /* to return */
	int failures; /* how many of those below, to quern_fail() */
	int failure[2];
	pthread_t thread;
	bool stop_before, stop_after;
};

static int
call(quern_context *ctx, void *arg)
{
	struct call *c = arg;

	c->thread = pthread_self();
	c->stop_before = quern_should_stop(ctx);
	for (int i = 0; i < c->failures; i++)
		quern_fail(ctx, c->failure[i]);
	c->stop_after = quern_should_stop(ctx);
	return c->result;
}

static void
a_call_gives_what_its_function_returned(void)
{
	static const int result[] = { 0, 1, 7, INT_MAX, -1, -EIO, INT_MIN };
	quern_executor *executor = open_executor(1);

	for (size_t i = 0; i < sizeof(result) / sizeof(result[0]); i++) {
		struct call c = { .result = result[i] };

		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_call(call, &c)), result[i]);
		CU_ASSERT_EQUAL(
		    quern_run(executor, quern_call(call, &c)), result[i]);
	}
	end_executor(executor);
}

static void
a_call_runs_on_the_calling_thread(void)
{
	quern_executor *executor = open_executor(2);
	struct call on_team = { .result = 0 }, on_pool = { .result = 0 };

	CU_ASSERT_EQUAL(quern_run(NULL, quern_call(call, &on_team)), 0);
	CU_ASSERT_EQUAL(quern_run(executor, quern_call(call, &on_pool)), 0);
	CU_ASSERT_TRUE(pthread_equal(on_team.thread, pthread_self()));
	CU_ASSERT_TRUE(pthread_equal(on_pool.thread, pthread_self()));
	end_executor(executor);
}

static void
the_first_failure_of_a_call_counts_whatever_it_returns(void)
{
	quern_executor *executor = open_executor(1);

	for (int i = 0; i < 2; i++) {
		quern_executor *where = i ? executor : NULL;
		struct call two = { 5, 2, { -EIO, -ERANGE }, 0, false, false };
		struct call none = { 5, 1, { 0, 0 }, 0, false, false };
		struct call positive = { -1, 1, { 9, 0 }, 0, false, false };

		CU_ASSERT_EQUAL(quern_run(where, quern_call(call, &two)), -EIO);
		CU_ASSERT_FALSE(two.stop_before);
		CU_ASSERT_TRUE(two.stop_after);
		/* What is not negative counts as -EINVAL. */
		CU_ASSERT_EQUAL(
		    quern_run(where, quern_call(call, &none)), -EINVAL);
		CU_ASSERT_EQUAL(
		    quern_run(where, quern_call(call, &positive)), -EINVAL);
	}
	end_executor(executor);
}

/* ---- loops ---- */

enum { ELEMENTS = 4000 };

struct loop {
	unsigned char seen[ELEMENTS]; /* atomic */
	size_t fail_at;               /* no element: never */
	int status;
	int blocks; /* atomic */
};

static void
visit(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct loop *loop = arg;

	__atomic_fetch_add(&loop->blocks, 1, __ATOMIC_RELAXED);
	for (; begin < end; begin++) {
		__atomic_fetch_add(&loop->seen[begin], 1, __ATOMIC_RELAXED);
		if (begin == loop->fail_at)
			quern_fail(ctx, loop->status);
	}
}

static void
a_loop_visits_each_element_once(void)
{
	static const size_t grain[] = { 0, 1, 10, ELEMENTS };
	static struct loop loop;
	quern_executor *executor = open_executor(2);
	int wrong = 0;

	for (size_t i = 0; i < 8; i++) {
		memset(&loop, 0, sizeof(loop));
		loop.fail_at = SIZE_MAX;
		CU_ASSERT_EQUAL(
		    quern_run(i < 4 ? NULL : executor,
			quern_for(ELEMENTS, grain[i % 4], visit, &loop)),
		    0);
		for (int n = 0; n < ELEMENTS; n++)
			wrong += loop.seen[n] != 1;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	end_executor(executor);
}

static void
a_loop_that_fails_skips_the_rest(void)
{
	static struct loop loop;
	static struct gate gate = GATE_INITIALIZER;
	int threads = omp_get_max_threads();
	struct rig rig;
	quern_job job;

	if (!rig_open(&rig, 1))
		return;
	/* Nobody helps, so that blocks come in order. */
	omp_set_num_threads(1);
	quern_job_init(&job, quern_call(pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&gate, 1);
	for (int i = 0; i < 4; i++) {
		memset(&loop, 0, sizeof(loop));
		loop.fail_at = 25;
		loop.status = i % 2 ? 0 : -EIO;
		CU_ASSERT_EQUAL(quern_run(i < 2 ? NULL : rig.executor,
				    quern_for(ELEMENTS, 10, visit, &loop)),
		    i % 2 ? -EINVAL : -EIO);
		CU_ASSERT_EQUAL(loop.blocks, 3);
	}
	omp_set_num_threads(threads);
	gate_open(&gate);
	rig_run(&rig);
	rig_close(&rig);
}

/* Blocks that end only when as many threads are in one each. */
struct meeting {
	struct gate gate;
	unsigned size;
	unsigned index[8]; /* of each element's thread */
};

static void
meet(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct meeting *meeting = arg;

	(void)end;
	meeting->index[begin] = quern_worker_index(ctx);
	gate_arrive(&meeting->gate);
	gate_await(&meeting->gate, meeting->size);
}

static void
await_sleepers(const quern_executor *executor, unsigned n)
{
	while (__atomic_load_n(&executor->asleep, __ATOMIC_RELAXED) < n)
		sched_yield();
}

static void
idle_workers_help_each_under_a_number_of_its_own(void)
{
	quern_executor *executor = open_executor(3);

	for (int round = 0; round < 20; round++) {
		struct meeting meeting = { GATE_INITIALIZER, 4, { 0 } };
		unsigned numbers = 0;

		/* One submit wakes one worker, and that one the next. */
		if (round % 2)
			await_sleepers(executor, 3);
		CU_ASSERT_EQUAL(
		    quern_run(executor, quern_for(4, 1, meet, &meeting)), 0);
		for (int i = 0; i < 4; i++) {
			CU_ASSERT_TRUE(meeting.index[i] < 4);
			numbers |= 1u << meeting.index[i];
		}
		CU_ASSERT_EQUAL(numbers, 0xf);
	}
	end_executor(executor);
}

static void
with_all_workers_held_the_caller_gets_through_alone(void)
{
	static struct loop loop;
	static struct gate gate = GATE_INITIALIZER;
	struct call c = { .result = 3 };
	struct rig rig;
	quern_job job[2];
	int wrong = 0;

	memset(&loop, 0, sizeof(loop));
	loop.fail_at = SIZE_MAX;
	if (!rig_open(&rig, 2))
		return;
	for (int i = 0; i < 2; i++) {
		quern_job_init(&job[i], quern_call(pass_gate, &gate), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	gate_await(&gate, 2);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_for(ELEMENTS, 1, visit, &loop)), 0);
	CU_ASSERT_EQUAL(quern_run(rig.executor, quern_call(call, &c)), 3);
	for (int i = 0; i < ELEMENTS; i++)
		wrong += loop.seen[i] != 1;
	CU_ASSERT_EQUAL(wrong, 0);
	gate_open(&gate);
	rig_run(&rig);
	rig_close(&rig);
}

static void
the_queue_limit_does_not_hold_a_caller_back(void)
{
	static struct gate gate = GATE_INITIALIZER;
	static struct loop loop;
	quern_threads_options options;
	struct rig rig;
	quern_job job, refused;

	memset(&loop, 0, sizeof(loop));
	loop.fail_at = SIZE_MAX;
	quern_threads_options_init(&options);
	options.workers = 1;
	options.queue_limit = 1;
	if (!rig_open_with(&rig, &options))
		return;
	quern_job_init(&job, quern_call(pass_gate, &gate), NULL);
	quern_job_init(&refused, quern_call(pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &refused), -EAGAIN);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_for(100, 1, visit, &loop)), 0);
	CU_ASSERT_EQUAL(loop.blocks, 100);
	gate_open(&gate);
	rig_run(&rig);
	rig_close(&rig);
}

/* ---- several callers ---- */

enum { CALLERS = 4 };

struct caller {
	quern_executor *executor;
	struct gate *gate;
	uint64_t number;
	unsigned long wrong;
};

struct addition {
	uint64_t number, sum; /* sum: atomic */
};

static void
add(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct addition *a = arg;

	(void)ctx;
	__atomic_fetch_add(
	    &a->sum, a->number * (end - begin), __ATOMIC_RELAXED);
}

static void *
run_many(void *arg)
{
	struct caller *caller = arg;

	gate_pass(caller->gate);
	for (unsigned long i = 0; i < rounds(200); i++) {
		struct addition a = { caller->number, 0 };
		size_t count = i % 50;
		int status = quern_run(
		    caller->executor, quern_for(count, 1 + i % 3, add, &a));

		caller->wrong += status != 0 || a.sum != count * caller->number;
	}
	return NULL;
}

static void
several_threads_run_ops_on_one_executor(void)
{
	struct gate gate = GATE_INITIALIZER;
	quern_executor *executor = open_executor(2);
	struct caller caller[CALLERS];
	pthread_t thread[CALLERS];

	for (unsigned i = 0; i < CALLERS; i++) {
		caller[i] = (struct caller) { executor, &gate, i + 1, 0 };
		if (pthread_create(&thread[i], NULL, run_many, &caller[i]) != 0)
			abort();
	}
	gate_open(&gate);
	for (unsigned i = 0; i < CALLERS; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(caller[i].wrong, 0);
	}
	end_executor(executor);
}

int
main(void)
{
	static const CU_TestInfo calls[] = {
		{ "a call gives what its function returned",
		    a_call_gives_what_its_function_returned },
		{ "a call runs on the calling thread",
		    a_call_runs_on_the_calling_thread },
		{ "the first failure of a call counts, whatever it returns",
		    the_first_failure_of_a_call_counts_whatever_it_returns },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo loops[] = {
		{ "a loop visits each element once",
		    a_loop_visits_each_element_once },
		{ "a loop that fails skips the rest",
		    a_loop_that_fails_skips_the_rest },
		{ "idle workers help, each under a number of its own",
		    idle_workers_help_each_under_a_number_of_its_own },
		{ "with all workers held the caller gets through alone",
		    with_all_workers_held_the_caller_gets_through_alone },
		{ "the queue limit does not hold a caller back",
		    the_queue_limit_does_not_hold_a_caller_back },
		{ "several threads run ops on one executor",
		    several_threads_run_ops_on_one_executor },
		CU_TEST_INFO_NULL,
	};

	add_suite("run: calls", calls);
	add_suite("run: loops", loops);
	return run_suites();
}

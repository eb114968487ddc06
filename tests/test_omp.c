/* SPDX-License-Identifier: BSD-2-Clause */
/* test_omp.c -- tests src/omp.c: what quern asks of the OpenMP runtime. */
#include <omp.h>

#include "src/permit.h"
#include "threads.h"
#include "watchdog.h"

static int
count_openmp_threads(quern_context *ctx, void *threads)
{
	(void)ctx;
#pragma omp parallel num_threads(4)
	__atomic_fetch_add((int *)threads, 1, __ATOMIC_RELAXED);
	return 0;
}

static void
count_openmp_threads_of_block(
    quern_context *ctx, size_t begin, size_t end, void *threads)
{
	(void)begin;
	(void)end;
	(void)count_openmp_threads(ctx, threads);
}

static void
openmp_inside_a_call_is_held_to_one_thread(void)
{
	int on_team = 0, on_pool = 0, by_job = 0, by_loop = 0;
	int width = omp_get_max_threads(), levels = omp_get_max_active_levels();
	struct rig rig;
	quern_job job;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_call(count_openmp_threads, &on_team)), 0);
	CU_ASSERT_EQUAL(
	    quern_run(rig.executor, quern_call(count_openmp_threads, &on_pool)),
	    0);
	/* Which is no lasting setting of the caller's. */
	CU_ASSERT_EQUAL(omp_get_max_threads(), width);
	CU_ASSERT_EQUAL(omp_get_max_active_levels(), levels);
	quern_job_init(&job, quern_call(count_openmp_threads, &by_job), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	quern_job_init(&job,
	    quern_for(1, 1, count_openmp_threads_of_block, &by_loop), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(by_job, 1);
	CU_ASSERT_EQUAL(by_loop, 1);
	CU_ASSERT_EQUAL(on_team, 1);
	CU_ASSERT_EQUAL(on_pool, 1);
	rig_close(&rig);
}

/* Blocks that end only when two threads are in one each. */
struct meeting {
	struct gate gate;
	unsigned index[2]; /* of each element's thread */
};

static void
meet(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct meeting *meeting = arg;

	(void)end;
	meeting->index[begin] = quern_worker_index(ctx);
	gate_arrive(&meeting->gate);
	gate_await(&meeting->gate, 2);
}

static void
without_an_executor_the_openmp_team_helps(void)
{
	struct meeting meeting = { .gate = GATE_INITIALIZER };
	int before = omp_get_max_threads();

	omp_set_num_threads(2);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_for(2, 1, meet, &meeting)), 0);
	CU_ASSERT_NOT_EQUAL(meeting.index[0], meeting.index[1]);
	omp_set_num_threads(before);
}

/* ---- a team that cannot be started ---- */

enum { NARROW = 4, WIDE = 6, ELEMENTS = 1000 };

struct shares {
	pthread_t caller;
	int visits[ELEMENTS], elsewhere; /* atomic */
};

static void
note_share(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct shares *shares = arg;

	(void)ctx;
	for (; begin < end; begin++)
		__atomic_fetch_add(&shares->visits[begin], 1, __ATOMIC_RELAXED);
	if (!pthread_equal(pthread_self(), shares->caller))
		__atomic_fetch_add(&shares->elsewhere, 1, __ATOMIC_RELAXED);
}

/* Blocks that end only when so many threads are in one each. */
struct muster {
	struct gate gate;
	unsigned n;
};

static void
muster(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct muster *muster = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	gate_arrive(&muster->gate);
	gate_await(&muster->gate, muster->n);
}

/* A thread that has no team yet; only the main thread asserts. */
struct caller {
	int status;      /* of all its calls */
	int not_once;    /* elements */
	int elsewhere;   /* blocks */
	int not_noticed; /* faults: nothing was tried */
};

/* No thread can be started: the first fault is the n-th call from now on. */
static void
run_with_faults(struct caller *caller, unsigned long n)
{
	struct shares shares = { pthread_self(), { 0 }, 0 };
	quern_op op = quern_for(ELEMENTS, 1, note_share, &shares);

	faults_arm(n, true);
	caller->status |= quern_run(NULL, op);
	caller->not_noticed += faults_disarm() < n;
	for (int i = 0; i < ELEMENTS; i++)
		caller->not_once += shares.visits[i] != 1;
	caller->elsewhere += shares.elsewhere;
}

/* Without faults all of the team are there: else this does not end. */
static void
run_with_all(struct caller *caller, unsigned n)
{
	struct muster all = { .gate = GATE_INITIALIZER, .n = n };

	caller->status |= quern_run(NULL, quern_for(n, 1, muster, &all));
}

static void *
call_narrow_then_wide(void *arg)
{
	struct caller *caller = arg;

	/* No memory to try with, or that many threads less one. */
	omp_set_num_threads(NARROW);
	for (unsigned long n = 1; n <= NARROW; n++)
		run_with_faults(caller, n);
	run_with_all(caller, NARROW);
	omp_set_num_threads(WIDE);
	for (unsigned long n = 1; n <= WIDE; n++)
		run_with_faults(caller, n);
	run_with_all(caller, WIDE);
	return NULL;
}

static void
a_team_that_cannot_be_started_leaves_all_to_the_caller(void)
{
	struct caller caller = { 0 };
	long alive = faults_alive();
	pthread_t thread;

	watchdog("a team of 4, then 6", 0);
	start_thread(&thread, call_narrow_then_wide, &caller);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(caller.status, 0);
	CU_ASSERT_EQUAL(caller.not_once, 0);
	CU_ASSERT_EQUAL(caller.elsewhere, 0);
	CU_ASSERT_EQUAL(caller.not_noticed, 0);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

static void
note_index(quern_context *ctx, size_t begin, size_t end, void *most)
{
	int index = (int)quern_worker_index(ctx), seen = get(most);

	(void)begin;
	(void)end;
	while (index > seen &&
	    !__atomic_compare_exchange_n((int *)most, &seen, index, false,
		__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void
a_team_computes_on_the_cores_that_are_free(void)
{
	unsigned cores = quern__permits_limit(), free;
	int width = omp_get_max_threads(), most = 0;

	omp_set_num_threads((int)cores);
	quern__permits_force(cores);
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(
		    quern_run(NULL, quern_for(64, 1, note_index, &most)), 0);
	CU_ASSERT_EQUAL(most, 0);
	quern__permits_give(cores);
	free = quern__permits_take_free(cores);
	quern__permits_give(free);
	CU_ASSERT_EQUAL(free, cores);
	omp_set_num_threads(width);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "OpenMP inside a call is held to one thread",
		    openmp_inside_a_call_is_held_to_one_thread },
		{ "without an executor the OpenMP team helps",
		    without_an_executor_the_openmp_team_helps },
		{ "a team that cannot be started leaves all to the caller",
		    a_team_that_cannot_be_started_leaves_all_to_the_caller },
		{ "a team computes on the cores that are free",
		    a_team_computes_on_the_cores_that_are_free },
		CU_TEST_INFO_NULL,
	};

	add_suite("omp", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fork_run.c -- quern_run() without an executor in a child of a process
 * that has an OpenMP team: libgomp would hang there.
 *
 * The first test must stay the first: nothing may have called quern before it.
 */
#include <omp.h>
#include <quern/quern.h>
#include <unistd.h>

#include "forked.h"
#include "src/permit.h"
#include "teams.h"

struct team {
	int blocks, elsewhere; /* atomic */
	pthread_t caller;
};

static void
visit(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct team *team = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	__atomic_fetch_add(&team->blocks, 1, __ATOMIC_RELAXED);
	if (!pthread_equal(pthread_self(), team->caller))
		__atomic_fetch_add(&team->elsewhere, 1, __ATOMIC_RELAXED);
}

static int
count_team(quern_context *ctx, void *threads)
{
	(void)ctx;
#pragma omp parallel num_threads(4)
	__atomic_fetch_add((int *)threads, 1, __ATOMIC_RELAXED);
	return 0;
}

static void
run_alone(void *arg)
{
	int threads = 0;
	struct team team = { 0, 0, pthread_self() };
	double in[10000], sum = 0;

	(void)arg;
	for (int i = 0; i < 10000; i++)
		in[i] = i;
	EXPECT(quern_run(NULL, quern_for(1000, 1, visit, &team)) == 0);
	EXPECT(team.blocks == 1000);
	EXPECT(team.elsewhere == 0);
	EXPECT(quern_run(NULL, quern_sum_f64(&sum, in, 10000)) == 0);
	EXPECT(sum == 49995000);
	EXPECT(quern_run(NULL, quern_team(4, count_team, &threads)) == 0);
	EXPECT(threads == 1);
}

/* The team is the parent's own, and the child's first call is the first. */
static void
quern_run_is_serial_in_a_child_though_the_parent_never_called_quern(void)
{
	int threads = omp_get_max_threads(), members = 0;

	omp_set_num_threads(4);
#pragma omp parallel
	__atomic_fetch_add(&members, 1, __ATOMIC_RELAXED);
	CU_ASSERT_EQUAL(members, 4);
	forked_run(_exit, run_alone, NULL);
	omp_set_num_threads(threads);
}

static void
quern_run_is_serial_in_a_child_whose_parent_had_a_team(void)
{
	struct team team = { 0, 0, pthread_self() };
	int threads = omp_get_max_threads();

	omp_set_num_threads(4);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_for(1000, 1, visit, &team)), 0);
	CU_ASSERT_EQUAL(team.blocks, 1000);
	forked_run(_exit, run_alone, NULL);
	CU_ASSERT_EQUAL(quern_run(NULL, quern_for(1000, 1, visit, &team)), 0);
	CU_ASSERT_EQUAL(team.blocks, 2000);
	omp_set_num_threads(threads);
}

static void
run_on_new_lane(void *arg)
{
	quern_executor *executor = NULL;
	int threads = 0;

	(void)arg;
	quern__permits_raise(2); /* anew: it is another account */
	EXPECT(quern_threads_create(&executor, NULL) == 0);
	/* Those that start hold the permits that the lane needs. */
	await_sleep(executor);
	EXPECT(permits_become_free(2));
	EXPECT(quern_run(executor, quern_team(2, count_team, &threads)) == 0);
	EXPECT(threads == 2);
	EXPECT(quern_executor_destroy(executor) == 0);
}

static void
an_executor_made_in_a_child_has_lanes_though_the_parents_had(void)
{
	quern_executor *executor;
	int threads = 0;

	if (SANITIZED_THREAD) {
		CU_PASS("left out: it ends a child that starts threads");
		return;
	}
	executor = open_executor(2);
	quern__permits_raise(2);
	await_sleep(executor);
	CU_ASSERT_TRUE(permits_become_free(2));
	CU_ASSERT_EQUAL(
	    quern_run(executor, quern_team(2, count_team, &threads)), 0);
	CU_ASSERT_EQUAL(threads, 2);
	/*
	 * await_sleep() before was for this, too: a thread that starts
	 * allocates, and AddressSanitizer's allocator never lets go of its
	 * locks in a child that was forked meanwhile.
	 */
	forked_run(_exit, run_on_new_lane, NULL);
	quern__permits_lower(2);
	end_executor(executor);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "quern run is serial in a child though the parent never "
		  "called quern",
		    quern_run_is_serial_in_a_child_though_the_parent_never_called_quern },
		{ "quern run is serial in a child whose parent had a team",
		    quern_run_is_serial_in_a_child_whose_parent_had_a_team },
		{ "an executor made in a child has lanes though the parent's "
		  "had",
		    an_executor_made_in_a_child_has_lanes_though_the_parents_had },
		CU_TEST_INFO_NULL,
	};

	add_suite("fork: quern_run", tests);
	return run_suites();
}

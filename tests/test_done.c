/* SPDX-License-Identifier: BSD-2-Clause */
/* test_done.c -- tests src/done.c. */
#include "src/done.h"
#include "support.h"

static void
an_empty_list_gives_nothing(void)
{
	struct quern__done done = { NULL };

	CU_ASSERT_TRUE(quern__done_is_empty(&done));
	CU_ASSERT_PTR_NULL(quern__done_take(&done));
}

static void
only_the_push_that_finds_it_empty_says_so(void)
{
	struct quern__done done = { NULL };
	static quern_job a, b;

	CU_ASSERT_TRUE(quern__done_push(&done, &a));
	CU_ASSERT_FALSE(quern__done_push(&done, &b));
	(void)quern__done_take(&done);
	CU_ASSERT_TRUE(quern__done_push(&done, &a));
}

static void
jobs_come_out_in_the_order_of_their_pushes(void)
{
	struct quern__done done = { NULL };
	static quern_job job[3];
	quern_job *at;

	for (int i = 0; i < 3; i++)
		(void)quern__done_push(&done, &job[i]);
	at = quern__done_take(&done);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_PTR_EQUAL_FATAL(at, &job[i]);
		at = at->own.next;
	}
	CU_ASSERT_PTR_NULL(at);
	CU_ASSERT_TRUE(quern__done_is_empty(&done));
}

enum { PUSHERS = 4, PUSHES = 20000 };

struct pusher {
	struct quern__done *done;
	struct gate *gate;
	quern_job *job;
	size_t found_empty;
};

static void *
push_all(void *arg)
{
	struct pusher *pusher = arg;

	gate_pass(pusher->gate);
	for (int i = 0; i < PUSHES; i++) {
		pusher->job[i].data = pusher;
		pusher->job[i].priority = i;
		pusher->found_empty +=
		    quern__done_push(pusher->done, &pusher->job[i]);
	}
	return NULL;
}

/*
 * Each ring must find something new, and nothing may be left without a ring:
 * as many rings as takes that found jobs.
 */
static void
many_pushers_lose_nothing_and_ring_once_per_take(void)
{
	static quern_job job[PUSHERS][PUSHES];
	static struct gate gate = GATE_INITIALIZER;
	struct quern__done done = { NULL };
	struct pusher pusher[PUSHERS];
	pthread_t thread[PUSHERS];
	int next[PUSHERS] = { 0 };
	size_t taken = 0, takes = 0, rings = 0, disorder = 0;
	quern_job *at;

	for (int p = 0; p < PUSHERS; p++) {
		pusher[p] = (struct pusher) { &done, &gate, job[p], 0 };
		CU_ASSERT_EQUAL_FATAL(
		    pthread_create(&thread[p], NULL, push_all, &pusher[p]), 0);
	}
	gate_open(&gate);
	while (taken < (size_t)PUSHERS * PUSHES) {
		at = quern__done_take(&done);
		takes += at != NULL;
		for (; at; at = at->own.next, taken++) {
			int p = (int)((struct pusher *)at->data - pusher);

			disorder += at->priority != next[p]++;
		}
	}
	for (int p = 0; p < PUSHERS; p++) {
		pthread_join(thread[p], NULL);
		rings += pusher[p].found_empty;
	}
	CU_ASSERT_EQUAL(disorder, 0);
	CU_ASSERT_EQUAL(rings, takes);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "an empty list gives nothing", an_empty_list_gives_nothing },
		{ "only the push that finds it empty says so",
		    only_the_push_that_finds_it_empty_says_so },
		{ "jobs come out in the order of their pushes",
		    jobs_come_out_in_the_order_of_their_pushes },
		{ "many pushers lose nothing and ring once per take",
		    many_pushers_lose_nothing_and_ring_once_per_take },
		CU_TEST_INFO_NULL,
	};

	add_suite("done", tests);
	return run_suites();
}

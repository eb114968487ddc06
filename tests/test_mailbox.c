/* SPDX-License-Identifier: BSD-2-Clause */
/* test_mailbox.c -- tests src/mailbox.c. */
#include "src/mailbox.h"
#include "support.h"

/* One job; true if the mailbox was empty. */
static bool
push(struct quern__mailbox *box, quern_job *job)
{
	return quern__mailbox_push(box, job, job) == QUERN__PUSHED_FIRST;
}

static void
an_empty_mailbox_gives_nothing(void)
{
	struct quern__mailbox box = { NULL };

	CU_ASSERT_TRUE(quern__mailbox_is_empty(&box));
	CU_ASSERT_PTR_NULL(quern__mailbox_take(&box));
}

static void
only_the_push_that_finds_it_empty_says_so(void)
{
	struct quern__mailbox box = { NULL };
	static quern_job a, b;

	CU_ASSERT_TRUE(push(&box, &a));
	CU_ASSERT_FALSE(push(&box, &b));
	(void)quern__mailbox_take(&box);
	CU_ASSERT_TRUE(push(&box, &a));
}

static void
jobs_come_out_in_the_order_of_their_pushes(void)
{
	struct quern__mailbox box = { NULL };
	static quern_job job[3];
	quern_job *at;

	for (int i = 0; i < 3; i++)
		(void)push(&box, &job[i]);
	at = quern__mailbox_take(&box);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_PTR_EQUAL_FATAL(at, &job[i]);
		at = at->own.next;
	}
	CU_ASSERT_PTR_NULL(at);
	CU_ASSERT_TRUE(quern__mailbox_is_empty(&box));
}

static void
a_chain_keeps_its_place(void)
{
	struct quern__mailbox box = { NULL };
	static quern_job job[5];
	quern_job *at;

	(void)push(&box, &job[0]);
	job[3].own.next = &job[2];
	job[2].own.next = &job[1];
	CU_ASSERT_EQUAL(
	    quern__mailbox_push(&box, &job[3], &job[1]), QUERN__PUSHED);
	CU_ASSERT_TRUE(quern__mailbox_push_behind(&box, &job[4]));
	at = quern__mailbox_take(&box);
	for (int i = 0; i < 5; i++) {
		CU_ASSERT_PTR_EQUAL_FATAL(at, &job[i]);
		at = at->own.next;
	}
	CU_ASSERT_PTR_NULL(at);
}

static void
nothing_is_pushed_behind_nobody(void)
{
	struct quern__mailbox box = { NULL };
	static quern_job job;

	CU_ASSERT_FALSE(quern__mailbox_push_behind(&box, &job));
	CU_ASSERT_TRUE(quern__mailbox_is_empty(&box));
	CU_ASSERT_PTR_NULL(quern__mailbox_take(&box));
}

static void
a_shut_mailbox_gives_all_and_takes_nothing_more(void)
{
	struct quern__mailbox box = { NULL };
	static quern_job a, b, c;

	(void)push(&box, &a);
	(void)push(&box, &b);
	CU_ASSERT_PTR_EQUAL(quern__mailbox_shut(&box), &b);
	CU_ASSERT_PTR_EQUAL(b.own.next, &a);
	CU_ASSERT_PTR_NULL(a.own.next);
	CU_ASSERT_EQUAL(quern__mailbox_push(&box, &c, &c), QUERN__SHUT);
	CU_ASSERT_FALSE(quern__mailbox_push_behind(&box, &c));
	CU_ASSERT_TRUE(quern__mailbox_is_empty(&box));
	CU_ASSERT_PTR_NULL(quern__mailbox_take(&box));
	CU_ASSERT_EQUAL(quern__mailbox_push(&box, &c, &c), QUERN__SHUT);
}

enum { PUSHERS = 4, PUSHES = 20000 };

struct pusher {
	struct quern__mailbox *box;
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
		pusher->found_empty += push(pusher->box, &pusher->job[i]);
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
	struct quern__mailbox box = { NULL };
	struct pusher pusher[PUSHERS];
	pthread_t thread[PUSHERS];
	int next[PUSHERS] = { 0 };
	size_t taken = 0, takes = 0, rings = 0, disorder = 0;
	quern_job *at;

	for (int p = 0; p < PUSHERS; p++) {
		pusher[p] = (struct pusher) { &box, &gate, job[p], 0 };
		CU_ASSERT_EQUAL_FATAL(
		    pthread_create(&thread[p], NULL, push_all, &pusher[p]), 0);
	}
	gate_open(&gate);
	while (taken < (size_t)PUSHERS * PUSHES) {
		at = quern__mailbox_take(&box);
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
		{ "an empty mailbox gives nothing",
		    an_empty_mailbox_gives_nothing },
		{ "only the push that finds it empty says so",
		    only_the_push_that_finds_it_empty_says_so },
		{ "jobs come out in the order of their pushes",
		    jobs_come_out_in_the_order_of_their_pushes },
		{ "a chain keeps its place", a_chain_keeps_its_place },
		{ "nothing is pushed behind nobody",
		    nothing_is_pushed_behind_nobody },
		{ "a shut mailbox gives all and takes nothing more",
		    a_shut_mailbox_gives_all_and_takes_nothing_more },
		{ "many pushers lose nothing and ring once per take",
		    many_pushers_lose_nothing_and_ring_once_per_take },
		CU_TEST_INFO_NULL,
	};

	add_suite("mailbox", tests);
	return run_suites();
}

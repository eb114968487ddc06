/* SPDX-License-Identifier: BSD-2-Clause */
/* test_timeouts.c -- tests src/timeouts.c. */
#include "src/timeouts.h"
#include "support.h"

#include <string.h>

enum { JOBS = 200 };

/* ---- the invariants of timeouts.h ---- */

struct walk {
	bool t1_no_deadline_is_earlier_than_the_parents;
	bool t2_each_knows_its_left_neighbour;
	bool t3_each_says_that_it_is_in;
	size_t count;
};

/* All below `parent`; as deep as the heap, which the tests keep small. */
static void
walk_below(struct walk *walk, const quern_job *parent)
{
	const quern_job *left = parent;

	for (const quern_job *job = parent->own.heap_child; job;
	     left = job, job = job->own.heap_next) {
		if (walk->count++ > JOBS)
			return; /* a circle */
		if (job->own.deadline_ns < parent->own.deadline_ns)
			walk->t1_no_deadline_is_earlier_than_the_parents =
			    false;
		if (job->own.heap_prev != left)
			walk->t2_each_knows_its_left_neighbour = false;
		if (!job->own.in_heap)
			walk->t3_each_says_that_it_is_in = false;
		walk_below(walk, job);
	}
}

/* The heap of some of the JOBS in job[]. */
static void
check_heap(const struct quern__timeouts *timeouts, const quern_job job[])
{
	const quern_job *root = timeouts->root;
	struct walk walk = { true, true, true, 0 };
	size_t say_they_are_in = 0;

	if (root) {
		walk.count = 1;
		walk.t3_each_says_that_it_is_in = root->own.in_heap;
		walk.t2_each_knows_its_left_neighbour =
		    !root->own.heap_prev && !root->own.heap_next;
		walk_below(&walk, root);
	}
	for (int i = 0; i < JOBS; i++)
		say_they_are_in += job[i].own.in_heap;
	CU_ASSERT_TRUE_FATAL(walk.t1_no_deadline_is_earlier_than_the_parents);
	CU_ASSERT_TRUE_FATAL(walk.t2_each_knows_its_left_neighbour);
	CU_ASSERT_TRUE_FATAL(walk.t3_each_says_that_it_is_in);
	CU_ASSERT_EQUAL_FATAL(walk.count, say_they_are_in);
}

/* `upto` values for deadlines: few of them make many that are equal. */
static void
add_all(struct quern__timeouts *timeouts, quern_job job[], uint64_t *state,
    uint64_t upto)
{
	memset(job, 0, JOBS * sizeof(*job));
	for (int i = 0; i < JOBS; i++) {
		job[i].own.deadline_ns = 1 + next_random(state) % upto;
		quern__timeouts_add(timeouts, &job[i]);
		check_heap(timeouts, job);
	}
}

/* Remove the root again and again: how often one was earlier than the last. */
static int
drain(struct quern__timeouts *timeouts, const quern_job job[], size_t *count)
{
	uint64_t last = 0;
	int disorder = 0;

	for (*count = 0; timeouts->root; ++*count) {
		disorder += timeouts->root->own.deadline_ns < last;
		last = timeouts->root->own.deadline_ns;
		quern__timeouts_remove(timeouts, timeouts->root);
		check_heap(timeouts, job);
	}
	return disorder;
}

/* ---- the tests ---- */

static void
jobs_leave_in_the_order_of_their_deadlines(void)
{
	static const uint64_t upto[] = { 1, 2, 7, JOBS, UINT64_MAX - 1 };
	static quern_job job[JOBS];
	struct quern__timeouts timeouts = { NULL };
	uint64_t state = seed();
	size_t count;

	for (size_t i = 0; i < sizeof(upto) / sizeof(upto[0]); i++) {
		add_all(&timeouts, job, &state, upto[i]);
		CU_ASSERT_EQUAL(drain(&timeouts, job, &count), 0);
		CU_ASSERT_EQUAL(count, JOBS);
	}
}

static void
the_first_added_may_be_the_latest_or_the_earliest(void)
{
	static quern_job job[JOBS];
	struct quern__timeouts timeouts = { NULL };
	size_t count;

	memset(job, 0, sizeof(job));
	for (int i = 0; i < JOBS; i++) {
		job[i].own.deadline_ns = (uint64_t)(JOBS - i);
		quern__timeouts_add(&timeouts, &job[i]);
		CU_ASSERT_PTR_EQUAL(timeouts.root, &job[i]);
	}
	CU_ASSERT_EQUAL(drain(&timeouts, job, &count), 0);
	CU_ASSERT_EQUAL(count, JOBS);
	for (int i = 0; i < JOBS; i++) {
		job[i].own.deadline_ns = (uint64_t)(i + 1);
		quern__timeouts_add(&timeouts, &job[i]);
		CU_ASSERT_PTR_EQUAL(timeouts.root, &job[0]);
	}
	CU_ASSERT_EQUAL(drain(&timeouts, job, &count), 0);
	CU_ASSERT_EQUAL(count, JOBS);
}

static void
a_job_can_leave_from_anywhere(void)
{
	static quern_job job[JOBS];
	struct quern__timeouts timeouts = { NULL };
	uint64_t state = seed();
	size_t count;

	for (int round = 0; round < 20; round++) {
		add_all(&timeouts, job, &state, 50);
		/* A drained heap has levels; a fresh one has hardly any. */
		quern__timeouts_remove(&timeouts, timeouts.root);
		for (int i = 0; i < JOBS; i++) {
			quern_job *any = &job[next_random(&state) % JOBS];

			quern__timeouts_remove(&timeouts, any);
			CU_ASSERT_FALSE(any->own.in_heap);
			check_heap(&timeouts, job);
		}
		CU_ASSERT_EQUAL(drain(&timeouts, job, &count), 0);
	}
}

static void
removing_what_is_not_in_does_nothing(void)
{
	static quern_job job[JOBS];
	struct quern__timeouts timeouts = { NULL };
	quern_job stranger = { NULL };

	memset(job, 0, sizeof(job));
	quern__timeouts_remove(&timeouts, &stranger);
	CU_ASSERT_PTR_NULL(timeouts.root);

	job[0].own.deadline_ns = 5;
	job[1].own.deadline_ns = 9;
	stranger.own.deadline_ns = 1;
	quern__timeouts_add(&timeouts, &job[0]);
	quern__timeouts_add(&timeouts, &job[1]);
	quern__timeouts_remove(&timeouts, &stranger);
	CU_ASSERT_PTR_EQUAL(timeouts.root, &job[0]);
	check_heap(&timeouts, job);

	/* Only in_heap says who is in, whatever the links point to. */
	stranger.own.heap_prev = &job[0];
	stranger.own.heap_child = stranger.own.heap_next = &job[1];
	quern__timeouts_remove(&timeouts, &stranger);
	CU_ASSERT_PTR_EQUAL(timeouts.root, &job[0]);
	check_heap(&timeouts, job);

	quern__timeouts_remove(&timeouts, &job[0]);
	quern__timeouts_remove(&timeouts, &job[0]);
	CU_ASSERT_PTR_EQUAL(timeouts.root, &job[1]);
	check_heap(&timeouts, job);
}

static void
a_job_that_left_can_come_back_with_another_deadline(void)
{
	static quern_job job[JOBS];
	struct quern__timeouts timeouts = { NULL };
	uint64_t state = seed();
	quern_job *last = &job[JOBS - 1];

	add_all(&timeouts, job, &state, 1000);
	for (uint64_t deadline = 2000; deadline > 0; deadline /= 2) {
		quern__timeouts_remove(&timeouts, last);
		last->own.deadline_ns = deadline;
		quern__timeouts_add(&timeouts, last);
		check_heap(&timeouts, job);
	}
	CU_ASSERT_EQUAL(timeouts.root->own.deadline_ns, 1);
}

/* ---- against a plain model ---- */

/* The deadlines that are in, the earliest first. */
struct model {
	uint64_t deadline[JOBS];
	size_t n;
};

static void
model_add(struct model *model, uint64_t deadline)
{
	size_t at = model->n++;

	for (; at > 0 && model->deadline[at - 1] > deadline; at--)
		model->deadline[at] = model->deadline[at - 1];
	model->deadline[at] = deadline;
}

static void
model_remove(struct model *model, uint64_t deadline)
{
	size_t at = 0;

	while (model->deadline[at] != deadline)
		at++;
	memmove(model->deadline + at, model->deadline + at + 1,
	    (--model->n - at) * sizeof(deadline));
}

static void
random_steps_agree_with_a_sorted_array(void)
{
	static quern_job job[JOBS];
	struct quern__timeouts timeouts = { NULL };
	struct model model = { .n = 0 };
	uint64_t state = seed();

	memset(job, 0, sizeof(job));
	for (unsigned long i = 0; i < rounds(5000); i++) {
		quern_job *any = &job[next_random(&state) % JOBS];

		/* Every third step takes the earliest, as the loop does. */
		if (i % 3 == 0 && timeouts.root)
			any = timeouts.root;
		if (any->own.in_heap) {
			model_remove(&model, any->own.deadline_ns);
			quern__timeouts_remove(&timeouts, any);
		} else {
			any->own.deadline_ns = 1 + next_random(&state) % 300;
			model_add(&model, any->own.deadline_ns);
			quern__timeouts_add(&timeouts, any);
		}
		check_heap(&timeouts, job);
		CU_ASSERT_EQUAL_FATAL(timeouts.root != NULL, model.n > 0);
		if (timeouts.root)
			CU_ASSERT_EQUAL_FATAL(
			    timeouts.root->own.deadline_ns, model.deadline[0]);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "jobs leave in the order of their deadlines",
		    jobs_leave_in_the_order_of_their_deadlines },
		{ "the first added may be the latest or the earliest",
		    the_first_added_may_be_the_latest_or_the_earliest },
		{ "a job can leave from anywhere",
		    a_job_can_leave_from_anywhere },
		{ "removing what is not in does nothing",
		    removing_what_is_not_in_does_nothing },
		{ "a job that left can come back with another deadline",
		    a_job_that_left_can_come_back_with_another_deadline },
		{ "random steps agree with a sorted array",
		    random_steps_agree_with_a_sorted_array },
		CU_TEST_INFO_NULL,
	};

	add_suite("timeouts", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_timeouts.c -- tests src/timeouts.c. */
#include "src/timeouts.h"
#include "support.h"

#include <string.h>

enum { NODES = 200 };

/* ---- the invariants of timeouts.h ---- */

struct walk {
	bool t1_no_deadline_is_earlier_than_the_parents;
	bool t2_each_knows_its_left_neighbour;
	size_t count;
};

/* All below `parent`; as deep as the heap, which the tests keep small. */
static void
walk_below(struct walk *walk, const struct quern_deadline *parent)
{
	const struct quern_deadline *left = parent;

	for (const struct quern_deadline *node = parent->child; node;
	     left = node, node = node->next) {
		if (walk->count++ > NODES)
			return; /* a circle */
		if (node->at_ns < parent->at_ns)
			walk->t1_no_deadline_is_earlier_than_the_parents =
			    false;
		if (node->prev != left)
			walk->t2_each_knows_its_left_neighbour = false;
		walk_below(walk, node);
	}
}

/* T4, and T2 for the list. */
static void
walk_list(struct walk *walk, const struct quern__timeouts *timeouts)
{
	const struct quern_deadline *left = NULL, *node = timeouts->listed;

	for (; node && walk->count <= NODES; left = node, node = node->next) {
		walk->count++;
		if (left && node->at_ns < left->at_ns)
			walk->t1_no_deadline_is_earlier_than_the_parents =
			    false;
		if (node->prev != left || node->child != node)
			walk->t2_each_knows_its_left_neighbour = false;
	}
	if (timeouts->last != left)
		walk->t2_each_knows_its_left_neighbour = false;
}

static struct quern_deadline *
first_of(const struct quern__timeouts *timeouts)
{
	return quern__timeouts_first(timeouts);
}

/* The heap and the list of some of the NODES in node[]. */
static void
check_heap(
    const struct quern__timeouts *timeouts, const struct quern_deadline node[])
{
	const struct quern_deadline *root = timeouts->root;
	struct walk walk = { true, true, 0 };
	size_t are_in = 0;

	if (root) {
		walk.count = 1;
		walk.t2_each_knows_its_left_neighbour =
		    !root->prev && !root->next;
		walk_below(&walk, root);
	}
	for (int i = 0; i < NODES; i++)
		are_in += quern__timeouts_have(timeouts, &node[i]);
	walk_list(&walk, timeouts);
	CU_ASSERT_TRUE_FATAL(walk.t1_no_deadline_is_earlier_than_the_parents);
	CU_ASSERT_TRUE_FATAL(walk.t2_each_knows_its_left_neighbour);
	CU_ASSERT_EQUAL_FATAL(walk.count, are_in);
}

/* `upto` values for deadlines: few of them make many that are equal. */
static void
add_all(struct quern__timeouts *timeouts, struct quern_deadline node[],
    uint64_t *state, uint64_t upto)
{
	memset(node, 0, NODES * sizeof(*node));
	for (int i = 0; i < NODES; i++) {
		node[i].at_ns = 1 + next_random(state) % upto;
		quern__timeouts_add(timeouts, &node[i]);
		check_heap(timeouts, node);
	}
}

/* Remove the root again and again: how often one was earlier than the last. */
static int
drain(struct quern__timeouts *timeouts, const struct quern_deadline node[],
    size_t *count)
{
	uint64_t last = 0;
	int disorder = 0;

	for (*count = 0; first_of(timeouts); ++*count) {
		disorder += first_of(timeouts)->at_ns < last;
		last = first_of(timeouts)->at_ns;
		quern__timeouts_remove(timeouts, first_of(timeouts));
		check_heap(timeouts, node);
	}
	return disorder;
}

/* ---- the tests ---- */

static void
nodes_leave_in_the_order_of_their_deadlines(void)
{
	static const uint64_t upto[] = { 1, 2, 7, NODES, UINT64_MAX - 1 };
	static struct quern_deadline node[NODES];
	struct quern__timeouts timeouts = { NULL };
	uint64_t state = seed();
	size_t count;

	for (size_t i = 0; i < sizeof(upto) / sizeof(upto[0]); i++) {
		add_all(&timeouts, node, &state, upto[i]);
		CU_ASSERT_EQUAL(drain(&timeouts, node, &count), 0);
		CU_ASSERT_EQUAL(count, NODES);
	}
}

static void
the_first_added_may_be_the_latest_or_the_earliest(void)
{
	static struct quern_deadline node[NODES];
	struct quern__timeouts timeouts = { NULL };
	size_t count;

	memset(node, 0, sizeof(node));
	for (int i = 0; i < NODES; i++) {
		node[i].at_ns = (uint64_t)(NODES - i);
		quern__timeouts_add(&timeouts, &node[i]);
		CU_ASSERT_PTR_EQUAL(first_of(&timeouts), &node[i]);
	}
	CU_ASSERT_EQUAL(drain(&timeouts, node, &count), 0);
	CU_ASSERT_EQUAL(count, NODES);
	for (int i = 0; i < NODES; i++) {
		node[i].at_ns = (uint64_t)(i + 1);
		quern__timeouts_add(&timeouts, &node[i]);
		CU_ASSERT_PTR_EQUAL(first_of(&timeouts), &node[0]);
	}
	CU_ASSERT_EQUAL(drain(&timeouts, node, &count), 0);
	CU_ASSERT_EQUAL(count, NODES);
}

static void
a_node_can_leave_from_anywhere(void)
{
	static struct quern_deadline node[NODES];
	struct quern__timeouts timeouts = { NULL };
	uint64_t state = seed();
	size_t count;

	for (int round = 0; round < 20; round++) {
		add_all(&timeouts, node, &state, 50);
		/* A drained heap has levels; a fresh one has hardly any. */
		quern__timeouts_remove(&timeouts, first_of(&timeouts));
		for (int i = 0; i < NODES; i++) {
			struct quern_deadline *any =
			    &node[next_random(&state) % NODES];

			quern__timeouts_remove(&timeouts, any);
			CU_ASSERT_FALSE(quern__timeouts_have(&timeouts, any));
			check_heap(&timeouts, node);
		}
		CU_ASSERT_EQUAL(drain(&timeouts, node, &count), 0);
	}
}

static void
removing_what_is_not_in_does_nothing(void)
{
	static struct quern_deadline node[NODES];
	struct quern__timeouts timeouts = { NULL };
	struct quern_deadline stranger = { NULL };

	memset(node, 0, sizeof(node));
	quern__timeouts_remove(&timeouts, &stranger);
	CU_ASSERT_PTR_NULL(first_of(&timeouts));

	node[0].at_ns = 5;
	node[1].at_ns = 9;
	stranger.at_ns = 1;
	quern__timeouts_add(&timeouts, &node[0]);
	quern__timeouts_add(&timeouts, &node[1]);
	quern__timeouts_remove(&timeouts, &stranger);
	CU_ASSERT_PTR_EQUAL(first_of(&timeouts), &node[0]);
	check_heap(&timeouts, node);

	quern__timeouts_remove(&timeouts, &node[0]);
	quern__timeouts_remove(&timeouts, &node[0]);
	CU_ASSERT_PTR_EQUAL(first_of(&timeouts), &node[1]);
	check_heap(&timeouts, node);
}

static void
a_node_that_left_can_come_back_with_another_deadline(void)
{
	static struct quern_deadline node[NODES];
	struct quern__timeouts timeouts = { NULL };
	uint64_t state = seed();
	struct quern_deadline *last = &node[NODES - 1];

	add_all(&timeouts, node, &state, 1000);
	for (uint64_t deadline = 2000; deadline > 0; deadline /= 2) {
		quern__timeouts_remove(&timeouts, last);
		last->at_ns = deadline;
		quern__timeouts_add(&timeouts, last);
		check_heap(&timeouts, node);
	}
	CU_ASSERT_EQUAL(first_of(&timeouts)->at_ns, 1);
}

/* ---- against a plain model ---- */

/* The deadlines that are in, the earliest first. */
struct model {
	uint64_t deadline[NODES];
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
	static struct quern_deadline node[NODES];
	struct quern__timeouts timeouts = { NULL };
	struct model model = { .n = 0 };
	uint64_t state = seed();

	memset(node, 0, sizeof(node));
	for (unsigned long i = 0; i < rounds(5000); i++) {
		struct quern_deadline *any = &node[next_random(&state) % NODES];

		/* Every third step takes the earliest, as the loop does. */
		if (i % 3 == 0 && first_of(&timeouts))
			any = first_of(&timeouts);
		if (quern__timeouts_have(&timeouts, any)) {
			model_remove(&model, any->at_ns);
			quern__timeouts_remove(&timeouts, any);
		} else {
			any->at_ns = 1 + next_random(&state) % 300;
			model_add(&model, any->at_ns);
			quern__timeouts_add(&timeouts, any);
		}
		check_heap(&timeouts, node);
		CU_ASSERT_EQUAL_FATAL(first_of(&timeouts) != NULL, model.n > 0);
		if (first_of(&timeouts))
			CU_ASSERT_EQUAL_FATAL(
			    first_of(&timeouts)->at_ns, model.deadline[0]);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "nodes leave in the order of their deadlines",
		    nodes_leave_in_the_order_of_their_deadlines },
		{ "the first added may be the latest or the earliest",
		    the_first_added_may_be_the_latest_or_the_earliest },
		{ "a node can leave from anywhere",
		    a_node_can_leave_from_anywhere },
		{ "removing what is not in does nothing",
		    removing_what_is_not_in_does_nothing },
		{ "a node that left can come back with another deadline",
		    a_node_that_left_can_come_back_with_another_deadline },
		{ "random steps agree with a sorted array",
		    random_steps_agree_with_a_sorted_array },
		CU_TEST_INFO_NULL,
	};

	add_suite("timeouts", tests);
	return run_suites();
}

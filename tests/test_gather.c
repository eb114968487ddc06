/* SPDX-License-Identifier: BSD-2-Clause */
/* test_gather.c -- tests src/gather.c: a task awaits several ops at once. */
#include <errno.h>
#include <stdint.h>

#include "spawned.h"

enum { MOST = 20, UNTOUCHED = 99 };

struct gathering {
	quern_op ops[MOST];
	size_t n;
	int statuses[MOST];
	struct gate gate;
	quern_task *task;
	int result, next; /* of the await after it */
	int count;
};

static void
begin(struct gathering *gathering)
{
	*gathering = (struct gathering) { .result = UNTOUCHED };
	gate_init(&gathering->gate);
	for (int i = 0; i < MOST; i++)
		gathering->statuses[i] = UNTOUCHED;
}

static void
add(struct gathering *gathering, quern_op op)
{
	gathering->ops[gathering->n++] = op;
}

static int
gather(void *arg)
{
	struct gathering *gathering = arg;
	int ignored = 0;

	gathering->result =
	    quern_gather(gathering->ops, gathering->n, gathering->statuses);
	gathering->next = quern_await(quern_call(add_one, &ignored));
	return 0;
}

static int
give_back(quern_context *ctx, void *status)
{
	(void)ctx;
	return *(int *)status;
}

static void
all_are_awaited_and_the_first_error_by_index_is_told(void)
{
	static int given[] = { 3, -5, 0, -2 };
	struct gathering gathering;

	if (!tasks_open(2))
		return;
	begin(&gathering);
	for (int i = 0; i < 4; i++)
		add(&gathering, quern_call(give_back, &given[i]));
	add(&gathering, quern_call(NULL, NULL));
	add(&gathering, quern_call(add_one, &gathering.count));
	add(&gathering, gathering.ops[5]);
	spawn(NULL, gather, &gathering);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(gathering.result, -5);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(gathering.statuses[i], given[i]);
	CU_ASSERT_EQUAL(gathering.statuses[4], -EINVAL);
	CU_ASSERT_EQUAL(gathering.statuses[5], 0);
	CU_ASSERT_EQUAL(gathering.statuses[6], 0);
	CU_ASSERT_EQUAL(gathering.statuses[7], UNTOUCHED);
	CU_ASSERT_EQUAL(gathering.count, 2);
	rig_close(&task_rig);
}

static int
gather_oddly(void *arg)
{
	struct gathering *gathering = arg;

	CU_ASSERT_EQUAL(quern_gather(NULL, 0, NULL), 0);
	CU_ASSERT_EQUAL(quern_gather(NULL, 1, NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_gather(gathering->ops, SIZE_MAX, NULL), -ENOMEM);
	faults_arm(1, false);
	CU_ASSERT_EQUAL(
	    quern_gather(gathering->ops, 2, gathering->statuses), -ENOMEM);
	CU_ASSERT_EQUAL(faults_disarm(), 1);
	CU_ASSERT_EQUAL(gathering->statuses[0], UNTOUCHED);
	CU_ASSERT_EQUAL(gathering->count, 0);
	gathering->result = quern_gather(gathering->ops, 2, NULL);
	return 0;
}

static void
odd_arguments_are_told_apart(void)
{
	struct gathering gathering;

	if (!tasks_open(1))
		return;
	begin(&gathering);
	add(&gathering, quern_call(add_one, &gathering.count));
	add(&gathering, quern_call(add_one, &gathering.count));
	CU_ASSERT_EQUAL(quern_gather(gathering.ops, 2, NULL), -EPERM);
	spawn(NULL, gather_oddly, &gathering);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(gathering.result, 0);
	CU_ASSERT_EQUAL(gathering.count, 2);
	rig_close(&task_rig);
}

static int
open_for_two(quern_context *ctx, void *gate)
{
	(void)ctx;
	gate_await(gate, 2);
	gate_open(gate);
	return 0;
}

static void
they_run_at_the_same_time(void)
{
	struct gathering gathering;

	if (!tasks_open(3))
		return;
	begin(&gathering);
	for (int i = 0; i < 2; i++)
		add(&gathering, quern_call(pass_gate, &gathering.gate));
	add(&gathering, quern_call(open_for_two, &gathering.gate));
	spawn(NULL, gather, &gathering);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(gathering.result, 0);
	rig_close(&task_rig);
}

/* ---- cancel ---- */

static int
arrived(quern_context *ctx, void *gate)
{
	(void)ctx;
	gate_await(gate, 1);
	return 0;
}

/* As often as `next` says. */
static int
cancel_once_it_runs(void *arg)
{
	struct gathering *gathering = arg;
	int times = gathering->next;

	/* Not a job: there may be no room for one. */
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_call(arrived, &gathering->gate)), 0);
	for (int i = 0; i < times; i++)
		CU_ASSERT_EQUAL(quern_task_cancel(gathering->task), 0);
	return 0;
}

static void
cancel_while_gathering(struct gathering *gathering, int times)
{
	gathering->next = times;
	spawn(&gathering->task, gather, gathering);
	spawn(NULL, cancel_once_it_runs, gathering);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(gathering->task), 0);
}

static void
a_cancel_stops_those_that_run(void)
{
	struct gathering gathering;

	for (int times = 1; times <= 2; times++) {
		if (!tasks_open(2))
			return;
		begin(&gathering);
		for (int i = 0; i < 2; i++)
			add(&gathering,
			    quern_call(run_until_stopped, &gathering.gate));
		cancel_while_gathering(&gathering, times);
		CU_ASSERT_EQUAL(gathering.result, -ECANCELED);
		CU_ASSERT_EQUAL(gathering.statuses[0], -ECANCELED);
		CU_ASSERT_EQUAL(gathering.statuses[1], -ECANCELED);
		/* The second is for what it awaits next. */
		CU_ASSERT_EQUAL(gathering.next, times > 1 ? -ECANCELED : 0);
		rig_close(&task_rig);
	}
}

static int
gather_when_cancelled(void *arg)
{
	CU_ASSERT_EQUAL(quern_task_cancel(quern_task_self()), 0);
	return gather(arg);
}

static void
cancelled_before_a_task_gathers_nothing(void)
{
	struct gathering gathering;

	if (!tasks_open(1))
		return;
	begin(&gathering);
	add(&gathering, quern_call(add_one, &gathering.count));
	spawn(NULL, gather_when_cancelled, &gathering);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(gathering.result, -ECANCELED);
	CU_ASSERT_EQUAL(gathering.statuses[0], -ECANCELED);
	CU_ASSERT_EQUAL(gathering.next, 0);
	CU_ASSERT_EQUAL(gathering.count, 0);
	rig_close(&task_rig);
}

/* ---- room ---- */

static void
more_than_there_is_room_for_come_one_after_the_other(void)
{
	struct gathering gathering;

	for (size_t room = 1; room <= 3; room++) {
		if (!tasks_open_with_room(room))
			return;
		begin(&gathering);
		while (gathering.n < MOST)
			add(&gathering, quern_call(add_one, &gathering.count));
		spawn(NULL, gather, &gathering);
		rig_run(&task_rig);
		CU_ASSERT_EQUAL(gathering.result, 0);
		CU_ASSERT_EQUAL(gathering.count, MOST);
		for (int i = 0; i < MOST; i++)
			CU_ASSERT_EQUAL(gathering.statuses[i], 0);
		rig_close(&task_rig);
	}
}

static void
cancelled_without_room_the_rest_never_runs(void)
{
	struct gathering gathering;

	for (int times = 1; times <= 2; times++) {
		if (!tasks_open_with_room(1))
			return;
		begin(&gathering);
		add(&gathering, quern_call(run_until_stopped, &gathering.gate));
		add(&gathering, quern_call(add_one, &gathering.count));
		add(&gathering, quern_call(add_one, &gathering.count));
		cancel_while_gathering(&gathering, times);
		CU_ASSERT_EQUAL(gathering.result, -ECANCELED);
		for (int i = 0; i < 3; i++)
			CU_ASSERT_EQUAL(gathering.statuses[i], -ECANCELED);
		CU_ASSERT_EQUAL(gathering.count, 0);
		/* The second comes before it has heard of the first. */
		CU_ASSERT_EQUAL(gathering.next, 0);
		rig_close(&task_rig);
	}
}

/* ---- a timeout ends it like a cancel ---- */

static double patience;

static int
gather_in_time(void *arg)
{
	CU_ASSERT_EQUAL(quern_timeout_begin(patience), 0);
	(void)gather(arg);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	return quern_yield();
}

static void
check_timed_out(struct gathering *gathering)
{
	quern_task *task;

	spawn(&task, gather_in_time, gathering);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), 0);
	CU_ASSERT_EQUAL(gathering->result, -ETIMEDOUT);
	for (size_t i = 0; i < gathering->n; i++)
		CU_ASSERT_EQUAL(gathering->statuses[i], -ECANCELED);
	CU_ASSERT_EQUAL(gathering->next, 0);
	CU_ASSERT_EQUAL(gathering->count, 0);
}

static void
timed_out_before_with_and_without_room(void)
{
	struct gathering gathering;

	for (size_t room = 1; room <= 3; room++) {
		if (!tasks_open_with_room(room))
			return;
		begin(&gathering);
		add(&gathering, quern_call(add_one, &gathering.count));
		patience = 0;
		check_timed_out(&gathering);
		begin(&gathering);
		for (int i = 0; i < 3; i++)
			add(&gathering,
			    quern_call(run_until_stopped, &gathering.gate));
		patience = 1e-3;
		check_timed_out(&gathering);
		rig_close(&task_rig);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "all are awaited and the first error by index is told",
		    all_are_awaited_and_the_first_error_by_index_is_told },
		{ "odd arguments are told apart",
		    odd_arguments_are_told_apart },
		{ "they run at the same time", they_run_at_the_same_time },
		{ "a cancel stops those that run",
		    a_cancel_stops_those_that_run },
		{ "cancelled before a task gathers nothing",
		    cancelled_before_a_task_gathers_nothing },
		{ "more than there is room for come one after the other",
		    more_than_there_is_room_for_come_one_after_the_other },
		{ "cancelled without room the rest never runs",
		    cancelled_without_room_the_rest_never_runs },
		{ "timed out before, with and without room",
		    timed_out_before_with_and_without_room },
		CU_TEST_INFO_NULL,
	};

	add_suite("gather", tests);
	return run_suites();
}

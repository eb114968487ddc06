/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_look.c -- a loop that looks for ends by itself is not rung for, and
 * still hears of each.
 */
#include <poll.h>

#include "src/clock.h"
#include "src/deliver.h"
#include "threads.h"
#include "watchdog.h"

enum { LIST = 64, SECONDS = 10 };

/* A loop without libev, one worker, and some jobs, the outer two at gates. */
struct port {
	quern_executor *executor;
	quern_loop *loop;
	quern_job before, first, second;
	struct gate gate_before, gate;
	int ran, told;
};

static bool
port_open(struct port *port)
{
	*port = (struct port) { .executor = open_executor(1) };
	gate_init(&port->gate_before);
	gate_init(&port->gate);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&port->loop, NULL, port->executor), 0);
	counted_job(&port->before, quern_call(pass_gate, &port->gate_before),
	    &port->told);
	counted_job(&port->first, quern_call(add_one, &port->ran), &port->told);
	counted_job(
	    &port->second, quern_call(pass_gate, &port->gate), &port->told);
	return port->loop;
}

static bool
was_rung(const struct port *port, int milliseconds)
{
	struct pollfd fd = { quern_loop_fd(port->loop), POLLIN, 0 };

	return poll(&fd, 1, milliseconds) == 1;
}

static void
port_close(struct port *port, int jobs)
{
	while (port->told < jobs && was_rung(port, SECONDS * 1000))
		quern_loop_dispatch(port->loop);
	CU_ASSERT_EQUAL(port->told, jobs);
	CU_ASSERT_EQUAL(quern_loop_destroy(port->loop), 0);
	end_executor(port->executor);
}

static void
nobody_rings_while_there_is_more_to_do(void)
{
	struct port port;

	if (!port_open(&port))
		return;
	watchdog("no ring", 0);
	/* At work, or it may run dry, at its start, behind the look. */
	CU_ASSERT_EQUAL(quern_submit(port.loop, &port.before), 0);
	gate_await(&port.gate_before, 1);
	CU_ASSERT_EQUAL(quern_submit(port.loop, &port.first), 0);
	CU_ASSERT_EQUAL(quern_submit(port.loop, &port.second), 0);
	quern__deliver_look(port.loop);
	gate_open(&port.gate_before);
	gate_await(&port.gate, 1);
	CU_ASSERT_EQUAL(get(&port.ran), 1);
	CU_ASSERT_FALSE(was_rung(&port, 0));
	/* It looks: there is an end that nobody rang for, once. */
	CU_ASSERT_TRUE(quern__deliver_look_no_more(port.loop));
	CU_ASSERT_FALSE(quern__deliver_look_no_more(port.loop));
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 2);
	gate_open(&port.gate);
	port_close(&port, 3);
}

static void
a_worker_that_runs_dry_rings(void)
{
	struct port port;

	if (!port_open(&port))
		return;
	quern__deliver_look(port.loop);
	CU_ASSERT_EQUAL(quern_submit(port.loop, &port.first), 0);
	CU_ASSERT_TRUE(was_rung(&port, SECONDS * 1000));
	CU_ASSERT_FALSE(quern__deliver_look_no_more(port.loop));
	port_close(&port, 1);
}

/* -- libev's front chooses when -- */

struct list {
	struct rig rig;
	quern_job job[LIST];
	int ran, told; /* of one round */
	bool seen;     /* a job has run while the loop looked by itself */
	bool in_time;  /* ... and all ends before were delivered */
	bool answers;  /* the callbacks submit jobs */
	quern_job answer[LIST];
};

static int
watch_the_loop(quern_context *ctx, void *arg)
{
	struct list *list = arg;
	uint64_t until = quern__now_ns() + 50000;
	int before = list->ran++; /* there is but one worker */

	(void)ctx;
	while (quern__now_ns() < until)
		;
	if (list->seen || !before ||
	    !__atomic_load_n(&list->rig.loop->looks, __ATOMIC_SEQ_CST))
		return 0;
	list->seen = true;
	/* The worker is here, so nobody rings. */
	until = quern__now_ns() + SECONDS * UINT64_C(1000000000);
	while (get(&list->told) < before && quern__now_ns() < until)
		nap();
	list->in_time = get(&list->told) >= before;
	return 0;
}

static void
count_and_answer(quern_loop *loop, quern_job *job, int status)
{
	struct list *list = job->data;

	CU_ASSERT_EQUAL(status, 0);
	if (list->answers)
		CU_ASSERT_EQUAL(
		    quern_submit(loop, &list->answer[job - list->job]), 0);
	add(&list->told, 1);
}

static void
run_list(struct list *list)
{
	int ran = 0;

	list->ran = list->told = 0;
	for (int i = 0; i < LIST; i++) {
		quern_job_init(&list->job[i], quern_call(watch_the_loop, list),
		    count_and_answer);
		quern_job_init(
		    &list->answer[i], quern_call(add_one, &ran), NULL);
		list->job[i].data = list;
		CU_ASSERT_EQUAL(quern_submit(list->rig.loop, &list->job[i]), 0);
	}
	rig_run(&list->rig);
	CU_ASSERT_EQUAL(list->told, LIST);
	CU_ASSERT_EQUAL(ran, list->answers ? LIST : 0);
}

/* Until a job has seen the loop look: how short a sleep is, is chance. */
static void
the_loop_delivers_a_list_at_its_own_look(void)
{
	struct list list = { .seen = false };
	uint64_t until = quern__now_ns() + SECONDS * UINT64_C(1000000000);

	if (!rig_open(&list.rig, 1))
		return;
	while (!list.seen && quern__now_ns() < until) {
		watchdog("list", 0);
		run_list(&list);
	}
	CU_ASSERT_TRUE(list.seen);
	CU_ASSERT_TRUE(list.in_time);
	rig_close(&list.rig);
}

static void
a_loop_that_answers_ends_with_jobs_is_rung_for(void)
{
	struct list list = { .answers = true };

	if (!rig_open(&list.rig, 1))
		return;
	for (int i = 0; i < 20; i++) {
		watchdog("list with answers", (uint64_t)i);
		run_list(&list);
	}
	CU_ASSERT_FALSE(list.seen);
	rig_close(&list.rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "nobody rings while there is more to do",
		    nobody_rings_while_there_is_more_to_do },
		{ "a worker that runs dry rings",
		    a_worker_that_runs_dry_rings },
		{ "the loop delivers a list at its own look",
		    the_loop_delivers_a_list_at_its_own_look },
		{ "a loop that answers ends with jobs is rung for",
		    a_loop_that_answers_ends_with_jobs_is_rung_for },
		CU_TEST_INFO_NULL,
	};

	add_suite("look", tests);
	return run_suites();
}

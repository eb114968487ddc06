/* SPDX-License-Identifier: BSD-2-Clause */
/* test_port.c -- a loop without libev, driven by poll(2) or by other loops. */
#include <dirent.h>
#include <errno.h>
#include <ev.h>
#include <poll.h>

#include "src/pool.h"
#include "support.h"

static const double SHORT = 0.003, LONG = 1000;

struct port {
	quern_executor *executor;
	quern_loop *loop;
};

static bool
port_open(struct port *port, unsigned workers)
{
	quern_threads_options options;

	*port = (struct port) { NULL, NULL };
	quern_threads_options_init(&options);
	options.workers = workers;
	CU_ASSERT_EQUAL(quern_threads_create(&port->executor, &options), 0);
	if (!port->executor)
		return false;
	CU_ASSERT_EQUAL(
	    quern_loop_create(&port->loop, NULL, port->executor), 0);
	return port->loop;
}

static void
port_close(struct port *port)
{
	CU_ASSERT_EQUAL(quern_loop_destroy(port->loop), 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(port->executor), 0);
}

static bool
readable(const struct port *port, int timeout_ms)
{
	struct pollfd fd = { quern_loop_fd(port->loop), POLLIN, 0 };

	return poll(&fd, 1, timeout_ms) == 1 && fd.revents == POLLIN;
}

/* Poll and dispatch until nothing is in flight; how many were delivered. */
static int
port_run(struct port *port)
{
	int count = 0;

	while (quern_loop_pending(port->loop)) {
		CU_ASSERT_TRUE(readable(port, -1));
		count += quern_loop_dispatch(port->loop);
	}
	return count;
}

static void
completions_arrive_through_poll_and_dispatch(void)
{
	static quern_job job[100];
	struct port port;
	int ran = 0, told = 0;

	if (!port_open(&port, 2))
		return;
	CU_ASSERT_PTR_NULL(quern_loop_ev(port.loop));
	CU_ASSERT(quern_loop_fd(port.loop) >= 0);
	for (int i = 0; i < 100; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		CU_ASSERT_EQUAL(quern_submit(port.loop, &job[i]), 0);
	}
	CU_ASSERT_EQUAL(quern_loop_pending(port.loop), 100);
	CU_ASSERT_EQUAL(told, 0);
	CU_ASSERT_EQUAL(quern_loop_destroy(port.loop), -EBUSY);
	CU_ASSERT_EQUAL(port_run(&port), 100);
	CU_ASSERT_EQUAL(told, 100);
	CU_ASSERT_EQUAL(ran, 100);
	port_close(&port);
}

static void
the_descriptor_is_readable_only_while_work_is_due(void)
{
	static struct jam jam;
	struct port port;

	if (!port_open(&port, 1))
		return;
	CU_ASSERT_FALSE(readable(&port, 0));
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 0);
	jam_begin(&jam, port.loop, 1);
	CU_ASSERT_FALSE(readable(&port, 0));
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 0);
	CU_ASSERT_EQUAL(quern_loop_pending(port.loop), 1);
	jam_end(&jam);
	CU_ASSERT_TRUE(readable(&port, -1));
	CU_ASSERT_TRUE(readable(&port, 0)); /* until it is dispatched */
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 1);
	CU_ASSERT_EQUAL(quern_loop_pending(port.loop), 0);
	CU_ASSERT_FALSE(readable(&port, 0));
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 0);
	port_close(&port);
}

static void
note_status(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	*(int *)job->data = status;
}

static void
timeouts_make_it_readable(void)
{
	static struct jam jam;
	quern_job near, far;
	struct port port;
	int ran = 0, near_status = 1, far_status = 1;

	if (!port_open(&port, 1))
		return;
	jam_begin(&jam, port.loop, 1);
	quern_job_init(&far, quern_call(add_one, &ran), note_status);
	far.data = &far_status;
	far.timeout = LONG;
	CU_ASSERT_EQUAL(quern_submit(port.loop, &far), 0);
	/* To set its timer it wants to be dispatched once. */
	CU_ASSERT_TRUE(readable(&port, -1));
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 0);
	CU_ASSERT_FALSE(readable(&port, 0));
	quern_job_init(&near, quern_call(add_one, &ran), note_status);
	near.data = &near_status;
	near.timeout = SHORT;
	CU_ASSERT_EQUAL(quern_submit(port.loop, &near), 0);
	while (near_status == 1) {
		CU_ASSERT_TRUE(readable(&port, -1));
		(void)quern_loop_dispatch(port.loop);
	}
	CU_ASSERT_EQUAL(near_status, -ETIMEDOUT);
	CU_ASSERT_EQUAL(far_status, 1);
	/* The expiry may have rung although this turn saw to it. */
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 0);
	CU_ASSERT_FALSE(readable(&port, 0));
	jam_end(&jam);
	CU_ASSERT_EQUAL(port_run(&port), 2);
	CU_ASSERT_EQUAL(far_status, 0);
	CU_ASSERT_EQUAL(ran, 1);

	/* The last timeout of all leaves nothing readable either. */
	jam_begin(&jam, port.loop, 1);
	near_status = 1;
	CU_ASSERT_EQUAL(quern_submit(port.loop, &near), 0);
	while (near_status == 1) {
		CU_ASSERT_TRUE(readable(&port, -1));
		(void)quern_loop_dispatch(port.loop);
	}
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 0);
	CU_ASSERT_FALSE(readable(&port, 0));
	jam_end(&jam);
	CU_ASSERT_EQUAL(port_run(&port), 1);
	port_close(&port);
}

enum { FLOOD = 3000, MOST_A_TURN = 1024 /* TURN_JOBS in src/deliver.c */ };

/* On one worker, when the last one runs the others have ended. */
static void
a_dispatch_is_bounded_and_says_when_more_is_left(void)
{
	static quern_job job[FLOOD];
	static struct gate gate = GATE_INITIALIZER;
	quern_job last;
	struct port port;
	int ran = 0, told = 0, count = 0, once;

	if (!port_open(&port, 1))
		return;
	for (int i = 0; i < FLOOD; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), &told);
		CU_ASSERT_EQUAL(quern_submit(port.loop, &job[i]), 0);
	}
	quern_job_init(&last, quern_call(pass_gate, &gate), NULL);
	CU_ASSERT_EQUAL(quern_submit(port.loop, &last), 0);
	gate_await(&gate, 1);
	for (; count < FLOOD; count += once) {
		CU_ASSERT_TRUE(readable(&port, 0));
		once = quern_loop_dispatch(port.loop);
		CU_ASSERT(once > 0 && once <= MOST_A_TURN);
		CU_ASSERT_EQUAL(quern_loop_pending(port.loop),
		    (size_t)(FLOOD + 1 - count - once));
	}
	CU_ASSERT_EQUAL(told, FLOOD);
	CU_ASSERT_FALSE(readable(&port, 0));
	gate_open(&gate);
	CU_ASSERT_EQUAL(port_run(&port), 1);
	port_close(&port);
}

static void
what_is_for_one_kind_of_loop_is_refused_by_the_other(void)
{
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(quern_loop_fd(rig.loop), -ENOTSUP);
	CU_ASSERT_EQUAL(quern_loop_dispatch(rig.loop), -ENOTSUP);
	CU_ASSERT_EQUAL(quern_loop_pending(rig.loop), 0);
	CU_ASSERT_EQUAL(quern_loop_fd(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_dispatch(NULL), -EINVAL);
	CU_ASSERT_EQUAL(quern_loop_pending(NULL), 0);
	rig_close(&rig);
}

static int
open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void
destroy_closes_what_create_opened(void)
{
	int before = open_descriptors(), ran = 0;
	struct port port;
	quern_loop *loop[10];
	quern_job job;

	if (!port_open(&port, 1))
		return;
	CU_ASSERT(open_descriptors() > before);
	for (int i = 0; i < 10; i++) {
		CU_ASSERT_EQUAL(
		    quern_loop_create(&loop[i], NULL, port.executor), 0);
		quern_job_init(&job, quern_call(add_one, &ran), NULL);
		job.timeout = LONG;
		CU_ASSERT_EQUAL(quern_submit(loop[i], &job), 0);
		while (quern_loop_pending(loop[i]))
			(void)quern_loop_dispatch(loop[i]);
	}
	for (int i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(quern_loop_destroy(loop[i]), 0);
	port_close(&port);
	CU_ASSERT_EQUAL(open_descriptors(), before);
	CU_ASSERT_EQUAL(ran, 10);
}

static void
try_destroy(quern_loop *loop, quern_job *job, int status)
{
	(void)status;
	*(int *)job->data = quern_loop_destroy(loop);
}

static void
it_cannot_be_destroyed_in_use(void)
{
	struct port port;
	quern_job job;
	int ran = 0, from_done = 0;

	if (!port_open(&port, 1))
		return;
	quern_loop_hold(port.loop);
	CU_ASSERT_EQUAL(quern_loop_destroy(port.loop), -EBUSY);
	quern_loop_release(port.loop);
	quern_job_init(&job, quern_call(add_one, &ran), try_destroy);
	job.data = &from_done;
	CU_ASSERT_EQUAL(quern_submit(port.loop, &job), 0);
	CU_ASSERT_EQUAL(quern_loop_destroy(port.loop), -EBUSY);
	CU_ASSERT_EQUAL(port_run(&port), 1);
	CU_ASSERT_EQUAL(from_done, -EBUSY);
	port_close(&port);
}

static void
errno_stays_the_callers(void)
{
	static struct jam jam;
	struct port port;
	quern_job job;
	int ran = 0;

	errno = 4711;
	if (!port_open(&port, 1))
		return;
	jam_begin(&jam, port.loop, 1);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	job.timeout = 1e-9;
	CU_ASSERT_EQUAL(quern_submit(port.loop, &job), 0);
	CU_ASSERT_EQUAL(quern_submit(port.loop, &job), -EBUSY);
	/* With nothing to read: what it asks of the kernel is refused. */
	for (int i = 0; i < 3; i++)
		CU_ASSERT(quern_loop_dispatch(port.loop) >= 0);
	(void)quern_cancel(&job);
	jam_end(&jam);
	while (quern_loop_pending(port.loop))
		(void)quern_loop_dispatch(port.loop);
	port_close(&port);
	CU_ASSERT_EQUAL(errno, 4711);
}

/* ---- inside another event loop ---- */

static void
on_readable(struct ev_loop *ev, ev_io *io, int events)
{
	quern_loop *loop = io->data;

	(void)events;
	(void)quern_loop_dispatch(loop);
	if (!quern_loop_pending(loop))
		ev_io_stop(ev, io);
}

static void
submit_once_more(quern_loop *loop, quern_job *job, int status)
{
	count_done(loop, job, status);
	if (*(int *)job->data < 1000)
		CU_ASSERT_EQUAL(quern_submit(loop, job), 0);
}

static void
any_loop_can_watch_the_descriptor(void)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	struct port port;
	quern_job job;
	ev_io io;
	int ran = 0, told = 0;

	if (!port_open(&port, 1))
		return;
	ev_io_init(&io, on_readable, quern_loop_fd(port.loop), EV_READ);
	io.data = port.loop;
	ev_io_start(ev, &io);
	quern_job_init(&job, quern_call(add_one, &ran), submit_once_more);
	job.data = &told;
	CU_ASSERT_EQUAL(quern_submit(port.loop, &job), 0);
	ev_run(ev, 0);
	CU_ASSERT_EQUAL(told, 1000);
	CU_ASSERT_EQUAL(ran, 1000);
	port_close(&port);
	ev_loop_destroy(ev);
}

/* Workers leave a core to a thread that submits; not to one that sleeps. */
static void
who_has_dispatched_submits_no_more_for_now(void)
{
	struct port port;

	if (!port_open(&port, 1))
		return;
	port.executor->fed_until_ns = UINT64_MAX;
	CU_ASSERT_EQUAL(quern_loop_dispatch(port.loop), 0);
	CU_ASSERT_EQUAL(port.executor->fed_until_ns, 0);
	port_close(&port);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "completions arrive through poll and dispatch",
		    completions_arrive_through_poll_and_dispatch },
		{ "the descriptor is readable only while work is due",
		    the_descriptor_is_readable_only_while_work_is_due },
		{ "timeouts make it readable", timeouts_make_it_readable },
		{ "a dispatch is bounded and says when more is left",
		    a_dispatch_is_bounded_and_says_when_more_is_left },
		{ "what is for one kind of loop is refused by the other",
		    what_is_for_one_kind_of_loop_is_refused_by_the_other },
		{ "destroy closes what create opened",
		    destroy_closes_what_create_opened },
		{ "it cannot be destroyed in use",
		    it_cannot_be_destroyed_in_use },
		{ "errno stays the callers", errno_stays_the_callers },
		{ "any loop can watch the descriptor",
		    any_loop_can_watch_the_descriptor },
		{ "who has dispatched submits no more for now",
		    who_has_dispatched_submits_no_more_for_now },
		CU_TEST_INFO_NULL,
	};

	add_suite("port", tests);
	return run_suites();
}

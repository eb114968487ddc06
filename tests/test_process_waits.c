/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_waits.c -- a host that waits for all of its children, as libev's
 * default loop does, is always faster than we are here.
 */
#include <errno.h>
#include <poll.h>
#include <quern/quern.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "watchdog.h"

enum { PATIENCE_MS = 20000 };

static bool fast; /* atomic */

static void
wait_first(int options)
{
	if (__atomic_load_n(&fast, __ATOMIC_RELAXED))
		while (waitpid(-1, NULL, options) < 0 && errno == EINTR)
			;
}

/* That a worker is gone is heard of by one of these. */
ssize_t __real_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);

ssize_t
__wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t came = __real_recvmsg(fd, message, flags);

	if (came == 0)
		wait_first(0);
	return came;
}

int
__wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	int ready = __real_poll(fds, n, timeout);

	if (ready > 0)
		wait_first(WNOHANG);
	return ready;
}

static bool
kernel_is_at_least(int major, int minor)
{
	struct utsname name;
	int of_it = 0, of_that = 0;

	return !uname(&name) &&
	    sscanf(name.release, "%d.%d", &of_it, &of_that) == 2 &&
	    (of_it > major || (of_it == major && of_that >= minor));
}

/* ---- in a worker ---- */

static int
leave_with_seven(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	_exit(7);
}
QUERN_REGISTER(leave_with_seven)

/* And leaves a process behind, whose number it tells. */
static int
die_of_a_signal(quern_context *ctx, void *arg)
{
	pid_t child = fork();

	(void)ctx;
	while (child == 0)
		pause();
	*(int *)arg = (int)child;
	(void)kill(getpid(), SIGKILL);
	return 0;
}
QUERN_REGISTER(die_of_a_signal)

/* ---- in the host ---- */

static quern_executor *executor;
static quern_loop *loop;
static int *started; /* a buffer */

static bool
open_all(void)
{
	quern_processes_options options;
	void *buffer = NULL;

	watchdog("process waits", 0);
	__atomic_store_n(&fast, false, __ATOMIC_RELAXED);
	quern_processes_options_init(&options);
	options.workers = 1;
	CU_ASSERT_EQUAL(quern_processes_create(&executor, &options), 0);
	CU_ASSERT_EQUAL(quern_loop_create(&loop, NULL, executor), 0);
	CU_ASSERT_EQUAL(
	    quern_buffer_create(&buffer, executor, sizeof(*started)), 0);
	started = buffer;
	return started != NULL;
}

static void
close_all(void)
{
	__atomic_store_n(&fast, false, __ATOMIC_RELAXED);
	CU_ASSERT_EQUAL(quern_buffer_destroy(started), 0);
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

static void
crash(quern_call_fn *fn, quern_crash *crash)
{
	struct pollfd completed = { .events = POLLIN };
	quern_job job;

	quern_job_init(&job, quern_call(fn, started), NULL);
	completed.fd = quern_loop_fd(loop);
	__atomic_store_n(&fast, true, __ATOMIC_RELAXED);
	CU_ASSERT_EQUAL(quern_submit(loop, &job), 0);
	while (quern_loop_dispatch(loop) == 0)
		(void)poll(&completed, 1, PATIENCE_MS);
	CU_ASSERT_EQUAL(quern_job_status(&job), -EOWNERDEAD);
	CU_ASSERT_EQUAL(quern_job_crash(&job, crash), 0);
}

static void
a_newer_kernel_tells_how_a_worker_ended(void)
{
	quern_crash crashed;

	if (!open_all())
		return;
	crash(leave_with_seven, &crashed);
	CU_ASSERT_EQUAL(crashed.unknown, !kernel_is_at_least(6, 15));
	if (!crashed.unknown) {
		CU_ASSERT_EQUAL(crashed.signal, 0);
		CU_ASSERT_EQUAL(crashed.exit_status, 7);
	}
	crash(die_of_a_signal, &crashed);
	CU_ASSERT_EQUAL(crashed.unknown, !kernel_is_at_least(6, 15));
	if (!crashed.unknown) {
		CU_ASSERT_EQUAL(crashed.signal, SIGKILL);
		CU_ASSERT_EQUAL(crashed.exit_status, 0);
	}
	CU_ASSERT_EQUAL(crashed.peak_bytes, 0);
	close_all();
}

static void
what_a_worker_has_started_goes_with_it(void)
{
	struct pollfd gone = { .events = POLLIN };
	quern_crash crashed;

	if (!kernel_is_at_least(6, 9) || !open_all())
		return;
	crash(die_of_a_signal, &crashed);
	gone.fd = (int)syscall(SYS_pidfd_open, *started, 0);
	if (gone.fd >= 0) {
		CU_ASSERT_EQUAL(poll(&gone, 1, PATIENCE_MS), 1);
		close(gone.fd);
	} else {
		CU_ASSERT_EQUAL(errno, ESRCH);
	}
	close_all();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a newer kernel tells how a worker ended",
		    a_newer_kernel_tells_how_a_worker_ended },
		{ "what a worker has started goes with it",
		    what_a_worker_has_started_goes_with_it },
		CU_TEST_INFO_NULL,
	};

	quern_worker_main();
	add_suite("process waits", tests);
	return run_suites();
}

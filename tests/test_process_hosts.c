/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_hosts.c -- programs that have their own ways with children,
 * signals and descriptors: worker processes do not mind, nor disturb them.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isolated.h"
#include "self.h"
#include "threads.h"
#include "watchdog.h"

static int
call_abort(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	abort();
}
QUERN_REGISTER(call_abort)

/* Jobs, crashes and kills, in turn; who has died may not be known. */
static void
live_and_die(struct rig *rig, int times)
{
	struct noted good, bad, slow;
	quern_crash crash;
	int *pid;

	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&pid, rig->executor, sizeof(*pid)), 0);
	for (int n = 0; n < times; n++) {
		*pid = 0;
		noted_init(&good, quern_call(return_one, NULL));
		noted_init(&bad, quern_call(call_abort, NULL));
		noted_init(&slow, quern_call(spin_for_ever, pid));
		slow.job.timeout = 0.01;
		noted_submit(rig, &good);
		noted_submit(rig, &bad);
		noted_submit(rig, &slow);
		rig_run(rig);
		CU_ASSERT_EQUAL(good.status, 1);
		CU_ASSERT_EQUAL(bad.status, -EOWNERDEAD);
		CU_ASSERT_EQUAL(slow.status, -ETIMEDOUT);
		CU_ASSERT_TRUE(!*pid || has_ended(*pid));
		crash = crash_of(&bad);
		CU_ASSERT(crash.unknown || crash.signal == SIGABRT);
		CU_ASSERT(!crash.unknown || !crash.signal);
	}
	CU_ASSERT_EQUAL(quern_buffer_destroy(pid), 0);
}

static bool
open_hasty(struct rig *rig)
{
	quern_processes_options options;

	isolated_options(&options, 2);
	options.grace = 0.01;
	return isolated_open(rig, &options);
}

/* ---- SIGCHLD ---- */

static void
a_host_may_ignore_sigchld(void)
{
	struct rig rig;

	signal(SIGCHLD, SIG_IGN);
	if (open_hasty(&rig)) {
		live_and_die(&rig, 5);
		rig_close(&rig);
	}
	expect_no_children();
	signal(SIGCHLD, SIG_DFL);
}

/* What a worker starts has its SIGCHLD as it would have from a shell. */
static int
run_true(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return system("exit 3");
}
QUERN_REGISTER(run_true)

static void
a_worker_does_not_inherit_that(void)
{
	sigset_t all, before;
	struct rig rig;

	signal(SIGCHLD, SIG_IGN);
	sigfillset(&all);
	sigdelset(&all, SIGALRM); /* the watchdog's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (isolated_open(&rig, NULL)) {
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(run_true, NULL)), 3 << 8);
		rig_close(&rig);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	signal(SIGCHLD, SIG_DFL);
}

/* ---- who waits for any child ---- */

static int waited, ending; /* atomic */

static void *
wait_for_any(void *unused)
{
	(void)unused;
	while (!get(&ending))
		if (waitpid(-1, NULL, 0) > 0)
			add(&waited, 1);
		else
			nap();
	return NULL;
}

static void
a_host_may_wait_for_any_child(void)
{
	pthread_t thread;
	struct rig rig;

	waited = ending = 0;
	start_thread(&thread, wait_for_any, NULL);
	if (open_hasty(&rig)) {
		live_and_die(&rig, SANITIZED ? 10 : 20);
		rig_close(&rig);
	}
	__atomic_store_n(&ending, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	CU_ASSERT(get(&waited) > 0);
	expect_no_children();
}

static void
the_children_of_a_host_are_its_own(void)
{
	int status = 0, child;
	struct rig rig;

	if (!open_hasty(&rig))
		return;
	child = fork();
	if (child == 0)
		_exit(5);
	live_and_die(&rig, 2);
	rig_close(&rig);
	CU_ASSERT_EQUAL(waitpid(-1, &status, 0), child);
	CU_ASSERT_EQUAL(status, 5 << 8);
	expect_no_children();
}

/* ---- in a process of their own ---- */

static int
run_one(void)
{
	quern_executor *executor;
	int status;

	if (quern_processes_create(&executor, NULL))
		return 2;
	status = quern_run(executor, quern_call(return_one, NULL));
	if (quern_executor_destroy(executor))
		return 3;
	return status != 1;
}

static int
without_standard_descriptors(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	return run_one();
}

static int
without_standard_output(void)
{
	close(STDOUT_FILENO);
	return run_one();
}

/* No descriptor but the standard ones is the worker's. */
static int
count_descriptors(quern_context *ctx, void *unused)
{
	int n = 0;

	(void)ctx;
	(void)unused;
	for (int fd = 0; fd < 1024; fd++)
		n += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
	return n;
}
QUERN_REGISTER(count_descriptors)

static void
closed_standard_descriptors_do_no_harm(void)
{
	static const char *const nothing[] = { NULL };

	watchdog("closed descriptors", 0);
	CU_ASSERT_EQUAL(self_run("without standard descriptors", nothing), 0);
	CU_ASSERT_EQUAL(self_run("without standard output", nothing), 0);
}

static void
a_worker_has_no_descriptor_of_its_host(void)
{
	struct rig rig;
	int open_ones[20];

	/* Not close-on-exec. */
	for (int i = 0; i < 20; i++)
		open_ones[i] = dup(STDIN_FILENO);
	if (isolated_open(&rig, NULL)) {
		/* The standard ones, and its end of the pair. */
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(count_descriptors, NULL)), 4);
		rig_close(&rig);
	}
	for (int i = 0; i < 20; i++)
		close(open_ones[i]);
}

/* The shell would tell what its 3 is. */
static int
start_shell(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return system("test ! -e /proc/self/fd/3");
}
QUERN_REGISTER(start_shell)

static void
what_a_worker_starts_has_no_descriptor_of_it(void)
{
	struct rig rig;

	if (!isolated_open(&rig, NULL))
		return;
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(start_shell, NULL)), 0);
	rig_close(&rig);
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "without standard descriptors",
		    without_standard_descriptors },
		{ "without standard output", without_standard_output },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "a host may ignore SIGCHLD", a_host_may_ignore_sigchld },
		{ "a worker does not inherit that",
		    a_worker_does_not_inherit_that },
		{ "a host may wait for any child",
		    a_host_may_wait_for_any_child },
		{ "the children of a host are its own",
		    the_children_of_a_host_are_its_own },
		{ "closed standard descriptors do no harm",
		    closed_standard_descriptors_do_no_harm },
		{ "a worker has no descriptor of its host",
		    a_worker_has_no_descriptor_of_its_host },
		{ "what a worker starts has no descriptor of it",
		    what_a_worker_starts_has_no_descriptor_of_it },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	self_begin(argc, argv, parts);
	add_suite("process hosts", tests);
	return run_suites();
}

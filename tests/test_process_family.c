/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_family.c -- what a worker process has started goes when it goes,
 * however it does.
 */
#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "isolated.h"

/* In a buffer: who there is. */
struct family {
	int parent, child, grandchild; /* atomic */
};

static struct rig rig;
static struct family *family;

static bool
open_scene(uint64_t jobs_most)
{
	quern_processes_options options;

	isolated_options(&options, 1);
	options.grace = 0.02;
	options.jobs_most = jobs_most;
	if (!isolated_open(&rig, &options))
		return false;
	CU_ASSERT_EQUAL(quern_buffer_create(
			    (void **)&family, rig.executor, sizeof(*family)),
	    0);
	if (family)
		memset(family, 0, sizeof(*family));
	return family;
}

static void
close_scene(void)
{
	CU_ASSERT_EQUAL(quern_buffer_destroy(family), 0);
	rig_close(&rig);
	expect_no_children();
}

/* Two that would stay for a minute, whatever they are asked politely. */
static void
found(struct family *to)
{
	int pid = fork();

	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		pid = fork();
		alarm(60);
		if (pid)
			__atomic_store_n(
			    &to->grandchild, pid, __ATOMIC_RELEASE);
		for (;;)
			pause();
	}
	__atomic_store_n(&to->child, pid, __ATOMIC_RELEASE);
	(void)await_int(&to->grandchild);
	__atomic_store_n(&to->parent, (int)getpid(), __ATOMIC_RELEASE);
}

static int
found_and_return(quern_context *ctx, void *to)
{
	(void)ctx;
	found(to);
	return 1;
}
QUERN_REGISTER(found_and_return)

static int
found_and_abort(quern_context *ctx, void *to)
{
	(void)ctx;
	found(to);
	abort();
}
QUERN_REGISTER(found_and_abort)

static int
found_and_exit(quern_context *ctx, void *to)
{
	(void)ctx;
	found(to);
	_exit(0);
}
QUERN_REGISTER(found_and_exit)

static int
found_and_spin(quern_context *ctx, void *to)
{
	(void)ctx;
	found(to);
	for (;;)
		__asm__ volatile("");
	return 0;
}
QUERN_REGISTER(found_and_spin)

static void
expect_all_gone(void)
{
	CU_ASSERT(family->child > 0 && family->grandchild > 0);
	CU_ASSERT_TRUE(has_ended(family->parent));
	CU_ASSERT_TRUE(has_ended_soon(family->child));
	CU_ASSERT_TRUE(has_ended_soon(family->grandchild));
}

static void
the_family_of_one_that_crashes_goes(void)
{
	if (!open_scene(0))
		return;
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(found_and_abort, family)),
	    -EOWNERDEAD);
	expect_all_gone();
	memset(family, 0, sizeof(*family));
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(found_and_exit, family)),
	    -EOWNERDEAD);
	expect_all_gone();
	close_scene();
}

static void
the_family_of_one_that_is_killed_goes(void)
{
	struct noted noted;

	if (!open_scene(0))
		return;
	noted_init(&noted, quern_call(found_and_spin, family));
	noted_submit(&rig, &noted);
	(void)await_int(&family->parent);
	CU_ASSERT_EQUAL(quern_cancel(&noted.job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(noted.status, -ECANCELED);
	expect_all_gone();
	close_scene();
}

/* It lives as long as its parent, and what that does next is not disturbed. */
static void
the_family_of_one_that_ends_goes(void)
{
	struct family seen;

	if (!open_scene(2))
		return;
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_call(found_and_return, family)), 1);
	CU_ASSERT_FALSE(is_gone(family->child));
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_call(tell_pid, NULL)), family->parent);
	/* That was its share. */
	CU_ASSERT_NOT_EQUAL(
	    isolated_run(&rig, quern_call(tell_pid, NULL)), family->parent);
	expect_all_gone();
	memset(family, 0, sizeof(*family));
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_call(found_and_return, family)), 1);
	seen = *family;
	close_scene();
	CU_ASSERT_TRUE(has_ended_soon(seen.parent));
	CU_ASSERT_TRUE(has_ended_soon(seen.child));
	CU_ASSERT_TRUE(has_ended_soon(seen.grandchild));
}

/* To the group of a process by its descriptor: Linux 6.9. */
static bool
kernel_knows_groups(void)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	bool knows = !syscall(SYS_pidfd_send_signal, self, 0, NULL, 1 << 2) ||
	    errno != EINVAL;

	close(self);
	return knows;
}

/* Then nobody can wait for it, and its number is free. */
static void
the_family_goes_where_sigchld_is_ignored(void)
{
	if (!kernel_knows_groups())
		return;
	signal(SIGCHLD, SIG_IGN);
	the_family_of_one_that_crashes_goes();
	the_family_of_one_that_is_killed_goes();
	the_family_of_one_that_ends_goes();
	signal(SIGCHLD, SIG_DFL);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the family of one that crashes goes",
		    the_family_of_one_that_crashes_goes },
		{ "the family of one that is killed goes",
		    the_family_of_one_that_is_killed_goes },
		{ "the family of one that ends goes",
		    the_family_of_one_that_ends_goes },
		{ "the family goes where SIGCHLD is ignored",
		    the_family_goes_where_sigchld_is_ignored },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process family", tests);
	return run_suites();
}

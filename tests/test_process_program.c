/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_program.c -- workers end soon when the program does, however it
 * does, even if they compute for ever.
 *
 * The program is this test, started again with the name of a part: it prints
 * who its workers are.
 */
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isolated.h"
#include "self.h"
#include "watchdog.h"

extern char **environ;

enum { WORKERS = 2 };

/* ---- the programs ---- */

/* Without CUnit, which knows no suite there. */
static void
open_or_exit(quern_executor **executor, quern_loop **loop)
{
	quern_processes_options options;

	isolated_options(&options, WORKERS);
	if (quern_processes_create(executor, &options) ||
	    quern_loop_create(loop, ev_loop_new(EVFLAG_AUTO), *executor))
		exit(2);
}

/* With all workers busy for ever, tell who they are. */
static void
begin_and_tell(void)
{
	static quern_job job[WORKERS];
	quern_executor *executor;
	quern_loop *loop;
	int *pid;

	open_or_exit(&executor, &loop);
	if (quern_buffer_create(
		(void **)&pid, executor, WORKERS * sizeof(*pid)))
		exit(3);
	memset(pid, 0, WORKERS * sizeof(*pid));
	for (int i = 0; i < WORKERS; i++) {
		quern_job_init(
		    &job[i], quern_call(spin_for_ever, &pid[i]), NULL);
		if (quern_submit(loop, &job[i]))
			exit(4);
	}
	for (int i = 0; i < WORKERS; i++)
		printf("worker %d\n", await_int(&pid[i]));
	fflush(stdout);
}

static int
stay(void)
{
	begin_and_tell();
	for (;;)
		pause();
	return 0;
}

static int
leave(void)
{
	begin_and_tell();
	return 0;
}

static int
leave_at_once(void)
{
	begin_and_tell();
	_exit(0);
}

static int
crash(void)
{
	begin_and_tell();
	raise(SIGKILL);
	return 0;
}

static int
become_another(void)
{
	begin_and_tell();
	execl("/bin/sleep", "sleep", "60", (char *)NULL);
	return 1;
}

/* Somebody else has copies of all descriptors, also of the workers' sockets. */
static int
leave_a_child_behind(void)
{
	int pid;

	begin_and_tell();
	pid = fork();
	if (pid == 0) {
		close(STDOUT_FILENO);
		alarm(30);
		for (;;)
			pause();
	}
	printf("child %d\n", pid);
	fflush(stdout);
	_exit(0);
}

/* Starts one that would stay for a minute, and computes for ever. */
static int
found_and_stay(quern_context *ctx, void *family)
{
	int *pid = family, child = fork();

	if (child == 0) {
		alarm(60);
		for (;;)
			pause();
	}
	/* Not by the child, which sees the same memory. */
	pid[1] = child;
	return spin_for_ever(ctx, &pid[0]);
}
QUERN_REGISTER(found_and_stay)

/* The workers have children. */
static int
crash_with_family(void)
{
	static quern_job job[WORKERS];
	quern_executor *executor;
	quern_loop *loop;
	int(*family)[2];

	open_or_exit(&executor, &loop);
	if (quern_buffer_create(
		(void **)&family, executor, WORKERS * sizeof(*family)))
		exit(3);
	memset(family, 0, WORKERS * sizeof(*family));
	for (int i = 0; i < WORKERS; i++) {
		quern_job_init(
		    &job[i], quern_call(found_and_stay, &family[i]), NULL);
		if (quern_submit(loop, &job[i]))
			exit(4);
	}
	for (int i = 0; i < WORKERS; i++)
		printf("worker %d\n", await_int(&family[i][0]));
	printf("child %d\n", family[0][1]);
	fflush(stdout);
	raise(SIGKILL);
	return 0;
}

/* Its workers wait. */
static int
idle(void)
{
	quern_executor *executor;
	int pid[WORKERS];
	quern_loop *loop;

	open_or_exit(&executor, &loop);
	if (children(pid, WORKERS) != (size_t)WORKERS)
		return 1;
	for (int i = 0; i < WORKERS; i++)
		printf("worker %d\n", pid[i]);
	fflush(stdout);
	raise(SIGKILL);
	return 0;
}

/* ---- who watches them ---- */

struct program {
	int pid;
	int worker[WORKERS], n_workers;
	int child;
};

/* Start a part and read whom it has until it says no more. */
static bool
start(struct program *program, const char *part, int lines)
{
	char *argv[] = { (char *)"program", (char *)part, NULL };
	posix_spawn_file_actions_t actions;
	char line[100];
	int ends[2];
	FILE *out;

	*program = (struct program) { .pid = 0 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	if (posix_spawn(
		&program->pid, self_program(), &actions, NULL, argv, environ))
		program->pid = 0;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	out = fdopen(ends[0], "r");
	while (lines && out && fgets(line, sizeof(line), out)) {
		int was = program->n_workers;

		if (was < WORKERS &&
		    sscanf(line, "worker %d", &program->worker[was]) == 1)
			program->n_workers++;
		else if (sscanf(line, "child %d", &program->child) != 1)
			continue;
		lines--;
	}
	fclose(out);
	return program->pid > 0;
}

static void
expect_workers_end(const struct program *program)
{
	CU_ASSERT_EQUAL(program->n_workers, WORKERS);
	for (int i = 0; i < program->n_workers; i++) {
		CU_ASSERT(program->worker[i] > 0);
		CU_ASSERT_TRUE(has_ended_soon(program->worker[i]));
	}
}

/* It ends by itself, with this status. */
static void
ends_with(const char *part, int status)
{
	struct program program;
	int ended = -1;

	watchdog(part, 0);
	CU_ASSERT_TRUE(start(&program, part, WORKERS));
	CU_ASSERT_EQUAL(waitpid(program.pid, &ended, 0), program.pid);
	CU_ASSERT_EQUAL(ended, status);
	expect_workers_end(&program);
}

static void
workers_end_when_their_program_is_killed(void)
{
	struct program program;

	watchdog("stay", 0);
	CU_ASSERT_TRUE(start(&program, "stay", WORKERS));
	for (int i = 0; i < program.n_workers; i++)
		CU_ASSERT_FALSE(is_gone(program.worker[i]));
	CU_ASSERT_EQUAL(kill(program.pid, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(program.pid, NULL, 0), program.pid);
	expect_workers_end(&program);
	ends_with("crash", SIGKILL);
	ends_with("idle", SIGKILL);
}

static void
workers_end_when_main_returns_without_a_word(void)
{
	ends_with("leave", 0);
	ends_with("leave_at_once", 0);
}

static void
workers_end_when_their_program_becomes_another(void)
{
	struct program program;

	watchdog("become_another", 0);
	CU_ASSERT_TRUE(start(&program, "become_another", WORKERS));
	expect_workers_end(&program);
	CU_ASSERT_EQUAL(waitpid(program.pid, NULL, WNOHANG), 0);
	CU_ASSERT_EQUAL(kill(program.pid, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(program.pid, NULL, 0), program.pid);
}

static void
workers_end_although_somebody_has_their_sockets(void)
{
	struct program program;

	watchdog("leave_a_child_behind", 0);
	CU_ASSERT_TRUE(start(&program, "leave_a_child_behind", WORKERS + 1));
	CU_ASSERT_EQUAL(waitpid(program.pid, NULL, 0), program.pid);
	expect_workers_end(&program);
	CU_ASSERT(program.child > 0);
	if (program.child > 0)
		CU_ASSERT_EQUAL(kill(program.child, SIGKILL), 0);
}

static void
what_workers_have_started_ends_too(void)
{
	struct program program;

	watchdog("crash_with_family", 0);
	CU_ASSERT_TRUE(start(&program, "crash_with_family", WORKERS + 1));
	CU_ASSERT_EQUAL(waitpid(program.pid, NULL, 0), program.pid);
	expect_workers_end(&program);
	CU_ASSERT(program.child > 0);
	if (program.child > 0)
		CU_ASSERT_TRUE(has_ended_soon(program.child));
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "stay", stay },
		{ "leave", leave },
		{ "leave_at_once", leave_at_once },
		{ "crash", crash },
		{ "become_another", become_another },
		{ "leave_a_child_behind", leave_a_child_behind },
		{ "crash_with_family", crash_with_family },
		{ "idle", idle },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "workers end when their program is killed",
		    workers_end_when_their_program_is_killed },
		{ "workers end when main returns without a word",
		    workers_end_when_main_returns_without_a_word },
		{ "workers end when their program becomes another",
		    workers_end_when_their_program_becomes_another },
		{ "workers end although somebody has their sockets",
		    workers_end_although_somebody_has_their_sockets },
		{ "what workers have started ends, too",
		    what_workers_have_started_ends_too },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	self_begin(argc, argv, parts);
	add_suite("process program", tests);
	return run_suites();
}

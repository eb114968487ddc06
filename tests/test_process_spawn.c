/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_spawn.c -- workers that cannot be had: create says why, and so
 * does a job, later; nothing is left behind, and nobody waits for ever.
 */
#include <errno.h>
#include <math.h>
#include <quern/kernels.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "isolated.h"
#include "self.h"
#include "threads.h"
#include "watchdog.h"

/* ---- never ---- */

static quern_processes_options
two_workers(void)
{
	quern_processes_options options;

	isolated_options(&options, 2);
	return options;
}

static void
is_refused(const quern_processes_options *options, int why)
{
	quern_executor *executor = NULL;
	struct footprint before, after;

	watchdog("refused", (uint64_t)-why);
	before = footprint();
	CU_ASSERT_EQUAL(quern_processes_create(&executor, options), why);
	CU_ASSERT_PTR_NULL(executor);
	after = footprint();
	CU_ASSERT_EQUAL(after.descriptors, before.descriptors);
	expect_no_children();
}

static void
a_program_that_is_none_is_refused(void)
{
	quern_processes_options options = two_workers();

	options.worker_program = "/nonexistent/worker";
	is_refused(&options, -ENOENT);
	options.worker_program = "/";
	is_refused(&options, -EACCES);
	options.worker_program = "/dev/null";
	is_refused(&options, -EACCES);
}

static void
a_program_that_is_no_worker_is_refused(void)
{
	quern_processes_options options = two_workers();

	for (int round = 0; round < 5; round++) {
		options.worker_program = "/bin/true";
		is_refused(&options, -ENOEXEC);
		options.worker_program = "/bin/false";
		is_refused(&options, -ENOEXEC);
		/* It reads the end of its input. */
		options.worker_program = "/bin/cat";
		is_refused(&options, -ENOEXEC);
	}
	/* The host's way with children does not matter. */
	signal(SIGCHLD, SIG_IGN);
	for (int round = 0; round < 5; round++)
		is_refused(&options, -ENOEXEC);
	signal(SIGCHLD, SIG_DFL);
}

static void
a_folder_or_module_that_is_none_is_refused(void)
{
	quern_processes_options options = two_workers();

	options.folder = "/nonexistent/folder";
	is_refused(&options, -ENOENT);
	options = two_workers();
	options.worker_program = self_program();
	options.module = "/nonexistent/module.so";
	is_refused(&options, -ENOEXEC);
}

static int
not_registered(unsigned index)
{
	(void)index;
	return 0;
}

static void
options_out_of_range_are_refused(void)
{
	static char long_path[2000];
	quern_processes_options options;
	quern_executor *executor = NULL;

	CU_ASSERT_EQUAL(quern_processes_create(NULL, NULL), -EINVAL);
	memset(long_path, 'x', sizeof(long_path) - 1);
	for (int i = 0; i < 12; i++) {
		options = two_workers();
		switch (i) {
		case 0:
			options.workers = 100000;
			break;
		case 1:
			options.grace = -1;
			break;
		case 2:
			options.grace = NAN;
			break;
		case 3:
			options.nice = 20;
			break;
		case 4:
			options.oom_score_adj = -1;
			break;
		case 5:
			options.oom_score_adj = 1001;
			break;
		case 6:
			options.module = "";
			break;
		case 7:
			options.module = long_path;
			break;
		case 8:
			options.reserved1 = 1;
			break;
		case 9:
			options.reserved[0] = 1;
			break;
		case 10:
			options.reserved[7] = 1;
			break;
		default:
			options.queue_limit = SIZE_MAX;
			break;
		}
		is_refused(&options, -EINVAL);
	}
	options = two_workers();
	options.worker_start = not_registered;
	is_refused(&options, -ENOEXEC);
	CU_ASSERT_PTR_NULL(executor);
}

static int no_options; /* atomic */

int __real_setsockopt(
    int socket, int level, int name, const void *value, socklen_t bytes);
int __wrap_setsockopt(
    int socket, int level, int name, const void *value, socklen_t bytes);

int
__wrap_setsockopt(
    int socket, int level, int name, const void *value, socklen_t bytes)
{
	if (get(&no_options)) {
		errno = ENOMEM;
		return -1;
	}
	return __real_setsockopt(socket, level, name, value, bytes);
}

/* Or nobody would look around while it waits for an answer. */
static void
a_worker_that_cannot_be_looked_after_is_refused(void)
{
	quern_processes_options options = two_workers();

	__atomic_store_n(&no_options, 1, __ATOMIC_RELEASE);
	is_refused(&options, -ENOMEM);
	__atomic_store_n(&no_options, 0, __ATOMIC_RELEASE);
}

/* ---- too late ---- */

/* A link to this program, and then to none. */
static char folder[] = "/tmp/quern-XXXXXX", program[60], target[4096];

static void
point_to(const char *path)
{
	(void)unlink(program);
	CU_ASSERT_EQUAL(symlink(path, program), 0);
}

static bool
open_with_link(struct rig *rig)
{
	quern_processes_options options;
	ssize_t n = readlink("/proc/self/exe", target, sizeof(target) - 1);

	CU_ASSERT(n > 0);
	target[n > 0 ? n : 0] = '\0';
	CU_ASSERT_PTR_NOT_NULL(mkdtemp(folder));
	snprintf(program, sizeof(program), "%s/worker", folder);
	point_to(target);
	isolated_options(&options, 1);
	options.worker_program = program;
	return isolated_open(rig, &options);
}

static void
close_with_link(struct rig *rig)
{
	CU_ASSERT_EQUAL(unlink(program), 0);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
	strcpy(strrchr(folder, '-'), "-XXXXXX");
	rig_close(rig);
	expect_no_children();
}

static void
lose_worker(struct rig *rig)
{
	int pid = isolated_run(rig, quern_call(tell_pid, NULL));

	CU_ASSERT(pid > 0);
	CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
	CU_ASSERT_TRUE(is_gone_soon(pid));
}

static void
a_job_without_a_worker_is_told_why(void)
{
	struct noted noted[5];
	quern_crash crash;
	struct rig rig;

	if (!open_with_link(&rig))
		return;
	for (int round = 0; round < 3; round++) {
		point_to("/nonexistent");
		lose_worker(&rig);
		for (int i = 0; i < 5; i++) {
			noted_init(&noted[i], quern_call(return_one, NULL));
			noted_submit(&rig, &noted[i]);
		}
		rig_run(&rig);
		for (int i = 0; i < 5; i++) {
			CU_ASSERT_EQUAL(noted[i].times, 1);
			CU_ASSERT_EQUAL(noted[i].status, -ENOENT);
			CU_ASSERT_EQUAL(
			    quern_job_crash(&noted[i].job, &crash), -ENODATA);
		}
		/* Once there can be workers the next one has one. */
		point_to(target);
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(return_one, NULL)), 1);
	}
	close_with_link(&rig);
}

static void
a_worker_that_ends_as_it_begins_costs_a_job_each(void)
{
	struct rig rig;

	if (!open_with_link(&rig))
		return;
	point_to("/bin/true");
	lose_worker(&rig);
	for (int n = 0; n < 5; n++)
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(return_one, NULL)), -ENOEXEC);
	point_to(target);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	close_with_link(&rig);
}

static void
a_loop_without_workers_fails(void)
{
	static double in[100000], out[100000];
	struct rig rig;

	if (!open_with_link(&rig))
		return;
	point_to("/nonexistent");
	lose_worker(&rig);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_pow_f64(out, in, 2, 100000)), -ENOENT);
	point_to(target);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_pow_f64(out, in, 2, 100000)), 0);
	close_with_link(&rig);
}

/* ---- without quern_worker_main() ---- */

static int
create_at_once(void)
{
	quern_executor *executor;

	return quern_processes_create(&executor, NULL) != -EPERM;
}

static void
a_main_that_does_not_ask_has_no_workers(void)
{
	static const char *const nothing[] = { NULL };

	watchdog("not asked", 0);
	CU_ASSERT_EQUAL(self_run("create at once", nothing), 0);
}

/*
 * A program that does not ask and starts itself as a worker would start itself
 * again there, and so on.
 */
static int
create_as_a_worker(void)
{
	quern_processes_options options = two_workers();
	quern_executor *executor;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ||
	    dup2(pair[0], 3) != 3)
		return 100;
	setenv("QUERN_WORKER", "1", 1);
	options.worker_program = "/bin/true";
	if (quern_processes_create(&executor, &options) != -EPERM)
		return 1;
	/* Without the socket it is just a variable. */
	close(3);
	if (quern_processes_create(&executor, &options) != -ENOEXEC)
		return 2;
	quern_worker_main();
	return getenv("QUERN_WORKER") ? 3 : 0;
}

static void
a_worker_that_does_not_ask_has_no_workers(void)
{
	static const char *const nothing[] = { NULL };

	watchdog("not asked", 1);
	CU_ASSERT_EQUAL(self_run("create as a worker", nothing), 0);
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "create at once", create_at_once },
		{ "create as a worker", create_as_a_worker },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "a program that is none is refused",
		    a_program_that_is_none_is_refused },
		{ "a program that is no worker is refused",
		    a_program_that_is_no_worker_is_refused },
		{ "a folder or module that is none is refused",
		    a_folder_or_module_that_is_none_is_refused },
		{ "options out of range are refused",
		    options_out_of_range_are_refused },
		{ "a worker that cannot be looked after is refused",
		    a_worker_that_cannot_be_looked_after_is_refused },
		{ "a job without a worker is told why",
		    a_job_without_a_worker_is_told_why },
		{ "a worker that ends as it begins costs a job each",
		    a_worker_that_ends_as_it_begins_costs_a_job_each },
		{ "a loop without workers fails",
		    a_loop_without_workers_fails },
		{ "a main that does not ask has no workers",
		    a_main_that_does_not_ask_has_no_workers },
		{ "a worker that does not ask has no workers",
		    a_worker_that_does_not_ask_has_no_workers },
		CU_TEST_INFO_NULL,
	};

	/* Before quern_worker_main(), which is what it does without. */
	self_begin(argc, argv, parts);
	isolated_main();
	add_suite("process spawn", tests);
	return run_suites();
}

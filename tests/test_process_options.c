/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_options.c -- what a worker begins with, and when another one
 * takes its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "isolated.h"
#include "self.h"
#include "watchdog.h"

enum { MIB = 1 << 20 };

static quern_processes_options
one_worker(void)
{
	quern_processes_options options;

	isolated_options(&options, 1);
	return options;
}

static int
pid_of_worker(struct rig *rig)
{
	return isolated_run(rig, quern_call(tell_pid, NULL));
}

/* ---- replaced ---- */

static void
a_worker_is_replaced_after_so_many_jobs(void)
{
	quern_processes_options options = one_worker();
	int pid[9];
	struct rig rig;

	options.jobs_most = 3;
	if (!isolated_open(&rig, &options))
		return;
	for (int i = 0; i < 9; i++)
		pid[i] = pid_of_worker(&rig);
	for (int i = 0; i < 9; i++) {
		CU_ASSERT(pid[i] > 0);
		CU_ASSERT_EQUAL(pid[i], pid[i - i % 3]);
		if (i >= 3)
			CU_ASSERT_NOT_EQUAL(pid[i], pid[i - 3]);
	}
	rig_close(&rig);
	expect_no_children();
}

/* It is not to blame that others crash, and counts anew. */
static void
each_worker_counts_its_own_jobs(void)
{
	quern_processes_options options = one_worker();
	struct rig rig;
	int pid;

	options.jobs_most = 2;
	if (!isolated_open(&rig, &options))
		return;
	pid = pid_of_worker(&rig);
	CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
	pid = pid_of_worker(&rig);
	CU_ASSERT_EQUAL(pid_of_worker(&rig), pid);
	CU_ASSERT_NOT_EQUAL(pid_of_worker(&rig), pid);
	rig_close(&rig);
}

/* And keeps it. */
static int
take_memory(quern_context *ctx, void *mib)
{
	size_t bytes = *(size_t *)mib * MIB;
	char *memory = malloc(bytes);

	(void)ctx;
	if (!memory)
		return -ENOMEM;
	memset(memory, 1, bytes);
	__asm__ volatile("" : : "r"(memory) : "memory");
	return (int)getpid();
}
QUERN_REGISTER(take_memory)

static void
a_worker_is_replaced_once_it_has_grown(void)
{
	quern_processes_options options = one_worker();
	size_t little = 1, much = 400;
	struct rig rig;
	int pid;

	options.memory_most = (uint64_t)350 * MIB;
	if (!isolated_open(&rig, &options))
		return;
	pid = pid_of_worker(&rig);
	CU_ASSERT_EQUAL(isolated_run(&rig,
			    quern_with_arg(quern_call(take_memory, &little),
				sizeof(little))),
	    pid);
	CU_ASSERT_EQUAL(pid_of_worker(&rig), pid);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig,
		quern_with_arg(quern_call(take_memory, &much), sizeof(much))),
	    pid);
	CU_ASSERT_NOT_EQUAL(pid_of_worker(&rig), pid);
	rig_close(&rig);
	expect_no_children();
}

/* "Its memory": not what it shares, however large. */
static void
a_large_buffer_is_not_its_growth(void)
{
	quern_processes_options options = one_worker();
	size_t bytes = (size_t)200 * MIB;
	struct rig rig;
	char *buffer;
	int pid;

	options.memory_most = (uint64_t)180 * MIB;
	if (!isolated_open(&rig, &options))
		return;
	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&buffer, rig.executor, bytes), 0);
	pid = pid_of_worker(&rig);
	for (int n = 0; n < 3; n++)
		CU_ASSERT_EQUAL(pid_of_worker(&rig), pid);
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), 0);
	rig_close(&rig);
}

/* ---- worker_start ---- */

static int started_as = -1; /* in a worker */

static int
note_index(unsigned index)
{
	started_as = (int)index;
	return 0;
}
QUERN_REGISTER(note_index)

static int
tell_index(quern_context *ctx, void *unused)
{
	(void)unused;
	return started_as == (int)quern_worker_index(ctx) ? started_as :
							    -EINVAL;
}
QUERN_REGISTER(tell_index)

static void
each_worker_is_started_with_its_number(void)
{
	quern_processes_options options;
	struct noted noted[64];
	struct tally tally;
	struct rig rig;

	isolated_options(&options, 4);
	options.worker_start = note_index;
	if (!isolated_open(&rig, &options))
		return;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 64; i++) {
			noted_init(&noted[i], quern_call(tell_index, NULL));
			noted_submit(&rig, &noted[i]);
		}
		rig_run(&rig);
		tally = tally_of(noted, 64);
		CU_ASSERT_EQUAL(tally.done, 64);
		for (int i = 0; i < 64; i++)
			CU_ASSERT(noted[i].status < 4);
		/* Those that come after them, too. */
		kill_children();
	}
	CU_ASSERT_EQUAL(started_as, -1);
	rig_close(&rig);
}

static int
fail_for_1(unsigned index)
{
	return index == 1 ? -EXDEV : 0;
}
QUERN_REGISTER(fail_for_1)

static int
fail_with_epipe(unsigned index)
{
	(void)index;
	return -EPIPE;
}
QUERN_REGISTER(fail_with_epipe)

static int
fail_with_eproto(unsigned index)
{
	(void)index;
	return -EPROTO;
}
QUERN_REGISTER(fail_with_eproto)

static int
abort_for_1(unsigned index)
{
	if (index == 1)
		abort();
	return 0;
}
QUERN_REGISTER(abort_for_1)

static int
return_12(unsigned index)
{
	(void)index;
	return 12;
}
QUERN_REGISTER(return_12)

static void
a_worker_that_cannot_start_fails_create(void)
{
	quern_processes_options options;
	quern_executor *executor;

	watchdog("worker_start", 0);
	isolated_options(&options, 3);
	options.worker_start = fail_for_1;
	CU_ASSERT_EQUAL(quern_processes_create(&executor, &options), -EXDEV);
	/* What a worker that has gone would come to, too. */
	options.worker_start = fail_with_epipe;
	CU_ASSERT_EQUAL(quern_processes_create(&executor, &options), -EPIPE);
	options.worker_start = fail_with_eproto;
	CU_ASSERT_EQUAL(quern_processes_create(&executor, &options), -EPROTO);
	options.worker_start = abort_for_1;
	CU_ASSERT_EQUAL(quern_processes_create(&executor, &options), -ENOEXEC);
	options.worker_start = return_12;
	CU_ASSERT_EQUAL(quern_processes_create(&executor, &options), 0);
	CU_ASSERT_EQUAL(quern_run(executor, quern_call(return_one, NULL)), 1);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	expect_no_children();
}

/* ---- surroundings ---- */

static int
check_environment(quern_context *ctx, void *unused)
{
	const char *color = getenv("COLOR");

	(void)ctx;
	(void)unused;
	return color && !strcmp(color, "green") && !getenv("HOME") &&
	    !getenv("QUERN_WORKER");
}
QUERN_REGISTER(check_environment)

static int
check_folder(quern_context *ctx, void *unused)
{
	char path[100];

	(void)ctx;
	(void)unused;
	return getcwd(path, sizeof(path)) && !strcmp(path, "/usr");
}
QUERN_REGISTER(check_folder)

static int
tell_nice(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return getpriority(PRIO_PROCESS, 0);
}
QUERN_REGISTER(tell_nice)

static int
tell_oom_score_adj(quern_context *ctx, void *unused)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "r");
	int score = -1;

	(void)ctx;
	(void)unused;
	if (!file)
		return -errno;
	if (fscanf(file, "%d", &score) != 1)
		score = -1;
	fclose(file);
	return score;
}
QUERN_REGISTER(tell_oom_score_adj)

/* How many it can open. */
static int
open_all(quern_context *ctx, void *unused)
{
	int fd, last = -1;

	(void)ctx;
	(void)unused;
	while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		last = fd;
	return errno == EMFILE ? last + 1 : -errno;
}
QUERN_REGISTER(open_all)

static void
a_worker_has_the_surroundings_that_were_asked_for(void)
{
	char *environment[] = { (char *)"COLOR=green",
		(char *)"ASAN_OPTIONS=detect_leaks=0", NULL };
	quern_processes_options options = one_worker();
	int before = getpriority(PRIO_PROCESS, 0);
	struct rig rig;

	options.environment = environment;
	options.folder = "/usr";
	options.nice = 3;
	options.oom_score_adj = 700;
	options.open_files = 40;
	if (!isolated_open(&rig, &options))
		return;
	for (int round = 0; round < 2; round++) {
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(check_environment, NULL)), 1);
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(check_folder, NULL)), 1);
		CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(tell_nice, NULL)),
		    before + 3 < 19 ? before + 3 : 19);
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(tell_oom_score_adj, NULL)),
		    700);
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(open_all, NULL)), 40);
		kill_children();
	}
	rig_close(&rig);
	CU_ASSERT_EQUAL(getpriority(PRIO_PROCESS, 0), before);
}

/* Only root may have less than the program, so nobody has. */
static int
begin_with_800(void)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "w");
	quern_processes_options options = one_worker();
	quern_executor *executor;
	int score;

	if (!file || fputs("800", file) < 0 || fclose(file))
		return 100;
	options.oom_score_adj = 700;
	if (quern_processes_create(&executor, &options))
		return 101;
	score = quern_run(executor, quern_call(tell_oom_score_adj, NULL));
	if (quern_executor_destroy(executor))
		return 102;
	return score == 800 ? 0 : 1;
}

static void
a_workers_oom_score_is_the_larger_one(void)
{
	static const char *const nothing[] = { NULL };

	watchdog("oom score", 0);
	CU_ASSERT_EQUAL(self_run("begin with 800", nothing), 0);
}

/* "Copied": also what the options point to. */
static void
options_are_the_callers_again_after_create(void)
{
	char *color = strdup("COLOR=green"), *folder = strdup("/usr");
	char *program = strdup(self_program());
	char **environment = calloc(3, sizeof(*environment));
	quern_processes_options options = one_worker();
	struct rig rig = { .loop = NULL };
	bool open;

	environment[0] = color;
	environment[1] = (char *)"ASAN_OPTIONS=detect_leaks=0";
	options.environment = environment;
	options.folder = folder;
	options.worker_program = program;
	open = isolated_open(&rig, &options);
	memset(color, 'x', strlen(color));
	memset(folder, 'x', strlen(folder));
	memset(program, 'x', strlen(program));
	free(color);
	free(folder);
	free(program);
	free(environment);
	if (!open)
		return;
	kill_children();
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_call(check_environment, NULL)), 1);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(check_folder, NULL)), 1);
	rig_close(&rig);
}

/* ---- queue_limit ---- */

static void
a_full_queue_says_so(void)
{
	quern_processes_options options = one_worker();
	struct noted noted[3];
	struct rig rig;

	options.queue_limit = 2;
	if (!isolated_open(&rig, &options))
		return;
	for (int i = 0; i < 3; i++)
		noted_init(&noted[i], quern_call(return_one, NULL));
	noted_submit(&rig, &noted[0]);
	noted_submit(&rig, &noted[1]);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &noted[2].job), -EAGAIN);
	rig_run(&rig);
	CU_ASSERT_EQUAL(noted_run(&rig, &noted[2]), 1);
	rig_close(&rig);
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "begin with 800", begin_with_800 },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "a worker is replaced after so many jobs",
		    a_worker_is_replaced_after_so_many_jobs },
		{ "each worker counts its own jobs",
		    each_worker_counts_its_own_jobs },
		{ "a worker is replaced once it has grown",
		    a_worker_is_replaced_once_it_has_grown },
		{ "a large buffer is not its growth",
		    a_large_buffer_is_not_its_growth },
		{ "each worker is started with its number",
		    each_worker_is_started_with_its_number },
		{ "a worker that cannot start fails create",
		    a_worker_that_cannot_start_fails_create },
		{ "a worker has the surroundings that were asked for",
		    a_worker_has_the_surroundings_that_were_asked_for },
		{ "a worker's out-of-memory score is the larger one",
		    a_workers_oom_score_is_the_larger_one },
		{ "options are the caller's again after create",
		    options_are_the_callers_again_after_create },
		{ "a full queue says so", a_full_queue_says_so },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	self_begin(argc, argv, parts);
	add_suite("process options", tests);
	return run_suites();
}

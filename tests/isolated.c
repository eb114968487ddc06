/* SPDX-License-Identifier: BSD-2-Clause */
/* isolated.c -- what tests with worker processes share, see isolated.h. */
#include "isolated.h"

#include <dirent.h>
#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "threads.h"
#include "watchdog.h"

static unsigned long ends; /* since isolated_open() */

/* ---- setting up ---- */

/* For the workers: this process has read its own already. */
static void
append(const char *variable, const char *settings)
{
	const char *now = getenv(variable);
	char all[1000];

	snprintf(all, sizeof(all), "%s:%s", now ? now : "", settings);
	setenv(variable, all, 1);
}

void
isolated_main(void)
{
	quern_worker_main();
	append("ASAN_OPTIONS",
	    "detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigfpe=0:"
	    "use_sigaltstack=0:allocator_may_return_null=1");
	append("TSAN_OPTIONS",
	    "handle_segv=0:handle_abort=0:handle_sigfpe=0:use_sigaltstack=0:"
	    "report_signal_unsafe=0");
}

void
isolated_options(quern_processes_options *options, unsigned workers)
{
	quern_processes_options_init(options);
	options->workers = workers;
	options->grace = 0.05;
}

bool
isolated_open(struct rig *rig, const quern_processes_options *options)
{
	quern_processes_options two;

	watchdog("a test of processes", 0);
	ends = 0;
	*rig = (struct rig) { NULL, NULL, NULL };
	if (!options) {
		isolated_options(&two, 2);
		options = &two;
	}
	CU_ASSERT_EQUAL(quern_processes_create(&rig->executor, options), 0);
	if (!rig->executor)
		return false;
	rig->ev = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_PTR_NOT_NULL(rig->ev);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&rig->loop, rig->ev, rig->executor), 0);
	return rig->loop;
}

bool
isolated_open_one(struct rig *rig)
{
	quern_processes_options options;

	isolated_options(&options, 1);
	return isolated_open(rig, &options);
}

/* ---- jobs ---- */

static void
note(quern_loop *loop, quern_job *job, int status)
{
	struct noted *noted = job->data;

	(void)loop;
	noted->times++;
	noted->status = status;
	noted->at = ++ends;
}

void
noted_init(struct noted *noted, quern_op op)
{
	*noted = (struct noted) { .times = 0 };
	quern_job_init(&noted->job, op, note);
	noted->job.data = noted;
}

void
noted_submit(struct rig *rig, struct noted *noted)
{
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &noted->job), 0);
}

int
noted_run(struct rig *rig, struct noted *noted)
{
	noted_submit(rig, noted);
	rig_run(rig);
	CU_ASSERT_EQUAL(noted->times, 1);
	return noted->status;
}

int
isolated_run(struct rig *rig, quern_op op)
{
	struct noted noted;

	noted_init(&noted, op);
	return noted_run(rig, &noted);
}

struct tally
tally_of(const struct noted *noted, size_t n)
{
	struct tally tally = { 0 };
	size_t not_once = 0;

	for (; n > 0; n--, noted++) {
		not_once += noted->times != 1;
		if (noted->status >= 0)
			tally.done++;
		else if (noted->status == -EOWNERDEAD)
			tally.died++;
		else if (noted->status == -ECANCELED)
			tally.cancelled++;
		else if (noted->status == -ETIMEDOUT)
			tally.timed_out++;
		else
			tally.others++;
	}
	CU_ASSERT_EQUAL(not_once, 0);
	return tally;
}

quern_crash
crash_of(const struct noted *noted)
{
	quern_crash crash = { .signal = -1 };

	CU_ASSERT_EQUAL(quern_job_crash(&noted->job, &crash), 0);
	return crash;
}

/* ---- functions ---- */

int
tell_pid(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return (int)getpid();
}
QUERN_REGISTER(tell_pid)

int
return_one(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	return 1;
}
QUERN_REGISTER(return_one)

int
spin_for_ever(quern_context *ctx, void *pid)
{
	(void)ctx;
	__atomic_store_n((int *)pid, (int)getpid(), __ATOMIC_RELEASE);
	for (;;)
		__asm__ volatile("");
	return 0;
}
QUERN_REGISTER(spin_for_ever)

/* ---- processes ---- */

bool
is_gone(int pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

bool
is_gone_soon(int pid)
{
	for (int ms = 0; ms < 10000; ms++, nap())
		if (is_gone(pid))
			return true;
	return false;
}

/* The state's letter and the parent of a process; false: there is none. */
static bool
look_up(int pid, char *state, int *parent)
{
	char path[40];
	FILE *file;
	int n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	n = fscanf(file, "%*d (%*[^)]) %c %d", state, parent);
	fclose(file);
	return n == 2;
}

bool
has_ended(int pid)
{
	char state;
	int parent;

	return !look_up(pid, &state, &parent) || state == 'Z' || state == 'X';
}

bool
has_ended_soon(int pid)
{
	for (int ms = 0; ms < 10000; ms++, nap())
		if (has_ended(pid))
			return true;
	return false;
}

int
await_int(const int *value)
{
	int now;

	while (!(now = get(value)))
		nap();
	return now;
}

void
expect_no_children(void)
{
	CU_ASSERT_EQUAL(waitpid(-1, NULL, WNOHANG), -1);
	CU_ASSERT_EQUAL(errno, ECHILD);
}

static bool
is_child(int pid)
{
	char state;
	int parent;

	return look_up(pid, &state, &parent) && state != 'Z' && state != 'X' &&
	    parent == (int)getpid();
}

size_t
children(int pid[], size_t most)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	size_t n = 0;
	int number;

	while (folder && (entry = readdir(folder))) {
		number = atoi(entry->d_name); /* 0: another name */
		if (!number || !is_child(number))
			continue;
		if (n < most)
			pid[n] = number;
		n++;
	}
	if (folder)
		closedir(folder);
	return n;
}

void
kill_children(void)
{
	int pid[100];
	size_t n = children(pid, sizeof(pid) / sizeof(*pid));

	while (n > 0)
		kill(pid[--n], SIGKILL);
}

static size_t
lines_of(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t lines = 0;
	int c;

	if (!file)
		return 0;
	while ((c = getc(file)) != EOF)
		lines += c == '\n';
	fclose(file);
	return lines;
}

static size_t
entries_of(const char *path)
{
	DIR *folder = opendir(path);
	size_t entries = 0;

	if (!folder)
		return 0;
	while (readdir(folder))
		entries++;
	closedir(folder);
	return entries;
}

static size_t
resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

struct footprint
footprint(void)
{
	return (struct footprint) {
		.descriptors = entries_of("/proc/self/fd"),
		.maps = lines_of("/proc/self/maps"),
		.resident_kb = resident_kb(),
	};
}

/* ---- qemu-user ---- */

void __real_quern_processes_options_init(quern_processes_options *options);
void __wrap_quern_processes_options_init(quern_processes_options *options);

/* To the system our programs are none: run.sh has a script that runs them. */
void
__wrap_quern_processes_options_init(quern_processes_options *options)
{
	__real_quern_processes_options_init(options);
	options->worker_program = getenv("QUERN_TEST_SELF");
}

int __real_prctl(int option, ...);
int __wrap_prctl(int option, ...);

/* It has not all real-time signals, so that a worker may outlive its program. */
int
__wrap_prctl(int option, ...)
{
	unsigned long value[4];
	va_list more;

	va_start(more, option);
	for (int i = 0; i < 4; i++)
		value[i] = va_arg(more, unsigned long);
	va_end(more);
	if (option == PR_SET_PDEATHSIG && getenv("QUERN_TEST_SELF"))
		return 0;
	return __real_prctl(option, value[0], value[1], value[2], value[3]);
}

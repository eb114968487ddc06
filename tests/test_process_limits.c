/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_limits.c -- what a worker may not have, or do, and what becomes
 * of it if it tries.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <quern/kernels.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "isolated.h"
#include "self.h"
#include "src/cpus.h"
#include "watchdog.h"

enum { MIB = 1 << 20, MOST_MIB = 1024 };

static quern_processes_options
one_worker(void)
{
	quern_processes_options options;

	isolated_options(&options, 1);
	return options;
}

/* ---- memory ---- */

/* How many MiB it can have. */
static int
take_all_memory(quern_context *ctx, void *unused)
{
	int mib = 0;

	(void)ctx;
	(void)unused;
	for (; mib < 4 * MOST_MIB; mib++) {
		char *memory = malloc(MIB);

		if (!memory)
			break;
		__asm__ volatile("" : : "r"(memory) : "memory");
	}
	return mib;
}
QUERN_REGISTER(take_all_memory)

static int
touch_all_memory(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	for (int mib = 0; mib < 4 * MOST_MIB; mib++) {
		volatile char *memory = malloc(MIB);

		memory[0] = 1; /* unseen that there is none */
	}
	return 0;
}
QUERN_REGISTER(touch_all_memory)

static void
memory_ends_where_it_was_said(void)
{
	quern_processes_options options = one_worker();
	struct noted noted;
	struct rig rig;
	int mib;

	/* Of the address sanitizer's memory most is its own. */
	if (SANITIZED)
		return;
	options.address_space = (uint64_t)MOST_MIB * MIB;
	options.jobs_most = 1;
	if (!isolated_open(&rig, &options))
		return;
	mib = isolated_run(&rig, quern_call(take_all_memory, NULL));
	CU_ASSERT(mib > MOST_MIB / 4);
	CU_ASSERT(mib < MOST_MIB);
	noted_init(&noted, quern_call(touch_all_memory, NULL));
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
	CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGSEGV);
	CU_ASSERT(crash_of(&noted).peak_bytes < (uint64_t)MOST_MIB * MIB);
	/* The program has more, and so have buffers up to that. */
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	rig_close(&rig);
}

/* ---- time ---- */

static int
spin_and_ignore(quern_context *ctx, void *pid)
{
	signal(SIGXCPU, SIG_IGN);
	return spin_for_ever(ctx, pid);
}
QUERN_REGISTER(spin_and_ignore)

/* Who ignores that has another second. */
static void
time_ends_where_it_was_said(void)
{
	quern_processes_options options;
	struct noted obedient, stubborn;
	struct rig rig;
	int *pid;

	isolated_options(&options, 2);
	options.cpu_seconds = 1;
	if (!isolated_open(&rig, &options))
		return;
	CU_ASSERT_EQUAL(
	    quern_buffer_create((void **)&pid, rig.executor, sizeof(*pid)), 0);
	noted_init(&obedient, quern_call(spin_for_ever, pid));
	noted_init(&stubborn, quern_call(spin_and_ignore, pid));
	noted_submit(&rig, &obedient);
	if (!SANITIZED)
		noted_submit(&rig, &stubborn);
	rig_run(&rig);
	CU_ASSERT_EQUAL(obedient.status, -EOWNERDEAD);
	CU_ASSERT_EQUAL(crash_of(&obedient).signal, SIGXCPU);
	/* The kernel measures by two clocks that differ by a tick or two. */
	CU_ASSERT(crash_of(&obedient).cpu_seconds <= 1);
	if (!SANITIZED) {
		CU_ASSERT_EQUAL(stubborn.status, -EOWNERDEAD);
		CU_ASSERT_EQUAL(crash_of(&stubborn).signal, SIGKILL);
		CU_ASSERT(crash_of(&stubborn).cpu_seconds >= 1);
		CU_ASSERT(crash_of(&stubborn).cpu_seconds <= 2);
	}
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	CU_ASSERT_EQUAL(quern_buffer_destroy(pid), 0);
	rig_close(&rig);
}

/* ---- core dumps ---- */

static int
call_abort(quern_context *ctx, void *unused)
{
	(void)ctx;
	(void)unused;
	abort();
}
QUERN_REGISTER(call_abort)

/* Does the kernel write them where a process is, as "core" or "core.N"? */
static bool
cores_are_files(void)
{
	FILE *file = fopen("/proc/sys/kernel/core_pattern", "r");
	char pattern[200] = "";
	bool are;

	if (!file)
		return false;
	are =
	    fgets(pattern, sizeof(pattern), file) && !strcmp(pattern, "core\n");
	fclose(file);
	return are;
}

static void
remove_cores(int pid)
{
	char name[100];

	snprintf(name, sizeof(name), "core.%d", pid);
	(void)unlink(name);
	(void)unlink("core");
}

static void
crash_with_cores(int core_dumps)
{
	quern_processes_options options = one_worker();
	struct noted noted;
	struct rig rig;
	int pid;

	options.core_dumps = core_dumps;
	if (!isolated_open(&rig, &options))
		return;
	pid = isolated_run(&rig, quern_call(tell_pid, NULL));
	noted_init(&noted, quern_call(call_abort, NULL));
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
	CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGABRT);
	CU_ASSERT_EQUAL(crash_of(&noted).core, core_dumps);
	rig_close(&rig);
	remove_cores(pid);
}

static void
cores_are_dumped_only_if_asked_for(void)
{
	char folder[] = "/tmp/quern-XXXXXX", before[1000];
	struct rlimit was, most;

	/* The sanitizers' workers are too large, and say no themselves. */
	if (SANITIZED || !cores_are_files() || getrlimit(RLIMIT_CORE, &was) ||
	    !was.rlim_max || !getcwd(before, sizeof(before)) ||
	    !mkdtemp(folder) || chdir(folder))
		return;
	most = was;
	most.rlim_cur = most.rlim_max;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_CORE, &most), 0);
	crash_with_cores(0);
	crash_with_cores(1);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_CORE, &was), 0);
	/* As the program, which has none now. */
	if (!was.rlim_cur)
		crash_with_cores(0);
	CU_ASSERT_EQUAL(chdir(before), 0);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}

/* ---- system calls ---- */

static int
try_forbidden(quern_context *ctx, void *unused)
{
	int refused = 0;

	(void)ctx;
	(void)unused;
	refused +=
	    open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 && errno == EPERM;
	refused +=
	    open("/tmp/quern-file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 &&
	    errno == EPERM;
	refused += socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM;
	refused += unlink("/nonexistent") < 0 && errno == EPERM;
	refused += kill(getppid(), 0) < 0 && errno == EPERM;
	refused +=
	    execl("/bin/true", "true", (char *)NULL) < 0 && errno == EPERM;
	refused += chdir("/") < 0 && errno == EPERM;
	return refused;
}
QUERN_REGISTER(try_forbidden)

static void *
compute(void *numbers)
{
	double *number = numbers;

	for (int i = 0; i < 1000; i++)
		number[i] = sqrt(i);
	return numbers;
}

/* Memory, time and threads. */
static int
try_allowed(quern_context *ctx, void *unused)
{
	double *numbers = malloc(100 * MIB);
	struct timespec now, nap = { .tv_nsec = 1000 };
	pthread_t thread;

	(void)ctx;
	(void)unused;
	if (!numbers)
		return -1;
	if (pthread_create(&thread, NULL, compute, numbers))
		return -2;
	pthread_join(thread, NULL);
	if (numbers[999] != sqrt(999))
		return -3;
	free(numbers);
	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) ||
	    nanosleep(&nap, NULL))
		return -4;
	return 1;
}
QUERN_REGISTER(try_allowed)

/* What may be done to oneself, done to the program. */
static int
try_on_program(quern_context *ctx, void *pid)
{
	struct rlimit limit = { 50, 50 };
	int program = *(int *)pid, refused = 0;
	cpu_set_t cores;

	(void)ctx;
	CPU_ZERO(&cores);
	CPU_SET(0, &cores);
	refused += syscall(SYS_tgkill, program, program, SIGUSR1) < 0 &&
	    errno == EPERM;
	refused += kill(program, SIGUSR1) < 0 && errno == EPERM;
	refused += kill(-1, 0) < 0 && errno == EPERM;
	refused +=
	    prlimit(program, RLIMIT_NOFILE, &limit, NULL) < 0 && errno == EPERM;
	refused +=
	    setpriority(PRIO_PROCESS, (id_t)program, 19) < 0 && errno == EPERM;
	/* It says that it has. */
	refused += !sched_setaffinity(program, sizeof(cores), &cores);
	return refused;
}
QUERN_REGISTER(try_on_program)

/* Another process, and what a confined one may not make of itself. */
static int
try_to_multiply(quern_context *ctx, void *unused)
{
	int refused = 0;

	(void)ctx;
	(void)unused;
	refused += fork() < 0 && errno == EPERM;
	refused +=
	    syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0 && errno == EPERM;
	refused += syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS;
	refused += system("true") != 0;
	refused += prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0 && errno == EPERM;
	refused += prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 && errno == EPERM;
	return refused;
}
QUERN_REGISTER(try_to_multiply)

static int
try_on_oneself(quern_context *ctx, void *unused)
{
	char name[16] = "";
	struct rlimit limit;
	cpu_set_t cores;

	(void)ctx;
	(void)unused;
	signal(SIGUSR1, SIG_IGN);
	if (raise(SIGUSR1) || pthread_kill(pthread_self(), SIGUSR1))
		return -1;
	if (getrlimit(RLIMIT_STACK, &limit) || setrlimit(RLIMIT_STACK, &limit))
		return -2;
	if (sched_getaffinity(0, sizeof(cores), &cores) ||
	    sched_setaffinity(0, sizeof(cores), &cores))
		return -3;
	if (prctl(PR_SET_NAME, "confined", 0, 0, 0) ||
	    prctl(PR_GET_NAME, name, 0, 0, 0) || strcmp(name, "confined"))
		return -4;
	/* Its group. */
	return kill(0, 0) ? -5 : 1;
}
QUERN_REGISTER(try_on_oneself)

static int
count_team(quern_context *ctx, void *unused)
{
	int n = 0;

	(void)ctx;
	(void)unused;
#pragma omp parallel
	__atomic_fetch_add(&n, 1, __ATOMIC_RELAXED);
	return n;
}
QUERN_REGISTER(count_team)

#ifdef QUERN_HAS_SECCOMP
/* In a program of its own, which OpenMP may have been told to bind. */
static int
confine_team(void)
{
	quern_processes_options options;
	quern_executor *executor;
	int n;

	isolated_options(&options, 1);
	options.confined = 1;
	if (quern_processes_create(&executor, &options))
		return 100;
	n = quern_run(executor, quern_team(0, count_team, NULL));
	if (quern_executor_destroy(executor))
		return 101;
	return n;
}

static void
who_is_confined_touches_no_other_process(void)
{
	quern_processes_options options = one_worker();
	struct rlimit before, after;
	cpu_set_t cores, cores_after;
	int pid = (int)getpid();
	struct rig rig;

	options.confined = 1;
	if (SANITIZED_THREAD || !isolated_open(&rig, &options))
		return;
	getrlimit(RLIMIT_NOFILE, &before);
	sched_getaffinity(0, sizeof(cores), &cores);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig,
		quern_with_arg(quern_call(try_on_program, &pid), sizeof(pid))),
	    6);
	getrlimit(RLIMIT_NOFILE, &after);
	sched_getaffinity(0, sizeof(cores_after), &cores_after);
	CU_ASSERT_EQUAL(after.rlim_cur, before.rlim_cur);
	CU_ASSERT(CPU_EQUAL(&cores, &cores_after));
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_call(try_to_multiply, NULL)), 6);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_call(try_on_oneself, NULL)), 1);
	rig_close(&rig);
	expect_no_children();
}

static void
who_is_confined_has_its_openmp_threads(void)
{
	static const char *const nothing[] = { NULL };
	static const char *const bound[] = { "OMP_PROC_BIND=true", NULL };
	int cores = (int)quern__cpus();

	if (SANITIZED_THREAD)
		return;
	watchdog("confined teams", 0);
	CU_ASSERT_EQUAL(self_run("confine team", nothing), cores << 8);
	CU_ASSERT_EQUAL(self_run("confine team", bound), cores << 8);
}
#endif

static void
who_is_confined_computes_and_does_nothing_else(void)
{
	static double in[100000], out[100000];
	quern_processes_options options;
	quern_executor *executor;
	struct noted noted;
	struct rig rig;
	double sum;

	isolated_options(&options, 2);
	options.confined = 1;
#ifndef QUERN_HAS_SECCOMP
	CU_ASSERT_EQUAL(quern_processes_create(&executor, &options), -ENOTSUP);
	return;
#endif
	(void)executor;
	/* The thread sanitizer needs more than a worker does. */
	if (SANITIZED_THREAD || !isolated_open(&rig, &options))
		return;
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(try_forbidden, NULL)), 7);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(try_allowed, NULL)), 1);
	in[99999] = 3;
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_pow_f64(out, in, 2, 100000)), 0);
	CU_ASSERT_EQUAL(out[99999], 9);
	CU_ASSERT_EQUAL(
	    isolated_run(&rig, quern_sum_f64(&sum, out, 100000)), 0);
	CU_ASSERT_EQUAL(sum, 9);
	/* It may die, too. */
	noted_init(&noted, quern_call(call_abort, NULL));
	CU_ASSERT_EQUAL(noted_run(&rig, &noted), -EOWNERDEAD);
	CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGABRT);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(try_forbidden, NULL)), 7);
	rig_close(&rig);
	expect_no_children();
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
#ifdef QUERN_HAS_SECCOMP
		{ "confine team", confine_team },
#endif
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "memory ends where it was said",
		    memory_ends_where_it_was_said },
		{ "time ends where it was said", time_ends_where_it_was_said },
		{ "cores are dumped only if asked for",
		    cores_are_dumped_only_if_asked_for },
		{ "who is confined computes and does nothing else",
		    who_is_confined_computes_and_does_nothing_else },
#ifdef QUERN_HAS_SECCOMP
		{ "who is confined touches no other process",
		    who_is_confined_touches_no_other_process },
		{ "who is confined has its OpenMP threads",
		    who_is_confined_has_its_openmp_threads },
#endif
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	self_begin(argc, argv, parts);
	add_suite("process limits", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * confine.c -- what a worker may not do, see confine.h.
 *
 * Limits are the kernel's.  What is confined may ask for memory, time and
 * threads, write to what it has open, and end; anything else is -EPERM there, so
 * that a library which tries its luck with some call or other goes on.  Calls
 * that can be made to any process it may make to itself.  The list is
 * libseccomp's to turn into a filter.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/fd.h"

#ifdef QUERN_HAS_SECCOMP
#include <seccomp.h>
#endif

/* At `soft` it is told, where that is a signal; at `hard` it is over. */
static int
limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
	struct rlimit now;

	if (getrlimit(resource, &now))
		return -errno;
	if (hard < soft)
		hard = soft; /* there was nothing above it */
	if (hard > now.rlim_max)
		hard = now.rlim_max;
	now.rlim_cur = soft < hard ? soft : hard;
	now.rlim_max = hard;
	return setrlimit(resource, &now) ? -errno : 0;
}

static const char oom_score_adj[] = "/proc/self/oom_score_adj";

/* What the program has; 0 or a negative errno. */
static int
read_oom_score(int *out)
{
	char text[20];
	int file, n;

	file = quern__fd_open_read(oom_score_adj);
	if (file < 0)
		return file;
	n = quern__fd_read(file, text, sizeof(text) - 1);
	quern__fd_close(file);
	if (n < 0)
		return n;
	text[n] = '\0';
	return sscanf(text, "%d", out) == 1 ? 0 : -EIO;
}

/*
 * The kernel's out-of-memory killer takes those first that have more.  Less than
 * the program has may not be had.
 */
static int
raise_oom_score(int score)
{
	char text[20];
	int file, n, err, now;

	err = read_oom_score(&now);
	if (err || now >= score)
		return err;
	file = quern__fd_create(oom_score_adj);
	if (file < 0)
		return file;
	n = snprintf(text, sizeof(text), "%d\n", score);
	err = quern__fd_write_all(file, text, (size_t)n);
	quern__fd_close(file);
	return err;
}

int
quern__limit(const struct quern__limits *limits)
{
	int err = 0;

	if (!limits->core_dumps)
		err = limit(RLIMIT_CORE, 0, 0);
	if (!err && limits->address_space)
		err = limit(
		    RLIMIT_AS, limits->address_space, limits->address_space);
	if (!err && limits->cpu_seconds)
		/* SIGXCPU, which tells more than the SIGKILL after it. */
		err = limit(
		    RLIMIT_CPU, limits->cpu_seconds, limits->cpu_seconds + 1);
	if (!err && limits->open_files)
		err = limit(
		    RLIMIT_NOFILE, limits->open_files, limits->open_files);
	if (!err && limits->oom_score_adj)
		err = raise_oom_score(limits->oom_score_adj);
	if (!err && limits->nice &&
	    setpriority(PRIO_PROCESS, 0,
		getpriority(PRIO_PROCESS, 0) + (int)limits->nice))
		err = -errno;
	/* Nothing that it may start gets more rights than it has. */
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = -errno;
	return err;
}

#ifdef QUERN_HAS_SECCOMP

bool
quern__can_confine(void)
{
	return true;
}

/* PR_SET_VMA, which glibc 2.36 lacks: names in /proc/self/maps. */
enum { NAME_MEMORY = 0x53564d41 };

/* For memory, time, threads, and talking to the program. */
static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(close),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(getcpu),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(madvise),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(nanosleep),
	SCMP_SYS(newfstatat),
	SCMP_SYS(fstat),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(recvmsg),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sendmsg),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(write),
	SCMP_SYS(writev),
};

#define FIRST_IS(value) SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)(value))

/* What is done to ourselves may be, and not to others. */
static int
allow_to_ourselves(scmp_filter_ctx filter)
{
	const struct {
		int call;
		struct scmp_arg_cmp first;
	} rule[] = {
		{ SCMP_SYS(tgkill), FIRST_IS(getpid()) },
		/* Our group is ours: we end it if the program is gone. */
		{ SCMP_SYS(kill), FIRST_IS(0) },
		{ SCMP_SYS(prlimit64), FIRST_IS(0) },
		{ SCMP_SYS(prlimit64), FIRST_IS(getpid()) },
		{ SCMP_SYS(sched_setaffinity), FIRST_IS(0) },
		{ SCMP_SYS(prctl), FIRST_IS(PR_SET_NAME) },
		{ SCMP_SYS(prctl), FIRST_IS(PR_GET_NAME) },
		{ SCMP_SYS(prctl), FIRST_IS(NAME_MEMORY) },
		/* A thread, and no process. */
		{ SCMP_SYS(clone),
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD) },
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(rule) / sizeof(*rule) && !err; i++)
		err = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, rule[i].call, 1, rule[i].first);
	return err;
}

/* What libraries would take an EPERM amiss. */
static int
answer_otherwise(scmp_filter_ctx filter)
{
	int err;

	/* Its flags are in memory; without it clone() is tried. */
	err = seccomp_rule_add(
	    filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/*
	 * Any number may be a thread's, which OpenMP binds as it starts it: so
	 * it is not bound, but it starts.
	 */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(0),
		    SCMP_SYS(sched_setaffinity), 1, SCMP_A0(SCMP_CMP_NE, 0));
	return err;
}

int
quern__confine(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = 0;

	if (!filter)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!err)
		err = allow_to_ourselves(filter);
	if (!err)
		err = answer_otherwise(filter);
	/* All threads: the one that watches the program, too. */
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

#else

bool
quern__can_confine(void)
{
	return false;
}

int
quern__confine(void)
{
	return -ENOTSUP;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * confine.c -- what a worker may not do, see confine.h.
 *
 * Limits are the kernel's.  What is confined may ask for memory, time and
 * threads, write to what it has open, and end; anything else is -EPERM there, so
 * that a library which tries its luck with some call or other goes on.  The list
 * is libseccomp's to turn into a filter.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
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

/* The kernel's out-of-memory killer takes those first that have more. */
static int
adjust_oom_score(int score)
{
	char text[20];
	int file, n, err;

	file = quern__fd_create("/proc/self/oom_score_adj");
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
		err = adjust_oom_score(limits->oom_score_adj);
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

/* For memory, time, threads, and talking to the program. */
static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
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
	SCMP_SYS(prctl),
	SCMP_SYS(prlimit64),
	SCMP_SYS(recvmsg),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sendmsg),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(tgkill),
	SCMP_SYS(write),
	SCMP_SYS(writev),
};

int
quern__confine(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = 0;

	if (!filter)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	/* Our group is ours: we end it if the program is gone. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill),
		    1, SCMP_A0(SCMP_CMP_EQ, 0));
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.c -- a process begins, and what became of it when it has ended.
 *
 * posix_spawn() and not fork(): OpenMP hangs in a forked child, a fork takes
 * 15 ms for each 512 MiB of the parent, and between fork and exec a program of
 * several threads may do next to nothing.  The new process has the standard
 * descriptors (nothing to read) and its end of the pair; signals are as in a
 * program that was started from a shell; its group is its own.
 *
 * A pidfd stands for the process, whoever else waits for children: libev's
 * default loop waits for all.  Should the host have done that before us, the
 * pidfd still tells that it is gone; how, only a newer kernel remembers.
 */
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/fd.h"

/* How long a worker thread waits before it looks around. */
enum { TICK_US = 10000 };

enum { P_PROCESS_FD = 3 }; /* P_PIDFD, which POSIX's waitid() lacks */

/* PIDFD_SIGNAL_PROCESS_GROUP, of Linux 6.9 */
enum { TO_ITS_GROUP = 1 << 2 };

/* struct pidfd_info, of Linux 6.13; how a process ended: 6.15. */
struct process_info {
	uint64_t mask, unused[6];
	uint32_t unused_too;
	int32_t status; /* as of waitpid() */
};

enum { INFO_EXIT = 1 << 3 };

#define GET_PROCESS_INFO _IOWR(0xff, 11, struct process_info)

/* ---- begin ---- */

static int
prepare_files(posix_spawn_file_actions_t *files, int socket, const char *folder)
{
	int err;

	err = posix_spawn_file_actions_addopen(
	    files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(
		    files, socket, QUERN__WORKER_FD);
	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(
		    files, QUERN__WORKER_FD + 1);
	if (!err && folder)
		err = posix_spawn_file_actions_addchdir_np(files, folder);
	return err;
}

static int
prepare_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	err = posix_spawnattr_setsigmask(attributes, &none);
	if (!err)
		err = posix_spawnattr_setsigdefault(attributes, &all);
	if (!err)
		err = posix_spawnattr_setpgroup(attributes, 0);
	if (!err)
		err = posix_spawnattr_setflags(attributes,
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETPGROUP);
	return err;
}

static int
spawn(struct quern__remote *remote, int socket)
{
	const struct quern__processes *all = remote->all;
	const char *program = all->program;
	char *argv[] = { (char *)program, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	pid_t pid;
	int err;

	err = posix_spawn_file_actions_init(&files);
	if (err)
		return -err;
	err = posix_spawnattr_init(&attributes);
	if (err)
		goto destroy_files;
	err = prepare_files(&files, socket, all->options.folder);
	if (!err)
		err = prepare_signals(&attributes);
	if (!err)
		err = posix_spawn(
		    &pid, program, &files, &attributes, argv, all->environment);
	if (!err)
		remote->pid = pid;
	posix_spawnattr_destroy(&attributes);
destroy_files:
	posix_spawn_file_actions_destroy(&files);
	return -err;
}

/* A worker thread that waits for an answer looks around now and then. */
static int
set_tick(int socket)
{
	const struct timeval tick = { .tv_usec = TICK_US };

	return setsockopt(
		   socket, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick)) ?
	    -errno :
	    0;
}

int
quern__process_spawn(struct quern__remote *remote)
{
	int pair[2], saved = errno, err;

	err = quern__fd_pair(pair);
	if (err)
		return err;
	err = set_tick(pair[0]);
	if (!err)
		err = spawn(remote, pair[1]);
	quern__fd_close(pair[1]);
	if (err) {
		quern__fd_close(pair[0]);
		errno = saved;
		return err;
	}
	remote->socket = pair[0];
	remote->process = quern__fd_process(remote->pid);
	if (remote->process < 0) {
		err = remote->process;
		/* -ESRCH: somebody else has waited for it already. */
		if (err != -ESRCH)
			(void)kill(remote->pid, SIGKILL);
		remote->process = -1;
		quern__process_reap(remote, NULL);
	}
	errno = saved;
	return err;
}

/* ---- end ---- */

/* Wait for that, for so long; -1: for as long as it takes. */
static bool
has_ended(const struct quern__remote *remote, int timeout_ms)
{
	struct pollfd process = { .fd = remote->process, .events = POLLIN };
	int saved = errno, n;

	do
		n = poll(&process, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	errno = saved;
	return n > 0;
}

bool
quern__process_is_gone(const struct quern__remote *remote)
{
	return has_ended(remote, 0);
}

void
quern__process_kill(const struct quern__remote *remote)
{
	int saved = errno;

	/* Its number is its own as long as nobody has waited for it. */
	if (!syscall(SYS_pidfd_send_signal, remote->process, SIGKILL, NULL, 0))
		(void)kill(-remote->pid, SIGKILL);
	errno = saved;
}

static void
describe(const struct quern__remote *remote, const siginfo_t *info,
    const struct rusage *used, quern_crash *crash)
{
	uint64_t peak = (uint64_t)used->ru_maxrss * 1024;
	struct timeval cpu;

	*crash = (quern_crash) { 0 };
	if (info->si_code == CLD_EXITED)
		crash->exit_status = info->si_status;
	else
		crash->signal = info->si_status;
	crash->core = info->si_code == CLD_DUMPED;
	/* It began with the program's. */
	crash->peak_bytes = peak > remote->peak_at_start ? peak : 0;
	timeradd(&used->ru_utime, &used->ru_stime, &cpu);
	crash->cpu_seconds = (uint64_t)cpu.tv_sec;
}

/*
 * Somebody else has waited for it.  What it has started goes all the same, if
 * the kernel knows how; what it took in memory and time nobody can say.
 */
static void
ask_kernel(int process, quern_crash *crash)
{
	struct process_info info = { .mask = INFO_EXIT };

	(void)syscall(
	    SYS_pidfd_send_signal, process, SIGKILL, NULL, TO_ITS_GROUP);
	if (!crash || ioctl(process, GET_PROCESS_INFO, &info) ||
	    !(info.mask & INFO_EXIT))
		return;
	crash->unknown = 0;
	if (WIFEXITED(info.status))
		crash->exit_status = WEXITSTATUS(info.status);
	else
		crash->signal = WTERMSIG(info.status);
	crash->core = WCOREDUMP(info.status) != 0;
}

void
quern__process_reap(struct quern__remote *remote, quern_crash *crash)
{
	siginfo_t info = { .si_pid = 0 };
	struct rusage used;
	int saved = errno;

	if (crash)
		*crash = (quern_crash) { .unknown = 1 };
	if (remote->process < 0) {
		(void)waitpid(remote->pid, NULL, 0);
	} else {
		(void)has_ended(remote, -1);
		/* A look: until we have waited, the group's number is its. */
		if (!waitid((idtype_t)P_PROCESS_FD, (id_t)remote->process,
			&info, WEXITED | WNOWAIT))
			(void)kill(-remote->pid, SIGKILL);
		if (syscall(SYS_waitid, P_PROCESS_FD, remote->process, &info,
			WEXITED, &used))
			ask_kernel(remote->process, crash);
		else if (crash)
			describe(remote, &info, &used, crash);
	}
	quern__fd_close(remote->process);
	quern__fd_close(remote->socket);
	remote->pid = 0;
	remote->process = remote->socket = -1;
	errno = saved;
}

void
quern__process_hang_up(const struct quern__remote *remote, int timeout_ms)
{
	/* Also where others have got hold of it. */
	(void)shutdown(remote->socket, SHUT_RDWR);
	if (!has_ended(remote, timeout_ms))
		quern__process_kill(remote);
}

uint64_t
quern__process_resident(const struct quern__remote *remote)
{
	char path[40], text[100];
	unsigned long pages, shared;
	int file, n;

	snprintf(path, sizeof(path), "/proc/%d/statm", remote->pid);
	file = quern__fd_open_read(path);
	if (file < 0)
		return 0;
	n = quern__fd_read(file, text, sizeof(text) - 1);
	quern__fd_close(file);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (sscanf(text, "%*u %lu %lu", &pages, &shared) != 2 || shared > pages)
		return 0;
	return (uint64_t)(pages - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fd.c -- the library's only way to descriptors, see fd.h.
 *
 * Raising and lowering counters cannot fail for a reason that matters: their
 * descriptors never block, one that is full is readable already, and one that
 * cannot be read is unreadable already.  Files are another matter and say how
 * they fared.  errno stays the caller's.
 */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <quern/task.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { NOEXEC_SEAL = 8 }; /* MFD_NOEXEC_SEAL, which glibc 2.36 lacks */

/* The result of a system call as a descriptor or a negative errno. */
static int
checked(int result, int saved)
{
	int err = errno;

	errno = saved;
	return result < 0 ? -err : result;
}

int
quern__fd_event(void)
{
	int saved = errno;

	return checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), saved);
}

int
quern__fd_timer(void)
{
	int saved = errno;

	return checked(
	    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), saved);
}

int
quern__fd_epoll(void)
{
	int saved = errno;

	return checked(epoll_create1(EPOLL_CLOEXEC), saved);
}

int
quern__fd_open_read(const char *path)
{
	int saved = errno;

	return checked(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), saved);
}

int
quern__fd_read(int file, void *out, size_t bytes)
{
	int saved = errno;
	ssize_t n;

	if (bytes > INT_MAX)
		bytes = INT_MAX;
	do
		n = read(file, out, bytes);
	while (n < 0 && errno == EINTR);
	return checked((int)n, saved);
}

int
quern__fd_watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	int saved = errno;

	return checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), saved);
}

int
quern__fd_watch_once(int epoll, int fd)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLONESHOT,
		.data.fd = fd,
	};
	int saved = errno;

	return checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), saved);
}

int
quern__fd_pair(int out[2])
{
	int saved = errno;

	return checked(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out), saved);
}

int
quern__fd_process(int pid)
{
	int saved = errno;

	return checked((int)syscall(SYS_pidfd_open, pid, 0), saved);
}

int
quern__fd_poll(int fd, int events)
{
	struct pollfd pollfd = {
		.fd = fd,
		.events = (short)((events & QUERN_READ ? POLLIN : 0) |
		    (events & QUERN_WRITE ? POLLOUT : 0)),
	};
	int saved = errno, n, ready = 0;

	if (fd < 0)
		return -EBADF;
	do
		n = poll(&pollfd, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return checked(n, saved);
	if (pollfd.revents & POLLNVAL)
		return -EBADF;
	if (pollfd.revents & (POLLERR | POLLHUP))
		return events;
	if (pollfd.revents & POLLIN)
		ready |= QUERN_READ;
	if (pollfd.revents & POLLOUT)
		ready |= QUERN_WRITE;
	return ready;
}

int
quern__fd_create(const char *path)
{
	int saved = errno, fd;

	do
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	while (fd < 0 && errno == EINTR);
	return checked(fd, saved);
}

int
quern__fd_write_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;
	int err = 0, saved = errno;
	ssize_t written;

	while (n && !err) {
		written = write(fd, at, n);
		if (written > 0) {
			at += written;
			n -= (size_t)written;
		} else if (!written) {
			err = -EIO; /* or this would never end */
		} else if (errno != EINTR) {
			err = -errno;
		}
	}
	errno = saved;
	return err;
}

/* What is too long for this process would cost it a SIGXFSZ. */
static bool
may_be_so_long(size_t bytes)
{
	struct rlimit most;

	return bytes <= PTRDIFF_MAX &&
	    (getrlimit(RLIMIT_FSIZE, &most) || most.rlim_cur >= bytes);
}

static int
unnamed_file(void)
{
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("quern", flags | NOEXEC_SEAL);

	/* Before Linux 6.3; hosts may insist on the flag since. */
	return fd < 0 && errno == EINVAL ? memfd_create("quern", flags) : fd;
}

int
quern__fd_memory(size_t bytes)
{
	int saved = errno, err, fd;

	if (!may_be_so_long(bytes)) {
		errno = saved;
		return -EFBIG;
	}
	fd = unnamed_file();
	if (fd < 0)
		return checked(fd, saved);
	if (!ftruncate(fd, (off_t)bytes) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return checked(fd, saved);
	err = checked(-1, saved);
	quern__fd_close(fd);
	return err;
}

int
quern__fd_length(int fd, uint64_t *out)
{
	struct stat is;
	int saved = errno, err = checked(fstat(fd, &is), saved);

	if (!err)
		*out = (uint64_t)is.st_size;
	return err;
}

int
quern__fd_close_on_exec(int fd)
{
	int saved = errno;

	return checked(fcntl(fd, F_SETFD, FD_CLOEXEC), saved);
}

void
quern__fd_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = saved;
}

void
quern__fd_raise(int event)
{
	uint64_t one = 1;
	int saved = errno;

	while (write(event, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = saved;
}

void
quern__fd_lower(int fd)
{
	uint64_t count;
	int saved = errno;

	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	errno = saved;
}

void
quern__fd_set_timer(int timer, uint64_t at_ns)
{
	struct itimerspec when = {
		.it_value.tv_sec = (time_t)(at_ns / 1000000000),
		.it_value.tv_nsec = (long)(at_ns % 1000000000),
	};
	int saved = errno;

	(void)timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
	errno = saved;
}

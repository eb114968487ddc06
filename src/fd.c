/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fd.c -- the library's only way to descriptors, see fd.h.
 *
 * Raising and lowering cannot fail for a reason that matters: the descriptors
 * never block, an event counter that is full is readable already, and one that
 * cannot be read is unreadable already.  errno stays the caller's.
 */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

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

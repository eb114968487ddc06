/* SPDX-License-Identifier: BSD-2-Clause */
/* test_fd.c -- tests src/fd.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "src/clock.h"
#include "src/fd.h"
#include "support.h"

/* Readable through `epoll` within `ms`? */
static bool
is_readable(int epoll, int fd, int ms)
{
	struct epoll_event event;

	return epoll_wait(epoll, &event, 1, ms) == 1 && event.data.fd == fd;
}

static void
an_event_is_readable_from_raise_to_lower(void)
{
	int epoll = quern__fd_epoll(), event = quern__fd_event();

	CU_ASSERT_TRUE_FATAL(epoll >= 0 && event >= 0);
	CU_ASSERT_EQUAL(quern__fd_watch(epoll, event), 0);
	CU_ASSERT_FALSE(is_readable(epoll, event, 0));
	for (int round = 0; round < 2; round++) {
		quern__fd_raise(event);
		quern__fd_raise(event);
		CU_ASSERT_TRUE(is_readable(epoll, event, 0));
		CU_ASSERT_TRUE(is_readable(epoll, event, 0));
		quern__fd_lower(event);
		CU_ASSERT_FALSE(is_readable(epoll, event, 0));
	}
	quern__fd_close(event);
	quern__fd_close(epoll);
}

static void
neither_a_full_nor_an_empty_event_blocks_or_sets_errno(void)
{
	uint64_t most = UINT64_MAX - 1;
	int event = quern__fd_event();

	CU_ASSERT_TRUE_FATAL(event >= 0);
	errno = E2BIG;
	quern__fd_lower(event);
	CU_ASSERT_EQUAL(write(event, &most, sizeof(most)), sizeof(most));
	quern__fd_raise(event);
	quern__fd_lower(event);
	quern__fd_lower(event);
	CU_ASSERT_EQUAL(errno, E2BIG);
	quern__fd_close(event);
}

static void
a_timer_is_readable_once_its_time_has_come(void)
{
	int epoll = quern__fd_epoll(), timer = quern__fd_timer();
	uint64_t at;

	CU_ASSERT_TRUE_FATAL(epoll >= 0 && timer >= 0);
	CU_ASSERT_EQUAL(quern__fd_watch(epoll, timer), 0);
	CU_ASSERT_FALSE(is_readable(epoll, timer, 0));

	/* A time that has passed is now. */
	quern__fd_set_timer(timer, 1);
	CU_ASSERT_TRUE(is_readable(epoll, timer, -1));
	quern__fd_lower(timer);
	CU_ASSERT_FALSE(is_readable(epoll, timer, 0));

	/* By the clock of clock.h, and not before. */
	at = quern__now_ns() + 2000000;
	quern__fd_set_timer(timer, at);
	CU_ASSERT_TRUE(is_readable(epoll, timer, -1));
	CU_ASSERT_TRUE(quern__now_ns() >= at);
	quern__fd_lower(timer);

	/* Set off, then off again. */
	quern__fd_set_timer(timer, quern__now_ns());
	CU_ASSERT_TRUE(is_readable(epoll, timer, -1));
	quern__fd_set_timer(timer, 0);
	CU_ASSERT_FALSE(is_readable(epoll, timer, 0));
	quern__fd_lower(timer);
	quern__fd_close(timer);
	quern__fd_close(epoll);
}

static void
a_file_is_read_to_its_end(void)
{
	char name[] = "/tmp/quern-file-XXXXXX", text[8] = "";
	int made = mkstemp(name), file;

	CU_ASSERT_TRUE_FATAL(made >= 0);
	CU_ASSERT_EQUAL(write(made, "quern", 5), 5);
	file = quern__fd_open_read(name);
	CU_ASSERT_TRUE(file >= 0);
	CU_ASSERT_TRUE(fcntl(file, F_GETFD) & FD_CLOEXEC);
	CU_ASSERT_EQUAL(quern__fd_read(file, text, 3), 3);
	CU_ASSERT_EQUAL(quern__fd_read(file, text + 3, 5), 2);
	CU_ASSERT_STRING_EQUAL(text, "quern");
	CU_ASSERT_EQUAL(quern__fd_read(file, text, 1), 0);
	quern__fd_close(file);
	close(made);
	unlink(name);

	errno = E2BIG;
	CU_ASSERT_EQUAL(quern__fd_open_read(name), -ENOENT);
	CU_ASSERT_EQUAL(quern__fd_read(-1, text, 1), -EBADF);
	CU_ASSERT_EQUAL(errno, E2BIG);
}

static void
descriptors_close_on_exec_and_do_not_block(void)
{
	int fd[] = { quern__fd_event(), quern__fd_timer(), quern__fd_epoll() };

	for (int i = 0; i < 3; i++) {
		CU_ASSERT_TRUE_FATAL(fd[i] >= 0);
		CU_ASSERT_TRUE(fcntl(fd[i], F_GETFD) & FD_CLOEXEC);
		if (i < 2) /* nobody reads the third */
			CU_ASSERT_TRUE(fcntl(fd[i], F_GETFL) & O_NONBLOCK);
		quern__fd_close(fd[i]);
		CU_ASSERT_EQUAL(fcntl(fd[i], F_GETFD), -1);
	}
}

static void
descriptors_that_cannot_be_had_leave_errno_alone(void)
{
	errno = E2BIG;
	quern__fd_close(-1);
	CU_ASSERT_EQUAL(quern__fd_watch(-1, -1), -EBADF);
	CU_ASSERT_EQUAL(errno, E2BIG);
}

int
main(void)
{
	static const CU_TestInfo fd[] = {
		{ "an event is readable from raise to lower",
		    an_event_is_readable_from_raise_to_lower },
		{ "neither a full nor an empty event blocks or sets errno",
		    neither_a_full_nor_an_empty_event_blocks_or_sets_errno },
		{ "a timer is readable once its time has come",
		    a_timer_is_readable_once_its_time_has_come },
		{ "a file is read to its end", a_file_is_read_to_its_end },
		{ "descriptors close on exec and do not block",
		    descriptors_close_on_exec_and_do_not_block },
		{ "descriptors that cannot be had leave errno alone",
		    descriptors_that_cannot_be_had_leave_errno_alone },
		CU_TEST_INFO_NULL,
	};

	add_suite("fd", fd);
	return run_suites();
}

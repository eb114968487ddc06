/* SPDX-License-Identifier: BSD-2-Clause */
/* test_fd.c -- tests src/fd.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/* ---- files ---- */

/* What write() says next, one after the other: a count, or minus an errno. */
static const int *answers;
static int calls;
static char written[16];

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);

ssize_t
__wrap_write(int fd, const void *bytes, size_t n)
{
	int answer;

	if (!answers)
		return __real_write(fd, bytes, n);
	answer = answers[calls++];
	if (answer < 0) {
		errno = -answer;
		return -1;
	}
	CU_ASSERT((size_t)answer <= n);
	strncat(written, bytes, (size_t)answer);
	return answer;
}

static int
write_all_with(const int *these, const char *text)
{
	int err;

	answers = these;
	calls = 0;
	written[0] = 0;
	errno = E2BIG;
	err = quern__fd_write_all(-1, text, strlen(text));
	answers = NULL;
	CU_ASSERT_EQUAL(errno, E2BIG);
	return err;
}

static void
writing_goes_on_until_all_is_written_or_it_fails(void)
{
	static const int pieces[] = { 1, -EINTR, 3, -EINTR, -EINTR, 2 };
	static const int full[] = { 4, -EINTR, -ENOSPC };
	static const int stuck[] = { 4, 0 };

	CU_ASSERT_EQUAL(write_all_with(pieces, "abcdef"), 0);
	CU_ASSERT_STRING_EQUAL(written, "abcdef");
	CU_ASSERT_EQUAL(calls, 6);
	CU_ASSERT_EQUAL(write_all_with(full, "abcdef"), -ENOSPC);
	CU_ASSERT_STRING_EQUAL(written, "abcd");
	CU_ASSERT_EQUAL(write_all_with(stuck, "abcdef"), -EIO);
	CU_ASSERT_EQUAL(write_all_with(stuck, ""), 0);
	CU_ASSERT_EQUAL(calls, 0);
}

static void
a_file_is_made_or_emptied_and_closes_on_exec(void)
{
	char path[64];
	struct stat is;
	int fd;

	snprintf(path, sizeof(path), "/tmp/quern-fd.%ld", (long)getpid());
	for (int round = 0; round < 2; round++) {
		fd = quern__fd_create(path);
		CU_ASSERT_TRUE_FATAL(fd >= 0);
		CU_ASSERT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		CU_ASSERT_EQUAL(fstat(fd, &is), 0);
		CU_ASSERT_EQUAL(is.st_size, 0);
		CU_ASSERT_EQUAL(quern__fd_write_all(fd, "abc", 3), 0);
		quern__fd_close(fd);
	}
	CU_ASSERT_EQUAL(unlink(path), 0);
	errno = E2BIG;
	CU_ASSERT_EQUAL(quern__fd_create("/tmp/no/such/folder"), -ENOENT);
	CU_ASSERT_EQUAL(errno, E2BIG);
}

/* ---- memory ---- */

/* What the kernel answers, as an errno; 0: as it does. */
static int seals_errno, length_errno;
static bool old_kernel; /* which knows no MFD_NOEXEC_SEAL */
static int made;

int __real_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags);

int
__wrap_memfd_create(const char *name, unsigned flags)
{
	if (old_kernel && (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING))) {
		errno = EINVAL;
		return -1;
	}
	return made = __real_memfd_create(name, flags);
}

int __real_ftruncate(int fd, off_t bytes);
int __wrap_ftruncate(int fd, off_t bytes);

int
__wrap_ftruncate(int fd, off_t bytes)
{
	if (length_errno) {
		errno = length_errno;
		return -1;
	}
	return __real_ftruncate(fd, bytes);
}

int __real_fcntl(int fd, int command, int arg);
int __wrap_fcntl(int fd, int command, int arg);

int
__wrap_fcntl(int fd, int command, int arg)
{
	if (command == F_ADD_SEALS && seals_errno) {
		errno = seals_errno;
		return -1;
	}
	return __real_fcntl(fd, command, arg);
}

static void
memory_has_its_length_for_ever(void)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	uint64_t length;
	int fd;

	errno = E2BIG;
	for (int old = 0; old < 2; old++) {
		old_kernel = old;
		fd = quern__fd_memory(12345);
		CU_ASSERT_TRUE_FATAL(fd >= 0);
		CU_ASSERT_TRUE(__real_fcntl(fd, F_GETFD, 0) & FD_CLOEXEC);
		CU_ASSERT_EQUAL(quern__fd_length(fd, &length), 0);
		CU_ASSERT_EQUAL(length, 12345);
		CU_ASSERT_EQUAL(errno, E2BIG);
		CU_ASSERT_EQUAL(
		    __real_fcntl(fd, F_GET_SEALS, 0) & seals, seals);
		CU_ASSERT_EQUAL(ftruncate(fd, 0), -1);
		CU_ASSERT_EQUAL(errno, EPERM);
		errno = E2BIG;
		quern__fd_close(fd);
	}
	old_kernel = false;
	CU_ASSERT_EQUAL(quern__fd_length(-1, &length), -EBADF);
	CU_ASSERT_EQUAL(errno, E2BIG);
}

static void
memory_that_cannot_be_had_leaves_nothing(void)
{
	struct rlimit before, low;

	errno = E2BIG;
	CU_ASSERT_EQUAL(quern__fd_memory(SIZE_MAX), -EFBIG);
	length_errno = ENOMEM;
	CU_ASSERT_EQUAL(quern__fd_memory(1), -ENOMEM);
	CU_ASSERT_EQUAL(__real_fcntl(made, F_GETFD, 0), -1);
	length_errno = 0;
	errno = E2BIG;
	seals_errno = EPERM;
	CU_ASSERT_EQUAL(quern__fd_memory(1), -EPERM);
	CU_ASSERT_EQUAL(__real_fcntl(made, F_GETFD, 0), -1);
	seals_errno = 0;
	errno = E2BIG;
	/* A limit is not hit, for that would end the program. */
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &before), 0);
	low = before;
	low.rlim_cur = 1000000;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &low), 0);
	CU_ASSERT_EQUAL(quern__fd_memory(1000001), -EFBIG);
	quern__fd_close(quern__fd_memory(1000000));
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &before), 0);
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
		{ "writing goes on until all is written or it fails",
		    writing_goes_on_until_all_is_written_or_it_fails },
		{ "a file is made or emptied, and closes on exec",
		    a_file_is_made_or_emptied_and_closes_on_exec },
		{ "memory has its length for ever",
		    memory_has_its_length_for_ever },
		{ "memory that cannot be had leaves nothing",
		    memory_that_cannot_be_had_leaves_nothing },
		CU_TEST_INFO_NULL,
	};

	add_suite("fd", fd);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* test_await_fd.c -- tests src/await_fd.c: tasks await descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spawned.h"

#define NO_LIMIT (-1.0)

enum { BOTH = QUERN_READ | QUERN_WRITE };

/* What a task is to await, and what came of it. */
struct ask {
	int fd, events;
	double timeout;
	int ready;
};

static int end[2]; /* of a pair of sockets */

static bool
open_pair(void)
{
	int err = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end);

	CU_ASSERT_EQUAL(err, 0);
	return !err && tasks_open(1);
}

static void
close_pair(void)
{
	rig_close(&task_rig);
	for (int i = 0; i < 2; i++)
		if (end[i] >= 0)
			close(end[i]);
}

static int
await_it(void *arg)
{
	struct ask *ask = arg;

	ask->ready = quern_await_fd(ask->fd, ask->events, ask->timeout);
	say('r');
	return ask->ready;
}

static int
ask(int fd, int events, double timeout)
{
	struct ask ask = { fd, events, timeout, -1 };
	quern_task *task;

	spawn(&task, await_it, &ask);
	rig_run(&task_rig);
	return result_of(task);
}

/* ---- ready at once, or not at all ---- */

static void
what_is_ready_is_told_at_once(void)
{
	char c;

	if (!open_pair())
		return;
	CU_ASSERT_EQUAL(ask(end[0], QUERN_WRITE, NO_LIMIT), QUERN_WRITE);
	CU_ASSERT_EQUAL(ask(end[0], BOTH, NO_LIMIT), QUERN_WRITE);
	CU_ASSERT_EQUAL(write(end[1], "x", 1), 1);
	CU_ASSERT_EQUAL(ask(end[0], QUERN_READ, NO_LIMIT), QUERN_READ);
	CU_ASSERT_EQUAL(ask(end[0], BOTH, 1), BOTH);
	/* Only to look. */
	CU_ASSERT_EQUAL(ask(end[0], QUERN_READ, 0), QUERN_READ);
	CU_ASSERT_EQUAL(read(end[0], &c, 1), 1);
	CU_ASSERT_EQUAL(ask(end[0], QUERN_READ, 0), 0);
	CU_ASSERT_EQUAL(ask(end[0], QUERN_READ, MS), 0);
	/* The other end goes: that can be read. */
	close(end[1]);
	end[1] = -1;
	CU_ASSERT_EQUAL(ask(end[0], QUERN_READ, NO_LIMIT), QUERN_READ);
	CU_ASSERT_EQUAL(read(end[0], &c, 1), 0);
	close_pair();
}

static void
a_file_is_always_ready(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), file;
	char path[] = "/tmp/quern-test-XXXXXX";

	if (!open_pair())
		return;
	file = mkstemp(path);
	CU_ASSERT(fd >= 0 && file >= 0);
	CU_ASSERT_EQUAL(ask(fd, BOTH, NO_LIMIT), BOTH);
	CU_ASSERT_EQUAL(ask(file, BOTH, NO_LIMIT), BOTH);
	unlink(path);
	close(file);
	close(fd);
	close_pair();
}

static void
what_cannot_be_is_refused(void)
{
	int gone;

	if (!open_pair())
		return;
	gone = dup(end[0]);
	close(gone);
	CU_ASSERT_EQUAL(ask(gone, QUERN_READ, NO_LIMIT), -EBADF);
	CU_ASSERT_EQUAL(ask(-1, QUERN_READ, NO_LIMIT), -EBADF);
	CU_ASSERT_EQUAL(ask(end[0], 0, NO_LIMIT), -EINVAL);
	CU_ASSERT_EQUAL(ask(end[0], 4, NO_LIMIT), -EINVAL);
	CU_ASSERT_EQUAL(ask(end[0], QUERN_READ, (double)NAN), -EINVAL);
	CU_ASSERT_EQUAL(quern_await_fd(end[0], QUERN_READ, 0), -EPERM);
	close_pair();
}

/* ---- ready later ---- */

static int
write_one(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_yield(), 0);
	say('w');
	CU_ASSERT_EQUAL(write(end[1], "x", 1), 1);
	return 0;
}

static void
a_task_goes_on_when_there_is_something_to_read(void)
{
	struct ask asks[] = { { -1, QUERN_READ, NO_LIMIT, -1 },
		{ -1, QUERN_READ, 3600, -1 } };

	if (!open_pair())
		return;
	/* Both see it. */
	for (int i = 0; i < 2; i++) {
		asks[i].fd = end[0];
		spawn(NULL, await_it, &asks[i]);
	}
	spawn(NULL, write_one, NULL);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "wrr");
	CU_ASSERT_EQUAL(asks[0].ready, QUERN_READ);
	CU_ASSERT_EQUAL(asks[1].ready, QUERN_READ);
	close_pair();
}

static void
fill(int fd)
{
	static const char block[65536];

	while (write(fd, block, sizeof(block)) > 0)
		;
}

static int
drain(void *unused)
{
	static char block[65536];

	(void)unused;
	CU_ASSERT_EQUAL(quern_yield(), 0);
	say('d');
	while (read(end[1], block, sizeof(block)) > 0)
		;
	return 0;
}

static void
a_task_goes_on_when_there_is_room_to_write(void)
{
	struct ask ask = { -1, BOTH, NO_LIMIT, -1 };

	if (!open_pair())
		return;
	ask.fd = end[0];
	fill(end[0]);
	spawn(NULL, await_it, &ask);
	spawn(NULL, drain, NULL);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "dr");
	CU_ASSERT_EQUAL(ask.ready, QUERN_WRITE);
	close_pair();
}

static int
hang_up(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_yield(), 0);
	close(end[1]);
	end[1] = -1;
	return 0;
}

static void
a_task_goes_on_when_the_other_end_goes(void)
{
	struct ask ask = { -1, QUERN_READ, NO_LIMIT, -1 };

	if (!open_pair())
		return;
	ask.fd = end[0];
	spawn(NULL, await_it, &ask);
	spawn(NULL, hang_up, NULL);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(ask.ready, QUERN_READ);
	close_pair();
}

/* ---- others ---- */

static int
always_ready(void *unused)
{
	(void)unused;
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(
		    quern_await_fd(end[0], QUERN_WRITE, NO_LIMIT), QUERN_WRITE);
		say('a');
	}
	return 0;
}

static void
who_finds_it_ready_lets_others_go_first(void)
{
	if (!open_pair())
		return;
	spawn(NULL, always_ready, NULL);
	spawn(NULL, always_ready, NULL);
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "aaaaaa");
	said[0] = '\0';
	spawn(NULL, always_ready, NULL);
	spawn(NULL, say_and_return, "o");
	rig_run(&task_rig);
	CU_ASSERT_STRING_EQUAL(said, "oaaa");
	close_pair();
}

static int
await_in_vain(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_await_fd(end[0], QUERN_READ, 3600), -ECANCELED);
	CU_ASSERT_EQUAL(quern_timeout_begin(MS), 0);
	CU_ASSERT_EQUAL(
	    quern_await_fd(end[0], QUERN_READ, NO_LIMIT), -ETIMEDOUT);
	CU_ASSERT_EQUAL(quern_timeout_end(), -ETIMEDOUT);
	/* As if nothing had been. */
	CU_ASSERT_EQUAL(write(end[1], "x", 1), 1);
	return quern_await_fd(end[0], QUERN_READ, NO_LIMIT);
}

static void
a_cancel_and_a_timeout_end_it(void)
{
	quern_task *task;

	if (!open_pair())
		return;
	spawn(&task, await_in_vain, NULL);
	spawn(NULL, cancel_it, &task);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(result_of(task), QUERN_READ);
	close_pair();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "what is ready is told at once",
		    what_is_ready_is_told_at_once },
		{ "a file is always ready", a_file_is_always_ready },
		{ "what cannot be is refused", what_cannot_be_is_refused },
		{ "a task goes on when there is something to read",
		    a_task_goes_on_when_there_is_something_to_read },
		{ "a task goes on when there is room to write",
		    a_task_goes_on_when_there_is_room_to_write },
		{ "a task goes on when the other end goes",
		    a_task_goes_on_when_the_other_end_goes },
		{ "who finds it ready lets others go first",
		    who_finds_it_ready_lets_others_go_first },
		{ "a cancel and a timeout end it",
		    a_cancel_and_a_timeout_end_it },
		CU_TEST_INFO_NULL,
	};

	add_suite("await: descriptors", tests);
	return run_suites();
}

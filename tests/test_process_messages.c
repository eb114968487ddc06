/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_messages.c -- a worker may die before and after each message
 * that it receives or sends, from its first one on.
 *
 * The linker sends the calls of the channel here.  Which message is the last a
 * worker learns from its environment, and whether it is to be so from a ticket:
 * a file that one of them can remove, so that as many die as there are tickets.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "isolated.h"
#include "src/process/channel.h"
#include "src/process/wire.h"
#include "watchdog.h"

enum {
	JOBS = 50 * QUERN__DESK_MOST,
	TICKETS = SANITIZED_THREAD ? 1 : 3, /* there each start takes 0.3 s */
	FIRST_RUN = 5, /* BEGIN, the desk, START, STARTED; then a RUN */
	LAST = SANITIZED_THREAD ? 9 : 30
};

/* ---- tickets ---- */

static char folder[] = "/tmp/quern-XXXXXX"; /* in a worker: another one */

static void
name_ticket(char path[60], const char *where, int i)
{
	snprintf(path, 60, "%.40s/%d", where, i);
}

static void
give_tickets(void)
{
	char path[60];
	int file;

	for (int i = 0; i < TICKETS; i++) {
		name_ticket(path, folder, i);
		file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		CU_ASSERT(file >= 0);
		close(file);
	}
}

/* How many are left of them?  They are gone then. */
static int
take_tickets(const char *where, int most)
{
	char path[60];
	int taken = 0;

	for (int i = 0; i < TICKETS && taken < most; i++) {
		name_ticket(path, where, i);
		taken += !unlink(path);
	}
	return taken;
}

/* ---- in the worker ---- */

static int messages; /* received and sent by this process */

/* It is the n-th, and this is before it ('-') or after ('+'). */
static void
may_be_the_end(char moment, int n)
{
	/* "-12/tmp/...": before the 12th, with a ticket from there */
	const char *last = getenv("LAST_MESSAGE");
	char *where;

	if (last && *last == moment && strtol(last + 1, &where, 10) == n &&
	    take_tickets(where, 1))
		_exit(7);
}

int __real_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes);
int __wrap_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes);
int __real_quern__channel_receive(int socket, struct quern__message *message,
    int *fd, void *more, size_t most);
int __wrap_quern__channel_receive(int socket, struct quern__message *message,
    int *fd, void *more, size_t most);

int
__wrap_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes)
{
	int n = __atomic_add_fetch(&messages, 1, __ATOMIC_RELAXED), err;

	may_be_the_end('-', n);
	err = __real_quern__channel_send(socket, message, fd, more, more_bytes);
	may_be_the_end('+', n);
	return err;
}

int
__wrap_quern__channel_receive(int socket, struct quern__message *message,
    int *fd, void *more, size_t most)
{
	int n = __atomic_add_fetch(&messages, 1, __ATOMIC_RELAXED), came;

	may_be_the_end('-', n);
	came = __real_quern__channel_receive(socket, message, fd, more, most);
	may_be_the_end('+', n);
	return came;
}

/* ---- in the program ---- */

/* What the first two workers do does not count: they have no tickets. */
static bool
open_with_last_message(struct rig *rig, char moment, int message)
{
	char last[60];
	bool open;

	snprintf(last, sizeof(last), "%c%d%s", moment, message, folder);
	setenv("LAST_MESSAGE", last, 1);
	open = isolated_open(rig, NULL);
	unsetenv("LAST_MESSAGE");
	return open;
}

static void
run_with_last_message(char moment, int message)
{
	static struct noted noted[JOBS];
	struct tally tally;
	struct rig rig;
	int deaths;

	if (!open_with_last_message(&rig, moment, message))
		return;
	watchdog("message", (uint64_t)message);
	give_tickets();
	kill_children();
	for (int i = 0; i < JOBS; i++) {
		noted_init(&noted[i], quern_call(return_one, NULL));
		noted_submit(&rig, &noted[i]);
	}
	rig_run(&rig);
	deaths = TICKETS - take_tickets(folder, TICKETS);
	tally = tally_of(noted, JOBS);
	CU_ASSERT_EQUAL(deaths, TICKETS);
	/* Each takes one job with it at most; if it has begun that. */
	CU_ASSERT_EQUAL(tally.done + tally.died + tally.others, JOBS);
	CU_ASSERT(tally.died + tally.others <= (size_t)deaths);
	CU_ASSERT(tally.others == 0 || message < FIRST_RUN);
	CU_ASSERT_EQUAL(isolated_run(&rig, quern_call(return_one, NULL)), 1);
	rig_close(&rig);
	expect_no_children();
}

static void
a_worker_may_die_before_each_message(void)
{
	for (int message = 1; message <= LAST; message++)
		run_with_last_message('-', message);
}

static void
a_worker_may_die_after_each_message(void)
{
	for (int message = 1; message <= LAST; message++)
		run_with_last_message('+', message);
}

/* With tickets from the beginning. */
static void
a_death_before_the_first_job_fails_create(void)
{
	quern_processes_options options;
	quern_executor *executor;
	char last[60];

	isolated_options(&options, 2);
	for (int message = 1; message < FIRST_RUN; message++) {
		snprintf(last, sizeof(last), "-%d%s", message, folder);
		setenv("LAST_MESSAGE", last, 1);
		give_tickets();
		CU_ASSERT_EQUAL(
		    quern_processes_create(&executor, &options), -ENOEXEC);
		CU_ASSERT(take_tickets(folder, TICKETS) < TICKETS);
		unsetenv("LAST_MESSAGE");
		expect_no_children();
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a worker may die before each message",
		    a_worker_may_die_before_each_message },
		{ "a worker may die after each message",
		    a_worker_may_die_after_each_message },
		{ "a death before the first job fails create",
		    a_death_before_the_first_job_fails_create },
		CU_TEST_INFO_NULL,
	};
	int failed;

	isolated_main();
	if (!mkdtemp(folder))
		return 1;
	add_suite("process messages", tests);
	failed = run_suites();
	return rmdir(folder) || failed;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_server.c -- examples/server as its clients see it: a process of its own,
 * which this program starts, asks, overloads and stops.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "support.h"
#include "watchdog.h"

enum { CROWD = 10000, SPARE = 100, BYTES_EACH = 16384 };

static pid_t server;
static unsigned short port;

/* ---- the server ---- */

/* With this time for a line, "" for the usual. */
static bool
start_server(const char *patience)
{
	const char *const argv[] = { "server", *patience ? "-t" : NULL,
		patience, NULL };
	char path[300];
	FILE *output;
	int way[2], n;

	snprintf(path, sizeof(path), "%s/examples/server",
	    getenv("QUERN_BUILD") ? getenv("QUERN_BUILD") : "build/gcc-plain");
	CU_ASSERT_EQUAL_FATAL(pipe(way), 0);
	fflush(stdout);
	server = fork();
	if (server == 0) {
		dup2(way[1], STDOUT_FILENO);
		close(way[0]);
		close(way[1]);
		child_exec(path, argv);
		_exit(127);
	}
	close(way[1]);
	output = fdopen(way[0], "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(output);
	n = fscanf(output, "listening on 127.0.0.1:%hu", &port);
	fclose(output);
	CU_ASSERT_EQUAL(n, 1);
	return n == 1;
}

/*
 * It drains and exits with 0.  The thread sanitizer keeps a signal that comes
 * just before a system call of a library that is not instrumented, such as
 * libev's epoll_wait(), until that returns, which may be never.
 */
static void
stop_server(int number)
{
	int status = -1;

	if (SANITIZED_THREAD) {
		printf("killed, for the sanitizer may keep a signal ... ");
		number = SIGKILL;
	}
	kill(server, number);
	CU_ASSERT_EQUAL(waitpid(server, &status, 0), server);
	CU_ASSERT(SANITIZED_THREAD ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

/* Its memory in bytes. */
static long
resident(void)
{
	char path[64];
	long all = 0, there = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)server);
	file = fopen(path, "r");
	if (!file)
		return -1;
	if (fscanf(file, "%ld %ld", &all, &there) != 2)
		there = -1;
	fclose(file);
	return there * sysconf(_SC_PAGESIZE);
}

/* ---- a client ---- */

static int
connect_to_it(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
tell(int fd, const char *text)
{
	size_t n = strlen(text);

	CU_ASSERT_EQUAL(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* A line without its end, "" for the end of all. */
static const char *
hear(int fd)
{
	static char line[65536];
	size_t n = 0;

	while (n + 1 < sizeof(line) && read(fd, &line[n], 1) == 1 &&
	    line[n] != '\n')
		n++;
	line[n] = '\0';
	return line;
}

static void
check_answer(int fd, const char *question, const char *answer)
{
	tell(fd, question);
	CU_ASSERT_STRING_EQUAL(hear(fd), answer);
}

/* ---- the tests ---- */

static void
lines_are_answered(void)
{
	int fd;

	if (!start_server(""))
		return;
	fd = connect_to_it();
	CU_ASSERT_FATAL(fd >= 0);
	check_answer(fd, "sum 1 2 3\n", "6");
	check_answer(fd, "sum 0.5\n", "0.5");
	check_answer(fd, "pow 2 1 2 3\r\n", "1 4 9");
	check_answer(fd, "pow 0.5 4 \t 9\n", "2 3");
	check_answer(fd, "sum 1e308 1e308\n", "inf");
	/* Several at once, and one in pieces. */
	check_answer(fd, "sum 1\nsum 2\nsum", "1");
	CU_ASSERT_STRING_EQUAL(hear(fd), "2");
	check_answer(fd, " 3\n", "3");
	close(fd);
	stop_server(SIGINT);
}

static void
bad_lines_get_an_error_and_the_next_is_answered(void)
{
	static const char *const bad[] = { "\n", "sum\n", "sum one\n",
		"sum 1,2\n", "pow 2\n", "POW 2 3\n", "sum 1 2x\n", "pow x 1\n",
		" sum 1\n" };
	int fd;

	if (!start_server(""))
		return;
	fd = connect_to_it();
	CU_ASSERT_FATAL(fd >= 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tell(fd, bad[i]);
		CU_ASSERT_EQUAL(strncmp(hear(fd), "error: ", 7), 0);
	}
	check_answer(fd, "sum 4 5\n", "9");
	close(fd);
	stop_server(SIGTERM);
}

static void
a_line_that_is_too_long_is_refused(void)
{
	char line[2101];
	int fd;

	if (!start_server(""))
		return;
	/* As long as it may be. */
	memset(line, ' ', sizeof(line));
	memcpy(line, "sum 7", 5);
	line[1999] = '\n';
	line[2000] = '\0';
	fd = connect_to_it();
	CU_ASSERT_FATAL(fd >= 0);
	check_answer(fd, line, "7");
	memset(line, '1', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	check_answer(fd, line, "error: the line is too long");
	CU_ASSERT_STRING_EQUAL(hear(fd), "");
	close(fd);
	stop_server(SIGINT);
}

static void
slow_clients_time_out(void)
{
	int slow, silent;

	if (!start_server("0.05"))
		return;
	slow = connect_to_it();
	silent = connect_to_it();
	CU_ASSERT_FATAL(slow >= 0 && silent >= 0);
	tell(slow, "sum 1 2");
	CU_ASSERT_EQUAL(strncmp(hear(slow), "error: ", 7), 0);
	CU_ASSERT_STRING_EQUAL(hear(slow), "");
	CU_ASSERT_EQUAL(strncmp(hear(silent), "error: ", 7), 0);
	close(slow);
	close(silent);
	stop_server(SIGINT);
}

/* It asks and asks and never reads, until it is thrown out. */
static void
who_does_not_read_is_thrown_out(void)
{
	static char line[2001];
	int fd, sent = 0;

	if (!start_server("0.2"))
		return;
	memset(line, 0, sizeof(line));
	memcpy(line, "pow 0.3", 7);
	for (size_t i = 7; i < 1999; i += 2)
		memcpy(line + i, " 3", 2);
	line[1999] = '\n';
	fd = connect_to_it();
	CU_ASSERT_FATAL(fd >= 0);
	while (send(fd, line, 2000, MSG_NOSIGNAL) == 2000)
		sent++;
	CU_ASSERT(sent > 0);
	close(fd);
	fd = connect_to_it();
	check_answer(fd, "sum 1 1\n", "2");
	close(fd);
	stop_server(SIGINT);
}

static void
who_leaves_in_the_middle_is_forgotten(void)
{
	int fd;

	if (!start_server(""))
		return;
	for (int i = 0; i < 200; i++) {
		fd = connect_to_it();
		CU_ASSERT_FATAL(fd >= 0);
		tell(fd, i % 2 ? "pow 2 1 2 3\n" : "sum 1 2");
		close(fd);
	}
	fd = connect_to_it();
	check_answer(fd, "sum 2 2\n", "4");
	close(fd);
	stop_server(SIGINT);
}

/* ---- a crowd ---- */

/* How many connections the limit of descriptors allows. */
static int
crowd_size(void)
{
	struct rlimit limit;

	CU_ASSERT_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur < CROWD + SPARE) {
		limit.rlim_cur = limit.rlim_max < CROWD + SPARE ?
		    limit.rlim_max :
		    CROWD + SPARE;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= CROWD + SPARE)
		return CROWD;
	printf("with %d connections, for want of descriptors ... ",
	    (int)limit.rlim_cur - SPARE);
	return (int)limit.rlim_cur - SPARE;
}

/* In a child of its own: it keeps the cores busy. */
static void
compute_for_ever(void)
{
	char line[2001];
	int fd = connect_to_it();

	memset(line, 0, sizeof(line));
	memcpy(line, "pow 0.3", 7);
	for (size_t i = 7; i < 1999; i += 2)
		memcpy(line + i, " 3", 2);
	line[1999] = '\n';
	while (fd >= 0 && send(fd, line, 2000, MSG_NOSIGNAL) == 2000)
		(void)hear(fd);
	_exit(0);
}

static void
ten_thousand_are_served_at_once(void)
{
	static int fd[CROWD];
	int n = crowd_size(), wrong = 0, busy, status;
	long before, each;
	pid_t crunching;

	if (!start_server(""))
		return;
	fflush(stdout);
	crunching = fork();
	if (crunching == 0)
		compute_for_ever();
	busy = connect_to_it();
	check_answer(busy, "sum 1\n", "1");
	before = resident();
	for (int i = 0; i < n; i++)
		fd[i] = connect_to_it();
	for (int i = 0; i < n; i++)
		tell(fd[i], "pow 2 3\n");
	for (int i = 0; i < n; i++)
		wrong += strcmp(hear(fd[i]), "9") != 0;
	CU_ASSERT_EQUAL(wrong, 0);
	each = (resident() - before) / n;
	printf("%ld bytes each ... ", each);
#if !SANITIZED
	CU_ASSERT(each > 0 && each < BYTES_EACH);
#endif
	/* One more, and one that was there before them all. */
	check_answer(busy, "sum 2\n", "2");
	close(busy);
	busy = connect_to_it();
	check_answer(busy, "sum 3\n", "3");
	close(busy);
	kill(crunching, SIGKILL);
	(void)waitpid(crunching, &status, 0);
	stop_server(SIGINT);
	for (int i = 0; i < n; i++) {
		wrong += !SANITIZED_THREAD && *hear(fd[i]) != '\0';
		close(fd[i]);
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void
what_makes_no_sense_ends_with_2(void)
{
	static const char *const option[] = { "-p x", "-p 65536", "-t 0",
		"-t -1", "-t soon", "-q", "9" };
	char command[400];

	for (size_t i = 0; i < sizeof(option) / sizeof(option[0]); i++) {
		int status;

		snprintf(command, sizeof(command),
		    "%s %s/examples/server %s >/dev/null 2>&1",
		    getenv("QUERN_EMULATOR") ? getenv("QUERN_EMULATOR") : "",
		    getenv("QUERN_BUILD") ? getenv("QUERN_BUILD") :
					    "build/gcc-plain",
		    option[i]);
		fflush(stdout);
		status = system(command);
		CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "lines are answered", lines_are_answered },
		{ "bad lines get an error, and the next is answered",
		    bad_lines_get_an_error_and_the_next_is_answered },
		{ "a line that is too long is refused",
		    a_line_that_is_too_long_is_refused },
		{ "slow clients time out", slow_clients_time_out },
		{ "who does not read is thrown out",
		    who_does_not_read_is_thrown_out },
		{ "who leaves in the middle is forgotten",
		    who_leaves_in_the_middle_is_forgotten },
		{ "ten thousand are served at once",
		    ten_thousand_are_served_at_once },
		{ "what makes no sense ends with 2",
		    what_makes_no_sense_ends_with_2 },
		CU_TEST_INFO_NULL,
	};

	add_suite("the server", tests);
	return run_suites();
}

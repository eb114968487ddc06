/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fetch.c -- examples/fetch against a server of this program's own, which
 * answers as late, as much and as badly as a test wants.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "threads.h"
#include "watchdog.h"

enum { TOGETHER = 5, LARGE = 3000000 };

/* ---- the server: a thread for each connection ---- */

static struct {
	int fd;
	unsigned short port;
	struct gate gate; /* at which /wait/... stands */
	int taken;        /* atomic; connections whose end has not come */
} server;

/* The byte at that place of every body. */
static unsigned char
byte_at(size_t at)
{
	return (unsigned char)(at * 7 + at / 251);
}

static void
send_body(int fd, size_t bytes, size_t promised)
{
	unsigned char block[4096];
	char head[200];
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n",
	    promised);

	if (send(fd, head, (size_t)n, MSG_NOSIGNAL) != n)
		return;
	for (size_t at = 0; at < bytes;) {
		size_t part =
		    bytes - at < sizeof(block) ? bytes - at : sizeof(block);

		for (size_t i = 0; i < part; i++)
			block[i] = byte_at(at + i);
		if (send(fd, block, part, MSG_NOSIGNAL) != (ssize_t)part)
			return;
		at += part;
	}
}

/* "GET /WHAT/BYTES ..." */
static void
answer(int fd, const char *request)
{
	static const char missing[] =
	    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"
	    "Connection: close\r\n\r\n";
	char what[20] = "";
	size_t bytes = 0;

	if (sscanf(request, "GET /%19[a-z]/%zu", what, &bytes) < 1)
		return;
	if (!strcmp(what, "wait"))
		gate_pass(&server.gate);
	if (!strcmp(what, "missing"))
		(void)!send(fd, missing, sizeof(missing) - 1, MSG_NOSIGNAL);
	else if (!strcmp(what, "short"))
		send_body(fd, bytes / 2, bytes);
	else
		send_body(fd, bytes, bytes);
}

static void *
serve_one(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char request[2000];
	size_t n = 0;
	ssize_t got;

	while (n + 1 < sizeof(request) &&
	    (got = read(fd, request + n, sizeof(request) - 1 - n)) > 0) {
		n += (size_t)got;
		request[n] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	if (n > 0)
		answer(fd, request);
	shutdown(fd, SHUT_WR);
	while (read(fd, request, sizeof(request)) > 0)
		;
	close(fd);
	add(&server.taken, -1);
	return NULL;
}

static void *
accept_all(void *unused)
{
	pthread_t thread;
	int fd;

	(void)unused;
	while ((fd = accept(server.fd, NULL, NULL)) >= 0) {
		add(&server.taken, 1);
		start_thread(&thread, serve_one, (void *)(intptr_t)fd);
		pthread_detach(thread);
	}
	return NULL;
}

static pthread_t acceptor;

static void
start_server(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t bytes = sizeof(address);

	gate_init(&server.gate);
	server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(server.fd >= 0 &&
	    !bind(server.fd, (struct sockaddr *)&address, bytes) &&
	    !listen(server.fd, 100) &&
	    !getsockname(server.fd, (struct sockaddr *)&address, &bytes));
	server.port = ntohs(address.sin_port);
	start_thread(&acceptor, accept_all, NULL);
}

static void
stop_server(void)
{
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(acceptor, NULL);
	close(server.fd);
	while (get(&server.taken) > 0)
		nap();
}

/* ---- the client ---- */

/* What it prints for a whole body, apart from the URL. */
static const char *
expected(size_t bytes)
{
	static char text[80];
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t at = 0; at < bytes; at++)
		hash = (hash ^ byte_at(at)) * UINT64_C(1099511628211);
	snprintf(text, sizeof(text), ": %zu bytes, hash %016" PRIx64 "\n",
	    bytes, hash);
	return text;
}

static char url[TOGETHER][100];

/* Fetch n paths; returns the exit status. */
static int
fetch(struct child *child, const char *const path[], int n)
{
	const char *argv[TOGETHER + 2] = { "fetch" };

	for (int i = 0; i < n; i++) {
		snprintf(url[i], sizeof(url[i]), "http://127.0.0.1:%u/%s",
		    server.port, path[i]);
		argv[i + 1] = url[i];
	}
	if (!child_run(child, argv))
		return -1;
	return child->status;
}

/* Is the line of the i-th URL in what it printed? */
static bool
says(const struct child *child, int i, const char *rest)
{
	char line[300];

	snprintf(line, sizeof(line), "%s%s", url[i], rest);
	return strstr(child->out, line);
}

static void
bodies_are_fetched_and_hashed(void)
{
	static const char *const path[] = { "body/0", "body/1", "body/5000",
		"body/3000000" };
	static const size_t bytes[] = { 0, 1, 5000, LARGE };
	static struct child child;

	start_server();
	CU_ASSERT_EQUAL(fetch(&child, path, 4), 0);
	for (int i = 0; i < 4; i++)
		CU_ASSERT_TRUE(says(&child, i, expected(bytes[i])));
	stop_server();
}

static void *
open_when_all_have_asked(void *unused)
{
	(void)unused;
	gate_await(&server.gate, TOGETHER);
	gate_open(&server.gate);
	return NULL;
}

/* No answer comes before all have been asked for: they are, together. */
static void
several_are_under_way_at_once(void)
{
	static const char *const path[] = { "wait/1", "wait/2", "wait/3",
		"wait/4", "wait/5" };
	static struct child child;
	pthread_t thread;

	watchdog("fetch", 0);
	start_server();
	start_thread(&thread, open_when_all_have_asked, NULL);
	CU_ASSERT_EQUAL(fetch(&child, path, TOGETHER), 0);
	pthread_join(thread, NULL);
	for (int i = 0; i < TOGETHER; i++)
		CU_ASSERT_TRUE(says(&child, i, expected((size_t)i + 1)));
	stop_server();
}

static void
one_that_fails_does_not_stop_the_others(void)
{
	static const char *const path[] = { "body/100", "missing/1",
		"short/1000", "body/200" };
	static struct child child;

	start_server();
	CU_ASSERT_EQUAL(fetch(&child, path, 4), 1);
	CU_ASSERT_TRUE(says(&child, 0, expected(100)));
	CU_ASSERT_TRUE(says(&child, 3, expected(200)));
	CU_ASSERT_TRUE(says(&child, 1, ": HTTP response code"));
	CU_ASSERT_TRUE(says(&child, 2, ": Transferred a partial file"));
	stop_server();
	/* Nobody there. */
	CU_ASSERT_EQUAL(fetch(&child, path, 1), 1);
	CU_ASSERT_TRUE(says(&child, 0, ": Couldn't connect to server"));
}

static void
without_a_url_it_says_how(void)
{
	static struct child child;

	CU_ASSERT_EQUAL(fetch(&child, NULL, 0), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(child.err, "usage: fetch URL..."));
}

static void
other_protocols_are_refused(void)
{
	static const char *const argv[] = { "fetch", "file:///etc/passwd",
		NULL };
	static struct child child;

	CU_ASSERT_TRUE(child_run(&child, argv));
	CU_ASSERT_EQUAL(child.status, 1);
	CU_ASSERT_STRING_EQUAL(
	    child.out, "file:///etc/passwd: Unsupported protocol\n");
}

/* Without libcurl there is no fetch. */
static bool
is_there(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/examples/fetch",
	    getenv("QUERN_BUILD") ? getenv("QUERN_BUILD") : "build/gcc-plain");
	return access(path, X_OK) == 0;
}

static void
it_is_left_out(void)
{
	printf("left out: libcurl is not installed (make deps) ... ");
	CU_ASSERT_FALSE(is_there());
}

int
main(void)
{
	static const CU_TestInfo none[] = {
		{ "it is left out", it_is_left_out },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo tests[] = {
		{ "bodies are fetched and hashed",
		    bodies_are_fetched_and_hashed },
		{ "several are under way at once",
		    several_are_under_way_at_once },
		{ "one that fails does not stop the others",
		    one_that_fails_does_not_stop_the_others },
		{ "other protocols are refused", other_protocols_are_refused },
		{ "without a URL it says how", without_a_url_it_says_how },
		CU_TEST_INFO_NULL,
	};

	add_suite("fetch", is_there() ? tests : none);
	return run_suites();
}

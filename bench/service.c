/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.c -- subject 10: requests per second of examples/server with 100
 * connections, against the same service written with asyncio's streams and a
 * process pool (service.py).
 *
 * The client is this program, on one thread, and the same for both: each
 * connection sends its next line when the answer to the last one is there, and
 * every answer is compared.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "python.h"
#include "rounds.h"

enum { CONNECTIONS = 100, EVENTS = 64 };

#define ROUND_SECONDS 0.3
#define QUESTION "pow 2 1 2 3\n"
#define ANSWER "1 4 9\n"

struct service {
	char *argv[3]; /* prints where it listens */
	pid_t pid;
	int epoll;
	int fd[CONNECTIONS];
	size_t got[CONNECTIONS]; /* bytes of the answer */
};

static struct service quern;
static struct service python = { .argv = { "python3", "bench/service.py" } };

/* ---- the services, started once ---- */

/* Nothing of them is to outlive this program, see on_signal(), too. */
static void
kill_services(void)
{
	/* Each is a group of processes. */
	if (quern.pid > 0)
		kill(-quern.pid, SIGKILL);
	if (python.pid > 0)
		kill(-python.pid, SIGKILL);
}

static void
on_signal(int number)
{
	kill_services();
	_exit(128 + number);
}

static unsigned short
start(struct service *service)
{
	unsigned short port;
	FILE *output;
	int way[2];

	if (pipe(way))
		die("no pipe");
	service->pid = fork();
	if (service->pid < 0)
		die("no process");
	if (service->pid == 0) {
		setpgid(0, 0);
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		dup2(way[1], STDOUT_FILENO);
		close(way[0]);
		close(way[1]);
		execvp(service->argv[0], service->argv);
		_exit(127);
	}
	/* Whoever is first. */
	setpgid(service->pid, service->pid);
	close(way[1]);
	output = fdopen(way[0], "r");
	if (!output || fscanf(output, "listening on 127.0.0.1:%hu", &port) != 1)
		die("cannot start %s", service->argv[0]);
	fclose(output);
	return port;
}

static void
ask(struct service *service, size_t i)
{
	const size_t n = sizeof(QUESTION) - 1;

	service->got[i] = 0;
	if (send(service->fd[i], QUESTION, n, MSG_NOSIGNAL) != (ssize_t)n)
		die("%s: a connection is gone", service->argv[0]);
}

static void
open_service(struct service *service)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(start(service)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	service->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u64 = i };

		service->fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (service->fd[i] < 0 ||
		    connect(service->fd[i], (const struct sockaddr *)&address,
			sizeof(address)) ||
		    epoll_ctl(
			service->epoll, EPOLL_CTL_ADD, service->fd[i], &event))
			die("%s: no connection", service->argv[0]);
	}
}

static void
close_service(struct service *service)
{
	int status;

	kill(service->pid, SIGINT);
	if (waitpid(service->pid, &status, 0) != service->pid || status)
		die("%s: it did not end well", service->argv[0]);
	service->pid = 0;
	for (size_t i = 0; i < CONNECTIONS; i++)
		close(service->fd[i]);
	close(service->epoll);
}

/* ---- a round ---- */

/* A piece of the i-th answer: is it whole now? */
static bool
hear(struct service *service, size_t i)
{
	static const char answer[] = ANSWER;
	char bytes[sizeof(answer)];
	size_t at = service->got[i];
	ssize_t n = read(service->fd[i], bytes, sizeof(answer) - 1 - at);

	if (n <= 0 || memcmp(bytes, answer + at, (size_t)n) != 0)
		die("%s: a wrong answer", service->argv[0]);
	service->got[i] += (size_t)n;
	return service->got[i] == sizeof(answer) - 1;
}

static void
service_round(void *arg, double value[])
{
	struct service *service = arg;
	uint64_t begun = now_ns(), ends;
	size_t answers = 0, asked = CONNECTIONS;

	ends = begun + (uint64_t)(rounds_seconds(ROUND_SECONDS) * 1e9);
	for (size_t i = 0; i < CONNECTIONS; i++)
		ask(service, i);
	while (answers < asked) {
		struct epoll_event event[EVENTS];
		int n = epoll_wait(service->epoll, event, EVENTS, 10000);

		if (n <= 0)
			die("%s: no answer", service->argv[0]);
		for (int e = 0; e < n; e++) {
			size_t i = event[e].data.u64;

			if (!hear(service, i))
				continue;
			answers++;
			if (now_ns() < ends) {
				ask(service, i);
				asked++;
			}
		}
	}
	value[0] = (double)answers / ((double)(now_ns() - begun) * 1e-9) * 1e-3;
}

int
main(int argc, char **argv)
{
	static const struct figure figure = { "", "k/s", true };
	const struct contender contender[] = {
		{ "examples/server", false, service_round, &quern },
		{ "asyncio, processes", true, service_round, &python },
	};
	char own[400], *slash;
	bool both = python_is_there();

	rounds_begin(argc, argv);
	/* examples/ lies beside the folder of this program. */
	snprintf(own, sizeof(own), "%s", argv[0]);
	slash = strrchr(own, '/');
	if (!slash)
		die("call it with its path");
	snprintf(
	    slash, sizeof(own) - (size_t)(slash - own), "/../examples/server");
	atexit(kill_services);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGHUP, on_signal);
	quern.argv[0] = own;
	open_service(&quern);
	if (both)
		open_service(&python);
	rounds_measure("10 requests with 100 connections", &figure, 1,
	    contender, 1 + both);
	close_service(&quern);
	if (both)
		close_service(&python);
	return 0;
}

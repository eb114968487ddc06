/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c -- a TCP service in which each connection is a task.
 *
 *     server [-p PORT] [-t SECONDS]
 *
 * Listens on 127.0.0.1, on any port unless one is given, and says which.  It
 * reads lines and answers each with one:
 *
 *     sum 1 2 3          6
 *     pow 2.5 1 2 3      1 5.65685424949238 15.588457268119894
 *     anything else      error: ...
 *
 * The arithmetic is done on the pool.  A line longer than LINE_MOST, or one
 * that takes its client more than SECONDS (30) to send or to take, ends the
 * connection.  SIGINT and SIGTERM stop accepting, let what has been asked be
 * answered, and end the program with 0.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <quern/quern.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MOST = 2000, OUT_BYTES = 1024, BACKLOG = 4096 };

struct in {
	size_t n; /* bytes that are there */
	char bytes[LINE_MOST + 1];
};

struct out {
	int fd, err;
	size_t n;
	char bytes[OUT_BYTES];
};

struct connection {
	struct connection *next, **prev; /* of all */
	quern_task *task;
	int fd;
	bool busy; /* with a line */
	/* Here they lie closer than on the stacks of so many tasks. */
	struct in in;
	struct out out;
};

static struct {
	double patience; /* seconds */
	unsigned short port;
	int fd; /* listens */
	quern_task *acceptor;
	bool draining;
	struct connection *connections;
	size_t n;
	quern_semaphore gone; /* released when the last connection goes */
} server = { .patience = 30 };

/* ---- output ---- */

static void
flush(struct out *out)
{
	size_t done = 0;

	while (done < out->n && !out->err) {
		ssize_t n = send(
		    out->fd, out->bytes + done, out->n - done, MSG_NOSIGNAL);
		int ready;

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno != EAGAIN) {
			out->err = -errno;
		} else {
			ready = quern_await_fd(
			    out->fd, QUERN_WRITE, server.patience);
			out->err = ready > 0 ? 0 : ready ? ready : -ETIMEDOUT;
		}
	}
	out->n = 0;
}

__attribute__((format(printf, 2, 3))) static void
put(struct out *out, const char *format, ...)
{
	va_list args;

	if (OUT_BYTES - out->n < 64)
		flush(out);
	va_start(args, format);
	out->n += (size_t)vsnprintf(
	    out->bytes + out->n, OUT_BYTES - out->n, format, args);
	va_end(args);
}

/* ---- lines ---- */

/* The numbers of `text`, at most `most`; -1: that is not what it is. */
static long
read_numbers(const char *text, double number[], size_t most)
{
	size_t n = 0;
	char *end;

	for (;;) {
		text += strspn(text, " \t\r");
		if (!*text)
			return (long)n;
		if (n == most)
			return -1;
		number[n++] = strtod(text, &end);
		if (end == text || !strchr(" \t\r", *end))
			return -1;
		text = end;
	}
}

static int
answer_sum(struct out *out, const double x[], size_t n)
{
	double sum;
	int err = quern_await(quern_sum_f64(&sum, x, n));

	if (!err)
		put(out, "%.17g\n", sum);
	return err;
}

/* x[0] is the exponent. */
static int
answer_pow(struct out *out, const double x[], size_t n)
{
	double *y = calloc(n, sizeof(*y));
	int err;

	if (!y)
		return -ENOMEM;
	err = quern_await(quern_pow_f64(y, x + 1, x[0], n - 1));
	for (size_t i = 0; !err && i + 1 < n; i++)
		put(out, i ? " %.17g" : "%.17g", y[i]);
	if (!err)
		put(out, "\n");
	free(y);
	return err;
}

/* Each number takes two characters, so there are no more than half of those. */
static void
answer(struct out *out, const char *line)
{
	size_t most = strlen(line) / 2 + 1;
	double *x = calloc(most, sizeof(*x));
	long n = x ? read_numbers(line + strcspn(line, " "), x, most) : -1;
	int err = 0;

	if (!x)
		err = -ENOMEM;
	else if (strncmp(line, "sum ", 4) != 0 && strncmp(line, "pow ", 4) != 0)
		put(out, "error: sum NUMBER... or pow EXPONENT NUMBER...\n");
	else if (n < 0)
		put(out, "error: that is not all numbers\n");
	else if (line[0] == 's')
		err = answer_sum(out, x, (size_t)n);
	else if (n < 2)
		put(out, "error: an exponent and a number at least\n");
	else
		err = answer_pow(out, x, (size_t)n);
	if (err)
		put(out, "error: %s\n", quern_strerror(err));
	free(x);
}

/* ---- a connection ---- */

/*
 * Read until there is a line, and end it with a 0; returns how many bytes it
 * takes, 0 at the end, -EMSGSIZE, -ETIMEDOUT, -ECANCELED, ...
 */
static long
read_line(int fd, struct in *in)
{
	for (;;) {
		char *end = memchr(in->bytes, '\n', in->n);
		ssize_t n;
		int ready;

		if (end) {
			*end = '\0';
			return end + 1 - in->bytes;
		}
		if (in->n == sizeof(in->bytes))
			return -EMSGSIZE;
		n = read(fd, in->bytes + in->n, sizeof(in->bytes) - in->n);
		if (n > 0) {
			in->n += (size_t)n;
			continue;
		}
		if (n == 0 || errno != EAGAIN)
			return n ? -errno : 0;
		/* The scope of the line says how long. */
		ready = quern_await_fd(fd, QUERN_READ, -1);
		if (ready < 0)
			return ready;
	}
}

/* The same within the time that a client has for a line. */
static long
await_line(int fd, struct in *in)
{
	int err = quern_timeout_begin(server.patience);
	long n;

	if (err)
		return err;
	n = read_line(fd, in);
	(void)quern_timeout_end();
	return n;
}

static void
serve_lines(struct connection *connection)
{
	struct out out = { .fd = connection->fd };
	struct in in = { 0 };
	long n;

	while (!out.err && (n = await_line(connection->fd, &in)) > 0) {
		connection->busy = true;
		answer(&out, in.bytes);
		flush(&out);
		connection->busy = false;
		in.n -= (size_t)n;
		memmove(in.bytes, in.bytes + n, in.n);
		if (server.draining)
			return;
	}
	if (out.err || n == 0 || n == -ECANCELED)
		return;
	put(&out, "error: %s\n",
	    n == -EMSGSIZE ? "the line is too long" : quern_strerror((int)n));
	flush(&out);
}

static int
serve(void *arg)
{
	struct connection *connection = arg;

	connection->task = quern_task_self();
	if (!server.draining)
		serve_lines(connection);
	close(connection->fd);
	*connection->prev = connection->next;
	if (connection->next)
		connection->next->prev = connection->prev;
	free(connection);
	if (--server.n == 0 && server.draining)
		quern_semaphore_release(&server.gone);
	return 0;
}

static int
start_connection(int fd)
{
	static const quern_task_options options = { .name = "connection" };
	struct connection *connection = calloc(1, sizeof(*connection));
	int err;

	if (!connection)
		return -ENOMEM;
	connection->fd = fd;
	err = quern_spawn_with(
	    quern_task_loop(), NULL, serve, connection, &options);
	if (err) {
		free(connection);
		return err;
	}
	connection->next = server.connections;
	connection->prev = &server.connections;
	if (connection->next)
		connection->next->prev = &connection->next;
	server.connections = connection;
	server.n++;
	return 0;
}

/* ---- all of them ---- */

/*
 * Take who waits.  Out of descriptors or memory it is better to wait for a
 * moment than to ask again at once.
 */
static int
accept_all(void)
{
	for (;;) {
		int fd = accept4(
		    server.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		int err;

		if (fd < 0 && errno == EAGAIN) {
			err = quern_await_fd(server.fd, QUERN_READ, -1);
		} else if (fd < 0) {
			warn("accept");
			err = quern_sleep(0.01);
		} else if ((err = start_connection(fd)) != 0) {
			warnx("no connection: %s", quern_strerror(err));
			close(fd);
			err = quern_sleep(0.01);
		}
		if (err < 0)
			return err;
	}
}

/* Who is in the middle of an answer goes on; the rest go now. */
static int
drain(void)
{
	struct connection *c;

	server.draining = true;
	for (c = server.connections; c; c = c->next)
		if (c->task && !c->busy)
			(void)quern_task_cancel(c->task);
	return server.n ? quern_semaphore_acquire(&server.gone) : 0;
}

static void
on_signal(struct ev_loop *ev, ev_signal *watcher, int events)
{
	(void)events;
	ev_signal_stop(ev, watcher); /* the next one ends the program */
	(void)quern_task_cancel(server.acceptor);
}

static void
watch_signal(ev_signal *watcher, int number)
{
	struct ev_loop *ev = quern_loop_ev(quern_task_loop());

	ev_signal_init(watcher, on_signal, number);
	ev_signal_start(ev, watcher);
	ev_unref(ev);
}

static void
unwatch_signal(ev_signal *watcher)
{
	struct ev_loop *ev = quern_loop_ev(quern_task_loop());

	ev_ref(ev);
	ev_signal_stop(ev, watcher);
}

static int
serve_all(void *unused)
{
	ev_signal interrupt, terminate;
	int err;

	(void)unused;
	server.acceptor = quern_task_self();
	quern_semaphore_init(&server.gone, 0);
	watch_signal(&interrupt, SIGINT);
	watch_signal(&terminate, SIGTERM);
	err = accept_all();
	close(server.fd);
	if (err == -ECANCELED)
		err = drain();
	unwatch_signal(&interrupt);
	unwatch_signal(&terminate);
	return err;
}

static void
listen_or_exit(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(server.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t bytes = sizeof(address);
	int yes = 1;

	server.fd =
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (server.fd < 0 ||
	    setsockopt(
		server.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(server.fd, (struct sockaddr *)&address, bytes) ||
	    listen(server.fd, BACKLOG) ||
	    getsockname(server.fd, (struct sockaddr *)&address, &bytes))
		err(1, "port %u", server.port);
	printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	char *end = "";
	int option, status;

	while ((option = getopt(argc, argv, "p:t:")) != -1) {
		unsigned long port;

		switch (option) {
		case 'p':
			port = strtoul(optarg, &end, 10);
			if (*end || port > 65535)
				errx(2, "no port: %s", optarg);
			server.port = (unsigned short)port;
			break;
		case 't':
			server.patience = strtod(optarg, &end);
			if (*end || !(server.patience > 0))
				errx(2, "no time: %s", optarg);
			break;
		default:
			return 2;
		}
	}
	if (optind < argc)
		errx(2, "usage: server [-p PORT] [-t SECONDS]");
	listen_or_exit();
	status = quern_main(serve_all, NULL);
	if (status)
		errx(1, "%s", quern_strerror(status));
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port.c -- a loop without libev: one descriptor that any event loop can poll.
 *
 *     done.c --eventfd--> [port.c] --> deliver.c
 *
 * An eventfd (something has ended) and a timerfd (a timeout is due) behind one
 * epoll descriptor, which is readable when either is.
 */
#include <errno.h>

#include "busy.h"
#include "clock.h"
#include "deliver.h"
#include "fd.h"
#include "mem.h"
#include "pool.h"

struct port {
	quern_loop base;
	int epoll, event, timer;
};

static struct port *
port_of(const quern_loop *loop)
{
	return (struct port *)loop; /* base is its first member */
}

static void
port_ring(quern_loop *loop)
{
	quern__fd_raise(port_of(loop)->event);
}

static void
port_set_timer(quern_loop *loop, uint64_t at_ns)
{
	quern__fd_set_timer(port_of(loop)->timer, at_ns);
}

static struct ev_loop *
port_ev(const quern_loop *loop)
{
	(void)loop;
	return NULL;
}

static void
close_all(struct port *port)
{
	quern__fd_close(port->epoll);
	quern__fd_close(port->timer);
	quern__fd_close(port->event);
}

static void
port_destroy(quern_loop *loop)
{
	quern__loop_fini(loop);
	close_all(port_of(loop));
	quern__free(loop);
}

static const struct quern__front port_front = {
	.ring = port_ring,
	.set_timer = port_set_timer,
	.destroy = port_destroy,
	.ev = port_ev,
};

/* On failure what was opened stays for close_all(). */
static int
open_all(struct port *port)
{
	int err;

	port->event = quern__fd_event();
	if (port->event < 0)
		return port->event;
	port->timer = quern__fd_timer();
	if (port->timer < 0)
		return port->timer;
	port->epoll = quern__fd_epoll();
	if (port->epoll < 0)
		return port->epoll;
	err = quern__fd_watch(port->epoll, port->event);
	return err ? err : quern__fd_watch(port->epoll, port->timer);
}

int
quern__port_create(quern_loop **out, quern_executor *executor)
{
	struct port *port = quern__alloc(sizeof(*port));
	int err;

	if (!port)
		return -ENOMEM;
	port->epoll = port->event = port->timer = -1;
	err = open_all(port);
	if (!err)
		err = quern__loop_init(&port->base, &port_front, executor);
	if (err) {
		close_all(port);
		quern__free(port);
		return err;
	}
	*out = &port->base;
	return 0;
}

/* Can `loop` be polled and dispatched? */
static int
check(const quern_loop *loop)
{
	int err = quern__loop_check(loop);

	if (err)
		return err;
	return loop->front == &port_front ? 0 : -ENOTSUP;
}

int
quern_loop_fd(const quern_loop *loop)
{
	int err = check(loop);

	return err ? err : port_of(loop)->epoll;
}

int
quern_loop_dispatch(quern_loop *loop)
{
	int err = check(loop);
	struct port *port;
	int count;

	if (err)
		return err;
	port = port_of(loop);
	/* Lower first: what comes while we deliver raises it again. */
	quern__fd_lower(port->event);
	if (quern__passed(loop->timer_ns)) {
		quern__fd_lower(port->timer);
		loop->timer_ns = 0; /* it went off */
	}
	count = quern__deliver(loop);
	/* Most likely: what the program's loop does next it does not tell us. */
	quern__busy_feeder_sleeps(loop->executor);
	return count;
}

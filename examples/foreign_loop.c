/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreign_loop.c -- quern in an event loop that is not libev's: poll(2).
 *
 * Any loop will do that can wait for a file descriptor: quern's becomes
 * readable when completions or timeouts are due, and quern_loop_dispatch()
 * sees to them.
 */
#include <err.h>
#include <poll.h>
#include <quern/quern.h>
#include <stdio.h>

enum { COUNT = 1000000 };

static void
check(int status, const char *what)
{
	if (status < 0)
		errx(1, "%s: %s", what, quern_strerror(status));
}

/* Runs inside quern_loop_dispatch(). */
static void
on_done(quern_loop *loop, quern_job *job, int status)
{
	(void)loop;
	check(status, job->data);
}

int
main(void)
{
	static double number[COUNT];
	double least, most, sum, mean;
	quern_executor *pool;
	quern_loop *loop;
	quern_job job[4];
	struct pollfd watched = { .events = POLLIN };

	for (int i = 0; i < COUNT; i++)
		number[i] = i + 1;
	check(quern_threads_create(&pool, NULL), "pool");
	check(quern_loop_create(&loop, NULL, pool), "loop");

	quern_job_init(&job[0], quern_min_f64(&least, number, COUNT), on_done);
	quern_job_init(&job[1], quern_max_f64(&most, number, COUNT), on_done);
	quern_job_init(&job[2], quern_sum_f64(&sum, number, COUNT), on_done);
	quern_job_init(&job[3], quern_mean_f64(&mean, number, COUNT), on_done);
	for (int i = 0; i < 4; i++) {
		job[i].data = "job";
		check(quern_submit(loop, &job[i]), "submit");
	}
	watched.fd = quern_loop_fd(loop);
	check(watched.fd, "descriptor");
	while (quern_loop_pending(loop) > 0) {
		/* More descriptors could stand beside this one. */
		if (poll(&watched, 1, -1) < 0)
			err(1, "poll");
		check(quern_loop_dispatch(loop), "dispatch");
	}
	printf(
	    "from %.0f to %.0f, sum %.0f, mean %.1f\n", least, most, sum, mean);
	return quern_loop_destroy(loop) || quern_executor_destroy(pool);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe.c -- drives any pipe in the same way; see pipe.h.
 *
 * Jobs "empty" count themselves in the tally and do nothing else.
 */
#include "pipe.h"

#include <pthread.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "rounds.h"
#include "tally.h"

extern const struct pipe pipe_quern;
extern const struct pipe pipe_uv, pipe_glib;
extern const struct pipe pipe_tbb_spawn, pipe_tbb_enqueue;

const struct pipe *const pipes[] = {
	&pipe_quern,
#ifdef PEER_uv
	&pipe_uv,
#endif
#ifdef PEER_tbb
	&pipe_tbb_spawn,
	&pipe_tbb_enqueue,
#endif
#ifdef PEER_glib
	&pipe_glib,
#endif
};
const size_t n_pipes = sizeof(pipes) / sizeof(pipes[0]);

/* The one drive that is under way; the loop's thread changes it. */
static struct {
	const struct pipe *pipe;
	void (*done)(size_t job);
	void (*tick)(uint64_t ticks);
	void (*work)(void); /* NULL: nothing more than to count */

	uint64_t completed;
	uint64_t total; /* submitted by ticks, or to be completed */
	size_t left;    /* to be submitted */

	uint64_t submitted_ns, ends_ns, gap_ns;
	uint64_t due_ns, period_ns; /* the next tick */
	double *sample;
	size_t samples, most;
} drive;

static int tick_fd; /* 0: not made yet */

void
pipe_work(void)
{
	tally_add();
	if (drive.work)
		drive.work();
}

void
pipe_done(size_t job)
{
	drive.completed++;
	drive.done(job);
}

void
pipe_on_tick(void)
{
	uint64_t ticks; /* one, and those that were missed */

	if (read(tick_fd, &ticks, sizeof(ticks)) == sizeof(ticks))
		drive.tick(ticks);
}

void
pipe_open(const struct pipe *pipe)
{
	if (!tick_fd)
		tick_fd =
		    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (tick_fd < 0)
		die("no timerfd");
	pipe->open(cores(), tick_fd);
}

void
pipes_open(void)
{
	for (size_t i = 0; i < n_pipes; i++)
		pipe_open(pipes[i]);
}

/* ---- what the drivers share ---- */

static uint64_t
begin(const struct pipe *pipe, size_t jobs, void (*done)(size_t job))
{
	pipe->make(jobs);
	drive.pipe = pipe;
	drive.done = done;
	drive.completed = 0;
	return tally_sum();
}

static void
check(uint64_t ran_before, uint64_t jobs)
{
	uint64_t ran = tally_sum() - ran_before;

	if (ran != jobs || drive.completed != jobs)
		die("%s: %zu jobs were submitted, %zu ran, %zu completed",
		    drive.pipe->who, (size_t)jobs, (size_t)ran,
		    (size_t)drive.completed);
}

static void
set_ticks(uint64_t period_ns)
{
	const struct timespec period = { .tv_nsec = (long)period_ns };
	const struct itimerspec how = { period, period };

	drive.period_ns = period_ns;
	drive.due_ns = now_ns() + period_ns;
	if (timerfd_settime(tick_fd, 0, &how, NULL))
		die("no ticks every %zu ns", (size_t)period_ns);
}

static void
stop_ticks(void)
{
	set_ticks(0);
	drive.pipe->watch(false);
}

/* ---- one in flight ---- */

static void
start_trip(void)
{
	drive.submitted_ns = now_ns();
	drive.pipe->submit(0, 1);
}

/* Whether that was the last one. */
static bool
end_trip(uint64_t now)
{
	drive.sample[drive.samples++] = (double)(now - drive.submitted_ns);
	return drive.samples == drive.most || now >= drive.ends_ns;
}

static void
on_trip_done(size_t job)
{
	uint64_t now = now_ns();

	(void)job;
	if (end_trip(now))
		return;
	if (drive.gap_ns)
		while (now_ns() < now + drive.gap_ns)
			;
	start_trip();
}

static void
on_timed_trip_done(size_t job)
{
	(void)job;
	if (end_trip(now_ns()))
		stop_ticks();
}

static void
on_trip_tick(uint64_t ticks)
{
	(void)ticks;
	/* Skip a tick that comes before its predecessor's job is back. */
	if (drive.completed == drive.total) {
		drive.total++;
		start_trip();
	}
}

static uint64_t
begin_trips(const struct pipe *pipe, void (*done)(size_t job), double seconds,
    double sample[], size_t most)
{
	uint64_t before = begin(pipe, 1, done);

	drive.sample = sample;
	drive.samples = 0;
	drive.most = most;
	drive.ends_ns = now_ns() + (uint64_t)(seconds * 1e9);
	return before;
}

size_t
pipe_trips(const struct pipe *pipe, uint64_t gap_ns, double seconds,
    double sample[], size_t most)
{
	uint64_t before =
	    begin_trips(pipe, on_trip_done, seconds, sample, most);

	drive.gap_ns = gap_ns;
	start_trip();
	pipe->run();
	check(before, drive.samples);
	return drive.samples;
}

size_t
pipe_timed_trips(const struct pipe *pipe, uint64_t period_ns, double seconds,
    double sample[], size_t most)
{
	uint64_t before =
	    begin_trips(pipe, on_timed_trip_done, seconds, sample, most);

	drive.total = 0;
	drive.tick = on_trip_tick;
	set_ticks(period_ns);
	pipe->watch(true);
	pipe->run();
	check(before, drive.samples);
	return drive.samples;
}

/* ---- many in flight ---- */

static void
on_done_resubmit(size_t job)
{
	if (drive.left > 0) {
		drive.left--;
		drive.pipe->submit(job, 1);
	}
}

static void
on_done(size_t job)
{
	(void)job;
}

double
pipe_resubmit(const struct pipe *pipe, size_t in_flight, size_t n)
{
	uint64_t before = begin(pipe, in_flight, on_done_resubmit);
	uint64_t begun = now_ns();

	drive.left = n - in_flight;
	pipe->submit(0, in_flight);
	pipe->run();
	begun = now_ns() - begun;
	check(before, n);
	return (double)begun * 1e-9;
}

double
pipe_bursts(const struct pipe *pipe, size_t in_flight, size_t n, bool many)
{
	void (*submit)(size_t, size_t) =
	    many ? pipe->submit_many : pipe->submit;
	uint64_t before = begin(pipe, in_flight, on_done);
	uint64_t begun = now_ns();

	for (size_t left = n; left > 0; left -= in_flight) {
		submit(0, in_flight);
		pipe->run();
	}
	begun = now_ns() - begun;
	check(before, n);
	return (double)begun * 1e-9;
}

/* ---- held in flight ---- */

/* Jobs wait for this lock; the loop's thread holds it until it lets them go. */
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void
wait_until_let_go(void)
{
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
}

double
pipe_hold(const struct pipe *pipe, size_t n, double (*measure)(void))
{
	uint64_t before = begin(pipe, n, on_done);
	double growth = -measure();

	drive.work = wait_until_let_go;
	pthread_mutex_lock(&held);
	pipe->submit(0, n);
	growth += measure();
	pthread_mutex_unlock(&held);
	pipe->run();
	drive.work = NULL;
	check(before, n);
	return growth;
}

/* ---- ticks beside them ---- */

static void
on_late_tick(uint64_t ticks)
{
	uint64_t now = now_ns();

	for (; ticks > 0; ticks--) {
		double late = (double)(int64_t)(now - drive.due_ns);

		if (drive.samples < drive.most)
			drive.sample[drive.samples++] = late > 0 ? late : 0;
		drive.due_ns += drive.period_ns;
	}
}

static void
on_done_beside_ticks(size_t job)
{
	uint64_t now;

	if (drive.completed < drive.total) {
		on_done_resubmit(job);
		return;
	}
	/* Those that were due, and the loop did not come to, count as well. */
	now = now_ns();
	if (now > drive.due_ns)
		on_late_tick((now - drive.due_ns) / drive.period_ns + 1);
	stop_ticks();
}

size_t
pipe_ticks(const struct pipe *pipe, uint64_t period_ns, size_t in_flight,
    size_t n, void (*work)(void), double sample[], size_t most)
{
	uint64_t before = begin(pipe, in_flight, on_done_beside_ticks);

	drive.sample = sample;
	drive.samples = 0;
	drive.most = most;
	drive.work = work;
	drive.total = n;
	drive.left = n - in_flight;
	drive.tick = on_late_tick;
	set_ticks(period_ns);
	pipe->watch(true);
	pipe->submit(0, in_flight);
	pipe->run();
	drive.work = NULL;
	check(before, n);
	return drive.samples;
}

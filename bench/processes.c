/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processes.c -- subject 11: what worker processes cost: to give them a job, to
 * lose one, to have them at all.  What their loops cost: far_loops.c.
 *
 * This program is its own worker program, and its own echo: the process at the
 * other end of a bare socket pair, which is the least that a round trip to
 * another process can be.  Jobs on threads stand beside those in processes.
 */
#include <ev.h>
#include <quern/quern.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "far_loops.h"
#include "python.h"
#include "rounds.h"
#include "stats.h"

enum {
	MOST_SAMPLES = 1000000,
	IN_FLIGHT = 256,
	KILLS = 10,  /* in a round */
	STARTS = 10, /* in a round */
	WIDTH = 2,
	ECHO_BYTES = 64,
	ECHO_FD = 3
};

#define ROUND_SECONDS 0.15

extern char **environ;

static struct ev_loop *ev;
static quern_loop *loop; /* its jobs name their executor */
static quern_executor *processes, *threads;
static double *sample;

/* ---- jobs: each returns the number that it was given, plus 1 ---- */

/* In a buffer of their executor's. */
struct slot {
	int number;
};

static int
add_one(quern_context *ctx, void *arg)
{
	const struct slot *slot = arg;

	(void)ctx;
	return slot->number + 1;
}
QUERN_REGISTER(add_one)

/* One drive at a time, of these jobs. */
static struct drive {
	const char *who;
	quern_executor *executor;
	quern_job job[IN_FLIGHT];
	struct slot *slot; /* of each job */
	size_t completed;
	uint64_t submitted_ns, ends_ns;
	bool sampled;
} drive;

static void
fly(size_t i)
{
	drive.slot[i].number = (int)(drive.completed & 0xffffff);
	if (drive.sampled)
		drive.submitted_ns = now_ns();
	check(quern_submit(loop, &drive.job[i]), drive.who);
}

static void
landed(quern_loop *of, quern_job *job, int status)
{
	size_t i = (size_t)(job - drive.job);
	uint64_t now = now_ns();

	(void)of;
	check(status, drive.who);
	if (status != drive.slot[i].number + 1)
		die("%s: a wrong result", drive.who);
	if (drive.sampled)
		sample[drive.completed] = (double)(now - drive.submitted_ns);
	drive.completed++;
	if (now < drive.ends_ns &&
	    (!drive.sampled || drive.completed < MOST_SAMPLES))
		fly(i);
}

/* So many at a time, for some time.  Returns the seconds that it took. */
static double
run_drive(const char *who, quern_executor *executor, size_t in_flight)
{
	uint64_t begun;
	void *slots;

	check(quern_buffer_create(
		  &slots, executor, in_flight * sizeof(struct slot)),
	    who);
	drive.who = who;
	drive.executor = executor;
	drive.slot = slots;
	drive.completed = 0;
	drive.sampled = in_flight == 1;
	for (size_t i = 0; i < in_flight; i++) {
		quern_job_init(
		    &drive.job[i], quern_call(add_one, &drive.slot[i]), landed);
		drive.job[i].executor = executor;
	}
	begun = now_ns();
	drive.ends_ns = begun + (uint64_t)(rounds_seconds(ROUND_SECONDS) * 1e9);
	for (size_t i = 0; i < in_flight; i++)
		fly(i);
	ev_run(ev, 0);
	check(quern_buffer_destroy(slots), who);
	return (double)(now_ns() - begun) * 1e-9;
}

/* ---- there and back, one in flight ---- */

static double
median_us(size_t n)
{
	stats_sort(sample, n);
	return stats_quantile(sample, n, 0.5) / 1000;
}

static void
trips_round(void *arg, double value[])
{
	run_drive("a round trip", *(quern_executor **)arg, 1);
	value[0] = median_us(drive.completed);
}

static int echo_fd;

/* The other end; it ends with this program. */
static int
echo(void)
{
	char bytes[ECHO_BYTES];
	ssize_t n;

	while ((n = recv(ECHO_FD, bytes, sizeof(bytes), 0)) > 0)
		if (send(ECHO_FD, bytes, (size_t)n, MSG_NOSIGNAL) != n)
			break;
	return 0;
}

static void
start_echo(void)
{
	char *argv[] = { "processes", "--echo", NULL };
	posix_spawn_file_actions_t files;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ||
	    posix_spawn_file_actions_init(&files) ||
	    posix_spawn_file_actions_adddup2(&files, pair[1], ECHO_FD) ||
	    posix_spawn(&pid, "/proc/self/exe", &files, NULL, argv, environ))
		die("no echo");
	posix_spawn_file_actions_destroy(&files);
	close(pair[1]);
	echo_fd = pair[0];
}

static void
pair_round(void *arg, double value[])
{
	char there[ECHO_BYTES] = { 0 }, back[ECHO_BYTES];
	uint64_t now = now_ns(), before, ends;
	size_t n = 0;

	(void)arg;
	ends = now + (uint64_t)(rounds_seconds(ROUND_SECONDS) * 1e9);
	do {
		before = now;
		memcpy(there, &n, sizeof(n));
		if (send(echo_fd, there, ECHO_BYTES, MSG_NOSIGNAL) !=
			ECHO_BYTES ||
		    recv(echo_fd, back, ECHO_BYTES, 0) != ECHO_BYTES ||
		    memcmp(there, back, ECHO_BYTES) != 0)
			die("the echo is wrong");
		now = now_ns();
		sample[n++] = (double)(now - before);
	} while (now < ends && n < MOST_SAMPLES);
	value[0] = median_us(n);
}

static void
python_trips_round(void *arg, double value[])
{
	double quantile[2];

	(void)arg;
	python_run(quantile, 2, "trips processes %u 0 %g", cores(),
	    rounds_seconds(ROUND_SECONDS));
	value[0] = quantile[0];
}

/* ---- jobs per second ---- */

static void
rate_round(void *arg, double value[])
{
	double took = run_drive("a job", *(quern_executor **)arg, IN_FLIGHT);

	value[0] = (double)drive.completed / took * 1e-3;
}

static void
python_rate_round(void *arg, double value[])
{
	(void)arg;
	python_run(value, 1, "rate processes %u resubmitted %d %g", cores(),
	    IN_FLIGHT, rounds_seconds(ROUND_SECONDS));
	value[0] *= 1e-3;
}

/* ---- a worker is killed ---- */

static int
tell_pid(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return (int)getpid();
}
QUERN_REGISTER(tell_pid)

static int
ask_pid(quern_executor *one)
{
	quern_job job;
	int status;

	quern_job_init(&job, quern_call(tell_pid, NULL), NULL);
	job.executor = one;
	check(quern_submit(loop, &job), "a job");
	ev_run(ev, 0);
	status = quern_job_status(&job);
	check(status, "a job after a kill");
	return status;
}

static void
killed_round(void *arg, double value[])
{
	size_t kills = rounds_count(KILLS, 1);
	double took[KILLS];

	for (size_t i = 0; i < kills; i++) {
		quern_executor *one = *(quern_executor **)arg;
		int pid = ask_pid(one);
		uint64_t begun = now_ns();

		if (kill(pid, SIGKILL))
			die("the worker is not there");
		if (ask_pid(one) == pid)
			die("the dead worker has answered");
		took[i] = (double)(now_ns() - begun) * 1e-6;
	}
	stats_sort(took, kills);
	value[0] = stats_median(took, kills);
}

static void
python_killed_round(void *arg, double value[])
{
	(void)arg;
	python_run(value, 1, "killed %zu", rounds_count(KILLS, 1));
	value[0] *= 1e3;
}

/* ---- start and stop ---- */

static int
create_processes(quern_executor **out, unsigned workers)
{
	quern_processes_options options;

	quern_processes_options_init(&options);
	options.workers = workers;
	return quern_processes_create(out, &options);
}

static int
create_threads(quern_executor **out, unsigned workers)
{
	quern_threads_options options;

	quern_threads_options_init(&options);
	options.workers = workers;
	return quern_threads_create(out, &options);
}

struct start {
	int (*create)(quern_executor **out, unsigned workers);
};

static void
start_round(void *arg, double value[])
{
	const struct start *start = arg;
	size_t starts = rounds_count(STARTS, 1);
	double begin[STARTS], end[STARTS];

	for (size_t i = 0; i < starts; i++) {
		uint64_t begun = now_ns(), there;
		quern_executor *executor;

		check(start->create(&executor, WIDTH), "a start");
		there = now_ns();
		check(quern_executor_destroy(executor), "a stop");
		begin[i] = (double)(there - begun) * 1e-6;
		end[i] = (double)(now_ns() - there) * 1e-6;
	}
	stats_sort(begin, starts);
	stats_sort(end, starts);
	value[0] = stats_median(begin, starts);
	value[1] = stats_median(end, starts);
}

static void
python_start_round(void *arg, double value[])
{
	(void)arg;
	python_run(value, 2, "start %d %zu", WIDTH, rounds_count(STARTS, 1));
	value[0] *= 1e3;
	value[1] *= 1e3;
}

/* ---- all of it ---- */

static void
measure_jobs(bool python)
{
	static const struct figure p50 = { "p50", "us", false };
	static const struct figure rate = { "", "k/s", true };
	const struct contender trips[] = {
		{ "quern, processes", false, trips_round, &processes },
		{ "quern, threads", false, trips_round, &threads },
		{ "bare socket pair", true, pair_round, NULL },
		{ "Python processes", true, python_trips_round, NULL },
	};
	const struct contender rates[] = {
		{ "quern, processes", false, rate_round, &processes },
		{ "quern, threads", false, rate_round, &threads },
		{ "Python processes", true, python_rate_round, NULL },
	};

	rounds_measure(
	    "11 round trip to a process", &p50, 1, trips, 3 + python);
	rounds_measure("11 empty jobs, 256 in flight, resubmitted", &rate, 1,
	    rates, 2 + python);
}

static void
measure_workers(bool python)
{
	static const struct figure figures[] = {
		{ "", "ms", false },
		{ "stop", "ms", false },
	};
	static struct start start_processes = { create_processes };
	static struct start start_threads = { create_threads };
	quern_executor *one;
	const struct contender killed[] = {
		{ "quern, processes", false, killed_round, &one },
		{ "Python, new pool", true, python_killed_round, NULL },
	};
	const struct contender started[] = {
		{ "quern, processes", false, start_round, &start_processes },
		{ "quern, threads", false, start_round, &start_threads },
		{ "Python processes", true, python_start_round, NULL },
	};

	check(create_processes(&one, 1), "a worker");
	rounds_measure("11 from SIGKILL of the worker to a result", figures, 1,
	    killed, 1 + python);
	check(quern_executor_destroy(one), "a worker's end");
	rounds_measure(
	    "11 start of 2 workers", figures, 2, started, 2 + python);
}

int
main(int argc, char **argv)
{
	bool python;

	quern_worker_main();
	if (argc > 1 && !strcmp(argv[1], "--echo"))
		return echo();
	rounds_begin(argc, argv);
	python = python_is_there();
	sample = get_memory(MOST_SAMPLES, sizeof(*sample));
	ev = ev_loop_new(EVFLAG_AUTO);
	check(create_processes(&processes, cores()), "processes");
	check(create_threads(&threads, cores()), "threads");
	if (!ev)
		die("no loop");
	check(quern_loop_create(&loop, ev, processes), "a loop");
	start_echo();
	measure_jobs(python);
	far_loops_measure(processes, threads, python);
	measure_workers(python);
	check(quern_loop_destroy(loop), "a loop's end");
	check(quern_executor_destroy(processes), "an end");
	check(quern_executor_destroy(threads), "an end");
	ev_loop_destroy(ev);
	free(sample);
	return 0;
}

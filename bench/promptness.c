/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * promptness.c -- subject 4: how late a tick of 1 kHz comes while the loop's
 * pool is busy.
 *
 * Crunching: two jobs of 6 ms of arithmetic in flight for each core.  Flood:
 * a million empty jobs, 4096 in flight.  The tick is a timerfd that the loop
 * watches, since neither libev's nor libuv's timers are finer than 1 ms; how
 * late it comes is the time from when it was due to its callback.
 */
#include <stdlib.h>
#include <string.h>

#include "pipe.h"
#include "rounds.h"
#include "stats.h"
#include "work.h"

enum { MOST_SAMPLES = 100000, TICK_NS = 1000000, FLOOD = 1000000 };

#define CRUNCH_SECONDS 0.006
#define ROUND_SECONDS 1.0

struct load {
	const struct pipe *pipe;
	size_t in_flight, jobs;
	void (*work)(void);
};

static double *sample;
static uint64_t steps, expected;

static void
crunch(void)
{
	if (work_do(1, steps) != expected)
		die("a wrong result");
}

static void
round_of(void *arg, double value[])
{
	const struct load *load = arg;
	size_t n = pipe_ticks(load->pipe, TICK_NS, load->in_flight, load->jobs,
	    load->work, sample, MOST_SAMPLES);

	if (!n)
		die("%s: no tick at all", load->pipe->who);
	stats_sort(sample, n);
	value[0] = stats_quantile(sample, n, 0.5) / 1000;
	value[1] = stats_quantile(sample, n, 0.99) / 1000;
	value[2] = sample[n - 1] / 1000;
}

static void
measure(const char *work, const struct load *load)
{
	static const struct figure figures[] = {
		{ "p50", "us", false },
		{ "p99", "us", false },
		{ "worst", "us", false },
	};
	struct load of[MOST_CONTENDERS];
	struct contender contender[MOST_CONTENDERS];
	size_t n = 0;

	for (size_t i = 0; i < n_pipes; i++) {
		/* The other peers have no event loop for such a program. */
		if (pipes[i]->peer && strcmp(pipes[i]->who, "libuv"))
			continue;
		of[n] = *load;
		of[n].pipe = pipes[i];
		contender[n] = (struct contender) { pipes[i]->who,
			pipes[i]->peer, round_of, &of[n] };
		n++;
	}
	rounds_measure(work, figures, 3, contender, n);
}

int
main(int argc, char **argv)
{
	struct load crunching = { NULL, 2 * cores(), 0, crunch };
	struct load flood = { NULL, 4096, 0, NULL };

	rounds_begin(argc, argv);
	sample = get_memory(MOST_SAMPLES, sizeof(*sample));
	steps = work_steps(CRUNCH_SECONDS);
	expected = work_do(1, steps);
	crunching.jobs =
	    rounds_count((size_t)(ROUND_SECONDS / CRUNCH_SECONDS * cores()),
		crunching.in_flight);
	/* However fast they are, some ticks must come. */
	flood.jobs = rounds_count(FLOOD, FLOOD / 4);
	pipes_open();

	measure("4 lateness of a 1 ms tick, crunching", &crunching);
	measure("4 lateness of a 1 ms tick, flood", &flood);
	free(sample);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roundtrip.c -- subject 1: an empty job to the pool and back to the loop, one
 * in flight.
 *
 * Back to back, the completion submits the next job; 30 us apart, it looks at
 * the clock for that long first; 1 ms apart, a timer submits it, and all
 * threads have gone to sleep since the last one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pipe.h"
#include "python.h"
#include "rounds.h"
#include "stats.h"

enum { MOST_SAMPLES = 1000000 };

struct spacing {
	const char *work;
	uint64_t gap_ns;
	bool timer;
	double seconds;
};

struct trips {
	const struct pipe *pipe; /* NULL: Python, with this executor */
	const char *python_kind;
	const struct spacing *spacing;
};

static double *sample;

static void
pipe_round(void *arg, double value[])
{
	const struct trips *trips = arg;
	const struct spacing *spacing = trips->spacing;
	double seconds = rounds_seconds(spacing->seconds);
	size_t n;

	if (spacing->timer)
		n = pipe_timed_trips(trips->pipe, spacing->gap_ns, seconds,
		    sample, MOST_SAMPLES);
	else
		n = pipe_trips(trips->pipe, spacing->gap_ns, seconds, sample,
		    MOST_SAMPLES);
	stats_sort(sample, n);
	value[0] = stats_quantile(sample, n, 0.5) / 1000;
	value[1] = stats_quantile(sample, n, 0.99) / 1000;
}

static void
python_round(void *arg, double value[])
{
	const struct trips *trips = arg;
	const struct spacing *spacing = trips->spacing;
	char gap[24] = "timer";

	if (!spacing->timer)
		snprintf(
		    gap, sizeof(gap), "%g", (double)spacing->gap_ns / 1000);
	python_run(value, 2, "trips %s %u %s %g", trips->python_kind, cores(),
	    gap, rounds_seconds(spacing->seconds));
}

static void
measure(const struct spacing *spacing, bool python)
{
	static const struct figure figures[] = {
		{ "p50", "us", false },
		{ "p99", "us", false },
	};
	struct trips trips[MOST_CONTENDERS];
	struct contender contender[MOST_CONTENDERS];
	size_t n = 0;

	for (; n < n_pipes; n++) {
		trips[n] = (struct trips) { pipes[n], NULL, spacing };
		contender[n] = (struct contender) { pipes[n]->who,
			pipes[n]->peer, pipe_round, &trips[n] };
	}
	if (python) {
		trips[n] = (struct trips) { NULL, "threads", spacing };
		contender[n] = (struct contender) { "Python threads", true,
			python_round, &trips[n] };
		n++;
		trips[n] = (struct trips) { NULL, "processes", spacing };
		contender[n] = (struct contender) { "Python processes", true,
			python_round, &trips[n] };
		n++;
	}
	rounds_measure(spacing->work, figures, 2, contender, n);
}

int
main(int argc, char **argv)
{
	static const struct spacing spacings[] = {
		{ "1 round trip, back to back", 0, false, 0.15 },
		{ "1 round trip, 30 us apart", 30000, false, 0.15 },
		{ "1 round trip, 1 ms apart", 1000000, true, 0.3 },
	};
	bool python = python_is_there();

	rounds_begin(argc, argv);
	sample = get_memory(MOST_SAMPLES, sizeof(*sample));
	pipes_open();
	for (size_t i = 0; i < 3; i++)
		measure(&spacings[i], python);
	free(sample);
	return 0;
}

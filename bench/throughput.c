/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * throughput.c -- subject 2: empty jobs per second, with 16, 256 and 4096 in
 * flight.
 *
 * Resubmitted: each completion submits its job again.  In bursts: so many are
 * submitted in a plain loop, then the loop runs until all have completed.
 * Where a pipe has a call for many jobs, it has a second row with that.
 */
#include <stdio.h>

#include "pipe.h"
#include "python.h"
#include "rounds.h"

struct rate {
	const struct pipe *pipe; /* NULL: Python, with this executor */
	const char *python_kind;
	size_t in_flight;
	bool bursts, many;
	size_t n; /* jobs in a round; 0: not known yet */
};

#define ROUND_SECONDS 0.15

static double
jobs_take(const struct rate *rate, size_t n)
{
	return rate->bursts ?
	    pipe_bursts(rate->pipe, rate->in_flight, n, rate->many) :
	    pipe_resubmit(rate->pipe, rate->in_flight, n);
}

/* So many jobs that a round takes about as long for the slow as for the fast. */
static void
calibrate(struct rate *rate)
{
	double wanted = rounds_seconds(ROUND_SECONDS), took;
	size_t n = rate->in_flight;

	while ((took = jobs_take(rate, n)) < wanted / 8)
		n *= 2;
	rate->n = (size_t)((double)n * wanted / took) / rate->in_flight *
	    rate->in_flight;
	if (!rate->n)
		rate->n = rate->in_flight;
}

static void
pipe_round(void *arg, double value[])
{
	struct rate *rate = arg;

	if (!rate->n)
		calibrate(rate);
	value[0] = (double)rate->n / jobs_take(rate, rate->n) * 1e-6;
}

static void
python_round(void *arg, double value[])
{
	const struct rate *rate = arg;

	python_run(value, 1, "rate %s %u %s %zu %g", rate->python_kind, cores(),
	    rate->bursts ? "bursts" : "resubmitted", rate->in_flight,
	    rounds_seconds(ROUND_SECONDS));
	value[0] *= 1e-6;
}

static void
measure(size_t in_flight, bool bursts, bool python)
{
	static const struct figure figure = { "", "M/s", true };
	struct rate rate[MOST_CONTENDERS];
	struct contender contender[MOST_CONTENDERS];
	char work[60];
	size_t n = 0;

	for (size_t i = 0; i < n_pipes; i++) {
		rate[n] = (struct rate) { pipes[i], NULL, in_flight, bursts };
		contender[n] = (struct contender) { pipes[i]->who,
			pipes[i]->peer, pipe_round, &rate[n] };
		n++;
		if (!bursts || !pipes[i]->submit_many)
			continue;
		rate[n] =
		    (struct rate) { pipes[i], NULL, in_flight, true, true };
		contender[n] = (struct contender) { "quern_submit_many",
			pipes[i]->peer, pipe_round, &rate[n] };
		n++;
	}
	for (int i = 0; i < 2 && python; i++) {
		rate[n] = (struct rate) { NULL, i ? "processes" : "threads",
			in_flight, bursts };
		contender[n] = (struct contender) { i ? "Python processes" :
							"Python threads",
			true, python_round, &rate[n] };
		n++;
	}
	snprintf(work, sizeof(work), "2 empty jobs, %zu in flight, %s",
	    in_flight, bursts ? "bursts" : "resubmitted");
	rounds_measure(work, &figure, 1, contender, n);
}

int
main(int argc, char **argv)
{
	bool python = python_is_there();

	rounds_begin(argc, argv);
	pipes_open();
	for (size_t in_flight = 16; in_flight <= 4096; in_flight *= 16) {
		measure(in_flight, false, python);
		measure(in_flight, true, python);
	}
	return 0;
}

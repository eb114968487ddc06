/* SPDX-License-Identifier: BSD-2-Clause */
/* work.c -- arithmetic of a known length, bare threads; see work.h. */
#include "work.h"

#include <pthread.h>
#include <stdlib.h>

#include "rounds.h"

enum { TRIAL_STEPS = 2000000, TRIALS = 10 };

uint64_t
work_do(uint64_t begin, uint64_t steps)
{
	uint64_t x = begin;

	/* The multiplier and increment of Knuth's MMIX. */
	for (; steps > 0; steps--)
		x = x * 6364136223846793005u + 1442695040888963407u;
	return x;
}

uint64_t
work_steps(double seconds)
{
	static bool measured;
	static double step_ns;
	volatile uint64_t result;

	/* The fastest trial: the others were interrupted. */
	for (int i = 0; i < TRIALS && !measured; i++) {
		uint64_t begun = now_ns();
		double took;

		result = work_do((uint64_t)i, TRIAL_STEPS);
		took = (double)(now_ns() - begun) / TRIAL_STEPS;
		if (i == 0 || took < step_ns)
			step_ns = took;
	}
	measured = true;
	(void)result;
	return (uint64_t)(seconds * 1e9 / step_ns);
}

/* ---- bare threads ---- */

struct bare {
	pthread_t thread;
	void (*part)(unsigned index, unsigned n, void *arg);
	void *arg;
	unsigned index, n;
};

static void *
bare_main(void *arg)
{
	struct bare *bare = arg;

	bare->part(bare->index, bare->n, bare->arg);
	return NULL;
}

double
bare_threads(
    unsigned n, void (*part)(unsigned index, unsigned n, void *arg), void *arg)
{
	struct bare *bare = get_memory(n, sizeof(*bare));
	uint64_t begun = now_ns();

	for (unsigned i = 0; i < n; i++) {
		bare[i].part = part;
		bare[i].arg = arg;
		bare[i].index = i;
		bare[i].n = n;
		if (pthread_create(&bare[i].thread, NULL, bare_main, &bare[i]))
			die("no thread");
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(bare[i].thread, NULL);
	begun = now_ns() - begun;
	free(bare);
	return (double)begun * 1e-9;
}

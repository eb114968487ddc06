/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.c -- subject 16: random numbers on one core.
 *
 * An array that stays in the second cache is filled again and again, each time
 * with the numbers that follow.  NumPy fills one of the same length, with its
 * Philox (of 64-bit words, in fours) and with its default, PCG64.
 */
#include <omp.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>

#include "rounds.h"

enum { N = 16384 };

#define ROUND_SECONDS 0.1

typedef quern_op fill(void *out, uint64_t first);

struct work {
	const char *name, *what; /* the latter as random.py knows it */
	fill *fill;
};

static double array[N], source[N];

#define DEFINE(name, call)                                                     \
	static quern_op name(void *out, uint64_t first)                        \
	{                                                                      \
		return call;                                                   \
	}
DEFINE(bits, quern_random_u64(out, 1, first, N))
DEFINE(uniform_f64, quern_uniform_f64(out, 1, first, N))
DEFINE(uniform_f32, quern_uniform_f32(out, 1, first, N))
DEFINE(normal_f64, quern_normal_f64(out, 1, first, N))
DEFINE(normal_f32, quern_normal_f32(out, 1, first, N))
DEFINE(exponential_f64, quern_exponential_f64(out, 1, first, N))
DEFINE(exponential_f32, quern_exponential_f32(out, 1, first, N))
DEFINE(range_i64, quern_random_range_i64(out, 1, 6, 1, first, N))
DEFINE(shuffle, quern_shuffle(out, source, sizeof(*source), N, first))

static const struct work works[] = {
	{ "random_u64", "bits", bits },
	{ "uniform_f64", "uniform", uniform_f64 },
	{ "uniform_f32", "uniform_f32", uniform_f32 },
	{ "normal_f64", "normal", normal_f64 },
	{ "normal_f32", "normal_f32", normal_f32 },
	{ "exponential_f64", "exponential", exponential_f64 },
	{ "exponential_f32", "exponential_f32", exponential_f32 },
	{ "random_range_i64 from 1 to 6", "range", range_i64 },
	{ "a shuffle of 8-byte elements", "shuffle", shuffle },
};

static void
round_of_quern(void *arg, double value[])
{
	const struct work *work = arg;
	uint64_t begun = now_ns(), now = begun, times = 0;
	uint64_t ends = begun + (uint64_t)(rounds_seconds(ROUND_SECONDS) * 1e9);

	do {
		for (int i = 0; i < 10; i++)
			if (quern_run(NULL, work->fill(array, times++ * N)))
				die("%s: quern_run() failed", work->name);
		now = now_ns();
	} while (now < ends);
	value[0] = (double)(now - begun) / (double)(times * N);
}

/* ---- NumPy ---- */

/* A python3 that has it, maybe not the first in the path. */
static const char *
python_with_numpy(void)
{
	static const char *const pythons[] = { "python3", "/usr/bin/python3" };
	char command[80];

	for (int i = 0; i < 2; i++) {
		snprintf(command, sizeof(command),
		    "%s -c 'import numpy' >/dev/null 2>&1", pythons[i]);
		if (!system(command))
			return pythons[i];
	}
	return NULL;
}

static const char *python;

static void
round_of_numpy(const char *generator, const struct work *work, double value[])
{
	char command[160];
	FILE *output;

	snprintf(command, sizeof(command), "%s bench/random.py %s %s %d %g",
	    python, generator, work->what, N, rounds_seconds(ROUND_SECONDS));
	output = popen(command, "r");
	if (!output || fscanf(output, "%lf", &value[0]) != 1 || pclose(output))
		die("failed: %s", command);
}

static void
round_of_philox(void *arg, double value[])
{
	round_of_numpy("Philox", arg, value);
}

static void
round_of_pcg64(void *arg, double value[])
{
	round_of_numpy("PCG64", arg, value);
}

int
main(int argc, char **argv)
{
	static const struct figure figure = { "", "ns", false };

	rounds_begin(argc, argv);
	omp_set_num_threads(1);
	python = python_with_numpy();
	if (!python)
		fputs("left out, since it is not installed: numpy\n", stderr);
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		struct work work = works[i];
		const struct contender contenders[] = {
			{ "quern", false, round_of_quern, &work },
			{ "NumPy, Philox", true, round_of_philox, &work },
			{ "NumPy, PCG64", true, round_of_pcg64, &work },
		};
		char name[80];

		snprintf(name, sizeof(name), "16 %s, one core", work.name);
		rounds_measure(name, &figure, 1, contenders, python ? 3 : 1);
	}
	return 0;
}

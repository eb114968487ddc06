/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * far_loops.c -- a map and a kernel whose blocks worker processes run; see
 * far_loops.h.
 */
#include "far_loops.h"

#include <stdlib.h>
#include <string.h>

#include "python.h"
#include "rounds.h"
#include "stats.h"

enum {
	SQUARES = 100000,
	MAPS = 20, /* in a round */
	DOUBLES = 16 << 20
};

void
check(int status, const char *what)
{
	if (status < 0)
		die("%s: %s", what, quern_strerror(status));
}

/* ---- squares of 0 to 99,999 ---- */

struct squares {
	quern_executor *executor;
	bool buffers; /* shared ones; otherwise arrays that are copied */
	int64_t *in, *out;
};

static int
square(void *out, const void *in, void *arg)
{
	const int64_t *x = in;
	int64_t *y = out;

	(void)arg;
	*y = *x * *x;
	return 0;
}
QUERN_REGISTER(square)

static void
make_squares(struct squares *squares)
{
	const size_t bytes = SQUARES * sizeof(int64_t);
	void *buffer[2];

	for (int i = 0; i < 2; i++) {
		if (squares->buffers)
			check(quern_buffer_create(
				  &buffer[i], squares->executor, bytes),
			    "a buffer");
		else
			buffer[i] = get_memory(SQUARES, sizeof(int64_t));
	}
	squares->in = buffer[0];
	squares->out = buffer[1];
	for (int64_t i = 0; i < SQUARES; i++)
		squares->in[i] = i;
}

static void
squares_round(void *arg, double value[])
{
	struct squares *squares = arg;
	int64_t *in, *out;
	double took[MAPS];

	if (!squares->in)
		make_squares(squares);
	in = squares->in;
	out = squares->out;
	for (size_t m = 0; m < MAPS; m++) {
		uint64_t begun;

		memset(out, 0, SQUARES * sizeof(*out));
		begun = now_ns();
		check(quern_run(squares->executor,
			  quern_map(out, sizeof(*out), in, sizeof(*in), SQUARES,
			      square, NULL)),
		    "squares");
		took[m] = (double)(now_ns() - begun) * 1e-6;
		for (int64_t i = 0; i < SQUARES; i++)
			if (out[i] != i * i)
				die("a wrong square");
	}
	stats_sort(took, MAPS);
	value[0] = stats_median(took, MAPS);
}

static void
python_squares_round(void *arg, double value[])
{
	(void)arg;
	python_run(value, 1, "squares %u %d %zu", cores(), SQUARES,
	    rounds_count(MAPS, 1));
	value[0] *= 1e3;
}

/* ---- a kernel over 16 Mi doubles ---- */

struct doubles {
	quern_executor *executor;
	double *in, *out;
};

static void
doubles_round(void *arg, double value[])
{
	struct doubles *doubles = arg;
	size_t n = rounds_count(DOUBLES, 1);
	uint64_t begun;
	void *buffer[2];

	if (!doubles->in) {
		for (int i = 0; i < 2; i++)
			check(quern_buffer_create(&buffer[i], doubles->executor,
				  n * sizeof(double)),
			    "a buffer");
		doubles->in = buffer[0];
		doubles->out = buffer[1];
		for (size_t i = 0; i < n; i++)
			doubles->in[i] = (double)i;
	}
	begun = now_ns();
	check(quern_run(doubles->executor,
		  quern_square_f64(doubles->out, doubles->in, n)),
	    "squares of doubles");
	value[0] = (double)(now_ns() - begun) * 1e-6;
	for (size_t i = 0; i < n; i += 1000)
		if (doubles->out[i] != (double)i * (double)i)
			die("a wrong square of a double");
	memset(doubles->out, 0, n * sizeof(double));
}

static void
give_back(const struct doubles *doubles)
{
	check(quern_buffer_destroy(doubles->in), "a buffer's end");
	check(quern_buffer_destroy(doubles->out), "a buffer's end");
}

void
far_loops_measure(
    quern_executor *processes, quern_executor *threads, bool python)
{
	static const struct figure figure = { "", "ms", false };
	struct squares shared = { processes, .buffers = true };
	struct squares copied = { processes }, here = { threads };
	struct doubles there = { processes }, near = { threads };
	const struct contender squares[] = {
		{ "quern, processes", false, squares_round, &copied },
		{ "the same, buffers", false, squares_round, &shared },
		{ "quern, threads", false, squares_round, &here },
		{ "Python Pool.map", true, python_squares_round, NULL },
	};
	const struct contender doubles[] = {
		{ "quern, processes", false, doubles_round, &there },
		{ "quern, threads", true, doubles_round, &near },
	};

	rounds_measure(
	    "11 squares of 0 to 99,999", &figure, 1, squares, 3 + python);
	check(quern_buffer_destroy(shared.in), "a buffer's end");
	check(quern_buffer_destroy(shared.out), "a buffer's end");
	free(copied.in);
	free(copied.out);
	free(here.in);
	free(here.out);
	rounds_measure(
	    "11 square of 16 Mi doubles in buffers", &figure, 1, doubles, 2);
	give_back(&there);
	give_back(&near);
}

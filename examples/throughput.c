/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * throughput.c -- the main demo: one operation, three places to run it.
 *
 *     quern_op --+--> quern_run() in one thread          "serial"
 *                +--> quern_run() in the OpenMP team     "OpenMP"
 *                +--> jobs on a pool, from a libev loop  "async"
 *
 * and, to compare with, what a plain C loop makes of the same numbers.  The
 * ways take turns, round after round, so that whatever else the machine does
 * hits them alike; the first round is a warm-up.  Each result is compared,
 * bit for bit, with the first one of "serial".
 *
 * Usage: throughput --help
 */
#include "throughput.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct bench {
	size_t n;
	double exponent;
	double *in, *out; /* n elements each */
	double *expected; /* what the first serial run made of it */
	struct async *async;
	struct bar bar;
	struct report report;
};

/* How many elements of `out` an operation writes. */
static size_t
results(const struct bench *bench, enum operation op)
{
	return op == SUM ? 1 : bench->n;
}

/* ---- the ways ---- */

/* The operation on the elements [begin, end). */
static quern_op
make_op(const struct bench *b, enum operation op, size_t begin, size_t end)
{
	const double *in = b->in + begin;
	double *out = b->out + begin;
	size_t n = end - begin;

	switch (op) {
	case SQUARE:
		return quern_square_f64(out, in, n);
	case POWER:
		return quern_pow_f64(out, in, b->exponent, n);
	default:
		return quern_sum_f64(out, in, n);
	}
}

static void
run_plain(const struct bench *b, enum operation op)
{
	double sum = 0;

	switch (op) {
	case SQUARE:
		for (size_t i = 0; i < b->n; i++)
			b->out[i] = b->in[i] * b->in[i];
		break;
	case POWER:
		for (size_t i = 0; i < b->n; i++)
			b->out[i] = pow(b->in[i], b->exponent);
		break;
	default:
		for (size_t i = 0; i < b->n; i++)
			sum += b->in[i];
		b->out[0] = sum;
	}
}

static int
run_openmp(const struct bench *b, enum operation op, unsigned threads)
{
	int before = omp_get_max_threads();
	int status;

	omp_set_num_threads((int)threads);
	status = quern_run(NULL, make_op(b, op, 0, b->n));
	omp_set_num_threads(before);
	return status < 0 ? fail("OpenMP: %s", quern_strerror(status)) : 0;
}

static int
run_async(struct bench *b, enum operation op, double *seconds)
{
	/* libgomp's threads spin for a while after their work: let them end. */
	const struct timespec rest = { .tv_nsec = 12 * 1000 * 1000 };
	quern_op ops[SLICES];
	size_t slices = SLICES;

	/* The sum of the whole is not that of parts: it rounds elsewhere. */
	if (op == SUM || b->n < SLICES)
		slices = 1;
	for (size_t i = 0; i < slices; i++)
		ops[i] = make_op(b, op, b->n / slices * i,
		    i + 1 < slices ? b->n / slices * (i + 1) : b->n);
	nanosleep(&rest, NULL);
	return async_run(b->async, ops, slices, &b->report.busy, seconds);
}

/* Run `op` in one way, and say how long it took. */
static int
run(struct bench *b, enum operation op, enum way way, double *seconds)
{
	double begun;
	int err = 0;

	if (way == ASYNC)
		return run_async(b, op, seconds);
	begun = seconds_now();
	if (way == PLAIN)
		run_plain(b, op);
	else
		err = run_openmp(
		    b, op, way == SERIAL ? 1 : b->report.threads[way]);
	*seconds = seconds_now() - begun;
	return err;
}

/* ---- the rounds ---- */

static int
compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *value, size_t n)
{
	qsort(value, n, sizeof(*value), compare_doubles);
	return n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

/* Run and check `op` once in each way. */
static int
round_run(struct bench *b, enum operation op, bool first, double seconds[WAYS])
{
	size_t bytes = results(b, op) * sizeof(double);

	for (enum way way = 0; way < WAYS; way++) {
		b->bar.op = op;
		b->bar.way = way;
		bar_show(&b->bar, 0);
		/* Nothing an earlier run left may pass for a result. */
		memset(b->out, 0xff, bytes);
		if (run(b, op, way, &seconds[way]))
			return -1;
		if (way == SERIAL && first)
			memcpy(b->expected, b->out, bytes);
		else if (way != PLAIN && memcmp(b->out, b->expected, bytes))
			b->report.agrees[op][way] = false;
		b->bar.done++;
	}
	return 0;
}

static int
operation_run(struct bench *b, enum operation op)
{
	unsigned rounds = b->report.options->rounds;
	double of_round[WAYS], of_way[WAYS][MOST_ROUNDS];

	for (enum way way = 0; way < WAYS; way++)
		b->report.agrees[op][way] = true;
	for (unsigned i = 0; i <= rounds; i++) {
		if (round_run(b, op, i == 0, of_round))
			return -1;
		/* Round 0 warms up: threads start, caches fill. */
		for (enum way way = 0; way < WAYS && i > 0; way++)
			of_way[way][i - 1] = of_round[way];
	}
	for (enum way way = 0; way < WAYS; way++)
		b->report.seconds[op][way] = median(of_way[way], rounds);
	return 0;
}

/* ---- around it ---- */

static int
describe_numbers(struct report *report)
{
	const double *in = report->numbers->value;
	size_t n = report->numbers->kept;
	int status = quern_run(NULL, quern_min_f64(&report->smallest, in, n));

	if (status >= 0)
		status =
		    quern_run(NULL, quern_max_f64(&report->largest, in, n));
	if (status >= 0)
		status = quern_run(NULL, quern_mean_f64(&report->mean, in, n));
	return status < 0 ? fail("input: %s", quern_strerror(status)) : 0;
}

/* Linux gives out memory that it does not have, and kills who uses it. */
static int
memory_check(size_t n)
{
	double needed = 3.0 * sizeof(double) * (double)n;
	double there =
	    (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);

	if (needed > there || n > SIZE_MAX / sizeof(double))
		return fail("-n: %zu numbers need %.1f GiB of memory, "
			    "this machine has %.1f",
		    n, needed / (1 << 30), there / (1 << 30));
	return 0;
}

/* Every page is touched here, so that it is not while the time is taken. */
static int
arrays_create(struct bench *b, const struct numbers *numbers)
{
	size_t bytes = b->n * sizeof(double);

	if (memory_check(b->n))
		return -1;
	b->in = malloc(bytes);
	if (!b->in)
		goto fail;
	b->out = malloc(bytes);
	if (!b->out)
		goto free_in;
	b->expected = malloc(bytes);
	if (!b->expected)
		goto free_out;
	for (size_t i = 0; i < b->n; i++)
		b->in[i] = numbers->value[i % numbers->kept];
	memset(b->out, 0xff, bytes);
	memset(b->expected, 0xff, bytes);
	return 0;

free_out:
	free(b->out);
free_in:
	free(b->in);
fail:
	return fail("-n: no memory for %zu numbers", b->n);
}

static void
arrays_destroy(struct bench *b)
{
	free(b->expected);
	free(b->out);
	free(b->in);
}

static int
bench_run(struct bench *b)
{
	const struct options *options = b->report.options;
	int err;

	b->report.threads[ASYNC] = async_threads(b->async);
	b->report.threads[OPENMP] = (unsigned)omp_get_max_threads();
	bar_init(&b->bar, OPERATIONS * (1 + (int)options->rounds) * WAYS);
	async_idle(b->async, &b->report.idle);
	err = describe_numbers(&b->report);
	for (enum operation op = 0; op < OPERATIONS && !err; op++)
		err = operation_run(b, op);
	bar_clear(&b->bar);
	return err;
}

static int
demo(const struct options *options, const struct numbers *numbers)
{
	struct bench bench = {
		.n = options->n,
		.exponent = options->exponent,
		.report = { .options = options, .numbers = numbers },
	};
	int err;

	if (arrays_create(&bench, numbers))
		return -1;
	err = async_open(&bench.async, options->threads, &bench.bar);
	if (err)
		goto destroy_arrays;
	if (options->threads)
		omp_set_num_threads((int)options->threads);
	err = bench_run(&bench);
	if (async_close(bench.async))
		err = -1;
	if (!err)
		err = report_print(&bench.report);
destroy_arrays:
	arrays_destroy(&bench);
	return err;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct numbers numbers;
	bool help;
	int err;

	if (options_parse(&options, &help, argc, argv))
		return EXIT_FAILURE;
	if (help)
		return EXIT_SUCCESS;
	if (numbers_read(&numbers, &options))
		return EXIT_FAILURE;
	err = demo(&options, &numbers);
	numbers_free(&numbers);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

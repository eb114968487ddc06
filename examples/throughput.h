/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * throughput.h -- what the files of the demo `throughput` share.
 *
 *     throughput_options.c   what the user asked for
 *     throughput_input.c     numbers from a file
 *     throughput.c           runs each operation in each way, takes the time
 *     throughput_async.c     the asynchronous way, and the 1 kHz ticker
 *     throughput_output.c    all that is printed: errors, progress bar, table
 *
 * A function that returns int returns 0, or -1 after it has reported its error
 * through fail(): one line, then the way out.
 */
#ifndef THROUGHPUT_H
#define THROUGHPUT_H

#include <quern/quern.h>

enum operation { SQUARE, POWER, SUM, OPERATIONS };
/* Where an operation runs.  All but PLAIN run the same quern_op. */
enum way { PLAIN, SERIAL, OPENMP, ASYNC, WAYS };

enum { MOST_ROUNDS = 99, MOST_THREADS = 256, SLICES = 8, BUCKETS = 10000 };

/* ---- throughput_options.c ---- */

struct options {
	const char *input; /* a path; "-" is standard input */
	bool default_input;
	bool raw;
	size_t column; /* of a CSV, from 1; 0: one number a line */
	size_t n;
	double exponent;
	unsigned threads; /* 0: not given */
	unsigned rounds;
};

/* *help: the user asked for help and has got it. */
int options_parse(struct options *options, bool *help, int argc, char **argv);

/* ---- throughput_input.c ---- */

struct numbers {
	double *value; /* the first `kept` of them */
	size_t kept;
	size_t seen;
};

enum number_kind { NUMBER, NOT_FINITE, NOT_A_NUMBER };

/* All of `text` as one number, whatever the locale is. */
enum number_kind number_parse(const char *text, double *out);

/* Read and check the whole input, and keep at most options->n numbers. */
int numbers_read(struct numbers *numbers, const struct options *options);
void numbers_free(struct numbers *numbers);

/* ---- throughput_async.c ---- */

/* How late the ticks of a ticker came. */
struct lateness {
	uint64_t ticks;
	double worst;             /* seconds */
	uint64_t bucket[BUCKETS]; /* each 10 us wide; the last: all above */
};

struct bar;
struct async;

double seconds_now(void);

int async_open(struct async **out, unsigned threads, struct bar *bar);
/* Only when nothing is in flight. */
int async_close(struct async *async);
/* The threads of its pool. */
unsigned async_threads(const struct async *async);
/* Run the ops as one group, tick meanwhile, and say how long it took. */
int async_run(struct async *async, const quern_op ops[], size_t n,
    struct lateness *ticks, double *seconds);
/* Tick for a while with nothing else to do. */
void async_idle(struct async *async, struct lateness *ticks);
/* The lateness in seconds that `share` (0 to 1) of the ticks do not exceed. */
double lateness_quantile(const struct lateness *ticks, double share);

/* ---- throughput_output.c ---- */

struct bar {
	bool on; /* somebody sees it */
	int steps, done;
	enum operation op; /* under way */
	enum way way;
};

struct report {
	const struct options *options;
	const struct numbers *numbers;
	double smallest, largest, mean;   /* of the numbers kept */
	unsigned threads[WAYS];           /* 0: not worth telling */
	double seconds[OPERATIONS][WAYS]; /* medians */
	bool agrees[OPERATIONS][WAYS]; /* with SERIAL, every bit, each round */
	struct lateness busy, idle;
};

/* Print "throughput: ..." as one line on standard error; return -1. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An error if what was printed could not be written. */
int output_flush(void);

/* A bar of so many steps; it shows only where the user watches a terminal. */
void bar_init(struct bar *bar, int steps);
/* The step under way has come so far, from 0 to 1. */
void bar_show(const struct bar *bar, double within);
void bar_clear(const struct bar *bar);

/* The table and what it means.  Results that differ are an error. */
int report_print(const struct report *report);

#endif

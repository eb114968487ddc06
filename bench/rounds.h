/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rounds.h -- contenders take turns at the same work; their figures are rows.
 *
 *     main() of a subject --> [rounds.c] --> rows on standard output
 *
 * After a round that does not count, in which threads start and caches fill,
 * each contender has its turn in each of the rounds: A B C A B C ..., so that
 * what else the machine does meanwhile hits all alike.  Before each turn there
 * is a pause in which the threads of the one before go to sleep.
 *
 * A row is tab-separated: work, who, the median of the rounds, its unit, how
 * many times as good as the best peer (the median of the rounds' own ratios;
 * above 1 is better; "-": there is no peer, or nothing to divide by), the
 * smallest and the largest round.
 */
#ifndef QUERN_BENCH_ROUNDS_H
#define QUERN_BENCH_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ROUNDS = 9, MOST_FIGURES = 4, MOST_CONTENDERS = 12 };

/* What a round yields besides its name. */
struct figure {
	const char *name; /* "": there is but one */
	const char *unit;
	bool more; /* is better; otherwise less is */
};

struct contender {
	const char *who;
	bool peer; /* of quern */
	/* One round; fills in one value for each figure. */
	void (*round)(void *arg, double value[]);
	void *arg;
};

/*
 * To be called first in main().  The option -q (quick) leaves one tiny round,
 * enough to see that everything runs.
 */
void rounds_begin(int argc, char **argv);

/* How long a part of a round should take: `seconds`, or next to nothing. */
double rounds_seconds(double seconds);
/* The same for a number of things to do; at least `least`. */
size_t rounds_count(size_t count, size_t least);

/* Measure, and print a row for each figure of each contender. */
void rounds_measure(const char *work, const struct figure figure[],
    size_t figures, const struct contender contender[], size_t contenders);

/* The same without pauses, for contenders that have no threads of their own. */
void rounds_measure_alone(const char *work, const struct figure figure[],
    size_t figures, const struct contender contender[], size_t contenders);

/* The same with one round, the first: for what takes long, and starts cold. */
void rounds_measure_once(const char *work, const struct figure figure[],
    size_t figures, const struct contender contender[], size_t contenders);

/* CLOCK_MONOTONIC. */
uint64_t now_ns(void);

/* Processors this process may run on: every contender gets as many threads. */
unsigned cores(void);

/*
 * Say on standard error what went wrong, and exit: a figure that comes from a
 * wrong result is worse than none.
 */
void die(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* calloc() of n things of so many bytes that are aligned to 64, or die(). */
void *get_memory(size_t n, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* rounds.c -- contenders take turns at the same work; see rounds.h. */
#include "rounds.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats.h"

enum {
	PAUSE_NS = 40000000, /* libgomp spins for 8 ms, pthreadpool for 20 */
	QUICK_SHARE = 50     /* what is left of the time and the counts */
};

/* Fixed by rounds_begin(). */
static bool quick;

void
rounds_begin(int argc, char **argv)
{
	quick = argc > 1 && !strcmp(argv[1], "-q");
	if (argc > 1 + quick)
		die("usage: %s [-q]", argv[0]);
}

double
rounds_seconds(double seconds)
{
	return quick ? seconds / QUICK_SHARE : seconds;
}

size_t
rounds_count(size_t count, size_t least)
{
	if (quick)
		count /= QUICK_SHARE;
	return count > least ? count : least;
}

uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

unsigned
cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		die("cannot read the affinity mask");
	return (unsigned)CPU_COUNT(&set);
}

void
die(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("bench: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

void *
get_memory(size_t n, size_t bytes)
{
	size_t whole = (n * bytes + 63) / 64 * 64;
	void *memory = aligned_alloc(64, whole ? whole : 64);

	if (!memory)
		die("no memory for %zu times %zu bytes", n, bytes);
	memset(memory, 0, whole);
	return memory;
}

/* ---- the turns ---- */

static void
pause_before_turn(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

/* One figure of one contender, round by round, and in ascending order. */
struct series {
	double round[ROUNDS], sorted[ROUNDS];
};

static double
median(const struct series *series, size_t n)
{
	return stats_median(series->sorted, n);
}

/* Taken round by round, so that what hit both in a round does not count. */
static double
median_ratio(
    const struct series *own, const struct series *best, size_t n, bool more)
{
	double ratio[ROUNDS];

	for (size_t r = 0; r < n; r++)
		ratio[r] = stats_ratio(own->round[r], best->round[r], more);
	stats_sort(ratio, n);
	return stats_median(ratio, n);
}

/* Of the peers; NULL: there is none. */
static const struct series *
best_peer(const struct series series[], const struct contender contender[],
    size_t contenders, size_t n, bool more)
{
	const struct series *best = NULL;

	for (size_t c = 0; c < contenders; c++)
		if (contender[c].peer &&
		    (!best ||
			(more ? median(&series[c], n) > median(best, n) :
				median(&series[c], n) < median(best, n))))
			best = &series[c];
	return best;
}

static void
print_row(const char *work, const struct figure *figure, const char *who,
    const struct series *own, const struct series *best, size_t n)
{
	double ratio = best ? median_ratio(own, best, n, figure->more) : 0;
	char text[4][24];

	printf("%s%s%s\t%s\t%s\t%s\t%s\t%s\t%s\n", work,
	    *figure->name ? ", " : "", figure->name, who,
	    stats_format(text[0], median(own, n)), figure->unit,
	    ratio > 0 ? stats_format(text[1], ratio) : "-",
	    stats_format(text[2], own->sorted[0]),
	    stats_format(text[3], own->sorted[n - 1]));
}

/* So many rounds, after `cold` that do not count. */
static void
measure(const char *work, const struct figure figure[], size_t figures,
    const struct contender contender[], size_t contenders, size_t rounds,
    size_t cold, bool pause)
{
	struct series series[MOST_FIGURES][MOST_CONTENDERS];
	double of_round[MOST_FIGURES];

	if (figures > MOST_FIGURES || contenders > MOST_CONTENDERS)
		die("%s: more than the arrays hold", work);
	for (size_t r = 0; r < cold + rounds; r++) {
		for (size_t c = 0; c < contenders; c++) {
			if (pause)
				pause_before_turn();
			contender[c].round(contender[c].arg, of_round);
			for (size_t f = 0; f < figures && r >= cold; f++)
				series[f][c].round[r - cold] = of_round[f];
		}
	}
	for (size_t f = 0; f < figures; f++) {
		const struct series *best;

		for (size_t c = 0; c < contenders; c++) {
			memcpy(series[f][c].sorted, series[f][c].round,
			    rounds * sizeof(double));
			stats_sort(series[f][c].sorted, rounds);
		}
		best = best_peer(
		    series[f], contender, contenders, rounds, figure[f].more);
		for (size_t c = 0; c < contenders; c++)
			print_row(work, &figure[f], contender[c].who,
			    &series[f][c], best, rounds);
	}
	fflush(stdout);
}

void
rounds_measure(const char *work, const struct figure figure[], size_t figures,
    const struct contender contender[], size_t contenders)
{
	measure(work, figure, figures, contender, contenders,
	    quick ? 1 : ROUNDS, 1, true);
}

void
rounds_measure_alone(const char *work, const struct figure figure[],
    size_t figures, const struct contender contender[], size_t contenders)
{
	measure(work, figure, figures, contender, contenders,
	    quick ? 1 : ROUNDS, 1, false);
}

void
rounds_measure_once(const char *work, const struct figure figure[],
    size_t figures, const struct contender contender[], size_t contenders)
{
	measure(work, figure, figures, contender, contenders, 1, 0, true);
}

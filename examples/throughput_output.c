/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * throughput_output.c -- all that the demo prints, --help apart.
 *
 * One line of error, a progress bar for those who wait, and the table.
 */
#include "throughput.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_CELLS = 40, BAR_WIDTH = 76 };

static const char *const operation_names[OPERATIONS] = {
	"square",
	"power",
	"sum",
};
static const char *const way_names[WAYS] = {
	"plain C loop",
	"serial",
	"OpenMP",
	"async",
};

int
fail(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* What came from a file must not break the line, or the terminal. */
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	fprintf(stderr, "throughput: %s\n", line);
	return -1;
}

int
output_flush(void)
{
	if (fflush(stdout) || ferror(stdout))
		return fail("standard output: %s", strerror(errno));
	return 0;
}

/* ---- the progress bar ---- */

void
bar_init(struct bar *bar, int steps)
{
	*bar = (struct bar) {
		.on = isatty(STDOUT_FILENO) && isatty(STDERR_FILENO),
		.steps = steps,
	};
}

/* A line that reached the edge of the terminal would leave a copy behind. */
static int
bar_width(void)
{
	struct winsize window;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) || window.ws_col == 0)
		return BAR_WIDTH;
	return window.ws_col <= BAR_WIDTH ? window.ws_col - 1 : BAR_WIDTH;
}

void
bar_show(const struct bar *bar, double within)
{
	double share = (bar->done + within) / bar->steps;
	int full = (int)(share * BAR_CELLS);
	char cells[BAR_CELLS + 1], line[BAR_WIDTH + 1];

	if (!bar->on)
		return;
	for (int i = 0; i < BAR_CELLS; i++)
		cells[i] = i < full ? '#' : '.';
	cells[BAR_CELLS] = '\0';
	snprintf(line, sizeof(line), "[%s] %3.0f %%  %s, %s", cells,
	    100 * share, operation_names[bar->op], way_names[bar->way]);
	fprintf(stderr, "\r%-*.*s", bar_width(), bar_width(), line);
}

void
bar_clear(const struct bar *bar)
{
	if (bar->on)
		fprintf(stderr, "\r%*s\r", bar_width(), "");
}

/* ---- the table ---- */

static void
input_print(const struct report *report)
{
	const struct numbers *numbers = report->numbers;
	size_t n = report->options->n;

	printf("%zu numbers: the %s%zu in %s%s\n", n,
	    numbers->seen > n ? "first of the " : "", numbers->seen,
	    report->options->input, numbers->seen < n ? ", repeated" : "");
	printf("(from %.10g to %.10g, mean %.10g); the power is %g\n",
	    report->smallest, report->largest, report->mean,
	    report->options->exponent);
}

static void
row_print(const struct report *report, enum operation op, enum way way)
{
	const double *seconds = report->seconds[op];
	double n = (double)report->options->n;
	double bytes = (op == SUM ? 8 : 16) * n;
	const char *bits = report->agrees[op][way] ? "agree" : "DIFFER";
	char name[64];

	snprintf(name, sizeof(name), "%s", way_names[way]);
	if (report->threads[way])
		snprintf(name, sizeof(name), "%s, %u thread%s", way_names[way],
		    report->threads[way], report->threads[way] == 1 ? "" : "s");
	printf("%-7s %-19s %8.1f %7.2f %8.3f %7.2fx %8.2fx %6s\n",
	    way == 0 ? operation_names[op] : "", name, n / seconds[way] / 1e6,
	    bytes / seconds[way] / 1e9, seconds[way] / n * 1e9,
	    seconds[PLAIN] / seconds[way], seconds[SERIAL] / seconds[way],
	    way == PLAIN ? "-" : bits);
}

static void
ticks_print(const char *when, const struct lateness *ticks)
{
	printf("  %-25s %8.3f %7.3f %8.3f %8ju\n", when, 1e3 * ticks->worst,
	    1e3 * lateness_quantile(ticks, 0.99),
	    1e3 * lateness_quantile(ticks, 0.5), (uintmax_t)ticks->ticks);
}

static bool
report_agrees(const struct report *report)
{
	for (enum operation op = 0; op < OPERATIONS; op++)
		for (enum way way = SERIAL; way < WAYS; way++)
			if (!report->agrees[op][way])
				return false;
	return true;
}

int
report_print(const struct report *report)
{
	bool agrees = report_agrees(report);

	input_print(report);
	printf("%-27s %8s %7s %8s %8s %9s %6s\n", "", "M elem/s", "GB/s",
	    "ns/elem", "vs plain", "vs serial", "bits");
	for (enum operation op = 0; op < OPERATIONS; op++)
		for (enum way way = 0; way < WAYS; way++)
			row_print(report, op, way);
	printf("%-27s %8s %7s %8s %8s\n", "1 kHz ticks late by ... ms", "worst",
	    "99 %", "median", "ticks");
	ticks_print("while jobs ran", &report->busy);
	ticks_print("while nothing ran", &report->idle);

	printf("\nThe serial, OpenMP and async results %s.\n",
	    agrees ? "agree bit for bit" : "DIFFER");
	printf("Medians of %u round%s. GB/s counts bytes read and written: 16 "
	       "an element, sums 8.\n",
	    report->options->rounds, report->options->rounds == 1 ? "" : "s");
	puts(
	    "Serial runs quern's op on one thread. The plain C loop rounds "
	    "differently:\nit calls libm's pow() and adds from left to right.");
	if (output_flush())
		return -1;
	return agrees ? 0 : fail("the results differ");
}

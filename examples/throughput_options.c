/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * throughput_options.c -- what the user of the demo asks for.
 */
#include "throughput.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_INPUT "examples/data/michelson.txt"

/* Values for getopt_long() that are no letter. */
enum { INPUT = 256, COLUMN, RAW, EXPONENT, THREADS, ROUNDS };

static const char help_text[] =
    "Usage: throughput [OPTION]...\n"
    "\n"
    "Square many numbers, raise them to a power and sum them, each in a plain\n"
    "C loop, serially, on all cores with OpenMP, and as asynchronous jobs of\n"
    "an event loop that goes on ticking at 1 kHz. Then print how fast each\n"
    "was, whether the results agree bit for bit, and how late the ticks came.\n"
    "\n"
    "  -n COUNT         how many numbers to compute with: a whole number with\n"
    "                   k, M, G (1000s) or Ki, Mi, Gi (1024s) after it if you\n"
    "                   like; 16Mi by default. The input is repeated, or cut\n"
    "                   off, to that many; it is read to its end all the same.\n"
    "  --input FILE     read the numbers from FILE; - is standard input. The\n"
    "                   default, measurements of the speed of light, is\n"
    "                   " DEFAULT_INPUT "\n"
    "  --column K       FILE is a CSV, the numbers are in its column K, from 1;\n"
    "                   fields may be quoted. The first line may be a header:\n"
    "                   it is left out if that field of it is no number.\n"
    "  --raw            FILE holds raw 64-bit floats, little-endian.\n"
    "  --exponent E     the power; 1.5 by default\n"
    "  --threads T      threads of the pool and of OpenMP, 1 to 256; by default\n"
    "                   as many as there are cores to use\n"
    "  --rounds R       time R rounds, 1 to 99, and take the median; 5 by default\n"
    "  --help           print this\n"
    "\n"
    "Without --column and --raw, FILE is a text with one number a line; empty\n"
    "lines, and what follows a #, do not count.\n"
    "\n"
    "The exit status is 0 if all results agree, and 1 after an error.\n";

/*
 * A whole number from 1 to `most`, with a suffix if `suffixes`; 0 if it is
 * none.
 */
static size_t
count_parse(const char *text, size_t most, bool suffixes)
{
	static const struct {
		const char *name;
		size_t factor;
	} unit[] = {
		{ "", 1 },
		{ "k", 1000 },
		{ "M", 1000000 },
		{ "G", 1000000000 },
		{ "Ki", (size_t)1 << 10 },
		{ "Mi", (size_t)1 << 20 },
		{ "Gi", (size_t)1 << 30 },
	};
	size_t count = 0, factor = 0;

	for (; isdigit((unsigned char)*text); text++) {
		size_t digit = (size_t)(*text - '0');

		if (count > (most - digit) / 10)
			return 0;
		count = count * 10 + digit;
	}
	for (size_t i = 0; i < sizeof(unit) / sizeof(unit[0]); i++)
		if (strcmp(text, unit[i].name) == 0 && (suffixes || i == 0))
			factor = unit[i].factor;
	return factor && count <= most / factor ? count * factor : 0;
}

static int
bad_number(const char *option, const char *expected, const char *text)
{
	return fail("%s: expected %s, not \"%.40s\"", option, expected, text);
}

static int
option_take(struct options *options, int option, const char *text)
{
	switch (option) {
	case 'n':
		options->n = count_parse(text, SIZE_MAX, true);
		if (!options->n)
			return bad_number("-n",
			    "a count of 1 or more that fits in memory, "
			    "such as 2M or 16Mi",
			    text);
		return 0;
	case INPUT:
		options->input = text;
		options->default_input = false;
		return 0;
	case COLUMN:
		options->column = count_parse(text, SIZE_MAX, false);
		if (!options->column)
			return bad_number(
			    "--column", "a whole number from 1", text);
		return 0;
	case RAW:
		options->raw = true;
		return 0;
	case EXPONENT:
		if (number_parse(text, &options->exponent) != NUMBER)
			return bad_number("--exponent", "a number", text);
		return 0;
	case THREADS:
		options->threads =
		    (unsigned)count_parse(text, MOST_THREADS, false);
		if (!options->threads)
			return bad_number("--threads", "1 to 256", text);
		return 0;
	default:
		options->rounds =
		    (unsigned)count_parse(text, MOST_ROUNDS, false);
		if (!options->rounds)
			return bad_number("--rounds", "1 to 99", text);
		return 0;
	}
}

int
options_parse(struct options *options, bool *help, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "input", required_argument, NULL, INPUT },
		{ "column", required_argument, NULL, COLUMN },
		{ "raw", no_argument, NULL, RAW },
		{ "exponent", required_argument, NULL, EXPONENT },
		{ "threads", required_argument, NULL, THREADS },
		{ "rounds", required_argument, NULL, ROUNDS },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*help = false;
	*options = (struct options) {
		.input = DEFAULT_INPUT,
		.default_input = true,
		.n = (size_t)16 << 20,
		.exponent = 1.5,
		.rounds = 5,
	};
	/* The colon keeps getopt quiet: errors look alike, and are ours. */
	while ((option = getopt_long(argc, argv, ":n:h", long_options, NULL)) !=
	    -1) {
		if (option == ':')
			return fail("%s: its value is missing (see --help)",
			    argv[optind - 1]);
		if (option == '?' && optopt > 0 && optopt < INPUT)
			return fail("unknown option: -%c (see --help)", optopt);
		if (option == '?')
			return fail("unknown option: %s (see --help)",
			    argv[optind - 1]);
		if (option == 'h') {
			*help = true;
			fputs(help_text, stdout);
			return output_flush();
		}
		if (option_take(options, option, optarg))
			return -1;
	}
	if (optind < argc)
		return fail("not an option: %s (see --help)", argv[optind]);
	if (options->raw && options->column)
		return fail("--raw and --column exclude each other");
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * throughput_input.c -- the demo's numbers, from a file or standard input.
 *
 *     text  one number a line; blanks around it, empty lines and whatever
 *           follows a # do not count
 *     CSV   column K of each line; fields may stand in double quotes, then a
 *           comma or a line break is part of the field; the first line may be
 *           a header
 *     raw   f64, little-endian, any bits
 *
 * The text is read character by character, so lines may be of any length, and
 * a wrong byte is named where it stands.  Lines may end in CR LF.  The whole
 * input is checked even where fewer numbers are wanted.
 */
#include "throughput.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MAX = 65536 };

struct reader {
	FILE *file;
	const char *name;
	size_t line, column; /* of `c`, from 1 */
	int c;               /* the character to look at next, or EOF */
	struct numbers *numbers;
	size_t keep;
	/* The last field: its text, without blanks around it, and its place. */
	char field[FIELD_MAX];
	size_t field_length, field_line, field_column;
	bool wanted; /* it is to become a number */
};

enum number_kind
number_parse(const char *text, double *out)
{
	char *end;

	/* strtod() would skip blanks, and nobody has called setlocale(). */
	if (!*text || strchr(" \t\r\n\v\f", *text))
		return NOT_A_NUMBER;
	*out = strtod(text, &end);
	if (*end)
		return NOT_A_NUMBER;
	return isfinite(*out) ? NUMBER : NOT_FINITE;
}

static int
numbers_push(struct reader *r, double value)
{
	struct numbers *numbers = r->numbers;

	numbers->seen++;
	if (numbers->kept == r->keep)
		return 0;
	/* The array doubles whenever it is full: at each power of two. */
	if (!(numbers->kept & (numbers->kept - 1))) {
		size_t cap = numbers->kept ? 2 * numbers->kept : 1;
		double *grown = realloc(numbers->value, cap * sizeof(*grown));

		if (!grown)
			return fail("%s: %s", r->name, strerror(ENOMEM));
		numbers->value = grown;
	}
	numbers->value[numbers->kept++] = value;
	return 0;
}

/* ---- characters ---- */

static void
advance(struct reader *r)
{
	if (r->c == '\n') {
		r->line++;
		r->column = 0;
	}
	r->c = getc_unlocked(r->file);
	r->column++;
}

static bool
at_line_end(const struct reader *r)
{
	return r->c == '\n' || r->c == EOF;
}

static void
skip_blanks(struct reader *r)
{
	while (r->c == ' ' || r->c == '\t' || r->c == '\r')
		advance(r);
}

static void
skip_line(struct reader *r)
{
	while (!at_line_end(r))
		advance(r);
}

/* Start with the first character after a UTF-8 byte order mark, if any. */
static void
skip_mark(struct reader *r)
{
	const char *mark = "\357\273\277";

	r->line = 1;
	advance(r);
	while (*mark && r->c == (unsigned char)*mark++)
		advance(r);
	r->column = 1;
}

/* ---- fields ---- */

static void
field_begin(struct reader *r, bool wanted)
{
	r->wanted = wanted;
	r->field_length = 0;
	r->field_line = r->line;
	r->field_column = r->column;
}

/* Move the character at hand to the field, as far as it matters. */
static int
field_take(struct reader *r)
{
	if (r->c == '\0')
		return fail("%s:%zu:%zu: a NUL byte: not a text, see --raw",
		    r->name, r->line, r->column);
	if (r->field_length < FIELD_MAX - 1)
		r->field[r->field_length++] = (char)r->c;
	else if (r->wanted)
		return fail("%s:%zu:%zu: not a number: over %d characters",
		    r->name, r->field_line, r->field_column, FIELD_MAX - 1);
	advance(r);
	return 0;
}

/* Close the string, without the blanks at its end. */
static void
field_end(struct reader *r)
{
	size_t length = r->field_length;

	while (length && strchr(" \t\r", r->field[length - 1]))
		length--;
	r->field[length] = '\0';
}

/* From the opening quote to behind the closing one. */
static int
quoted_read(struct reader *r)
{
	advance(r);
	for (;;) {
		if (r->c == EOF)
			return fail("%s:%zu:%zu: this quote is never closed",
			    r->name, r->field_line, r->field_column);
		if (r->c == '"') {
			advance(r);
			/* Two quotes in a row stand for one. */
			if (r->c != '"')
				return 0;
		}
		if (field_take(r))
			return -1;
	}
}

/* One field of a CSV, up to its comma or the end of the line. */
static int
csv_field_read(struct reader *r, bool wanted)
{
	skip_blanks(r);
	field_begin(r, wanted);
	if (r->c == '"') {
		if (quoted_read(r))
			return -1;
		skip_blanks(r);
		if (r->c != ',' && !at_line_end(r))
			return fail("%s:%zu:%zu: a comma is missing after the "
				    "closing quote",
			    r->name, r->line, r->column);
	}
	while (r->c != ',' && !at_line_end(r))
		if (field_take(r))
			return -1;
	field_end(r);
	return 0;
}

static int
field_push(struct reader *r)
{
	double value = 0;
	enum number_kind kind = number_parse(r->field, &value);

	if (kind != NUMBER)
		return fail("%s:%zu:%zu: not a %snumber: \"%.40s%s\"", r->name,
		    r->field_line, r->field_column,
		    kind == NOT_FINITE ? "finite " : "", r->field,
		    strlen(r->field) > 40 ? "..." : "");
	return numbers_push(r, value);
}

/* ---- the three formats ---- */

static int
text_line_read(struct reader *r)
{
	skip_blanks(r);
	if (!at_line_end(r) && r->c != '#') {
		field_begin(r, true);
		while (!at_line_end(r) && !(r->c && strchr(" \t\r#", r->c)))
			if (field_take(r))
				return -1;
		field_end(r);
		if (field_push(r))
			return -1;
		skip_blanks(r);
		if (!at_line_end(r) && r->c != '#')
			return fail("%s:%zu:%zu: more than one field a line, "
				    "see --column",
			    r->name, r->line, r->column);
	}
	skip_line(r);
	return 0;
}

static int
csv_line_read(struct reader *r, size_t wanted)
{
	size_t line = r->line;
	bool header = line == 1;
	double ignored;

	skip_blanks(r);
	if (at_line_end(r))
		return 0;
	for (size_t column = 1;; column++) {
		if (csv_field_read(r, column == wanted))
			return -1;
		if (column == wanted)
			break;
		if (at_line_end(r))
			return fail("%s:%zu: no column %zu: the line has %zu",
			    r->name, line, wanted, column);
		advance(r);
	}
	header = header && number_parse(r->field, &ignored) == NOT_A_NUMBER;
	if (!header && field_push(r))
		return -1;
	/* The rest too, since a quoted field may go on in the next line. */
	while (!at_line_end(r)) {
		advance(r);
		if (csv_field_read(r, false))
			return -1;
	}
	return 0;
}

static int
lines_read(struct reader *r, size_t column)
{
	skip_mark(r);
	for (; r->c != EOF; advance(r))
		if (column ? csv_line_read(r, column) : text_line_read(r))
			return -1;
	return 0;
}

static int
raw_read(struct reader *r)
{
	unsigned char byte[8];
	size_t got, bytes = 0;

	while ((got = fread(byte, 1, sizeof(byte), r->file)) == sizeof(byte)) {
		uint64_t bits = 0;
		double value;

		for (int i = 7; i >= 0; i--)
			bits = bits << 8 | byte[i];
		memcpy(&value, &bits, sizeof(value));
		if (numbers_push(r, value))
			return -1;
		bytes += sizeof(byte);
	}
	if (got && !ferror(r->file))
		return fail("%s: truncated: %zu bytes is not a multiple of 8",
		    r->name, bytes + got);
	return 0;
}

/* ---- the whole ---- */

static int
reader_run(struct reader *r, const struct options *options)
{
	errno = 0;
	if (options->raw ? raw_read(r) : lines_read(r, options->column))
		return -1;
	if (ferror(r->file))
		return fail("%s: %s", r->name, strerror(errno));
	if (!r->numbers->seen)
		return fail("%s: no numbers in it", r->name);
	return 0;
}

int
numbers_read(struct numbers *numbers, const struct options *options)
{
	bool standard = strcmp(options->input, "-") == 0;
	struct reader *r;
	int err;

	memset(numbers, 0, sizeof(*numbers));
	r = calloc(1, sizeof(*r));
	if (!r)
		return fail("%s", strerror(ENOMEM));
	r->numbers = numbers;
	r->keep = options->n;
	r->name = standard ? "standard input" : options->input;
	r->file = standard ? stdin : fopen(options->input, "rb");
	if (!r->file) {
		err = fail("%s: %s%s", r->name, strerror(errno),
		    options->default_input ? " (see --input)" : "");
		goto free_reader;
	}
	err = reader_run(r, options);
	if (err)
		numbers_free(numbers);
	if (!standard)
		fclose(r->file);
free_reader:
	free(r);
	return err;
}

void
numbers_free(struct numbers *numbers)
{
	free(numbers->value);
	numbers->value = NULL;
}

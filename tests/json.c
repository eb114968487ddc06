/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c -- a strict reader of JSON, see json.h. */
#include "json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void value(struct json *p);

static void
space(struct json *p)
{
	while (*p->at && strchr(" \t\r\n", *p->at))
		p->at++;
}

static bool
take(struct json *p, char c)
{
	space(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static void
expect(struct json *p, char c)
{
	if (!take(p, c))
		p->bad = true;
}

/* The character that an escape stands for; only ASCII is told apart. */
static char
escaped(struct json *p)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found = *p->at ? strchr(from, *p->at) : NULL;
	char digits[5] = "";

	if (found) {
		p->at++;
		return to[found - from];
	}
	p->bad |= *p->at != 'u';
	for (int i = 0; i < 4 && !p->bad; i++) {
		digits[i] = p->at[1 + i];
		p->bad |= !isxdigit((unsigned char)digits[i]);
	}
	if (!p->bad)
		p->at += 5;
	return (char)strtoul(digits, NULL, 16);
}

static void
string(struct json *p, char *out)
{
	size_t n = 0;
	char c;

	expect(p, '"');
	while (!p->bad && *p->at != '"') {
		c = *p->at;
		if ((unsigned char)c < ' ') {
			p->bad = true;
			return;
		}
		p->at++;
		if (c == '\\')
			c = escaped(p);
		if (n < JSON_WORD - 1)
			out[n++] = c;
	}
	out[n] = 0;
	expect(p, '"');
}

static void
digits(struct json *p)
{
	p->bad |= !isdigit((unsigned char)*p->at);
	while (isdigit((unsigned char)*p->at))
		p->at++;
}

static void
number(struct json *p, char *out)
{
	const char *begin = p->at;

	if (*p->at == '-')
		p->at++;
	if (*p->at == '0')
		p->at++;
	else
		digits(p);
	if (*p->at == '.') {
		p->at++;
		digits(p);
	}
	if (*p->at == 'e' || *p->at == 'E') {
		p->at++;
		if (*p->at == '+' || *p->at == '-')
			p->at++;
		digits(p);
	}
	snprintf(out, JSON_WORD, "%.*s", (int)(p->at - begin), begin);
}

static void
literal(struct json *p)
{
	static const char *const literals[] = { "true", "false", "null" };

	for (int i = 0; i < 3; i++) {
		size_t n = strlen(literals[i]);

		if (!strncmp(p->at, literals[i], n)) {
			p->at += n;
			return;
		}
	}
	p->bad = true;
}

static void
object(struct json *p)
{
	if (p->object)
		p->object(p);
	p->depth++;
	if (!take(p, '}')) {
		do {
			string(p, p->key[p->depth]);
			expect(p, ':');
			value(p);
		} while (!p->bad && take(p, ','));
		expect(p, '}');
	}
	p->depth--;
}

static void
array(struct json *p)
{
	p->depth++;
	p->key[p->depth][0] = 0;
	if (!take(p, ']')) {
		do
			value(p);
		while (!p->bad && take(p, ','));
		expect(p, ']');
	}
	p->depth--;
}

static void
note(struct json *p, const char *text)
{
	if (p->value)
		p->value(p, text);
}

static void
value(struct json *p)
{
	char text[JSON_WORD];

	space(p);
	if (p->depth == JSON_DEPTH - 1) {
		p->bad = true;
	} else if (take(p, '{')) {
		object(p);
	} else if (take(p, '[')) {
		array(p);
	} else if (*p->at == '"') {
		string(p, text);
		note(p, text);
	} else if (*p->at == '-' || isdigit((unsigned char)*p->at)) {
		number(p, text);
		note(p, text);
	} else {
		literal(p);
	}
}

bool
json_read(struct json *p)
{
	value(p);
	space(p);
	return !p->bad && !*p->at;
}

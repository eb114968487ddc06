/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h -- a strict reader of JSON: what RFC 8259 does not allow is an error.
 * Of an escape beyond ASCII only the last byte is kept.
 */
#ifndef QUERN_TESTS_JSON_H
#define QUERN_TESTS_JSON_H

#include <stdbool.h>

enum { JSON_DEPTH = 8, JSON_WORD = 64 };

struct json {
	const char *at;
	bool bad; /* those who are called may set it too */
	int depth;
	/* On the way here, from key[1] on; empty in an array. */
	char key[JSON_DEPTH][JSON_WORD];

	/* May be NULL.  A number or a string, cut to JSON_WORD: */
	void (*value)(struct json *json, const char *text);
	/* An object begins. */
	void (*object)(struct json *json);
	void *arg;
};

/* Is all of json->at one JSON value? */
bool json_read(struct json *json);

#endif

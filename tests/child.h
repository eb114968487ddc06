/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.h -- runs one of the examples as a user would, and keeps what it said.
 */
#ifndef QUERN_TESTS_CHILD_H
#define QUERN_TESTS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

struct child {
	/* Set these, or leave them 0. */
	const char *folder; /* where it runs; NULL: where the test does */
	const void *input;  /* on its standard input; NULL: nothing */
	size_t input_bytes;
	bool terminal; /* both of its outputs are one terminal: `out` */
	unsigned short columns; /* of the terminal; 0: it does not know */
	bool full; /* its standard output takes nothing: /dev/full */
	bool one_core;

	/* What came of it. */
	int status; /* of the exit, or 1000 + the signal that ended it */
	char out[65536], err[4096];
};

/*
 * Run $QUERN_BUILD/examples/argv[0] to its end.  It is killed after two
 * minutes.  False, with a failed assertion, if it could not be run.
 */
bool child_run(struct child *child, const char *const argv[]);

/*
 * Become that program, which may be one for another processor (run.sh); returns
 * if that fails.
 */
void child_exec(const char *path, const char *const argv[]);

#endif

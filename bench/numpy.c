/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * numpy.c -- NumPy as a contender among others; see numpy.h.
 *
 * One process for all questions, since NumPy takes longer to load than a round
 * lasts.
 */
#include "numpy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rounds.h"

static FILE *questions, *answers;

/* The first in the path may be one without. */
static const char *
python_with_numpy(void)
{
	static const char *const pythons[] = { "python3", "/usr/bin/python3" };
	char command[80];

	for (int i = 0; i < 2; i++) {
		snprintf(command, sizeof(command),
		    "%s -c 'import numpy' >/dev/null 2>&1", pythons[i]);
		if (!system(command))
			return pythons[i];
	}
	return NULL;
}

bool
numpy_start(void)
{
	const char *python = python_with_numpy();
	int to[2], from[2];

	if (!python)
		return false;
	if (pipe2(to, 0) || pipe2(from, 0))
		die("no pipe");
	fflush(stdout);
	switch (fork()) {
	case -1:
		die("no child");
	case 0:
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		for (int i = 0; i < 2; i++) {
			close(to[i]);
			close(from[i]);
		}
		execlp(python, python, "bench/ufuncs.py", (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	questions = fdopen(to[1], "w");
	answers = fdopen(from[0], "r");
	return true;
}

double
numpy_measure(const char *function, const char *type, size_t n, double low,
    double high, double seconds)
{
	char answer[80];

	fprintf(questions, "%s %s %zu %.17g %.17g %g\n", function, type, n, low,
	    high, seconds);
	fflush(questions);
	if (!fgets(answer, sizeof(answer), answers))
		die("no answer from NumPy for %s", function);
	return strncmp(answer, "none", 4) ? strtod(answer, NULL) : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* child.c -- a round in a process of its own, see child.h. */
#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rounds.h"

double
child_resident(void)
{
	long all, there;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%ld %ld", &all, &there) != 2)
		die("cannot read /proc/self/statm");
	fclose(file);
	return (double)there * (double)sysconf(_SC_PAGESIZE);
}

void
child_run(void (*round)(void *arg, double value[]), void *arg, double value[],
    size_t n)
{
	ssize_t bytes = (ssize_t)(n * sizeof(*value));
	int ends[2], status;
	pid_t child;

	if (pipe2(ends, 0))
		die("no pipe");
	fflush(stdout);
	child = fork();
	if (child < 0)
		die("no child");
	if (!child) {
		round(arg, value);
		if (write(ends[1], value, (size_t)bytes) != bytes)
			die("cannot tell the result");
		_exit(EXIT_SUCCESS);
	}
	close(ends[1]);
	if (read(ends[0], value, (size_t)bytes) != bytes ||
	    waitpid(child, &status, 0) != child || status)
		die("no result from the child");
	close(ends[0]);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* self.c -- runs a part of this very test by itself, see self.h. */
#include "self.h"

#include <CUnit/Basic.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIME_LIMIT = 60, VARIABLES = 1024 };

extern char **environ;

void
self_begin(int argc, char **argv, const struct self_part parts[])
{
	if (argc < 2)
		return;
	alarm(TIME_LIMIT);
	for (; parts->name; parts++)
		if (!strcmp(parts->name, argv[1]))
			exit(parts->run());
	exit(127);
}

const char *
self_program(void)
{
	const char *program = getenv("QUERN_TEST_SELF");

	return program ? program : "/proc/self/exe";
}

static bool
is_openmps(const char *variable)
{
	/* This one tells the thread sanitizer about libomp. */
	if (!strncmp(variable, "OMP_TOOL_", 9))
		return false;
	return !strncmp(variable, "OMP_", 4) ||
	    !strncmp(variable, "GOMP_", 5) || !strncmp(variable, "KMP_", 4);
}

int
self_run(const char *part, const char *const settings[])
{
	char *argv[] = { (char *)"self", (char *)part, NULL };
	char *env[VARIABLES];
	int n = 0, status = -1;
	pid_t child;

	for (char **v = environ; *v && n < VARIABLES - 8; v++)
		if (!is_openmps(*v))
			env[n++] = *v;
	for (; *settings && n < VARIABLES - 1; settings++)
		env[n++] = (char *)*settings;
	env[n] = NULL;
	fflush(NULL);
	if (posix_spawn(&child, self_program(), NULL, NULL, argv, env) != 0 ||
	    waitpid(child, &status, 0) != child)
		status = -1;
	CU_ASSERT_NOT_EQUAL(status, -1);
	return status;
}

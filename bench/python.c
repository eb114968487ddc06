/* SPDX-License-Identifier: BSD-2-Clause */
/* python.c -- executors.py as a contender among others; see python.h. */
#include "python.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "rounds.h"

bool
python_is_there(void)
{
	return !system("python3 -c 'import asyncio' >/dev/null 2>&1");
}

void
python_run(double value[], size_t n, const char *format, ...)
{
	char command[200] = "python3 bench/executors.py ";
	size_t used = sizeof("python3 bench/executors.py ") - 1;
	va_list arguments;
	FILE *output;

	va_start(arguments, format);
	vsnprintf(command + used, sizeof(command) - used, format, arguments);
	va_end(arguments);
	output = popen(command, "r");
	if (!output)
		die("cannot run %s", command);
	for (size_t i = 0; i < n; i++)
		if (fscanf(output, "%lf", &value[i]) != 1)
			die("no number %zu from %s", i, command);
	if (pclose(output))
		die("failed: %s", command);
}

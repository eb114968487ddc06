/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * helper.c -- the program quern-worker: a worker for programs that cannot be
 * started again, because their main() is not theirs (plug-ins, interpreters).
 *
 * What it runs is in a module that it is told to load, see process.h.
 */
#include <quern/process.h>
#include <stdio.h>

int
main(void)
{
	quern_worker_main();
	(void)fputs("quern-worker is started by libquern\n", stderr);
	return 1;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * count.c -- three tasks say One, sleep, and say Two: together, not after each
 * other.
 *
 *     count [SECONDS]    how long each sleeps; 1 if nothing is said
 *
 * The first program with tasks to read: quern_main() makes a loop and runs a
 * function as its first task, which starts others and joins them.
 */
#include <err.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TASKS = 3 };

static int
count(void *arg)
{
	const double *seconds = arg;
	int err;

	puts("One");
	err = quern_sleep(*seconds); /* the others go on meanwhile */
	if (err)
		return err;
	puts("Two");
	return 0;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int
count_together(void *seconds)
{
	quern_task *task[TASKS];
	double begun = now();
	int err;

	for (int i = 0; i < TASKS; i++) {
		err = quern_spawn(quern_task_loop(), &task[i], count, seconds);
		if (err)
			return err;
	}
	err = quern_join_all(task, TASKS, NULL);
	printf("done in %.2f s\n", now() - begun);
	return err;
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
	int err = quern_main(count_together, &seconds);

	if (err)
		errx(1, "%s", quern_strerror(err));
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isolated.c -- a batch in which some jobs crash, hang, leak or exit on purpose,
 * and all the others are finished.
 *
 *     isolated [MEGABYTES]
 *
 * The jobs run in worker processes, which are this program started again: so
 * main() begins with quern_worker_main(), and the functions are registered.
 * Whatever one of them does costs the worker that runs it, at most; another
 * worker takes its place.  In the end a table says what became of each job.
 *
 * MEGABYTES is how much address space a worker may use: 512 unless said
 * otherwise, 0 for no limit of its own.
 */
#include <err.h>
#include <errno.h>
#include <ev.h>
#include <quern/quern.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEGABYTE = 1 << 20, WORKERS = 4 };

/* ---- in the workers: a number goes in, and comes back changed ---- */

static int
count_primes(quern_context *ctx, void *arg)
{
	long *number = arg, primes = 0;

	(void)ctx;
	for (long n = 2; n < *number; n++) {
		long divisor = 2;

		while (divisor * divisor <= n && n % divisor)
			divisor++;
		primes += divisor * divisor > n;
	}
	*number = primes;
	return 0;
}
QUERN_REGISTER(count_primes)

static void (*volatile nothing)(void); /* volatile: the compiler is clever */

static int
call_nothing(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	nothing();
	return 0;
}
QUERN_REGISTER(call_nothing)

static int
give_up(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	abort();
}
QUERN_REGISTER(give_up)

static int
leave(quern_context *ctx, void *arg)
{
	const long *number = arg;

	(void)ctx;
	exit((int)*number);
}
QUERN_REGISTER(leave)

static int
hang(quern_context *ctx, void *arg)
{
	volatile bool forever = true;

	(void)ctx;
	(void)arg;
	while (forever)
		;
	return 0;
}
QUERN_REGISTER(hang)

static int
hang_politely(quern_context *ctx, void *arg)
{
	(void)arg;
	while (!quern_should_stop(ctx))
		;
	return -ECANCELED; /* or any negative value: quern knows the reason */
}
QUERN_REGISTER(hang_politely)

/* Remembered, and never given back: twice as much each time. */
static int
leak(quern_context *ctx, void *arg)
{
	static char *leaked[64];

	(void)ctx;
	(void)arg;
	for (int i = 0; i < 64; i++) {
		size_t bytes = (size_t)MEGABYTE << i;

		leaked[i] = malloc(bytes);
		if (!leaked[i])
			break;
		memset(leaked[i], 1, bytes);
	}
	return -ENOMEM;
}
QUERN_REGISTER(leak)

/* As libraries do that do not expect malloc to fail. */
static int
leak_and_give_up(quern_context *ctx, void *arg)
{
	if (leak(ctx, arg))
		abort();
	return 0;
}
QUERN_REGISTER(leak_and_give_up)

static int
refuse(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return -EINVAL;
}
QUERN_REGISTER(refuse)

/* ---- in the program ---- */

struct entry {
	const char *what;
	quern_call_fn *fn;
	long number;
	double timeout; /* seconds; 0: none */
	quern_job job;
};

/* Those with a timeout first, for it includes the time in line. */
static struct entry batch[] = {
	{ "loops for ever", hang, .timeout = 0.5 },
	{ "loops until told to stop", hang_politely, .timeout = 0.5 },
	{ "counts primes below 1000", count_primes, 1000 },
	{ "calls a null pointer", call_nothing },
	{ "counts primes below 10000", count_primes, 10000 },
	{ "aborts", give_up },
	{ "exits with 3", leave, 3 },
	{ "exits with 0", leave, 0 },
	{ "leaks until there is no more", leak },
	{ "leaks and aborts then", leak_and_give_up },
	{ "refuses its argument", refuse },
	{ "counts primes below 100000", count_primes, 100000 },
};

enum { BATCH = sizeof(batch) / sizeof(batch[0]) };

static void
check(int status, const char *what)
{
	if (status < 0)
		errx(1, "%s: %s", what, quern_strerror(status));
}

static quern_executor *
start_workers(unsigned long megabytes)
{
	quern_processes_options options;
	quern_executor *processes;

	quern_processes_options_init(&options);
	options.workers = WORKERS;
	options.grace = 0.1;
	options.address_space = (uint64_t)megabytes * MEGABYTE;
	/* What a job has leaked is not to be the next one's trouble. */
	options.memory_most = 128 * MEGABYTE;
	check(quern_processes_create(&processes, &options), "workers");
	return processes;
}

static void
print_outcome(const struct entry *entry)
{
	int status = quern_job_status(&entry->job);
	quern_crash crash;

	printf("%-28s  ", entry->what);
	if (status >= 0)
		printf("result %ld\n", entry->number);
	else if (status != -EOWNERDEAD || quern_job_crash(&entry->job, &crash))
		printf("%s\n", quern_strerror(status));
	else if (crash.signal)
		printf(
		    "its worker died of SIG%s\n", sigabbrev_np(crash.signal));
	else
		printf("its worker exited with %d\n", crash.exit_status);
}

int
main(int argc, char **argv)
{
	quern_executor *processes;
	struct ev_loop *ev;
	quern_loop *loop;

	quern_worker_main();
	if (argc > 2)
		errx(2, "usage: isolated [MEGABYTES]");
	/* Not the default loop, which waits for whatever child has died. */
	ev = ev_loop_new(EVFLAG_AUTO);
	if (!ev)
		errx(1, "no loop");
	processes = start_workers(argc > 1 ? strtoul(argv[1], NULL, 10) : 512);
	check(quern_loop_create(&loop, ev, processes), "loop");
	for (int i = 0; i < BATCH; i++) {
		struct entry *entry = &batch[i];

		quern_job_init(&entry->job,
		    quern_with_arg(quern_call(entry->fn, &entry->number),
			sizeof(entry->number)),
		    NULL);
		entry->job.timeout = entry->timeout;
		check(quern_submit(loop, &entry->job), entry->what);
	}
	ev_run(ev, 0); /* returns when no job is in flight */

	for (int i = 0; i < BATCH; i++)
		print_outcome(&batch[i]);
	check(quern_loop_destroy(loop), "loop");
	check(quern_executor_destroy(processes), "workers");
	ev_loop_destroy(ev);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_many_tasks.c -- as many tasks as memory allows, up to a million: all
 * wait at once, all end, in any order, and nothing of them is left.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <quern/together.h>

#include "spawned.h"

enum {
	MILLION = 1000000, /* with `make check-long` */
	FEWER = 50000,
	SANITIZED_FEWER = 1000,
	BYTES_EACH = 10 << 10 /* 10 GiB for a million */
};

static struct {
	quern_semaphore begin;
	uint64_t random;
	size_t waiting, ended, wrong;
} crowd;

static int
wait_and_end(void *unused)
{
	int err;

	(void)unused;
	crowd.waiting++;
	err = quern_semaphore_acquire(&crowd.begin);
	crowd.waiting--;
	/* Then in no order. */
	if (!err)
		err = quern_sleep(
		    1e-6 * (double)(next_random(&crowd.random) % 200000));
	crowd.wrong += err != 0;
	crowd.ended++;
	return err;
}

/* Of this process: 0: all there is, 1: resident. */
static size_t
bytes_now(int which)
{
	size_t pages[2] = { 0, 0 };
	FILE *file = fopen("/proc/self/statm", "r");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fscanf(file, "%zu %zu", &pages[0], &pages[1]), 2);
	fclose(file);
	return pages[which] * (size_t)sysconf(_SC_PAGESIZE);
}

/* When all wait: how much memory they take, and let them go on. */
static int
measure(void *bytes)
{
	size_t n = crowd.waiting;

	*(size_t *)bytes = bytes_now(1);
	while (n-- > 0)
		quern_semaphore_release(&crowd.begin);
	return 0;
}

static size_t
as_many_as_fit(void)
{
	size_t n = getenv("QUERN_TEST_LONG") ? MILLION : FEWER, room;

	if (SANITIZED) /* which has a shadow of each stack */
		return SANITIZED_FEWER;
	room = (size_t)sysconf(_SC_AVPHYS_PAGES) *
	    (size_t)sysconf(_SC_PAGESIZE) / BYTES_EACH * 3 / 4;
	if (n > room) {
		n = room;
		printf("%zu tasks, for there is memory for no more ... ", n);
	}
	return n;
}

/* n tasks, on a loop of their own; how much memory they took when all waited. */
static size_t
run_tasks(size_t n)
{
	size_t resident, waiting = 0, started = 0;

	crowd.ended = crowd.waiting = crowd.wrong = 0;
	crowd.random = 1;
	if (!tasks_open(1))
		return 0;
	quern_semaphore_init(&crowd.begin, 0);
	resident = bytes_now(1);
	while (started < n &&
	    !quern_spawn(task_rig.loop, NULL, wait_and_end, NULL))
		started++;
	CU_ASSERT_EQUAL(started, n);
	/* It runs when all before it have. */
	spawn(NULL, measure, &waiting);
	rig_run(&task_rig);
	CU_ASSERT_EQUAL(crowd.ended, n);
	CU_ASSERT_EQUAL(crowd.wrong, 0);
	rig_close(&task_rig);
	return waiting - resident;
}

static void
all_wait_and_all_end(void)
{
	size_t n = as_many_as_fit(), all, before;

	/* What comes once and stays. */
	(void)run_tasks(100);
	before = bytes_now(0);
	all = run_tasks(n);
	if (SANITIZED)
		return;
	CU_ASSERT(all < n * BYTES_EACH);
	CU_ASSERT(bytes_now(0) < before + n * 64);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "all wait and all end", all_wait_and_all_end },
		CU_TEST_INFO_NULL,
	};

	add_suite("many tasks", tests);
	return run_suites();
}

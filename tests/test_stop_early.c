/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stop_early.c -- tests that what is stopped early has cost little: a map
 * ends between two elements, and a reduction has not touched the accumulators
 * of blocks that it never came to.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "support.h"

struct held {
	struct gate gate;
	int ran; /* atomic */
};

/* The first one waits at the gate. */
static void
run_held(struct held *held)
{
	if (__atomic_add_fetch(&held->ran, 1, __ATOMIC_RELAXED) == 1)
		gate_pass(&held->gate);
}

/* Submit `op`, cancel it while its first function runs, see it end. */
static void
cancel_in_the_first(struct rig *rig, quern_op op, struct held *held)
{
	quern_job job;

	quern_job_init(&job, op, NULL);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), 0);
	gate_await(&held->gate, 1);
	CU_ASSERT_EQUAL(quern_cancel(&job), -EINPROGRESS);
	gate_open(&held->gate);
	rig_run(rig);
	CU_ASSERT_EQUAL(quern_job_status(&job), -ECANCELED);
	CU_ASSERT_EQUAL(held->ran, 1);
}

/* ---- map ---- */

/* Far more elements than there are blocks. */
enum { MAPPED = 64 * 1024 };

static int
map_held(void *out, const void *in, void *arg)
{
	(void)out;
	(void)in;
	run_held(arg);
	return 0;
}

static void
a_cancelled_map_stops_between_two_elements(void)
{
	static char in[MAPPED], out[MAPPED];
	struct held held = { GATE_INITIALIZER, 0 };
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	cancel_in_the_first(
	    &rig, quern_map(out, 1, in, 1, MAPPED, map_held, &held), &held);
	rig_close(&rig);
}

/* ---- reduce ---- */

/* 256 MiB of accumulators. */
enum { REDUCED = 1 << 18, ACC_BYTES = 1024 };

static void
clear(void *acc, void *arg)
{
	(void)arg;
	memset(acc, 0, ACC_BYTES);
}

static void
reduce_held(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)acc;
	run_held(arg);
}

static void
join_nothing(void *acc, const void *right, void *arg)
{
	(void)acc;
	(void)right;
	(void)arg;
}

static const quern_reducer large = {
	.size = ACC_BYTES,
	.identity = clear,
	.body = reduce_held,
	.combine = join_nothing,
};

static long
peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
a_cancelled_reduction_has_touched_little_memory(void)
{
	static char result[ACC_BYTES];
	struct held held = { GATE_INITIALIZER, 0 };
	struct rig rig;
	long before, grown;

	if (!rig_open(&rig, 1))
		return;
	before = peak_kib();
	cancel_in_the_first(
	    &rig, quern_reduce(REDUCED, 1, &large, &held, result), &held);
	grown = peak_kib() - before;
	if (SANITIZED)
		printf("\n  memory not judged: a sanitizer keeps books of it ");
	else
		CU_ASSERT(grown < 64 * 1024);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a cancelled map stops between two elements",
		    a_cancelled_map_stops_between_two_elements },
		{ "a cancelled reduction has touched little memory",
		    a_cancelled_reduction_has_touched_little_memory },
		CU_TEST_INFO_NULL,
	};

	add_suite("stop early", tests);
	return run_suites();
}

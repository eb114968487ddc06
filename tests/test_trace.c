/* SPDX-License-Identifier: BSD-2-Clause */
/* test_trace.c -- the file of a timeline: its form, its tracks, its limits. */
#include <quern/trace.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/kernel.h"
#include "src/front.h"
#include "src/pool.h"
#include "src/trace_json.h"
#include "json.h"
#include "threads.h"
#include "trace_file.h"
#include "watchdog.h"

enum { WORKERS = 2 };

/* ---- the reader itself ---- */

static bool
reads(const char *text)
{
	struct json json = { .at = text };

	return json_read(&json);
}

static void
the_reader_takes_json_and_nothing_else(void)
{
	static const char *const json[] = { "[]", " {\"a\":[1,-2.5e+3,\"\"]} ",
		"\"\\u0041\\n\\\"\"", "0", "[true,false,null]", "{}" };
	static const char *const other[] = { "", "[1,]", "{\"a\":1,}", "01",
		"{a:1}", "[1 2]", "\"a\nb\"", "\"\\x\"", "[", "[1]]", "1.",
		"'a'", "\"\\u00g0\"", "{\"a\"}", "+1", "nul" };

	for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++)
		CU_ASSERT_TRUE(reads(json[i]));
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		CU_ASSERT_FALSE(reads(other[i]));
}

/* ---- the file ---- */

static void
another_reader_takes_it_too(void)
{
	char command[160];
	struct trace_file file;
	struct rig rig;
	quern_job job;
	int ran = 0;

	if (system("python3 -c pass 2>/dev/null") != 0)
		return; /* not here; ours is strict as well */
	if (!trace_rig_open(&rig, WORKERS))
		return;
	counted_job(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	rig_close(&rig);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	snprintf(command, sizeof(command), "python3 -m json.tool %s >/dev/null",
	    trace_path());
	CU_ASSERT_EQUAL(system(command), 0);
	(void)trace_read(&file, trace_path());
	trace_free(&file);
}

/* The tracks of a rig are in the file; returns how many. */
static size_t
check_tracks(const struct trace_file *file, unsigned loop, unsigned executor)
{
	char name[64];

	snprintf(name, sizeof(name), "loop %u", loop);
	CU_ASSERT(trace_track(file, name) > 0);
	snprintf(name, sizeof(name), "executor %u callers", executor);
	CU_ASSERT(trace_track(file, name) > 0);
	for (unsigned i = 0; i < WORKERS; i++) {
		snprintf(
		    name, sizeof(name), "executor %u worker %u", executor, i);
		CU_ASSERT(trace_track(file, name) > 0);
	}
	return 2 + WORKERS;
}

static void
loops_and_workers_have_a_track_each_whenever_they_lived(void)
{
	struct rig before, gone, after;
	unsigned loops[3], executors[3];
	struct trace_file file;
	size_t tracks = 0;

	if (!trace_rig_open(&before, WORKERS))
		return;
	loops[0] = before.loop->track.name.number;
	executors[0] = before.executor->callers.name.number;
	if (rig_open(&gone, WORKERS)) {
		loops[1] = gone.loop->track.name.number;
		executors[1] = gone.executor->callers.name.number;
		rig_close(&gone);
	}
	if (rig_open(&after, WORKERS)) {
		loops[2] = after.loop->track.name.number;
		executors[2] = after.executor->callers.name.number;
	}
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	(void)trace_read(&file, trace_path());
	for (int i = 0; i < 3; i++)
		tracks += check_tracks(&file, loops[i], executors[i]);
	/* Two events for a track's name and place, one for the process. */
	CU_ASSERT_EQUAL(trace_count(&file, 'M', NULL, NULL), 2 * tracks + 1);
	rig_close(&after);
	rig_close(&before);
	trace_free(&file);
}

static int
nothing(quern_context *ctx, const quern_op *op)
{
	(void)ctx;
	(void)op;
	return 0;
}

static int
fine(const quern_op *op)
{
	(void)op;
	return 0;
}

static void
names_are_escaped(void)
{
	static const struct quern_kind kind = {
		.name = "a \"b\" \\ \n\x01 c",
		.check = fine,
		.call = nothing,
	};
	const struct trace_event *run;
	struct trace_file file;
	struct rig rig;
	quern_job job;

	if (!trace_rig_open(&rig, 1))
		return;
	quern_job_init(&job, (quern_op) { .kind = &kind, .count = 1 }, NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	trace_rig_end(&rig, &file);
	run = trace_find(&file, 'X', "job", &job);
	CU_ASSERT_PTR_NOT_NULL(run);
	if (run)
		CU_ASSERT_STRING_EQUAL(run->name, kind.name);
	trace_free(&file);
}

/* ---- the ring ---- */

static bool
has_overwritten(struct quern__track *track)
{
	bool has;

	pthread_mutex_lock(&track->lock);
	has = quern__ring_first(track->ring) > 0;
	pthread_mutex_unlock(&track->lock);
	return has;
}

static void
a_ring_keeps_the_latest_and_counts_the_rest(void)
{
	enum { JOBS = 1000 };
	static quern_job job[JOBS];
	struct trace_file file;
	int ran = 0, told = 0, refused = 0;
	unsigned callers;
	size_t kept = 0;
	struct rig rig;

	watchdog("ring", 0);
	if (!trace_rig_open(&rig, 1))
		return;
	callers = rig.executor->callers.name.id;
	do {
		for (int i = 0; i < JOBS; i++) {
			counted_job(&job[i], quern_call(add_one, &ran), &told);
			refused += quern_submit(rig.loop, &job[i]) != 0;
		}
		rig_run(&rig);
	} while (!has_overwritten(&rig.loop->track) ||
	    !has_overwritten(&rig.executor->worker[0].track));
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(refused, 0);
	CU_ASSERT(file.overwritten >= 2);
	CU_ASSERT(trace_count(&file, 'X', "job", NULL) <= QUERN__RING_RECORDS);
	/* A wake by a submit stands with the callers. */
	for (size_t i = 0; i < file.n; i++)
		kept += strchr("Xi", file.event[i].phase) &&
		    file.event[i].tid != callers;
	CU_ASSERT_EQUAL(kept, 2 * QUERN__RING_RECORDS);
	CU_ASSERT_EQUAL(file.lost, 0);
	trace_free(&file);
}

/* ---- a flood ---- */

static size_t
count_about(
    const struct trace_file *file, const char *category, const quern_job *job)
{
	return trace_count(file, 'X', category, job);
}

/* What is left out is said, and a way is in the file whole or not at all. */
static void
of_a_flood_some_ways_are_shown_and_those_whole(void)
{
	enum { JOBS = 20000 };
	quern_job *job = calloc(JOBS, sizeof(*job));
	struct trace_file file;
	size_t shown = 0;
	struct rig rig;
	int ran = 0, refused = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(job);
	if (!trace_rig_open(&rig, 1))
		return;
	for (int i = 0; i < JOBS; i++) {
		counted_job(&job[i], quern_call(add_one, &ran), NULL);
		refused += quern_submit(rig.loop, &job[i]) != 0;
	}
	rig_run(&rig);
	CU_ASSERT_EQUAL(refused, 0);
	CU_ASSERT_EQUAL(ran, JOBS);
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(file.overwritten, 0);
	for (int i = 0; i < JOBS; i += i < 100 ? 1 : 1009) {
		size_t n = count_about(&file, "submit", &job[i]);

		CU_ASSERT(n <= 1);
		CU_ASSERT_EQUAL(count_about(&file, "job", &job[i]), n);
		CU_ASSERT_EQUAL(count_about(&file, "callback", &job[i]), n);
		shown += i < 100 ? n : 0;
	}
	/* The first ones come within the credit. */
	CU_ASSERT_EQUAL(shown, 100);
	CU_ASSERT(count_about(&file, "submit", NULL) + file.left_out >= JOBS);
	CU_ASSERT_EQUAL(count_about(&file, "submit", NULL),
	    count_about(&file, "callback", NULL));
	CU_ASSERT_EQUAL(count_about(&file, "submit", NULL),
	    count_about(&file, "job", NULL));
	trace_free(&file);
	free(job);
}

/* Of many at once there is room for some: the others are no events. */
static void
what_is_refused_is_not_left_out(void)
{
	enum { JOBS = 40, ROOM = 8 };
	quern_threads_options options;
	quern_job job[JOBS], *all[JOBS];
	struct gate gate;
	struct rig rig;

	quern_threads_options_init(&options);
	options.workers = 1;
	options.queue_limit = ROOM;
	if (!rig_open_with(&rig, &options))
		return;
	CU_ASSERT_EQUAL(quern_trace_start(trace_path()), 0);
	gate_init(&gate);
	for (int i = 0; i < JOBS; i++) {
		counted_job(&job[i], quern_call(pass_gate, &gate), NULL);
		all[i] = &job[i];
	}
	/* As in a flood: so many that the next ones are left out. */
	rig.loop->track.pace.left = rig.loop->track.pace.left_out = 100;
	CU_ASSERT_EQUAL(quern_submit_many(rig.loop, all, JOBS), ROOM);
	CU_ASSERT_EQUAL(quern__pace_left_out(&rig.loop->track.pace), ROOM);
	gate_open(&gate);
	rig_run(&rig);
	rig_close(&rig);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
}

int
main(void)
{
	static const CU_TestInfo file[] = {
		{ "the reader takes JSON and nothing else",
		    the_reader_takes_json_and_nothing_else },
		{ "another reader takes it too", another_reader_takes_it_too },
		{ "loops and workers have a track each, whenever they lived",
		    loops_and_workers_have_a_track_each_whenever_they_lived },
		{ "names are escaped", names_are_escaped },
		{ "a ring keeps the latest and counts the rest",
		    a_ring_keeps_the_latest_and_counts_the_rest },
		{ "of a flood some ways are shown, and those whole",
		    of_a_flood_some_ways_are_shown_and_those_whole },
		{ "what is refused is not left out",
		    what_is_refused_is_not_left_out },
		CU_TEST_INFO_NULL,
	};
	add_suite("trace", file);
	return run_suites();
}

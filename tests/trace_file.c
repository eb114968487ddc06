/* SPDX-License-Identifier: BSD-2-Clause */
/* trace_file.c -- reads back what quern_trace_stop() wrote, trace_file.h. */
#include "trace_file.h"

#include <quern/trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "support.h"

/* ---- from JSON to events ---- */

struct reading {
	struct trace_file *file;
	size_t room; /* for events */
};

/* Microseconds with three decimals as nanoseconds. */
static uint64_t
ns_of(struct json *p, const char *text)
{
	const char *point = strchr(text, '.');

	p->bad |= !point || strlen(point) != 4;
	return p->bad ?
	    0 :
	    strtoull(text, NULL, 10) * 1000 + strtoull(point + 1, NULL, 10);
}

static void
event_value(struct json *p, struct trace_event *event, const char *text)
{
	static const char *const keys[] = { "ph", "name", "cat", "tid", "ts",
		"dur", "id", "pid", "s", "bp" };
	const char *key = p->key[3];
	unsigned i = 0;

	while (i < sizeof(keys) / sizeof(keys[0]) && strcmp(key, keys[i]) != 0)
		i++;
	/* None that we do not know, and each once. */
	p->bad |= i == sizeof(keys) / sizeof(keys[0]) || event->keys >> i & 1;
	event->keys |= 1U << i;
	switch (i) {
	case 0:
		event->phase = text[0];
		break;
	case 1:
		snprintf(event->name, sizeof(event->name), "%s", text);
		break;
	case 2:
		snprintf(
		    event->category, sizeof(event->category), "%.15s", text);
		break;
	case 3:
		event->tid = (unsigned)strtoul(text, NULL, 10);
		break;
	case 4:
		event->begin_ns = ns_of(p, text);
		break;
	case 5:
		event->length_ns = ns_of(p, text);
		break;
	case 6:
		event->id = strtoull(text, NULL, 16);
		break;
	default:
		break;
	}
}

static void
event_arg(struct json *p, struct trace_event *event, const char *text)
{
	const char *key = p->key[4];

	if (!strcmp(key, "name"))
		snprintf(event->arg_name, sizeof(event->arg_name), "%s", text);
	else if (!strcmp(key, "part"))
		snprintf(event->part, sizeof(event->part), "%.15s", text);
	else if (!strcmp(key, "job"))
		event->job = strtoull(text, NULL, 16);
	else if (!strcmp(key, "first"))
		event->first = strtoull(text, NULL, 10);
	else if (!strcmp(key, "count"))
		event->count = strtoull(text, NULL, 10);
	else if (!strcmp(key, "status"))
		event->status = strtoll(text, NULL, 10);
}

/* A number or a string, at the place that key[] says. */
static void
note_value(struct json *p, const char *text)
{
	struct trace_file *file = ((struct reading *)p->arg)->file;

	if (p->depth == 2 && !strcmp(p->key[1], "otherData")) {
		if (!strcmp(p->key[2], "overwritten"))
			file->overwritten = strtoull(text, NULL, 10);
		if (!strcmp(p->key[2], "lost"))
			file->lost = strtoull(text, NULL, 10);
		if (!strcmp(p->key[2], "left_out"))
			file->left_out = strtoull(text, NULL, 10);
	}
	if (p->depth < 3 || strcmp(p->key[1], "traceEvents") != 0)
		return;
	if (p->depth == 3)
		event_value(p, &file->event[file->n - 1], text);
	else
		event_arg(p, &file->event[file->n - 1], text);
}

/* An object begins. */
static void
note_object(struct json *p)
{
	struct reading *reading = p->arg;
	struct trace_file *file = reading->file;

	if (p->depth != 2 || strcmp(p->key[1], "traceEvents") != 0)
		return;
	if (file->n == reading->room) {
		reading->room = reading->room ? 2 * reading->room : 1024;
		file->event =
		    realloc(file->event, reading->room * sizeof(*file->event));
		if (!file->event)
			abort();
	}
	file->event[file->n++] = (struct trace_event) { .phase = 0 };
}

static bool
parse(const char *text, struct trace_file *file)
{
	struct reading reading = { .file = file };
	struct json json = {
		.at = text,
		.value = note_value,
		.object = note_object,
		.arg = &reading,
	};

	return json_read(&json);
}

/* ---- what holds for every trace ---- */

/* By track, then by beginning, the longer one first. */
static int
by_place(const void *left, const void *right)
{
	const struct trace_event *a = left, *b = right;

	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	if (a->begin_ns != b->begin_ns)
		return a->begin_ns < b->begin_ns ? -1 : 1;
	return (a->length_ns < b->length_ns) - (a->length_ns > b->length_ns);
}

enum { NESTED = 8 };

/* Of two slices of one track, one holds the other or they are apart. */
static bool
slices_nest(const struct trace_file *file)
{
	struct trace_event *slice = malloc((file->n + 1) * sizeof(*slice));
	uint64_t end[NESTED];
	size_t n = 0;
	int depth = 0;
	bool nest = slice;

	for (size_t i = 0; i < file->n && nest; i++)
		if (file->event[i].phase == 'X')
			slice[n++] = file->event[i];
	if (n)
		qsort(slice, n, sizeof(*slice), by_place);
	for (size_t i = 0; i < n && nest; i++) {
		uint64_t begin = slice[i].begin_ns;

		if (i && slice[i].tid != slice[i - 1].tid)
			depth = 0;
		while (depth && end[depth - 1] <= begin)
			depth--;
		nest = depth < NESTED &&
		    (!depth || begin + slice[i].length_ns <= end[depth - 1]);
		if (nest)
			end[depth++] = begin + slice[i].length_ns;
	}
	free(slice);
	return nest;
}

static char *
content(const char *path)
{
	FILE *in = fopen(path, "rb");
	char *text = NULL;
	long size;

	if (!in)
		return NULL;
	if (!fseek(in, 0, SEEK_END) && (size = ftell(in)) >= 0 &&
	    !fseek(in, 0, SEEK_SET) && (text = malloc((size_t)size + 1)))
		text[fread(text, 1, (size_t)size, in)] = 0;
	fclose(in);
	return text;
}

bool
trace_read(struct trace_file *file, const char *path)
{
	char *text = content(path);
	bool fine;

	*file = (struct trace_file) { .event = NULL };
	fine = text && parse(text, file);
	free(text);
	CU_ASSERT_TRUE(fine);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_TRUE(slices_nest(file));
	CU_ASSERT_EQUAL(trace_count(file, 'b', NULL, NULL),
	    trace_count(file, 'e', NULL, NULL));
	return fine;
}

void
trace_free(struct trace_file *file)
{
	free(file->event);
}

/* ---- looking ---- */

static bool
fits(const struct trace_event *event, char phase, const char *category,
    const void *job)
{
	return event->phase == phase &&
	    (!category || !strcmp(event->category, category)) &&
	    (!job || event->job == (uintptr_t)job ||
		event->id == (uintptr_t)job);
}

size_t
trace_count(const struct trace_file *file, char phase, const char *category,
    const void *job)
{
	size_t n = 0;

	for (size_t i = 0; i < file->n; i++)
		n += fits(&file->event[i], phase, category, job);
	return n;
}

const struct trace_event *
trace_find(const struct trace_file *file, char phase, const char *category,
    const void *job)
{
	for (size_t i = 0; i < file->n; i++)
		if (fits(&file->event[i], phase, category, job))
			return &file->event[i];
	return NULL;
}

unsigned
trace_track(const struct trace_file *file, const char *name)
{
	unsigned tid = 0;
	int found = 0;

	for (size_t i = 0; i < file->n; i++) {
		const struct trace_event *event = &file->event[i];

		if (event->phase == 'M' && !strcmp(event->arg_name, name)) {
			tid = event->tid;
			found++;
		}
	}
	return found == 1 ? tid : 0;
}

const char *
trace_path(void)
{
	static char path[64];

	snprintf(
	    path, sizeof(path), "/tmp/quern-trace.%ld.json", (long)getpid());
	return path;
}

bool
trace_rig_open(struct rig *rig, unsigned workers)
{
	int err;

	if (!rig_open(rig, workers))
		return false;
	err = quern_trace_start(trace_path());
	CU_ASSERT_EQUAL(err, 0);
	return !err;
}

void
trace_rig_end(struct rig *rig, struct trace_file *file)
{
	rig_close(rig);
	CU_ASSERT_EQUAL(quern_trace_stop(), 0);
	(void)trace_read(file, trace_path());
}

void
trace_rig_run(struct rig *rig)
{
	int ran = 0, told = 0;
	quern_job job;

	counted_job(&job, quern_call(add_one, &ran), &told);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), 0);
	rig_run(rig);
	CU_ASSERT_EQUAL(told, 1);
}

void
trace_discard(void)
{
	struct trace_file file;

	(void)trace_read(&file, trace_path());
	trace_free(&file);
}

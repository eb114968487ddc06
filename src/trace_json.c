/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_json.c -- recorded marks become a file.
 *
 *     trace.c --> [trace_json.c] --> file
 *
 * Chrome's trace event format: an object with one array of events.  What is
 * used of it:
 *
 *   M        names and the order of the tracks
 *   X        a slice, with beginning and duration
 *   b, e     the same where slices overlap: callers that share a track
 *   i        a point in time
 *   s, t, f  an arrow: from a submit (a slice of no length, for an arrow needs
 *            one to start from) through each worker to the callback
 *
 * An arrow's id is the number of its trip (trace_way.c): Perfetto takes what
 * has the same id for one arrow, wherever it ends.
 *
 * Times are in microseconds with three decimals, counted from the start, so
 * that readers which keep them in a double lose nothing.
 */
#include "trace_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "trace_way.h"

/* ---- text ---- */

enum { PIECE = 256 }; /* what put() writes at most */

struct text {
	int fd, err;
	pid_t pid;
	uint64_t start_ns;
	struct quern__ways ways;
	size_t used;
	char bytes[8192];
};

static void
flush(struct text *text)
{
	if (!text->err)
		text->err =
		    quern__fd_write_all(text->fd, text->bytes, text->used);
	text->used = 0;
}

__attribute__((format(printf, 2, 3))) static void
put(struct text *text, const char *format, ...)
{
	va_list args;

	if (sizeof(text->bytes) - text->used < PIECE)
		flush(text);
	va_start(args, format);
	text->used +=
	    (size_t)vsnprintf(text->bytes + text->used, PIECE, format, args);
	va_end(args);
}

static void
put_char(struct text *text, char c)
{
	if (text->used == sizeof(text->bytes))
		flush(text);
	text->bytes[text->used++] = c;
}

static void
put_string(struct text *text, const char *string)
{
	put_char(text, '"');
	for (; *string; string++) {
		if ((unsigned char)*string < ' ') {
			put(text, "\\u%04x", (unsigned)*string);
			continue;
		}
		if (*string == '"' || *string == '\\')
			put_char(text, '\\');
		put_char(text, *string);
	}
	put_char(text, '"');
}

static void
put_us(struct text *text, const char *key, uint64_t ns)
{
	put(text, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000,
	    (unsigned)(ns % 1000));
}

/* ---- events ---- */

static const struct {
	const char *category;
	const char *name; /* NULL: the op's */
} marks[] = {
	[QUERN__MARK_RUN] = { "job", NULL },
	[QUERN__MARK_JOIN] = { "job", NULL },
	[QUERN__MARK_BLOCK] = { "block", "block" },
	[QUERN__MARK_SLEEP] = { "wait", "asleep" },
	[QUERN__MARK_DELIVER] = { "callback", NULL },
	[QUERN__MARK_POLL] = { "wait", "poll" },
	[QUERN__MARK_TASK] = { "task", NULL },
	[QUERN__MARK_SUBMIT] = { "submit", "submit" },
	[QUERN__MARK_WAKE] = { "wait", "wake" },
};

/* The beginning of every event but the names'. */
static void
put_head(struct text *text, char phase, const struct quern__ring *ring,
    uint64_t at_ns)
{
	put(text, ",\n{\"ph\":\"%c\",\"pid\":%d,\"tid\":%u", phase,
	    (int)text->pid, ring->name.id);
	put_us(text, "ts", at_ns - text->start_ns);
}

static void
put_what(struct text *text, const struct quern__record *record)
{
	const char *name = marks[record->span.mark].name;

	put(text,
	    ",\"cat\":\"%s\",\"name\":", marks[record->span.mark].category);
	put_string(text, name ? name : record->span.name);
}

static void
put_id(struct text *text, const char *key, const struct quern__record *record)
{
	put(text, "\"%s\":\"0x%" PRIxPTR "\"", key,
	    (uintptr_t)record->span.job);
}

static void
put_args(struct text *text, const struct quern__record *record)
{
	put(text, ",\"args\":{");
	if (record->span.job)
		put_id(text, "job", record);
	switch (record->span.mark) {
	case QUERN__MARK_RUN:
	case QUERN__MARK_JOIN:
		put(text, ",\"part\":\"%s\"",
		    record->span.mark == QUERN__MARK_RUN ? "start" : "join");
		break;
	case QUERN__MARK_BLOCK:
		put(text, ",\"first\":%" PRIu64 ",\"count\":%" PRIu64,
		    record->a, record->b);
		break;
	case QUERN__MARK_DELIVER:
		put(text, ",\"status\":%d", (int)record->a);
		break;
	case QUERN__MARK_SUBMIT:
		put(text, ",\"op\":");
		put_string(text, record->span.name);
		break;
	default:
		break;
	}
	put(text, "}}");
}

/* A slice, or with `phase` b or e one end of it. */
static void
put_slice(struct text *text, char phase, const struct quern__ring *ring,
    const struct quern__record *record)
{
	uint64_t begin_ns = record->span.begin_ns, end_ns = record->end_ns;

	put_head(text, phase, ring, phase == 'e' ? end_ns : begin_ns);
	if (phase == 'X')
		put_us(text, "dur", end_ns - begin_ns);
	put_what(text, record);
	if (phase != 'X') {
		put(text, ",");
		put_id(text, "id", record);
	}
	put_args(text, record);
}

/* A piece of the job's way, bound to the slice before it. */
static void
put_flow(struct text *text, const struct quern__ring *ring,
    const struct quern__record *record)
{
	size_t way = quern__ways_number(&text->ways, record);
	char phase = 't';

	/* Overwritten: an arrow from nowhere. */
	if (!way)
		return;
	if (record->span.mark == QUERN__MARK_SUBMIT)
		phase = 's';
	else if (record->span.mark == QUERN__MARK_DELIVER)
		phase = 'f';
	put_head(text, phase, ring, record->span.begin_ns);
	put(text, ",\"cat\":\"way\",\"name\":\"way\",\"id\":\"0x%zx\"", way);
	put(text, "%s,\"args\":{", phase == 'f' ? ",\"bp\":\"e\"" : "");
	put_id(text, "job", record);
	put(text, "}}");
}

static void
put_record(struct text *text, const struct quern__ring *ring,
    const struct quern__record *record)
{
	if (record->span.mark == QUERN__MARK_WAKE) {
		put_head(text, 'i', ring, record->span.begin_ns);
		put_what(text, record);
		put(text, ",\"s\":\"t\"}");
		return;
	}
	if (ring->name.kind == QUERN__TRACK_CALLERS) {
		put_slice(text, 'b', ring, record);
		put_slice(text, 'e', ring, record);
		return;
	}
	put_slice(text, 'X', ring, record);
	if (record->span.flows && record->span.mark != QUERN__MARK_BLOCK)
		put_flow(text, ring, record);
}

/* ---- tracks ---- */

static void
put_name(struct text *text, const struct quern__ring *ring)
{
	const struct quern__track_name *name = &ring->name;

	put(text, ",\n{\"ph\":\"M\",\"pid\":%d,\"tid\":%u,", (int)text->pid,
	    name->id);
	put(text, "\"name\":\"thread_name\",\"args\":{\"name\":\"");
	switch (name->kind) {
	case QUERN__TRACK_LOOP:
		put(text, "loop %u", name->number);
		break;
	case QUERN__TRACK_CALLERS:
		put(text, "executor %u callers", name->number);
		break;
	case QUERN__TRACK_WORKER:
		put(text, "executor %u worker %u", name->number, name->index);
		break;
	}
	put(text, "\"}},\n{\"ph\":\"M\",\"pid\":%d,\"tid\":%u,", (int)text->pid,
	    name->id);
	/* Loops first, then each executor with its callers and workers. */
	put(text, "\"name\":\"thread_sort_index\",");
	put(text, "\"args\":{\"sort_index\":%u}}",
	    name->kind == QUERN__TRACK_LOOP ? name->number :
					      1000000 + name->id);
}

static void
put_ring(struct text *text, const struct quern__ring *ring)
{
	put_name(text, ring);
	for (uint64_t i = quern__ring_first(ring);
	     i < ring->count && !text->err; i++) {
		const struct quern__record *record =
		    &ring->record[i % QUERN__RING_RECORDS];

		/* Begun in the trace before this one: left out. */
		if (record->span.begin_ns >= text->start_ns)
			put_record(text, ring, record);
	}
}

int
quern__trace_write(int fd, const struct quern__ring *rings, uint64_t start_ns,
    struct quern__untold untold)
{
	struct text text = {
		.fd = fd,
		.pid = getpid(),
		.start_ns = start_ns,
	};
	uint64_t overwritten = 0;
	int err = quern__ways_init(&text.ways, rings, start_ns);

	for (const struct quern__ring *ring = rings; ring; ring = ring->next)
		overwritten += quern__ring_first(ring);
	put(&text, "{\"displayTimeUnit\":\"ns\",\"otherData\":{");
	put(&text, "\"overwritten\":%" PRIu64 ",\"lost\":%" PRIu64 ",",
	    overwritten, untold.lost);
	put(&text, "\"left_out\":%" PRIu64 "},\n", untold.left_out);
	put(&text, "\"traceEvents\":[\n");
	put(&text, "{\"ph\":\"M\",\"pid\":%d,\"name\":\"process_name\",",
	    (int)text.pid);
	put(&text, "\"args\":{\"name\":\"quern\"}}");
	for (; rings; rings = rings->next)
		put_ring(&text, rings);
	put(&text, "\n]}\n");
	flush(&text);
	quern__ways_fini(&text.ways);
	return text.err ? text.err : err;
}

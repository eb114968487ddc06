/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_file.h -- reads back what quern_trace_stop() wrote.
 *
 * Strict: an event has no key twice, and none that we do not know.
 */
#ifndef QUERN_TESTS_TRACE_FILE_H
#define QUERN_TESTS_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An event; what it does not have is 0 or empty. */
struct trace_event {
	char phase;
	char name[64], category[16];
	char arg_name[64]; /* args.name of the events that give names */
	char part[16];
	unsigned tid;
	uint64_t begin_ns, length_ns;
	uint64_t id, job; /* addresses */
	uint64_t first, count;
	int64_t status;
	unsigned keys; /* seen, see trace_file.c */
};

struct trace_file {
	struct trace_event *event;
	size_t n;
	uint64_t overwritten, lost, left_out;
};

/*
 * Read `path` and remove it.  Asserts that it is JSON, that slices of a track
 * nest, and that each beginning of an overlapping slice has its end.  Free it
 * whatever it says.
 */
bool trace_read(struct trace_file *file, const char *path);
void trace_free(struct trace_file *file);

/* How many events with this phase, category and job; NULL and 0: any. */
size_t trace_count(const struct trace_file *file, char phase,
    const char *category, const void *job);
/* The first of them, or NULL. */
const struct trace_event *trace_find(const struct trace_file *file, char phase,
    const char *category, const void *job);
/* The track of that name; 0: none, or several. */
unsigned trace_track(const struct trace_file *file, const char *name);

/* A path for a trace, the same until the program ends. */
const char *trace_path(void);

struct rig;

/* A rig whose timeline is recorded from its first job on. */
bool trace_rig_open(struct rig *rig, unsigned workers);
/*
 * Close it, stop and read.  The workers end first: whoever handed the last job
 * over may be in its slice still when the loop returns.
 */
void trace_rig_end(struct rig *rig, struct trace_file *file);
/* Submit one job and see it back. */
void trace_rig_run(struct rig *rig);
/* Read and forget. */
void trace_discard(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/trace.h -- a timeline of what ran where and when.
 *
 * The file is in the Chrome trace event format (JSON), which Perfetto
 * (ui.perfetto.dev) and chrome://tracing open: a track for each worker, each
 * loop, and each executor's other threads together; jobs, blocks, callbacks and
 * waits as slices; arrows from submit to run to callback.  docs/tracing.md
 * tells how to read it.
 *
 * A process has one timeline at a time, with all its executors and loops,
 * those made before the start and after it.  It is kept in memory, 4 MiB of
 * address space for each track, of which only what is used takes memory, and
 * written at the stop.  Each track keeps its latest 65536 records, so a trace
 * may run for days; how many older ones were dropped is in the file's
 * "otherData".  Where events come faster than some 30,000 a second on a track,
 * only part of them is recorded, a job whole or not at all; how many were left
 * out is there too.  What is still under way at the stop is left out, as is
 * what began before the start, and what quern_run(NULL, ...) does.
 *
 * Cost: nothing to speak of while it is off.  When it is on, some 5 % of a
 * flood of empty jobs or of the trip of a single one, and less of anything
 * longer; docs/tracing.md has figures.
 */
#ifndef QUERN_TRACE_H
#define QUERN_TRACE_H

#include <quern/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Begin a timeline that quern_trace_stop() will write to `path`.
 *
 * Thread  any, also inside a job or a callback.
 * Blocks  for the opening of the file.  A file that exists is emptied.
 *
 * Returns 0            recording.
 *         -EINVAL      path is NULL.
 *         -EALREADY    a timeline is being recorded.
 *         -ENOMEM      not enough memory for the tracks there are; the file
 *                      was made and is empty.
 *         -ENOENT, -EACCES, -EISDIR, -EMFILE, ...  as open() says.
 */
QUERN_API QUERN_MUST_USE int quern_trace_start(const char *path);

/*
 * End the timeline, write it and close its file.  Work goes on meanwhile, and
 * a new timeline, in another file, may be started.  A child of fork() has no
 * timeline; its parent's goes on.
 *
 * Thread  any, not only the one that started it.
 * Blocks  for the writing: about a second for a million records.  Takes 8 bytes
 *         of memory for each submit meanwhile.
 *
 * Returns 0            the file is complete.
 *         -EALREADY    nothing is being recorded.
 *         -ENOMEM      the file is complete but for its arrows.
 *         -ENOSPC, -EIO, ...  as write() says; the timeline is over and the
 *                      file incomplete.
 */
QUERN_API QUERN_MUST_USE int quern_trace_stop(void);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe.h -- a job goes out to a pool and comes back to a loop: quern and its
 * peers behind one interface.
 *
 *     roundtrip.c, throughput.c, ... --> [pipe.c] --> pipe_quern.c
 *                                                     pipe_uv.c, ...
 *
 * All loops run on the main thread, one at a time, and all jobs live in an
 * array of their pipe, so that a number names one.  The drivers in pipe.c do
 * the same for every pipe, and die if a job was lost, or ran twice.
 */
#ifndef QUERN_BENCH_PIPE_H
#define QUERN_BENCH_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pipe {
	const char *who;
	bool peer; /* of quern */
	/* Make pool and loop, once; the loop can watch the descriptor. */
	void (*open)(unsigned workers, int tick_fd);
	/* Have jobs 0 to n - 1; those before are gone. */
	void (*make)(size_t n);
	/* Submit the jobs [first, first + n), one by one. */
	void (*submit)(size_t first, size_t n);
	/* The same in one step; NULL: there is no such call. */
	void (*submit_many)(size_t first, size_t n);
	/* Call pipe_on_tick() when the descriptor is readable; or no more. */
	void (*watch)(bool on);
	/* The loop, until nothing is in flight and nothing is watched. */
	void (*run)(void);
};

/* ---- for the pipes to call ---- */

/* The job's work, on a worker. */
void pipe_work(void);
/* Its completion, on the loop. */
void pipe_done(size_t job);
void pipe_on_tick(void);

/* ---- for the subjects ---- */

/* Those that were there when this was built; quern comes first. */
extern const struct pipe *const pipes[];
extern const size_t n_pipes;

/* Open one, or all of them, with a worker for each core. */
void pipe_open(const struct pipe *pipe);
void pipes_open(void);

/*
 * Jobs there and back with one in flight, until the time is over or there are
 * `most` samples, each in nanoseconds from submit to completion.
 * `gap_ns`  the next job follows that long after a completion: the callback
 *           looks at the clock until then.
 * Returns   how many.
 */
size_t pipe_trips(const struct pipe *pipe, uint64_t gap_ns, double seconds,
    double sample[], size_t most);

/* The same with a job every `period_ns`, submitted by a timer. */
size_t pipe_timed_trips(const struct pipe *pipe, uint64_t period_ns,
    double seconds, double sample[], size_t most);

/*
 * n empty jobs, `in_flight` of them at a time: each completion submits its job
 * again.  Returns the seconds it took.
 */
double pipe_resubmit(const struct pipe *pipe, size_t in_flight, size_t n);

/*
 * n empty jobs in bursts: `in_flight` are submitted in a loop, or in one step
 * (`many`), then the loop runs until all have completed.
 */
double pipe_bursts(
    const struct pipe *pipe, size_t in_flight, size_t n, bool many);

/*
 * n jobs that call work(), resubmitted as above, and a tick each `period_ns`
 * meanwhile.  sample[] gets how many nanoseconds each tick came after the time
 * it was due, up to `most`, ticks that were missed until later included.
 * Returns how many.
 */
size_t pipe_ticks(const struct pipe *pipe, uint64_t period_ns, size_t in_flight,
    size_t n, void (*work)(void), double sample[], size_t most);

/*
 * How much measure() grows, in a moment when n jobs of which the first ones
 * wait inside have been submitted, over what it was before.
 */
double pipe_hold(const struct pipe *pipe, size_t n, double (*measure)(void));

#ifdef __cplusplus
}
#endif

#endif

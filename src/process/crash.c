/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash.c -- what became of the worker that a job died of.
 *
 *     remote.c --> [crash.c] --> job.c
 *
 * While the job is under way a note has it: of a loop several processes may die,
 * and go on to die of other jobs.  Whoever finishes the job packs the first one
 * into a word that an ended job does not need.
 */
#include <errno.h>

#include "remote.h"
#include "src/job.h"
#include "src/mem.h"
#include "src/pool.h"

/* From the lowest bit on. */
enum {
	SIGNAL_BITS = 7,
	CORE_BITS = 1,
	EXIT_BITS = 8,
	UNKNOWN_BITS = 1,
	PEAK_BITS = 30, /* pages of PEAK_UNIT */
	CPU_BITS = 17,  /* seconds */
	PEAK_UNIT = 4096
};

/* Put in what fits, or the most that does. */
static void
put(uint64_t *word, unsigned *at, unsigned bits, uint64_t value)
{
	uint64_t most = (UINT64_C(1) << bits) - 1;

	*word |= (value < most ? value : most) << *at;
	*at += bits;
}

static uint64_t
take(uint64_t word, unsigned *at, unsigned bits)
{
	uint64_t value = word >> *at & ((UINT64_C(1) << bits) - 1);

	*at += bits;
	return value;
}

static uint64_t
pack(const quern_crash *crash)
{
	uint64_t word = 0;
	unsigned at = 0;

	put(&word, &at, SIGNAL_BITS, (uint64_t)crash->signal);
	put(&word, &at, CORE_BITS, (uint64_t)crash->core);
	put(&word, &at, EXIT_BITS, (uint64_t)crash->exit_status & 0xff);
	put(&word, &at, UNKNOWN_BITS, (uint64_t)crash->unknown);
	put(&word, &at, PEAK_BITS, crash->peak_bytes / PEAK_UNIT);
	put(&word, &at, CPU_BITS, crash->cpu_seconds);
	return word;
}

static void
unpack(uint64_t word, quern_crash *crash)
{
	unsigned at = 0;

	*crash = (quern_crash) { 0 };
	crash->signal = (int)take(word, &at, SIGNAL_BITS);
	crash->core = (int)take(word, &at, CORE_BITS);
	crash->exit_status = (int)take(word, &at, EXIT_BITS);
	crash->unknown = (int)take(word, &at, UNKNOWN_BITS);
	crash->peak_bytes = take(word, &at, PEAK_BITS) * PEAK_UNIT;
	crash->cpu_seconds = take(word, &at, CPU_BITS);
}

void
quern__crash_keep(struct quern__processes *all, const quern_job *job,
    const quern_crash *crash)
{
	struct quern__crash_note *note = quern__alloc(sizeof(*note)), **last;

	/* Without memory nothing is known of it. */
	if (!note)
		return;
	note->job = job;
	note->crash = *crash;
	pthread_mutex_lock(&all->lock);
	for (last = &all->crashes; *last; last = &(*last)->next)
		;
	*last = note;
	pthread_mutex_unlock(&all->lock);
}

/* Take the notes of that job out of the list. */
static struct quern__crash_note *
take_notes(struct quern__processes *all, const quern_job *job)
{
	struct quern__crash_note **at = &all->crashes, *taken = NULL;
	struct quern__crash_note **last = &taken;

	pthread_mutex_lock(&all->lock);
	while (*at) {
		if ((*at)->job != job) {
			at = &(*at)->next;
			continue;
		}
		*last = *at;
		*at = (*at)->next;
		last = &(*last)->next;
	}
	*last = NULL;
	pthread_mutex_unlock(&all->lock);
	return taken;
}

void
quern__crash_settle(quern_job *job)
{
	struct quern__crash_note *note, *next;

	note = take_notes(job->own.pool->processes, job);
	if (note) {
		job->own.was |= QUERN__CRASHED;
		/* relaxed: a progress that nobody asks for any more. */
		__atomic_store_n(&job->own.progress.loop, pack(&note->crash),
		    __ATOMIC_RELAXED);
	}
	for (; note; note = next) {
		next = note->next;
		quern__free(note);
	}
}

int
quern_job_crash(const quern_job *job, quern_crash *out)
{
	if (!job || !out)
		return -EINVAL;
	if (quern__word_state(__atomic_load_n(
		&job->own.word, __ATOMIC_ACQUIRE)) != QUERN__FREE_ENDED)
		return -EINVAL;
	if (!(job->own.was & QUERN__CRASHED))
		return -ENODATA;
	unpack(job->own.progress.loop, out);
	return 0;
}

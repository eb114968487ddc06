/* SPDX-License-Identifier: BSD-2-Clause */
/* schedule.c -- threads held back at random, see schedule.h. */
#include "schedule.h"

#include <fcntl.h>
#include <sched.h>
#include <time.h>

#include "support.h"

/* One schedule; written while only the main thread runs. */
static struct {
	uint64_t seed;       /* 0: nobody is held back */
	enum point worst;    /* where it is likely and long */
	unsigned one_in;     /* elsewhere, one time in so many */
	unsigned generation; /* threads start their own sequence anew */
	unsigned threads;    /* that have; atomic */
} schedule;

void
hold_back(enum point point)
{
	static _Thread_local uint64_t state;
	static _Thread_local unsigned generation;
	struct timespec time = { 0, 0 };
	uint64_t random;

	if (!schedule.seed)
		return;
	if (generation != schedule.generation) {
		generation = schedule.generation;
		state = schedule.seed +
		    __atomic_add_fetch(&schedule.threads, 1, __ATOMIC_RELAXED);
		state = state ? state * 0x9e3779b97f4a7c15u | 1 : 1;
	}
	random = next_random(&state) >> 8;
	if (point == schedule.worst && random % 4 == 0) {
		time.tv_nsec = (long)(random / 4 % 200000);
		nanosleep(&time, NULL);
	} else if (random % schedule.one_in == 0) {
		random /= schedule.one_in;
		if (random % 2)
			sched_yield();
		else
			for (unsigned n = random / 2 % 1024; n; n--)
				__asm__ volatile("");
	}
}

void
schedule_begin(uint64_t number)
{
	static const unsigned one_in[] = { 2, 8, 64 };

	schedule.generation++;
	schedule.threads = 0;
	schedule.worst = (enum point)(number % POINTS);
	schedule.one_in = one_in[number / POINTS % 3];
	schedule.seed = number;
}

void
schedule_end(void)
{
	schedule.seed = 0;
}

static unsigned long lost_rings; /* atomic */

void
note_ring(int event)
{
	if (fcntl(event, F_GETFD) < 0)
		__atomic_fetch_add(&lost_rings, 1, __ATOMIC_RELAXED);
}

unsigned long
take_lost_rings(void)
{
	return __atomic_exchange_n(&lost_rings, 0, __ATOMIC_RELAXED);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle_scene.h -- an executor made by hand that has no threads: the test is the
 * worker, and whatever others do while it sleeps or spins is played where it
 * makes a system call or gives up the lock.
 */
#ifndef QUERN_TESTS_IDLE_SCENE_H
#define QUERN_TESTS_IDLE_SCENE_H

#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "src/front.h"
#include "src/pool.h"
#include "support.h"
#include "watchdog.h"

enum { WORKERS = 3, BIT = 1 << QUERN__LANE_OF(QUERN_NORMAL) };

static quern_executor pool;
static struct quern__worker worker[WORKERS];
static quern_loop loop;
static unsigned permits = WORKERS;
static bool throttled;

static struct {
	void (*during_sleep)(void); /* NULL: nothing */
	void (*after_unlock)(void);
	unsigned sleeps, timed, wakes; /* of them with a timer */
	bool free;                     /* the lock was, at each of them */
	bool late;  /* the word had changed before the last sleep */
	int asleep; /* who had counted themselves so at the last sleep */
} seen;

int __real_pthread_mutex_unlock(pthread_mutex_t *lock);

static inline int
play_unlock(pthread_mutex_t *lock)
{
	int result = __real_pthread_mutex_unlock(lock);

	if (lock == &pool.lock && seen.after_unlock)
		seen.after_unlock();
	return result;
}

/* Instead of the kernel: nobody sleeps for longer than during_sleep() takes. */
static inline long
play_futex(long number, const uint32_t *word, int op, uint32_t value)
{
	if (number != SYS_futex || word != &pool.wake_word)
		return -1;
	if (op == FUTEX_WAKE_PRIVATE) {
		seen.wakes += value;
		return 0;
	}
	seen.sleeps++;
	seen.timed += op == FUTEX_WAIT_BITSET_PRIVATE;
	seen.late = *word != value;
	seen.asleep = (int)pool.asleep;
	if (pthread_mutex_trylock(&pool.lock))
		seen.free = false;
	else
		__real_pthread_mutex_unlock(&pool.lock);
	if (seen.during_sleep)
		seen.during_sleep();
	return 0;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock);
int
__wrap_pthread_mutex_unlock(pthread_mutex_t *lock)
{
	return play_unlock(lock);
}
long __wrap_syscall(long number, ...);
long
__wrap_syscall(long number, ...)
{
	va_list args;
	const uint32_t *word;
	uint32_t value;
	int op;

	va_start(args, number);
	word = va_arg(args, uint32_t *);
	op = va_arg(args, int);
	value = va_arg(args, uint32_t);
	va_end(args);
	return play_futex(number, word, op, value);
}
unsigned __wrap_quern__permits_limit_as_read(void);
unsigned
__wrap_quern__permits_limit_as_read(void)
{
	return permits;
}
bool __wrap_quern__permits_throttled(void);
bool
__wrap_quern__permits_throttled(void)
{
	return throttled;
}

/* `asleep` of three workers sleep; three cores, calls are short. */
static inline void
begin(unsigned asleep)
{
	watchdog("idle", 0);
	pool = (quern_executor) {
		.n_workers = WORKERS,
		.n_cores = WORKERS,
		.worker = worker,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.asleep = asleep,
		.loops = &loop,
	};
	loop = (quern_loop) { .executor = &pool };
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i] = (struct quern__worker) { &pool, i };
	seen.during_sleep = seen.after_unlock = NULL;
	seen.sleeps = seen.timed = seen.wakes = 0;
	seen.free = true;
	seen.late = false;
}

#endif

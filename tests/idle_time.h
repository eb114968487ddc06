/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle_time.h -- the time that a blocking thread stays idle is over when the
 * test says so.
 *
 * Who includes this takes the calls of syscall(), with IDLE_TIME.
 */
#ifndef QUERN_TESTS_IDLE_TIME_H
#define QUERN_TESTS_IDLE_TIME_H

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/clock.h"

/* What futex.h hands to syscall(). */
struct futex_call {
	uint32_t *word;
	int op;
	unsigned value;
	const struct timespec *until;
	void *word2;
	int last;
};

/* When the sleep that began last is to end, as futex.h said it; atomic. */
static uint64_t idle_until_ns;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* A slice of that sleep; as syscall(). */
static inline long
idle_slice(struct futex_call *call, uint64_t slice_ns)
{
	uint64_t until = quern__now_ns() + slice_ns;
	struct timespec slice = { .tv_sec = (time_t)(until / 1000000000),
		.tv_nsec = (long)(until % 1000000000) };

	return __real_syscall(SYS_futex, call->word, call->op, call->value,
	    &slice, call->word2, call->last);
}

/*
 * Define the wrapper of syscall().  Each idle thread asks is_over() when
 * it has slept for so long, time and again.
 */
#define IDLE_TIME(slice_ns, is_over)                                           \
	long __wrap_syscall(long number, ...)                                  \
	{                                                                      \
		struct futex_call call;                                        \
		long result;                                                   \
		va_list args;                                                  \
                                                                               \
		va_start(args, number);                                        \
		call.word = va_arg(args, uint32_t *);                          \
		call.op = va_arg(args, int);                                   \
		call.value = va_arg(args, unsigned);                           \
		call.until = va_arg(args, const struct timespec *);            \
		call.word2 = va_arg(args, void *);                             \
		call.last = va_arg(args, int);                                 \
		va_end(args);                                                  \
		if (number != SYS_futex ||                                     \
		    call.op != FUTEX_WAIT_BITSET_PRIVATE)                      \
			return __real_syscall(number, call.word, call.op,      \
			    call.value, call.until, call.word2, call.last);    \
		__atomic_store_n(&idle_until_ns,                               \
		    (uint64_t)call.until->tv_sec * 1000000000 +                \
			(uint64_t)call.until->tv_nsec,                         \
		    __ATOMIC_RELEASE);                                         \
		do                                                             \
			result = idle_slice(&call, slice_ns);                  \
		while (result < 0 && errno == ETIMEDOUT && !is_over());        \
		return result;                                                 \
	}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog.c -- what the long random tests share, see watchdog.h. */
#include "watchdog.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SLOWER = 4 };
#else
enum { SLOWER = 1 };
#endif

static char last_words[200]; /* for the signal handler: no stdio there */

static void
bark(int signal)
{
	(void)signal;
	(void)!write(STDOUT_FILENO, last_words, strlen(last_words));
	_exit(1);
}

void
watchdog(const char *what, uint64_t number)
{
	unsigned seconds = SLOWER == 1 ? 60 : 150;

	alarm(0);
	snprintf(last_words, sizeof(last_words),
	    "\nNo end in time: %s, number %" PRIu64 ", QUERN_TEST_SEED=%" PRIu64
	    "\n",
	    what, number, seed());
	signal(SIGALRM, bark);
	alarm(rounds(1) > 1 ? 10 * seconds : seconds);
}

unsigned long
fewer_rounds(unsigned long plain)
{
	unsigned long n = rounds(plain) / SLOWER;

	return n ? n : 1;
}

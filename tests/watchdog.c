/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog.c -- an end for tests that could hang, see watchdog.h. */
#include "watchdog.h"

#include <ev.h>
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

/* What is left to do for a loop that takes too long. */
struct limit {
	ev_timer timer;
	struct gate *rescue;
	bool late;
};

static void
give_up(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct limit *limit = timer->data;

	(void)events;
	limit->late = true;
	if (limit->rescue)
		gate_open(limit->rescue);
	else
		ev_break(ev, EVBREAK_ALL);
}

bool
rig_run_in_time(struct rig *rig, struct gate *rescue)
{
	struct limit limit = { .rescue = rescue };

	ev_timer_init(&limit.timer, give_up, 2, 2);
	limit.timer.data = &limit;
	ev_timer_start(rig->ev, &limit.timer);
	ev_unref(rig->ev);
	rig_run(rig);
	ev_ref(rig->ev);
	ev_timer_stop(rig->ev, &limit.timer);
	return !limit.late;
}

unsigned long
fewer_rounds(unsigned long plain)
{
	unsigned long n = rounds(plain) / SLOWER;

	return n ? n : 1;
}

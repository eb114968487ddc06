/* SPDX-License-Identifier: BSD-2-Clause */
/* test_thread.c -- tests src/thread.c. */
#include <errno.h>
#include <signal.h>

#include "src/clock.h"
#include "src/thread.h"
#include "support.h"

struct started {
	struct gate gate;
	int unblocked; /* signals that the thread would take */
};

static void *
note_signals(void *arg)
{
	struct started *started = arg;
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int n = 1; n <= SIGRTMAX; n++) {
		/* These two cannot be blocked; the C library has 32 and 33. */
		if (n == SIGKILL || n == SIGSTOP ||
		    (n > SIGSYS && n < SIGRTMIN))
			continue;
		started->unblocked += sigismember(&mask, n) == 0;
	}
	gate_pass(&started->gate);
	return started;
}

static void
a_thread_has_its_name_once_it_is_started(void)
{
	static const char *const name[][2] = {
		{ "quern-7", "quern-7" },
		{ "fifteen-letters", "fifteen-letters" },
		{ "quern-has-a-name-this-long", "quern-has-a-nam" },
	};

	for (int i = 0; i < 3; i++) {
		struct started started = { GATE_INITIALIZER, 0 };
		char is[32] = "";
		pthread_t thread;

		CU_ASSERT_EQUAL_FATAL(quern__thread_start(&thread, name[i][0],
					  note_signals, &started),
		    0);
		(void)pthread_getname_np(thread, is, sizeof(is));
		CU_ASSERT_STRING_EQUAL(is, name[i][1]);
		gate_open(&started.gate);
		quern__thread_join(thread);
	}
}

static void
a_thread_takes_no_signal_and_its_creator_those_it_took(void)
{
	struct started started = { GATE_INITIALIZER, 0 };
	sigset_t mine, before, after;
	pthread_t thread;
	int changed = 0;

	sigemptyset(&mine);
	sigaddset(&mine, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &mine, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	CU_ASSERT_EQUAL_FATAL(
	    quern__thread_start(&thread, "quern-0", note_signals, &started), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	pthread_sigmask(SIG_UNBLOCK, &mine, NULL);
	gate_open(&started.gate);
	quern__thread_join(thread);
	for (int n = 1; n < SIGRTMAX; n++)
		changed += sigismember(&before, n) != sigismember(&after, n);
	CU_ASSERT_EQUAL(changed, 0);
	CU_ASSERT_EQUAL(started.unblocked, 0);
}

static void
a_thread_that_cannot_be_had_leaves_errno_and_mask_alone(void)
{
	struct started started = { GATE_INITIALIZER, 0 };
	pthread_attr_t usual, absurd;
	sigset_t before, after;
	pthread_t thread;
	int status, err, changed = 0;

	/* More stack than there are addresses. */
	pthread_getattr_default_np(&usual);
	pthread_attr_init(&absurd);
	pthread_attr_setstacksize(&absurd, (size_t)1 << 47);
	CU_ASSERT_EQUAL(pthread_setattr_default_np(&absurd), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	errno = E2BIG;
	status = quern__thread_start(&thread, "none", note_signals, &started);
	err = errno;
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	pthread_setattr_default_np(&usual);
	pthread_attr_destroy(&absurd);
	pthread_attr_destroy(&usual);
	for (int n = 1; n < SIGRTMAX; n++)
		changed += sigismember(&before, n) != sigismember(&after, n);
	CU_ASSERT_EQUAL(changed, 0);
	CU_ASSERT_TRUE(status == -EAGAIN || status == -ENOMEM);
	CU_ASSERT_EQUAL(err, E2BIG);
}

static void
a_condition_variable_waits_by_the_clock_of_deadlines(void)
{
	uint64_t at = quern__now_ns() + 1000000;
	struct timespec until = { .tv_sec = (time_t)(at / 1000000000),
		.tv_nsec = (long)(at % 1000000000) };
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	int err = 0;

	CU_ASSERT_EQUAL_FATAL(quern__mutex_init(&mutex), 0);
	CU_ASSERT_EQUAL_FATAL(quern__cond_init(&cond), 0);
	pthread_mutex_lock(&mutex);
	while (!err)
		err = pthread_cond_timedwait(&cond, &mutex, &until);
	pthread_mutex_unlock(&mutex);
	/* By the other clock that time was decades ago. */
	CU_ASSERT_EQUAL(err, ETIMEDOUT);
	CU_ASSERT_TRUE(quern__now_ns() >= at);
	pthread_cond_destroy(&cond);
	pthread_mutex_destroy(&mutex);
}

int
main(void)
{
	static const CU_TestInfo thread[] = {
		{ "a thread has its name once it is started",
		    a_thread_has_its_name_once_it_is_started },
		{ "a thread takes no signal, and its creator those it took",
		    a_thread_takes_no_signal_and_its_creator_those_it_took },
		{ "a thread that cannot be had leaves errno and mask alone",
		    a_thread_that_cannot_be_had_leaves_errno_and_mask_alone },
		{ "a condition variable waits by the clock of deadlines",
		    a_condition_variable_waits_by_the_clock_of_deadlines },
		CU_TEST_INFO_NULL,
	};

	add_suite("thread", thread);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_scripts_waiter.c -- the waiter of a blocking caller is on that caller's
 * stack, and nobody touches it once the caller may have gone.
 *
 * The linker sends what the last helper does to it through here.
 */
#include "src/front.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

static int late_signals; /* atomic: after the waiter's unlock */

/* In quern__waiter_wake(), before and after its unlock. */
static _Thread_local bool in_wake, after_unlock;

int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __real_pthread_cond_signal(pthread_cond_t *cond);
int __wrap_pthread_cond_signal(pthread_cond_t *cond);
void __real_quern__waiter_wake(struct quern_waiter *waiter);
void __wrap_quern__waiter_wake(struct quern_waiter *waiter);

int
__wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int err = __real_pthread_mutex_unlock(mutex);

	if (in_wake) {
		in_wake = false;
		after_unlock = true;
	}
	return err;
}

int
__wrap_pthread_cond_signal(pthread_cond_t *cond)
{
	if (after_unlock)
		__atomic_fetch_add(&late_signals, 1, __ATOMIC_RELAXED);
	return __real_pthread_cond_signal(cond);
}

void
__wrap_quern__waiter_wake(struct quern_waiter *waiter)
{
	in_wake = true;
	__real_quern__waiter_wake(waiter);
	in_wake = after_unlock = false;
}

static struct {
	struct rig rig;
	struct gate both_in;
	pthread_t caller;
} brief;

static bool
line_is_empty(quern_executor *pool)
{
	bool empty;

	pthread_mutex_lock(&pool->lock);
	empty = !pool->line.held;
	pthread_mutex_unlock(&pool->lock);
	return empty;
}

/* The caller leaves first, and closes the loop in doing so. */
static void
meet_and_let_caller_leave(
    quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)arg;
	gate_arrive(&brief.both_in);
	gate_await(&brief.both_in, 2);
	while (!pthread_equal(pthread_self(), brief.caller) &&
	    !line_is_empty(brief.rig.executor))
		nap();
}

/*
 * From the unlock on the caller may have returned: a signal after it would go
 * to whatever is in the waiter's place by then.
 */
static void
the_last_helper_unlocks_the_waiter_and_leaves_it(void)
{
	watchdog("waiter", 0);
	gate_init(&brief.both_in);
	late_signals = 0;
	brief.caller = pthread_self();
	if (!rig_open(&brief.rig, 1))
		return;
	CU_ASSERT_EQUAL(quern_run(brief.rig.executor,
			    quern_for(2, 1, meet_and_let_caller_leave, NULL)),
	    0);
	rig_close(&brief.rig);
	CU_ASSERT_EQUAL(late_signals, 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the last helper unlocks the waiter and leaves it",
		    the_last_helper_unlocks_the_waiter_and_leaves_it },
		CU_TEST_INFO_NULL,
	};

	add_suite("scripts: waiter", tests);
	return run_suites();
}

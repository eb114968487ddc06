/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_blocking.c -- blocking jobs from many threads at once while
 * blocking threads come and go and sometimes cannot be started.
 *
 * All at random, from one seed.  What was accepted must be told.
 */
#include "idle_time.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

enum { SUBMITTERS = 3, JOBS = 60 };

/* Of whoever asks; atomic, relaxed: numbers in any order will do. */
static bool
one_in(unsigned n)
{
	static uint64_t count;
	uint64_t state = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);

	return (next_random(&state) >> 8) % n == 0;
}

static bool
is_over(void)
{
	return one_in(4);
}

IDLE_TIME(50000, is_over)

int __real_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);

static int starts_may_fail; /* atomic */

int
__wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg)
{
	if (get(&starts_may_fail) && one_in(4))
		return EAGAIN;
	return __real_pthread_create(out, attr, main, arg);
}

struct submitter {
	struct rig *rig;
	uint64_t random;
	int taken, told, ran, wrong; /* told: the loop's thread */
	quern_job job[JOBS], *list[JOBS];
};

static void
any_job(struct submitter *self, quern_job *job)
{
	uint64_t choice = next_random(&self->random) >> 8;

	counted_job(job,
	    choice % 4 == 0     ? quern_call(linger, &self->ran) :
		choice % 4 == 1 ? quern_blocking(add_one, &self->ran) :
				  quern_blocking(linger, &self->ran),
	    &self->told);
	job->priority = (int)(choice / 4 % 3) - 1;
	job->timeout = choice / 16 % 4 == 0 ? 0.0002 : 0;
}

static void *
submit_all(void *arg)
{
	struct submitter *self = arg;
	size_t n;
	int taken;

	for (int i = 0; i < JOBS;) {
		n = 1 + (next_random(&self->random) >> 8) % 8;
		n = n < (size_t)(JOBS - i) ? n : (size_t)(JOBS - i);
		taken = quern_submit_many(self->rig->loop, self->list + i, n);
		if (taken > 0) {
			self->taken += taken;
			if (next_random(&self->random) >> 8 & 1)
				(void)quern_cancel(self->list[i]);
			i += taken;
		} else if (taken != -EAGAIN) {
			self->wrong++;
			break;
		} else {
			sched_yield();
		}
		if ((next_random(&self->random) >> 8) % 8 == 0)
			nap();
	}
	quern_loop_release(self->rig->loop);
	return NULL;
}

static bool
play(uint64_t number)
{
	static struct submitter submitter[SUBMITTERS];
	pthread_t thread[SUBMITTERS];
	quern_threads_options options;
	struct rig rig;
	bool fine = true;
	int told = 0;
	quern_stats stats;

	watchdog("stress", number);
	options_with(&options, 1 + (unsigned)(number % 2), 0);
	options.blocking_threads = 1 + (unsigned)(number / 2 % 5);
	if (!rig_open_with(&rig, &options))
		return false;
	for (int i = 0; i < SUBMITTERS; i++) {
		struct submitter *self = &submitter[i];

		*self = (struct submitter) { .rig = &rig,
			.random = (number * SUBMITTERS + (unsigned)i) * 2 + 1 };
		for (int n = 0; n < JOBS; n++) {
			any_job(self, &self->job[n]);
			self->list[n] = &self->job[n];
		}
		quern_loop_hold(rig.loop);
		start_thread(&thread[i], submit_all, self);
	}
	__atomic_store_n(&starts_may_fail, number % 3 != 0, __ATOMIC_RELEASE);
	rig_run(&rig);
	for (int i = 0; i < SUBMITTERS; i++) {
		pthread_join(thread[i], NULL);
		fine = fine && submitter[i].taken == JOBS &&
		    submitter[i].told == JOBS && !submitter[i].wrong;
		told += submitter[i].told;
	}
	__atomic_store_n(&starts_may_fail, 0, __ATOMIC_RELEASE);
	fine = fine && quern_executor_stats(rig.executor, &stats) == 0 &&
	    stats.done + stats.failed + stats.cancelled == (uint64_t)told &&
	    stats.blocking_threads <= options.blocking_threads;
	/* The last ones may be on their way to idle. */
	pthread_mutex_lock(&rig.executor->lock);
	fine = fine &&
	    rig.executor->blocking.coming <= stats.blocking_threads &&
	    rig.executor->blocking.expected == 0;
	pthread_mutex_unlock(&rig.executor->lock);
	rig_close(&rig);
	return fine;
}

static void
nothing_is_lost_while_threads_come_and_go(void)
{
	unsigned long count = fewer_rounds(60);
	long alive = faults_alive();
	unsigned wrong = 0;

	for (unsigned long i = 0; i < count; i++)
		wrong += !play(seed() + i);
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(faults_alive(), alive);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "nothing is lost while threads come and go",
		    nothing_is_lost_while_threads_come_and_go },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress: blocking", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_blocking_starts.c -- what happens meanwhile: while a submit is starting
 * blocking threads, and while one that was called is on its way.
 */
#include <errno.h>
#include <string.h>

#include "blocking.h"
#include "idle_time.h"
#include "src/pool.h"
#include "threads.h"

/* Where quern-b1 waits in its sleep, while that is in use. */
static struct {
	struct gate gate;
	int used; /* atomic */
} held;

static bool
is_over(void)
{
	char name[32] = "";

	(void)pthread_getname_np(pthread_self(), name, sizeof(name));
	if (get(&held.used) && !strcmp(name, "quern-b1")) {
		gate_pass(&held.gate);
		return false;
	}
	return time_is_over();
}

IDLE_TIME(10000000, is_over)

/* ---- a submit that is starting threads ---- */

/* The next start waits at `starting`, if that is in use. */
static struct {
	struct gate gate;
	bool used;
} starting;

int __real_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);

int
__wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg)
{
	if (__atomic_exchange_n(&starting.used, false, __ATOMIC_ACQ_REL)) {
		gate_pass(&starting.gate);
		return EAGAIN;
	}
	return __real_pthread_create(out, attr, main, arg);
}

static void *
submit_two(void *arg)
{
	struct rig *rig = arg;

	__atomic_store_n(&starting.used, true, __ATOMIC_RELEASE);
	return quern_submit_many(rig->loop, batch.list, 2) == 2 ? NULL : arg;
}

/* Two jobs, one idle thread, and a second one that cannot be started. */
static void
an_idle_one_stays_while_a_submit_counts_on_it(void)
{
	pthread_t thread;
	void *failed;
	struct rig rig;
	int before;

	if (!blocking_open(&rig, 1, 4))
		return;
	submit_one(&rig);
	await_idle(&rig, 1);
	quern_loop_hold(rig.loop);
	gate_init(&starting.gate);
	batch_make(2);
	start_thread(&thread, submit_two, &rig);
	gate_await(&starting.gate, 1);
	before = told_late();
	set_time_is_over(true);
	while (told_late() < before + 3)
		nap();
	CU_ASSERT_EQUAL(blocking_idle(&rig), 1);
	set_time_is_over(false);
	gate_open(&starting.gate);
	pthread_join(thread, &failed);
	CU_ASSERT_PTR_NULL(failed);
	CU_ASSERT_EQUAL(blocking_threads(&rig), 1);
	quern_loop_release(rig.loop);
	batch_end(&rig, failed ? 0 : 2);
	rig_close(&rig);
}

/* Meanwhile another submit may bring jobs, which wait for nobody's start. */
static void
a_submit_that_is_starting_threads_holds_up_no_other(void)
{
	quern_job job;
	pthread_t thread;
	void *failed;
	struct rig rig;
	int ran = 0;

	if (!blocking_open(&rig, 1, 4))
		return;
	gate_init(&starting.gate);
	batch_make(2);
	quern_loop_hold(rig.loop);
	start_thread(&thread, submit_two, &rig);
	gate_await(&starting.gate, 1);
	quern_job_init(&job, quern_blocking(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	while (quern_job_progress(&job) < 1)
		nap();
	/* Two are being started for the others, and one came for this one. */
	CU_ASSERT_EQUAL(blocking_threads(&rig), 3);
	gate_open(&starting.gate);
	pthread_join(thread, &failed);
	/* The first start failed, but a thread is there by now. */
	CU_ASSERT_PTR_NULL(failed);
	quern_loop_release(rig.loop);
	batch_end(&rig, failed ? 0 : 2);
	rig_close(&rig);
}

static void
a_shutdown_meanwhile_refuses_its_jobs(void)
{
	pthread_t thread;
	void *failed;
	struct rig rig;

	if (!blocking_open(&rig, 1, 4))
		return;
	submit_one(&rig); /* so that there is a thread */
	await_idle(&rig, 1);
	gate_init(&starting.gate);
	batch_make(2);
	quern_loop_hold(rig.loop);
	start_thread(&thread, submit_two, &rig);
	gate_await(&starting.gate, 1);
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	gate_open(&starting.gate);
	pthread_join(thread, &failed);
	CU_ASSERT_PTR_NOT_NULL(failed);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &batch.job[0]), -ESHUTDOWN);
	quern_loop_release(rig.loop);
	batch_end(&rig, 0);
	rig_close(&rig);
}

/* ---- a thread that was called ---- */

/*
 * Two idle ones and two jobs: the one that is called is slow to come, and the
 * other one's time is over meanwhile.
 */
static void
one_whose_time_is_over_takes_what_waits(void)
{
	struct gate gate[2];
	quern_job job[2];
	struct rig rig;

	if (!blocking_open(&rig, 1, 4))
		return;
	gate_init(&held.gate);
	for (int i = 0; i < 2; i++) {
		gate_init(&gate[i]);
		quern_job_init(
		    &job[i], quern_blocking(pass_gate, &gate[i]), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
		gate_await(&gate[i], 1);
	}
	for (unsigned i = 0; i < 2; i++) {
		gate_open(&gate[i]);
		await_idle(&rig, i + 1);
	}
	rig_run(&rig);
	__atomic_store_n(&held.used, 1, __ATOMIC_RELEASE);
	gate_await(&held.gate, 1);
	batch_submit(&rig, 2);
	set_time_is_over(true);
	gate_await(&batch.gate, 1);
	__atomic_store_n(&held.used, 0, __ATOMIC_RELEASE);
	set_time_is_over(false);
	gate_open(&held.gate);
	gate_await(&batch.gate, 2);
	CU_ASSERT_EQUAL(blocking_threads(&rig), 2);
	batch_end(&rig, 2);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "an idle one stays while a submit counts on it",
		    an_idle_one_stays_while_a_submit_counts_on_it },
		{ "a submit that is starting threads holds up no other",
		    a_submit_that_is_starting_threads_holds_up_no_other },
		{ "a shutdown meanwhile refuses its jobs",
		    a_shutdown_meanwhile_refuses_its_jobs },
		{ "one whose time is over takes what waits",
		    one_whose_time_is_over_takes_what_waits },
		CU_TEST_INFO_NULL,
	};

	add_suite("blocking threads: meanwhile", tests);
	return run_suites();
}

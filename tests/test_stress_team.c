/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_team.c -- many teams at the same time: no more threads than
 * permits, and none that is new.
 */
#include <omp.h>
#include <stdio.h>

#include "src/permit.h"
#include "src/pool.h"
#include "tasks.h"
#include "teams.h"
#include "threads.h"
#include "watchdog.h"

enum { BATCH = 40 };

/* Who is at work, and the most there were. */
static int at_work, most; /* atomic */
static int calls;         /* atomic */
static bool look_at_tasks;
static int new_tasks; /* atomic */

/* Starts of threads by quern; those of OpenMP do not come here. */
static int starts; /* atomic */

int __real_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg);

int
__wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
    void *(*main)(void *), void *arg)
{
	add(&starts, 1);
	return __real_pthread_create(out, attr, main, arg);
}

static void
work(void)
{
	int now = __atomic_add_fetch(&at_work, 1, __ATOMIC_SEQ_CST);
	int before = get(&most);

	while (now > before &&
	    !__atomic_compare_exchange_n(
		&most, &before, now, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	if (look_at_tasks && !task_is_remembered())
		add(&new_tasks, 1);
	for (volatile int i = 0; i < 1000; i++)
		;
	__atomic_fetch_sub(&at_work, 1, __ATOMIC_SEQ_CST);
}

static int
work_in_regions(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	add(&calls, 1);
	for (int i = 0; i < 3; i++) {
		if (SANITIZED_THREAD) {
#pragma omp parallel
			work();
		} else {
#pragma omp parallel num_threads(64)
			work();
		}
	}
	return 0;
}

static void
work_on_range(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)arg;
	work();
	(void)begin;
	(void)end;
}

/* ---- never more than there are permits ---- */

static void
submit_all(struct rig *rig, quern_job job[], int n)
{
	for (int i = 0; i < n; i++)
		CU_ASSERT_EQUAL(quern_submit(rig->loop, &job[i]), 0);
	rig_run(rig);
}

/*
 * Nor do calls.  Nobody is kept from working for ever, so a worker that finds
 * no permit works beside the lanes in the end: one more thread.
 */
static void
teams_that_ask_for_64_threads_never_have_more_than_the_cores(void)
{
	quern_job job[BATCH];
	struct rig rig;
	int told = 0;

	if (!open_cores(&rig, 1))
		return;
	most = calls = 0;
	watchdog("teams of 64: two at once", 0);
	/* On a busy machine it may take a while until two are seen at once. */
	for (unsigned long round = 0; round < fewer_rounds(20) || most < 2;
	     round++) {
		for (int i = 0; i < BATCH; i++)
			counted_job(&job[i],
			    i % 5 == 4 ? quern_call(work_in_regions, NULL) :
					 quern_team((unsigned)i % 5 + 1,
					     work_in_regions, NULL),
			    &told);
		submit_all(&rig, job, BATCH);
	}
	CU_ASSERT_EQUAL(calls, told);
	CU_ASSERT(most <= (int)cores() + 1);
	close_cores(&rig);
}

/* ---- no new threads ---- */

static int
hold_team(quern_context *ctx, void *gate)
{
	(void)ctx;
#pragma omp parallel
	work();
	gate_pass(gate);
	return 0;
}

/* Run n teams of that width at the same time. */
static void
hold_teams(struct rig *rig, unsigned width, unsigned n)
{
	enum { MOST = 64 };
	struct gate gate = GATE_INITIALIZER;
	quern_job held[MOST];

	n = n < MOST ? n : MOST;
	for (unsigned i = 0; i < n; i++)
		quern_job_init(
		    &held[i], quern_team(width, hold_team, &gate), NULL);
	for (unsigned i = 0; i < n; i++)
		CU_ASSERT_EQUAL(quern_submit(rig->loop, &held[i]), 0);
	gate_await(&gate, n);
	gate_open(&gate);
	rig_run(rig);
}

/*
 * Each lane that can be at work at the same time, once.  A worker that was
 * not asleep yet may have kept one from its width: again then.
 */
static void
warm_up(struct rig *rig)
{
	unsigned all = cores(), lanes = 0;

	for (unsigned width = 2; width <= all; width *= 2) {
		lanes += all / width;
		while (lanes_of(rig) < lanes)
			hold_teams(rig, width, all / width);
	}
	/* All cores, where they are no power of two. */
	lanes += (all & (all - 1)) != 0;
	while (lanes_of(rig) < lanes)
		hold_teams(rig, 0, 1);
}

static quern_op
op_number(unsigned long n)
{
	switch (n % 5) {
	case 0:
		return quern_team(2, work_in_regions, NULL);
	case 1:
		return quern_team(0, work_in_regions, NULL);
	case 2:
		return quern_for(40, 1, work_on_range, NULL);
	case 3:
		return quern_for(7, 0, work_on_range, NULL);
	default:
		return quern_call(work_in_regions, NULL);
	}
}

static void
mixed_jobs_make_no_threads(unsigned engine)
{
	unsigned long jobs = SANITIZED ? 2000 : rounds(10000), n = 0;
	quern_threads_options options;
	quern_job job[BATCH];
	struct rig rig;
	int told = 0, before, started;

	options_with(&options, 3, 0);
	options.engine = engine;
	if (!open_cores_with(&rig, &options))
		return;
	end_idle_lanes_after(&rig, INT64_MAX);
	warm_up(&rig);
	before = tasks();
	tasks_remember();
	look_at_tasks = true;
	started = get(&starts);
	new_tasks = 0;
	while (n < jobs) {
		watchdog("mixed jobs", n);
		for (int i = 0; i < BATCH; i++)
			counted_job(&job[i], op_number(n++), &told);
		submit_all(&rig, job, BATCH);
	}
	CU_ASSERT_EQUAL(told, (int)n);
	look_at_tasks = false;
	CU_ASSERT_EQUAL(starts, started);
	CU_ASSERT_EQUAL(new_tasks, 0);
	CU_ASSERT_EQUAL(tasks(), before);
	close_cores(&rig);
}

static void
mixed_jobs_make_no_threads_after_warming_up(void)
{
	mixed_jobs_make_no_threads(QUERN_ENGINE_POOL);
}

static void
nor_do_they_with_loops_on_lanes(void)
{
	mixed_jobs_make_no_threads(QUERN_ENGINE_LANE);
}

/* ---- lanes that come and go ---- */

struct submitter {
	struct rig *rig;
	uint64_t random;
	int wrong; /* its own */
};

static void *
run_teams(void *arg)
{
	struct submitter *self = arg;
	unsigned long n = fewer_rounds(300);

	while (n--) {
		uint64_t random = next_random(&self->random);

		if (random % 16 == 0)
			end_idle_lanes_after(
			    self->rig, random & 16 ? 0 : 1000000000);
		if (quern_run(self->rig->executor,
			quern_team((unsigned)(random >> 8) % 5, work_in_regions,
			    NULL)))
			self->wrong++;
	}
	return NULL;
}

static void
lanes_come_and_go_under_many_callers(void)
{
	enum { CALLERS = 4 };
	struct submitter self[CALLERS];
	pthread_t thread[CALLERS];
	uint64_t random = seed();
	struct rig rig;
	unsigned free;

	if (!open_cores(&rig, 2))
		return;
	calls = 0;
	for (int i = 0; i < CALLERS; i++) {
		self[i] = (struct submitter) { &rig, next_random(&random), 0 };
		start_thread(&thread[i], run_teams, &self[i]);
	}
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(thread[i], NULL);
		CU_ASSERT_EQUAL(self[i].wrong, 0);
	}
	CU_ASSERT_EQUAL(calls, CALLERS * (int)fewer_rounds(300));
	free = quern__permits_take_free(cores() + 1);
	quern__permits_give(free);
	CU_ASSERT_EQUAL(free, cores());
	close_cores(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "teams that ask for 64 threads never have more than the cores",
		    teams_that_ask_for_64_threads_never_have_more_than_the_cores },
		{ "mixed jobs make no threads after warming up",
		    mixed_jobs_make_no_threads_after_warming_up },
		{ "nor do they with loops on lanes",
		    nor_do_they_with_loops_on_lanes },
		{ "lanes come and go under many callers",
		    lanes_come_and_go_under_many_callers },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress: teams", tests);
	return run_suites();
}

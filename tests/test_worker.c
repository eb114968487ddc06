/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_worker.c -- what a worker does next.
 *
 * A worker of an executor made by hand.  It neither spins nor sleeps: where it
 * would, a test plays what others do meanwhile.
 */
#include "src/front.h"
#include "src/job.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

enum { WORKERS = 2, LANE = 2 };

static quern_executor pool;
static struct quern__worker worker[WORKERS];
static quern_loop loop;
static quern_job job;
static int ran, spins, sleeps;
static int ran_before;          /* the last sleep */
static void (*meanwhile)(void); /* during its first spin */
static int asides;

bool __wrap_quern__spin_for_work_locked(struct quern__worker *self);
void __wrap_quern__idle_sleep_locked(struct quern__worker *self);
void __wrap_quern__job_finish(
    quern_job *ended, int status, struct quern__counts *mine);

bool
__wrap_quern__spin_for_work_locked(struct quern__worker *self)
{
	(void)self;
	if (spins++ == 0)
		meanwhile();
	return true;
}

bool __wrap_quern__idle_step_aside_locked(struct quern__worker *self);

/* It always would, if it was asked. */
bool
__wrap_quern__idle_step_aside_locked(struct quern__worker *self)
{
	(void)self;
	asides++;
	return true;
}

/* With nothing left to do it leaves. */
void
__wrap_quern__idle_sleep_locked(struct quern__worker *self)
{
	(void)self;
	sleeps++;
	ran_before = ran;
	pool.leaving = true;
}

/* The job is nobody's. */
void
__wrap_quern__job_finish(
    quern_job *ended, int status, struct quern__counts *mine)
{
	(void)ended;
	(void)status;
	(void)mine;
}

static void
nothing(void)
{
}

static void
begin(void)
{
	watchdog("a worker", 0);
	pool = (quern_executor) {
		.n_workers = WORKERS,
		.n_cores = WORKERS,
		.worker = worker,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.loops = &loop,
	};
	loop = (quern_loop) { .executor = &pool };
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i] = (struct quern__worker) { &pool, i };
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	job.own.pool = &pool;
	job.own.lane = LANE;
	quern__job_move(&job, QUERN__IN_FLIGHT);
	ran = spins = sleeps = asides = ran_before = 0;
	meanwhile = nothing;
}

/* Until it leaves: a worker changes the mode of its thread. */
static void
work(void)
{
	pthread_t thread;

	start_thread(&thread, quern__worker_main, &worker[0]);
	pthread_join(thread, NULL);
}

static void
to_the_line(void)
{
	quern__line_push(&pool.line, &job);
}

static void
to_the_inbox(void)
{
	(void)quern__mailbox_push(&pool.inbox, &job, &job);
	pool.arrived = 1 << LANE;
}

static void
to_the_outbox(void)
{
	(void)quern__mailbox_push(&loop.outbox, &job, &job);
}

static void
to_another_batch(void)
{
	quern__line_push(&pool.line, &job);
	quern__batch_fill_locked(&worker[1], LANE, 1);
}

static void (*const places[])(
    void) = { to_the_line, to_the_inbox, to_the_outbox, to_another_batch };
enum { PLACES = sizeof(places) / sizeof(places[0]) };

static void
a_worker_finds_its_work_wherever_it_waits(void)
{
	for (int i = 0; i < PLACES; i++) {
		begin();
		places[i]();
		work();
		CU_ASSERT_EQUAL(ran_before, 1);
		CU_ASSERT_EQUAL(sleeps, 1);
	}
}

static void
what_comes_during_a_spin_is_found_before_it_sleeps(void)
{
	for (int i = 0; i < PLACES; i++) {
		begin();
		meanwhile = places[i];
		work();
		CU_ASSERT_EQUAL(ran_before, 1);
		CU_ASSERT_EQUAL(sleeps, 1);
	}
}

static void
a_worker_spins_once_before_it_sleeps(void)
{
	begin();
	work();
	CU_ASSERT_EQUAL(spins, 1);
	CU_ASSERT_EQUAL(sleeps, 1);
}

static void
a_worker_that_stepped_aside_takes_a_job_first(void)
{
	begin();
	to_another_batch();
	work(); /* or this would hang */
	CU_ASSERT_EQUAL(ran, 1);
	/* Before the job, after it, and after the sleep. */
	CU_ASSERT_EQUAL(asides, 3);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a worker finds its work wherever it waits",
		    a_worker_finds_its_work_wherever_it_waits },
		{ "what comes during a spin is found before it sleeps",
		    what_comes_during_a_spin_is_found_before_it_sleeps },
		{ "a worker spins once before it sleeps",
		    a_worker_spins_once_before_it_sleeps },
		{ "a worker that stepped aside takes a job first",
		    a_worker_that_stepped_aside_takes_a_job_first },
		CU_TEST_INFO_NULL,
	};

	add_suite("worker", tests);
	return run_suites();
}

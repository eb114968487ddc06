/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_batch.c -- calls that wait in a worker's batch: each of them has one
 * taker, and none waits for the call before it.
 */
#include <errno.h>

#include "src/job.h"
#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

/* ---- by hand ---- */

enum { WORKERS = 2, MANY = QUERN__BATCH + 2, LANE = 2 };

static quern_executor pool;
static struct quern__worker worker[WORKERS];
static quern_job job[MANY];

static void
begin(int in_line)
{
	pool = (quern_executor) { .n_workers = WORKERS, .worker = worker };
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i] = (struct quern__worker) { &pool, i };
	for (int i = 0; i < in_line; i++) {
		quern_job_init(&job[i], quern_call(add_one, NULL), NULL);
		job[i].own.lane = LANE;
		quern__line_push(&pool.line, &job[i]);
	}
}

static quern_job *
pick(void)
{
	return quern__line_pick(&pool.line, QUERN__COMPUTE);
}

static void
a_batch_is_taken_in_order_and_each_job_once(void)
{
	begin(4);
	quern__batch_fill_locked(&worker[0], LANE, 3);
	CU_ASSERT_EQUAL(quern__batch_left_locked(&worker[0].batch), 3);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(job[i].own.place, QUERN__IN_BATCH);
		CU_ASSERT_PTR_EQUAL(
		    quern__batch_take(&worker[0].batch), &job[i]);
	}
	CU_ASSERT_PTR_NULL(quern__batch_take(&worker[0].batch));
	CU_ASSERT_EQUAL(quern__batch_left_locked(&worker[0].batch), 0);
	CU_ASSERT_PTR_EQUAL(pick(), &job[3]);
}

static void
a_batch_holds_no_more_than_it_has_slots(void)
{
	begin(MANY);
	quern__batch_fill_locked(&worker[0], LANE, SIZE_MAX);
	CU_ASSERT_EQUAL(
	    quern__batch_left_locked(&worker[0].batch), QUERN__BATCH);
	CU_ASSERT_EQUAL(pool.line.waiting, MANY - QUERN__BATCH);
	CU_ASSERT_PTR_EQUAL(pick(), &job[QUERN__BATCH]);
}

static void
what_is_left_goes_back_before_all_others_in_its_order(void)
{
	begin(5);
	quern__batch_fill_locked(&worker[0], LANE, 4);
	CU_ASSERT_PTR_EQUAL(quern__batch_take(&worker[0].batch), &job[0]);
	CU_ASSERT_TRUE(
	    quern__batch_return_locked(&worker[0].batch, &pool.line));
	CU_ASSERT_FALSE(
	    quern__batch_return_locked(&worker[0].batch, &pool.line));
	CU_ASSERT_PTR_NULL(quern__batch_take(&worker[0].batch));
	for (int i = 1; i < 5; i++) {
		CU_ASSERT_EQUAL(job[i].own.place, QUERN__IN_LINE);
		CU_ASSERT_PTR_EQUAL(pick(), &job[i]);
	}
	CU_ASSERT_PTR_NULL(pick());
}

static void
a_job_that_was_withdrawn_is_not_taken(void)
{
	begin(3);
	quern__batch_fill_locked(&worker[1], LANE, 3);
	CU_ASSERT_TRUE(quern__batch_withdraw_locked(&pool, &job[1]));
	CU_ASSERT_FALSE(quern__batch_withdraw_locked(&pool, &job[1]));
	CU_ASSERT_EQUAL(quern__batch_left_locked(&worker[1].batch), 2);
	CU_ASSERT_PTR_EQUAL(quern__batch_take(&worker[1].batch), &job[0]);
	CU_ASSERT_PTR_EQUAL(quern__batch_take(&worker[1].batch), &job[2]);
	CU_ASSERT_PTR_NULL(quern__batch_take(&worker[1].batch));
}

static void
a_job_that_left_its_slot_takes_no_other_out_of_it(void)
{
	begin(2);
	quern__batch_fill_locked(&worker[0], LANE, 1);
	CU_ASSERT_PTR_EQUAL(quern__batch_take(&worker[0].batch), &job[0]);
	CU_ASSERT_FALSE(quern__batch_withdraw_locked(&pool, &job[0]));
	quern__batch_fill_locked(&worker[0], LANE, 1);
	CU_ASSERT_FALSE(quern__batch_withdraw_locked(&pool, &job[0]));
	CU_ASSERT_PTR_EQUAL(quern__batch_take(&worker[0].batch), &job[1]);
	/* What it knows may be of a larger pool. */
	job[0].own.at.batch.worker = WORKERS;
	CU_ASSERT_FALSE(quern__batch_withdraw_locked(&pool, &job[0]));
}

/* ---- with workers: batches as large as they can be ---- */

static bool whole;      /* atomic: a batch takes the rest of the line */
static unsigned filled; /* the executor's lock: the largest of them */

void __real_quern__batch_fill_locked(
    struct quern__worker *w, unsigned lane, size_t most);
void __wrap_quern__batch_fill_locked(
    struct quern__worker *w, unsigned lane, size_t most);

void
__wrap_quern__batch_fill_locked(
    struct quern__worker *w, unsigned lane, size_t most)
{
	if (__atomic_load_n(&whole, __ATOMIC_RELAXED))
		most = QUERN__BATCH;
	__real_quern__batch_fill_locked(w, lane, most);
	if (filled < w->batch.filled)
		filled = w->batch.filled;
}

enum { BEHIND = 7 };

struct queue {
	struct rig rig;
	struct gate begin, gate; /* the first job passes both */
	quern_job first, behind[BEHIND];
	int ran, told;
};

static int
pass_both(quern_context *ctx, void *arg)
{
	struct queue *queue = arg;

	(void)pass_gate(ctx, &queue->begin);
	return pass_gate(ctx, &queue->gate);
}

/* Submit a job that runs and others that wait in its worker's batch. */
static void
queue_submit(struct queue *queue)
{
	quern_job *jobs[BEHIND + 1] = { &queue->first };

	gate_init(&queue->begin);
	gate_init(&queue->gate);
	queue->ran = queue->told = 0;
	counted_job(&queue->first, quern_call(pass_both, queue), &queue->told);
	for (int i = 0; i < BEHIND; i++) {
		counted_job(&queue->behind[i], quern_call(add_one, &queue->ran),
		    &queue->told);
		jobs[i + 1] = &queue->behind[i];
	}
	__atomic_store_n(&whole, true, __ATOMIC_RELAXED);
	CU_ASSERT_EQUAL(
	    quern_submit_many(queue->rig.loop, jobs, BEHIND + 1), BEHIND + 1);
	gate_await(&queue->begin, 1);
}

/* All workers but the one with the batch are held by `jam`. */
static bool
queue_open(struct queue *queue, struct jam *jam, unsigned workers)
{
	watchdog("a batch", 0);
	if (!rig_open(&queue->rig, workers))
		return false;
	jam_begin(jam, queue->rig.loop, workers - 1);
	filled = 0;
	queue_submit(queue);
	CU_ASSERT_EQUAL(filled, BEHIND);
	return true;
}

static void
queue_close(struct queue *queue, struct jam *jam)
{
	gate_open(&queue->begin);
	gate_open(&queue->gate);
	jam_end(jam);
	rig_run(&queue->rig);
	__atomic_store_n(&whole, false, __ATOMIC_RELAXED);
	CU_ASSERT_EQUAL(queue->told, BEHIND + 1);
	rig_close(&queue->rig);
}

static bool
come_to(const int *count, int n)
{
	for (int i = 0; i < 2000 && get(count) < n; i++)
		nap();
	return get(count) >= n;
}

static void
jobs_behind_a_long_one_are_taken_by_a_worker_that_runs_dry(void)
{
	static struct queue queue;
	static struct jam jam;

	if (!queue_open(&queue, &jam, 2))
		return;
	CU_ASSERT_EQUAL(get(&queue.ran), 0);
	gate_open(&jam.gate); /* the other worker is through with its job */
	CU_ASSERT_TRUE(come_to(&queue.ran, BEHIND));
	queue_close(&queue, &jam);
}

static void
jobs_behind_a_long_one_wake_a_sleeper(void)
{
	static struct queue queue;
	static struct jam jam;
	unsigned asleep;

	watchdog("a batch wakes", 0);
	if (!rig_open(&queue.rig, 2))
		return;
	jam_begin(&jam, queue.rig.loop, 0);
	do {
		nap();
		pthread_mutex_lock(&queue.rig.executor->lock);
		asleep = queue.rig.executor->asleep;
		pthread_mutex_unlock(&queue.rig.executor->lock);
	} while (asleep < 2);
	queue_submit(&queue);
	CU_ASSERT_TRUE(come_to(&queue.ran, BEHIND));
	queue_close(&queue, &jam);
}

static void
a_job_in_a_batch_can_be_cancelled_and_never_runs(void)
{
	static struct queue queue;
	static struct jam jam;

	if (!queue_open(&queue, &jam, 1))
		return;
	CU_ASSERT_EQUAL(queue.behind[1].own.place, QUERN__IN_BATCH);
	CU_ASSERT_EQUAL(quern_cancel(&queue.behind[1]), 0);
	CU_ASSERT_EQUAL(quern_cancel(&queue.behind[BEHIND - 1]), 0);
	CU_ASSERT_EQUAL(quern_cancel(&queue.behind[1]), -EALREADY);
	queue_close(&queue, &jam);
	CU_ASSERT_EQUAL(queue.ran, BEHIND - 2);
	CU_ASSERT_EQUAL(quern_job_status(&queue.behind[1]), -ECANCELED);
}

static int
note_turn(quern_context *ctx, void *arg)
{
	struct queue *queue = arg;

	(void)ctx;
	return get(&queue->ran) == 0;
}

static void
something_urgent_comes_before_what_is_in_a_batch(void)
{
	static struct queue queue;
	static struct jam jam;
	quern_job urgent;

	if (!queue_open(&queue, &jam, 1))
		return;
	quern_job_init(&urgent, quern_call(note_turn, &queue), NULL);
	urgent.priority = QUERN_HIGH;
	CU_ASSERT_EQUAL(quern_submit(queue.rig.loop, &urgent), 0);
	queue_close(&queue, &jam);
	CU_ASSERT_EQUAL(quern_job_status(&urgent), 1);
	CU_ASSERT_EQUAL(queue.ran, BEHIND);
}

static void
a_shutdown_drops_what_is_in_a_batch(void)
{
	static struct queue queue;
	static struct jam jam;

	if (!queue_open(&queue, &jam, 1))
		return;
	CU_ASSERT_EQUAL(quern_executor_shutdown(queue.rig.executor, 0), 0);
	queue_close(&queue, &jam);
	CU_ASSERT_EQUAL(queue.ran, 0);
	CU_ASSERT_EQUAL(quern_job_status(&queue.behind[0]), -ESHUTDOWN);
}

int
main(void)
{
	static const CU_TestInfo by_hand[] = {
		{ "a batch is taken in order and each job once",
		    a_batch_is_taken_in_order_and_each_job_once },
		{ "a batch holds no more than it has slots",
		    a_batch_holds_no_more_than_it_has_slots },
		{ "what is left goes back before all others in its order",
		    what_is_left_goes_back_before_all_others_in_its_order },
		{ "a job that was withdrawn is not taken",
		    a_job_that_was_withdrawn_is_not_taken },
		{ "a job that left its slot takes no other out of it",
		    a_job_that_left_its_slot_takes_no_other_out_of_it },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo with_workers[] = {
		{ "jobs behind a long one are taken by a worker that runs dry",
		    jobs_behind_a_long_one_are_taken_by_a_worker_that_runs_dry },
		{ "jobs behind a long one wake a sleeper",
		    jobs_behind_a_long_one_wake_a_sleeper },
		{ "a job in a batch can be cancelled and never runs",
		    a_job_in_a_batch_can_be_cancelled_and_never_runs },
		{ "something urgent comes before what is in a batch",
		    something_urgent_comes_before_what_is_in_a_batch },
		{ "a shutdown drops what is in a batch",
		    a_shutdown_drops_what_is_in_a_batch },
		CU_TEST_INFO_NULL,
	};

	add_suite("by hand", by_hand);
	add_suite("with workers", with_workers);
	return run_suites();
}

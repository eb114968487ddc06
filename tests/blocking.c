/* SPDX-License-Identifier: BSD-2-Clause */
/* blocking.c -- blocking threads as a test sees them, see blocking.h. */
#include "blocking.h"

#include "src/pool.h"
#include "threads.h"
#include "watchdog.h"

bool
blocking_open(struct rig *rig, unsigned workers, unsigned limit)
{
	quern_threads_options options;

	watchdog("blocking threads", limit);
	options_with(&options, workers, 0);
	options.blocking_threads = limit;
	return rig_open_with(rig, &options);
}

unsigned
blocking_threads(const struct rig *rig)
{
	quern_stats stats;

	CU_ASSERT_EQUAL(quern_executor_stats(rig->executor, &stats), 0);
	return (unsigned)stats.blocking_threads;
}

unsigned
blocking_idle(const struct rig *rig)
{
	quern_executor *pool = rig->executor;
	unsigned idle;

	pthread_mutex_lock(&pool->lock);
	idle = pool->blocking.n_idle;
	pthread_mutex_unlock(&pool->lock);
	return idle;
}

void
await_idle(const struct rig *rig, unsigned n)
{
	while (blocking_idle(rig) != n)
		nap();
}

void
submit_one(struct rig *rig)
{
	quern_job job;
	int ran = 0;

	quern_job_init(&job, quern_blocking(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig->loop, &job), 0);
	rig_run(rig);
	CU_ASSERT_EQUAL(ran, 1);
}

/* ---- jobs at a gate ---- */

struct batch batch;

void
batch_make(int n)
{
	batch.told = 0;
	gate_init(&batch.gate);
	for (int i = 0; i < n; i++) {
		counted_job(&batch.job[i],
		    quern_blocking(pass_gate, &batch.gate), &batch.told);
		batch.list[i] = &batch.job[i];
	}
}

void
batch_submit(struct rig *rig, int n)
{
	batch_make(n);
	CU_ASSERT_EQUAL(quern_submit_many(rig->loop, batch.list, (size_t)n), n);
}

void
batch_end(struct rig *rig, int n)
{
	gate_open(&batch.gate);
	rig_run(rig);
	CU_ASSERT_EQUAL(batch.told, n);
}

/* ---- time ---- */

static int over, told; /* atomic */

void
set_time_is_over(bool is_over)
{
	__atomic_store_n(&over, is_over, __ATOMIC_RELEASE);
}

bool
time_is_over(void)
{
	bool is_over = get(&over);

	add(&told, is_over);
	return is_over;
}

int
told_late(void)
{
	return get(&told);
}

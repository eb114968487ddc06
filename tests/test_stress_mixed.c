/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_mixed.c -- everything at once, and a shutdown in the middle.
 *
 * Groups, lone jobs, blocking callers, cancels and timeouts at random, from
 * one seed.  What was accepted must be told, and every sum be right.
 */
#include <errno.h>
#include <ev.h>
#include <string.h>

#include "threads.h"
#include "watchdog.h"

enum { RUNNERS = 4, MIXED_GROUPS = 8, MEMBERS = 8, ELEMENTS = 40 };

struct mix {
	struct rig rig;
	uint64_t random;
	int ran, told, accepted, groups_ended, groups_begun;
	int wrong; /* atomic */
	struct mixed_group {
		quern_group group;
		quern_job member[MEMBERS];
	} group[MIXED_GROUPS];
	quern_job job[64];
};

static void
sum_range(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	(void)arg;
	for (size_t i = begin; i < end; i++)
		*(uint64_t *)acc += i;
}

static void
zero_sum(void *acc, void *arg)
{
	(void)arg;
	*(uint64_t *)acc = 0;
}

static void
add_sums(void *acc, const void *right, void *arg)
{
	(void)arg;
	*(uint64_t *)acc += *(const uint64_t *)right;
}

static const quern_reducer sum = {
	.size = sizeof(uint64_t),
	.identity = zero_sum,
	.body = sum_range,
	.combine = add_sums,
};

static int
sum_inside(quern_context *ctx, void *arg)
{
	uint64_t total = 0;
	int status =
	    quern_run_inside(ctx, quern_reduce(1000, 10, &sum, NULL, &total));

	(void)arg;
	if (status == 0 && total != 1000 * 999 / 2)
		return -EIO;
	return status;
}

static void *
run_blocking(void *arg)
{
	struct mix *mix = arg;
	uint64_t total;
	int status = 0;

	for (int n = 0; n < 20 && status != -ESHUTDOWN; n++) {
		total = 0;
		status = quern_run(mix->rig.executor,
		    quern_reduce(5000, 50, &sum, NULL, &total));
		if (status == 0 ? total != UINT64_C(5000) * 4999 / 2 :
				  status != -ESHUTDOWN || total)
			add(&mix->wrong, 1);
		if (status == 0)
			status = quern_run(
			    mix->rig.executor, quern_call(sum_inside, NULL));
		if (status != 0 && status != -ESHUTDOWN)
			add(&mix->wrong, 1);
	}
	return NULL;
}

static void
mix_told(quern_loop *loop, quern_job *job, int status)
{
	struct mix *mix = job->data;

	mix->told++;
	add(&mix->wrong, loop != mix->rig.loop);
	add(&mix->wrong,
	    status < 0 && status != -ECANCELED && status != -ETIMEDOUT &&
		status != -ESHUTDOWN && status != -EIO);
	/* From time to time on from here. */
	if (next_random(&mix->random) >> 8 & 1) {
		int err = quern_submit(loop, job);

		mix->accepted += !err;
		add(&mix->wrong,
		    err != 0 && err != -ESHUTDOWN && err != -EBUSY);
	}
}

static void
mix_group_told(quern_loop *loop, quern_group *group, int first_error)
{
	struct mix *mix = group->data;

	(void)loop;
	mix->groups_ended++;
	add(&mix->wrong, first_error > 0);
	while (quern_group_next(group))
		;
}

static void
mix_job(struct mix *mix, quern_job *job)
{
	uint64_t random = next_random(&mix->random) >> 8;
	quern_op op = random % 4 == 0 ? quern_call(sum_inside, NULL) :
	    random % 4 == 1 ? quern_for(ELEMENTS, 1, count_range, &mix->ran) :
	    random % 4 == 2 ? quern_call(linger, &mix->ran) :
			      quern_call(fail, &mix->ran);

	quern_job_init(job, op, mix_told);
	job->data = mix;
	job->priority = (int)(random / 4 % 3) - 1;
	job->timeout = random / 16 % 3 ? 0 : (double)(random / 64 % 500) * 1e-6;
}

static void
mix_submit(struct mix *mix)
{
	quern_job *members[MEMBERS];
	int taken;

	for (int g = 0; g < MIXED_GROUPS; g++) {
		quern_group *group = &mix->group[g].group;

		quern_group_init(group, mix_group_told,
		    (unsigned)(next_random(&mix->random) >> 8) % 4);
		group->data = mix;
		for (int n = 0; n < MEMBERS; n++) {
			members[n] = &mix->group[g].member[n];
			mix_job(mix, members[n]);
		}
		taken = quern_group_submit(mix->rig.loop, group, members,
		    next_random(&mix->random) >> 8 & 7);
		add(&mix->wrong, taken < 0);
		mix->accepted += taken;
		mix->groups_begun++;
	}
	for (int n = 0; n < 64; n++) {
		mix_job(mix, &mix->job[n]);
		taken = quern_submit(mix->rig.loop, &mix->job[n]);
		add(&mix->wrong, taken != 0);
		mix->accepted += !taken;
	}
}

static void
mix_cancel(struct mix *mix)
{
	uint64_t random = next_random(&mix->random) >> 8;

	for (int n = 0; n < 8; n++)
		(void)quern_cancel(&mix->job[(random >> n * 4) % 64]);
	(void)quern_group_cancel(&mix->group[random % MIXED_GROUPS].group);
}

static void
everything_at_once_until_a_shutdown(void)
{
	static struct mix mix;
	unsigned long count = fewer_rounds(150);
	pthread_t runner[RUNNERS];

	for (unsigned long round = 0; round < count; round++) {
		watchdog("everything at once", round);
		memset(&mix, 0, sizeof(mix));
		mix.random = seed() + round * 2 + 1;
		if (!rig_open(&mix.rig, 1 + (unsigned)(round % 3)))
			return;
		for (int n = 0; n < RUNNERS; n++)
			start_thread(&runner[n], run_blocking, &mix);
		mix_submit(&mix);
		for (int n = 0; n < 5; n++) {
			ev_run(mix.rig.ev, EVRUN_NOWAIT);
			mix_cancel(&mix);
		}
		CU_ASSERT_EQUAL(
		    quern_executor_shutdown(mix.rig.executor,
			round % 4 ? 0.0005 * (double)(round % 4) : 0),
		    0);
		rig_run(&mix.rig);
		for (int n = 0; n < RUNNERS; n++)
			pthread_join(runner[n], NULL);
		CU_ASSERT_EQUAL(mix.wrong, 0);
		CU_ASSERT_EQUAL(mix.told, mix.accepted);
		CU_ASSERT_EQUAL(mix.groups_ended, mix.groups_begun);
		rig_close(&mix.rig);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "everything at once, until a shutdown",
		    everything_at_once_until_a_shutdown },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress: mixed", tests);
	return run_suites();
}

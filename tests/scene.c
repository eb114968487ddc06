/* SPDX-License-Identifier: BSD-2-Clause */
/* scene.c -- a small scene to play under many schedules, see scene.h. */
#include "scene.h"

#include <errno.h>
#include <ev.h>
#include <stdio.h>

#include "schedule.h"
#include "threads.h"
#include "watchdog.h"

static int
count_call(quern_context *ctx, void *arg)
{
	(void)ctx;
	add(arg, 1);
	return 7;
}

static int
count_inside(quern_context *ctx, void *arg)
{
	return quern_run_inside(ctx, quern_for(ELEMENTS, 1, count_range, arg));
}

static void
note_told(quern_loop *loop, quern_job *job, int status)
{
	struct scene *scene = job->data;
	long n = job - scene->job;

	add(&scene->wrong, loop != scene->rig.loop);
	add(&scene->wrong, quern_job_status(job) != status);
	scene->told[n]++;
	scene->status[n] = status;
}

void
scene_job(struct scene *scene, int n, quern_op op)
{
	quern_job_init(&scene->job[n], op, note_told);
	scene->job[n].data = scene;
}

/* A call, a loop, or a call with a loop inside. */
static quern_op
any_op(struct scene *scene, int n)
{
	switch (next_random(&scene->random) >> 8 & 3) {
	case 0:
		return quern_for(ELEMENTS, 1, count_range, &scene->ran[n]);
	case 1:
		return quern_call(count_inside, &scene->ran[n]);
	default:
		return quern_call(count_call, &scene->ran[n]);
	}
}

bool
scene_open(struct scene *scene, uint64_t number, size_t queue_limit)
{
	quern_threads_options options;

	watchdog("schedule", number);
	*scene = (struct scene) { .random = number * 2 + 1 };
	gate_init(&scene->room);
	schedule_begin(number);
	options_with(&options, 1 + (unsigned)(number / 7 % 3), queue_limit);
	if (!rig_open_with(&scene->rig, &options))
		return false;
	for (int n = 0; n < JOBS; n++)
		scene_job(scene, n, any_op(scene, n));
	return true;
}

static unsigned long wrong_scenes;

void
check(bool fine, uint64_t number, const char *what)
{
	if (fine)
		return;
	wrong_scenes++;
	printf("\n  %s: QUERN_TEST_SEED=%llu brings it back ", what,
	    (unsigned long long)number);
}

void
scene_destroy(struct scene *scene, uint64_t number)
{
	check(!scene->wrong, number, "wrong loop or status");
	check(quern_loop_destroy(scene->rig.loop) == 0, number,
	    "loop not destroyed");
	check(quern_executor_destroy(scene->rig.executor) == 0, number,
	    "executor not destroyed");
	ev_loop_destroy(scene->rig.ev);
}

void
scene_close(struct scene *scene, uint64_t number)
{
	scene_destroy(scene, number);
	schedule_end();
}

void
for_each_schedule(void (*play)(struct scene *scene, uint64_t number))
{
	static struct scene scene;
	unsigned long count = fewer_rounds(10 * POINTS);

	wrong_scenes = 0;
	(void)take_lost_rings();
	for (unsigned long i = 0; i < count; i++)
		play(&scene, seed() + i);
	CU_ASSERT_EQUAL(wrong_scenes, 0);
	CU_ASSERT_EQUAL(take_lost_rings(), 0);
}

bool
is_sound(const struct scene *scene, int n, int reason)
{
	int ran = get(&scene->ran[n]), status = scene->status[n];

	if (scene->told[n] != 1)
		return false;
	if (scene->taken_out[n] + scene->noticed[n] > 1)
		return false;
	if (scene->taken_out[n])
		return status == -ECANCELED && !ran;
	if (status == reason)
		return ran <= ELEMENTS;
	return (status == 0 && ran == ELEMENTS) || (status == 7 && ran == 1);
}

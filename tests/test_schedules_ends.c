/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_schedules_ends.c -- what ends meets what goes on, under many schedules:
 * loops, executors and the time of jobs.
 */
#include <errno.h>

#include "held_back.h"
#include "scene.h"
#include "threads.h"

/* -- timeout against link; release against ev_run() and destroy -- */

static void *
submit_with_timeouts(void *arg)
{
	struct scene *scene = arg;
	uint64_t random = scene->random;

	for (int n = 0; n < JOBS; n++) {
		scene->job[n].timeout = 1e-6 * (double)(random >> n * 4 & 255);
		if (quern_submit(scene->rig.loop, &scene->job[n]))
			add(&scene->wrong, 1);
	}
	quern_loop_release(scene->rig.loop);
	return NULL;
}

static void
timeout_scene(struct scene *scene, uint64_t number)
{
	pthread_t other;

	if (!scene_open(scene, number, 0))
		return;
	quern_loop_hold(scene->rig.loop);
	start_thread(&other, submit_with_timeouts, scene);
	rig_run(&scene->rig);
	for (int n = 0; n < JOBS; n++)
		check(is_sound(scene, n, -ETIMEDOUT), number, "timed job");
	/* Not joined before: the submitter may still be in its release. */
	scene_destroy(scene, number);
	pthread_join(other, NULL);
	schedule_end();
}

static void
timeouts_meet_submits_and_the_end_of_the_loop(void)
{
	for_each_schedule(timeout_scene);
}

/* -- loop destroyed against ring, executor against last delivery -- */

static void
ring_scene(struct scene *scene, uint64_t number)
{
	quern_loop *second = NULL;
	int count = 1 + (int)(number % 3), told = 0;

	if (!scene_open(scene, number, 0))
		return;
	check(quern_loop_create(&second, NULL, scene->rig.executor) == 0,
	    number, "second loop");
	for (int n = 0; n < count; n++) {
		scene->job[n].own.then.done = count_done;
		scene->job[n].data = &told;
		add(&scene->wrong, quern_submit(second, &scene->job[n]) != 0);
	}
	while (quern_loop_pending(second))
		add(&scene->wrong, quern_loop_dispatch(second) < 0);
	check(quern_loop_destroy(second) == 0, number, "second loop's end");
	check(told == count, number, "told");
	scene_close(scene, number);
}

static void
a_loop_ends_while_a_worker_still_rings_it(void)
{
	for_each_schedule(ring_scene);
}

/* -- shutdown against submits, quern_run() and groups -- */

static void *
submit_until_refused(void *arg)
{
	struct scene *scene = arg;
	int err = 0;

	for (int n = 0; n < JOBS && !err; n++) {
		err = quern_submit(scene->rig.loop, &scene->job[n]);
		scene->accepted += !err;
	}
	if (err && err != -ESHUTDOWN)
		add(&scene->wrong, 1);
	quern_loop_release(scene->rig.loop);
	return NULL;
}

static void *
run_until_refused(void *arg)
{
	struct scene *scene = arg;

	for (int n = 0; n < JOBS; n++) {
		int ran = 0;
		int status = quern_run(scene->rig.executor,
		    quern_for(ELEMENTS, 1, count_range, &ran));

		if (status == -ESHUTDOWN)
			break;
		if (status != 0 || ran != ELEMENTS)
			add(&scene->wrong, 1);
	}
	return NULL;
}

static void
shutdown_scene(struct scene *scene, uint64_t number)
{
	pthread_t other[2];
	int told = 0;

	if (!scene_open(scene, number, 0))
		return;
	quern_loop_hold(scene->rig.loop);
	start_thread(&other[0], submit_until_refused, scene);
	start_thread(&other[1], run_until_refused, scene);
	check(quern_executor_shutdown(
		  scene->rig.executor, number % 2 ? 0 : 1e-4) == 0,
	    number, "shutdown");
	rig_run(&scene->rig);
	pthread_join(other[0], NULL);
	pthread_join(other[1], NULL);
	for (int n = 0; n < JOBS; n++) {
		told += scene->told[n];
		check(!scene->told[n] || is_sound(scene, n, -ESHUTDOWN), number,
		    "job at shutdown");
	}
	check(told == scene->accepted, number, "accepted and told");
	scene_close(scene, number);
}

static void
shutdown_meets_submits_and_blocking_callers(void)
{
	for_each_schedule(shutdown_scene);
}

int
main(void)
{
	static const CU_TestInfo random[] = {
		{ "timeouts meet submits and the end of the loop",
		    timeouts_meet_submits_and_the_end_of_the_loop },
		{ "a loop ends while a worker still rings it",
		    a_loop_ends_while_a_worker_still_rings_it },
		{ "shutdown meets submits and blocking callers",
		    shutdown_meets_submits_and_blocking_callers },
		CU_TEST_INFO_NULL,
	};

	add_suite("schedules: ends", random);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_schedules_jobs.c -- jobs and groups on their way meet cancels, urgent
 * jobs, a full queue and each other, under many schedules.
 */
#include <errno.h>
#include <ev.h>
#include <sched.h>

#include "held_back.h"
#include "scene.h"
#include "threads.h"

/* -- cancel against start, finish and another cancel -- */

static void *
cancel_all(void *arg)
{
	struct scene *scene = arg;

	for (int n = 0; n < JOBS; n++)
		switch (quern_cancel(&scene->job[n])) {
		case 0:
			add(&scene->taken_out[n], 1);
			break;
		case -EINPROGRESS:
			add(&scene->noticed[n], 1);
			break;
		case -EALREADY:
			break;
		default:
			add(&scene->wrong, 1);
		}
	return NULL;
}

static void
cancel_scene(struct scene *scene, uint64_t number)
{
	pthread_t other[2];

	if (!scene_open(scene, number, 0))
		return;
	for (int n = 0; n < JOBS; n++)
		add(&scene->wrong,
		    quern_submit(scene->rig.loop, &scene->job[n]) != 0);
	start_thread(&other[0], cancel_all, scene);
	start_thread(&other[1], cancel_all, scene);
	rig_run(&scene->rig);
	pthread_join(other[0], NULL);
	pthread_join(other[1], NULL);
	for (int n = 0; n < JOBS; n++)
		check(is_sound(scene, n, -ECANCELED), number, "cancelled job");
	scene_close(scene, number);
}

static void
cancel_meets_start_and_finish(void)
{
	for_each_schedule(cancel_scene);
}

/* -- leaving a loop against closing it -- */

static void *
submit_urgent(void *arg)
{
	struct scene *scene = arg;

	for (int n = 3; n < JOBS; n++) {
		scene->job[n].priority = n % 2 ? QUERN_HIGH : QUERN_NORMAL;
		if (quern_submit(scene->rig.loop, &scene->job[n]))
			add(&scene->wrong, 1);
		sched_yield();
	}
	quern_loop_release(scene->rig.loop);
	return NULL;
}

static void
leave_scene(struct scene *scene, uint64_t number)
{
	pthread_t other;

	if (!scene_open(scene, number, 0))
		return;
	quern_loop_hold(scene->rig.loop);
	for (int n = 0; n < 3; n++) {
		scene_job(scene, n,
		    quern_for(ELEMENTS, 1, count_range, &scene->ran[n]));
		scene->job[n].priority = QUERN_LOW;
		add(&scene->wrong,
		    quern_submit(scene->rig.loop, &scene->job[n]) != 0);
	}
	start_thread(&other, submit_urgent, scene);
	rig_run(&scene->rig);
	pthread_join(other, NULL);
	for (int n = 0; n < JOBS; n++)
		check(is_sound(scene, n, 0), number, "job beside urgent ones");
	scene_close(scene, number);
}

static void
leaving_meets_closing(void)
{
	for_each_schedule(leave_scene);
}

/* -- room against delivery -- */

static void
note_room(quern_loop *loop, void *arg)
{
	struct scene *scene = arg;

	(void)loop;
	gate_arrive(&scene->room);
}

static void
submit_with_room(struct scene *scene, int begin, int end)
{
	unsigned rooms;
	int err;

	for (int n = begin; n < end; n++)
		for (;;) {
			rooms = arrivals(&scene->room);
			err = quern_submit(scene->rig.loop, &scene->job[n]);
			if (!err)
				break;
			if (err != -EAGAIN)
				add(&scene->wrong, 1);
			gate_await(&scene->room, rooms + 1);
		}
	quern_loop_release(scene->rig.loop);
}

static void *
submit_first_half(void *arg)
{
	submit_with_room(arg, 0, JOBS / 2);
	return NULL;
}

static void *
submit_second_half(void *arg)
{
	submit_with_room(arg, JOBS / 2, JOBS);
	return NULL;
}

static void
room_scene(struct scene *scene, uint64_t number)
{
	pthread_t other[2];

	if (!scene_open(scene, number, 1 + number % 3))
		return;
	quern_loop_set_room(scene->rig.loop, note_room, scene);
	quern_loop_hold(scene->rig.loop);
	quern_loop_hold(scene->rig.loop);
	start_thread(&other[0], submit_first_half, scene);
	start_thread(&other[1], submit_second_half, scene);
	rig_run(&scene->rig);
	pthread_join(other[0], NULL);
	pthread_join(other[1], NULL);
	for (int n = 0; n < JOBS; n++)
		check(is_sound(scene, n, 0), number, "job that found room");
	scene_close(scene, number);
}

static void
room_meets_delivery(void)
{
	for_each_schedule(room_scene);
}

/* -- groups: submit, rule and cancel against completions -- */

static void
note_group(quern_loop *loop, quern_group *group, int first_error)
{
	struct scene *scene = group->data;

	add(&scene->wrong, loop != scene->rig.loop);
	add(&scene->wrong, first_error != 0 && first_error != -ECANCELED);
	scene->group_ended++;
}

static void *
submit_as_group(void *arg)
{
	struct scene *scene = arg;
	quern_job *jobs[JOBS];
	int taken;

	for (int n = 0; n < JOBS; n++)
		jobs[n] = &scene->job[n];
	for (int n = 0; n < JOBS; n += JOBS / 3) {
		taken = quern_group_submit(
		    scene->rig.loop, &scene->group, jobs + n, JOBS / 3);
		/* The group may have ended, or be told to, before. */
		if (taken == JOBS / 3)
			scene->accepted += taken;
		else if (taken != -EALREADY && taken != -ECANCELED)
			add(&scene->wrong, 1);
		else
			break;
	}
	quern_loop_release(scene->rig.loop);
	return NULL;
}

static void
cancel_group(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct scene *scene = timer->data;

	(void)ev;
	(void)events;
	(void)quern_group_cancel(&scene->group);
}

static void
group_scene(struct scene *scene, uint64_t number)
{
	pthread_t other;
	ev_timer timer;
	int told = 0;

	if (!scene_open(scene, number, 0))
		return;
	quern_group_init(&scene->group, note_group, number % 3);
	scene->group.data = scene;
	quern_loop_hold(scene->rig.loop);
	start_thread(&other, submit_as_group, scene);
	ev_timer_init(&timer, cancel_group, 1e-4, 0);
	timer.data = scene;
	ev_timer_start(scene->rig.ev, &timer);
	rig_run(&scene->rig);
	pthread_join(other, NULL);
	for (int n = 0; n < JOBS; n++) {
		told += scene->told[n];
		check(!scene->told[n] || is_sound(scene, n, -ECANCELED), number,
		    "member");
	}
	check(told == scene->accepted, number, "members accepted and told");
	check(scene->group_ended == (scene->accepted > 0), number, "group end");
	scene_close(scene, number);
}

static void
groups_meet_their_members(void)
{
	for_each_schedule(group_scene);
}

int
main(void)
{
	static const CU_TestInfo random[] = {
		{ "cancel meets start and finish",
		    cancel_meets_start_and_finish },
		{ "leaving meets closing", leaving_meets_closing },
		{ "room meets delivery", room_meets_delivery },
		{ "groups meet their members", groups_meet_their_members },
		CU_TEST_INFO_NULL,
	};

	add_suite("schedules: jobs", random);
	return run_suites();
}

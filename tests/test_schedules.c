/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_schedules.c -- small scenes, each under many schedules.
 *
 * The linker sends the library's locks and some of its inner calls through
 * here.  Around each a thread may be held back for a moment, at random: one
 * place often and for long, the others seldom.  All of it follows from the
 * schedule's number, which is printed when something goes wrong.
 *
 * One schedule exactly, by a script: test_scripts.c.
 */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "src/front.h"
#include "src/job.h"
#include "src/pool.h"
#include "support.h"
#include "watchdog.h"

/* ---- where threads can be held back ---- */

enum point {
	LOCK,
	UNLOCK,
	WAIT,
	SIGNAL,
	RING,
	PUSH_DONE,
	DELIVER,
	LINK,
	STOP,
	FINISH,
	TAKE_SLOT,
	GIVE_SLOT,
	WANT_ROOM,
	GRID_BEGIN,
	GRID_END,
	WAKE_WAITER,
	REMOVE_TIMEOUT,
	UNPIN,
	POINTS
};

/* One schedule; written while only the main thread runs. */
static struct {
	uint64_t seed;       /* 0: nobody is held back */
	enum point worst;    /* where it is likely and long */
	unsigned one_in;     /* elsewhere, one time in so many */
	unsigned generation; /* threads start their own sequence anew */
	unsigned threads;    /* that have; atomic */
} schedule;

static void
hold_back(enum point point)
{
	static _Thread_local uint64_t state;
	static _Thread_local unsigned generation;
	struct timespec time = { 0, 0 };
	uint64_t random;

	if (!schedule.seed)
		return;
	if (generation != schedule.generation) {
		generation = schedule.generation;
		state = schedule.seed +
		    __atomic_add_fetch(&schedule.threads, 1, __ATOMIC_RELAXED);
		state = state ? state * 0x9e3779b97f4a7c15u | 1 : 1;
	}
	random = next_random(&state) >> 8;
	if (point == schedule.worst && random % 4 == 0) {
		time.tv_nsec = (long)(random / 4 % 200000);
		nanosleep(&time, NULL);
	} else if (random % schedule.one_in == 0) {
		random /= schedule.one_in;
		if (random % 2)
			sched_yield();
		else
			for (unsigned n = random / 2 % 1024; n; n--)
				__asm__ volatile("");
	}
}

static void
schedule_begin(uint64_t number)
{
	static const unsigned one_in[] = { 2, 8, 64 };

	schedule.generation++;
	schedule.threads = 0;
	schedule.worst = (enum point)(number % POINTS);
	schedule.one_in = one_in[number / POINTS % 3];
	schedule.seed = number;
}

static void
schedule_end(void)
{
	schedule.seed = 0;
}

/* Both names are written out: the Makefile looks for __wrap_. */
#define WRAP(point, type, real, wrap, parameters, arguments)                   \
	type real parameters;                                                  \
	type wrap parameters;                                                  \
	type wrap parameters                                                   \
	{                                                                      \
		type result;                                                   \
                                                                               \
		hold_back(point);                                              \
		result = real arguments;                                       \
		hold_back(point);                                              \
		return result;                                                 \
	}
#define WRAP_VOID(point, real, wrap, parameters, arguments)                    \
	void real parameters;                                                  \
	void wrap parameters;                                                  \
	void wrap parameters                                                   \
	{                                                                      \
		hold_back(point);                                              \
		real arguments;                                                \
		hold_back(point);                                              \
	}

WRAP(UNLOCK, int, __real_pthread_mutex_unlock, __wrap_pthread_mutex_unlock,
    (pthread_mutex_t * m), (m))
WRAP(WAIT, int, __real_pthread_cond_wait, __wrap_pthread_cond_wait,
    (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
WRAP_VOID(DELIVER, __real_quern__deliver_push, __wrap_quern__deliver_push,
    (quern_loop * loop, quern_job *job), (loop, job))
WRAP_VOID(FINISH, __real_quern__job_finish, __wrap_quern__job_finish,
    (quern_job * job, int status), (job, status))
WRAP(TAKE_SLOT, int, __real_quern__pool_take_slot, __wrap_quern__pool_take_slot,
    (quern_executor * pool), (pool))
WRAP_VOID(GIVE_SLOT, __real_quern__pool_give_slot, __wrap_quern__pool_give_slot,
    (quern_executor * pool), (pool))
WRAP_VOID(WANT_ROOM, __real_quern__pool_want_room, __wrap_quern__pool_want_room,
    (quern_executor * pool, quern_loop *loop), (pool, loop))
WRAP(GRID_BEGIN, int, __real_quern__grid_begin, __wrap_quern__grid_begin,
    (quern_job * job), (job))
WRAP(GRID_END, int, __real_quern__grid_end, __wrap_quern__grid_end,
    (quern_job * job), (job))
WRAP_VOID(WAKE_WAITER, __real_quern__waiter_wake, __wrap_quern__waiter_wake,
    (struct quern_waiter * waiter), (waiter))
WRAP_VOID(REMOVE_TIMEOUT, __real_quern__timeouts_remove,
    __wrap_quern__timeouts_remove,
    (struct quern__timeouts * timeouts, quern_job *job), (timeouts, job))
WRAP_VOID(UNPIN, __real_quern__loop_unpin, __wrap_quern__loop_unpin,
    (quern_loop * loop), (loop))
WRAP(LOCK, int, __real_pthread_mutex_lock, __wrap_pthread_mutex_lock,
    (pthread_mutex_t * m), (m))
WRAP(LINK, int, __real_quern__pool_link, __wrap_quern__pool_link,
    (quern_executor * pool, quern_job *first), (pool, first))
WRAP(STOP, int, __real_quern__job_stop, __wrap_quern__job_stop,
    (quern_job * job, enum quern__reason reason), (job, reason))
WRAP(PUSH_DONE, bool, __real_quern__done_push, __wrap_quern__done_push,
    (struct quern__done * done, quern_job *job), (done, job))

/*
 * What is signalled or rung must still be there after all this time.  These
 * look at it themselves, since the C library and libev are not instrumented.
 */
int __real_pthread_cond_signal(pthread_cond_t *cond);
int __wrap_pthread_cond_signal(pthread_cond_t *cond);
void __real_ev_async_send(struct ev_loop *ev, ev_async *watcher);
void __wrap_ev_async_send(struct ev_loop *ev, ev_async *watcher);
void __real_quern__fd_raise(int event);
void __wrap_quern__fd_raise(int event);

static unsigned long lost_rings; /* atomic: descriptors closed before */

int
__wrap_pthread_cond_signal(pthread_cond_t *cond)
{
	int result;

	hold_back(SIGNAL);
	(void)*(volatile char *)cond;
	result = __real_pthread_cond_signal(cond);
	hold_back(SIGNAL);
	return result;
}

void
__wrap_ev_async_send(struct ev_loop *ev, ev_async *watcher)
{
	hold_back(RING);
	(void)*(volatile char *)watcher;
	__real_ev_async_send(ev, watcher);
	hold_back(RING);
}

void
__wrap_quern__fd_raise(int event)
{
	hold_back(RING);
	if (fcntl(event, F_GETFD) < 0)
		__atomic_fetch_add(&lost_rings, 1, __ATOMIC_RELAXED);
	__real_quern__fd_raise(event);
	hold_back(RING);
}

/* ---- scenes ---- */

enum { JOBS = 12, ELEMENTS = 24 };

/* One scenario: a rig, some jobs, and threads beside the loop's. */
struct scene {
	struct rig rig;
	uint64_t random;
	quern_group group;
	quern_job job[JOBS];
	int ran[JOBS];  /* atomic: elements or calls */
	int told[JOBS]; /* the loop's thread */
	int status[JOBS];
	int taken_out[JOBS]; /* atomic: cancels that said 0 */
	int noticed[JOBS];   /* atomic: cancels that were the first */
	int accepted;        /* by other threads; read after they are joined */
	int group_ended, rooms;
	int wrong; /* atomic: things that must not be */
	struct gate room;
};

static int
get(const int *value)
{
	return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static void
add(int *value, int n)
{
	__atomic_fetch_add(value, n, __ATOMIC_RELAXED);
}

static int
count_call(quern_context *ctx, void *arg)
{
	(void)ctx;
	add(arg, 1);
	return 7;
}

static void
count_range(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	add(arg, (int)(end - begin));
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

static void
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

static bool
scene_open(struct scene *scene, uint64_t number, size_t queue_limit)
{
	quern_threads_options options;

	watchdog("schedule", number);
	*scene = (struct scene) { .random = number * 2 + 1 };
	gate_init(&scene->room);
	schedule_begin(number);
	quern_threads_options_init(&options);
	options.workers = 1 + (unsigned)(number / 7 % 3);
	options.queue_limit = queue_limit;
	if (!rig_open_with(&scene->rig, &options))
		return false;
	for (int n = 0; n < JOBS; n++)
		scene_job(scene, n, any_op(scene, n));
	return true;
}

static unsigned long wrong_scenes;

/* Say so once for each schedule that went wrong. */
static void
check(bool fine, uint64_t number, const char *what)
{
	if (fine)
		return;
	wrong_scenes++;
	printf("\n  %s: QUERN_TEST_SEED=%llu brings it back ", what,
	    (unsigned long long)number);
}

/* All but the end of the schedule, for which all threads must have ended. */
static void
scene_destroy(struct scene *scene, uint64_t number)
{
	check(!scene->wrong, number, "wrong loop or status");
	check(quern_loop_destroy(scene->rig.loop) == 0, number,
	    "loop not destroyed");
	check(quern_executor_destroy(scene->rig.executor) == 0, number,
	    "executor not destroyed");
	ev_loop_destroy(scene->rig.ev);
}

static void
scene_close(struct scene *scene, uint64_t number)
{
	scene_destroy(scene, number);
	schedule_end();
}

static void
start_thread(pthread_t *thread, void *(*main)(void *), struct scene *scene)
{
	if (pthread_create(thread, NULL, main, scene))
		abort();
}

static void
for_each_schedule(void (*play)(struct scene *scene, uint64_t number))
{
	static struct scene scene;
	unsigned long count = fewer_rounds(10 * POINTS);

	wrong_scenes = 0;
	lost_rings = 0;
	for (unsigned long i = 0; i < count; i++)
		play(&scene, seed() + i);
	CU_ASSERT_EQUAL(wrong_scenes, 0);
	CU_ASSERT_EQUAL(lost_rings, 0);
}

/* What may have become of a job that others may have cancelled. */
static bool
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

static unsigned
arrivals(struct gate *gate)
{
	unsigned n;

	pthread_mutex_lock(&gate->lock);
	n = gate->arrived;
	pthread_mutex_unlock(&gate->lock);
	return n;
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
		{ "timeouts meet submits and the end of the loop",
		    timeouts_meet_submits_and_the_end_of_the_loop },
		{ "a loop ends while a worker still rings it",
		    a_loop_ends_while_a_worker_still_rings_it },
		{ "shutdown meets submits and blocking callers",
		    shutdown_meets_submits_and_blocking_callers },
		{ "leaving meets closing", leaving_meets_closing },
		{ "room meets delivery", room_meets_delivery },
		{ "groups meet their members", groups_meet_their_members },
		CU_TEST_INFO_NULL,
	};

	add_suite("schedules", random);
	return run_suites();
}

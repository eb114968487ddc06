/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress_together.c -- tasks that sleep, time out, shield themselves, take
 * turns, hand things on, await descriptors and jobs, and cancel each other, at
 * random: nothing is lost and nobody interrupted who should not be.
 */
#include <errno.h>
#include <quern/together.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "watchdog.h"

enum { TASKS = 60, STEPS = 40, TURNS = 3, ROOM = 4 };

static struct {
	struct rig rig;
	uint64_t random;
	quern_task *task[TASKS];
	bool over[TASKS];
	quern_semaphore semaphore;
	quern_mutex mutex;
	quern_queue queue;
	int end[2];        /* of a pair of sockets with nothing to read */
	int inside, alone; /* who has the semaphore, the mutex */
	uintptr_t put, got;
	unsigned long canceled, timed_out, wrong;
} crowd;

/* What a task may be told, for it has scopes open. */
struct life {
	unsigned scopes;
};

static unsigned
choose(unsigned n)
{
	return (unsigned)(next_random(&crowd.random) % n);
}

/* Was it interrupted?  Anything else but `fine` is wrong. */
static bool
interrupted(const struct life *life, int status, bool fine)
{
	if (status == -ECANCELED)
		crowd.canceled++;
	else if (status == -ETIMEDOUT && life->scopes)
		crowd.timed_out++;
	else if (!fine)
		crowd.wrong++;
	return status < 0;
}

/* 0 to 50 us. */
static double
moment(void)
{
	return choose(51) * 1e-6;
}

static int
compute(quern_context *ctx, void *loops)
{
	for (volatile uintptr_t i = 0; i < (uintptr_t)loops; i++)
		if (quern_should_stop(ctx))
			return -ECANCELED;
	return 1;
}

static void
await_something(const struct life *life)
{
	void *loops = (void *)(uintptr_t)choose(500);
	quern_job job;
	int status;

	switch (choose(5)) {
	case 0:
		status = quern_sleep(moment());
		interrupted(life, status, status == 0);
		break;
	case 1:
		status = quern_await(quern_call(compute, loops));
		interrupted(life, status, status == 1);
		break;
	case 2:
		quern_job_init(&job, quern_call(compute, loops), NULL);
		job.priority = (int)choose(3) - 1;
		status = quern_await_job(&job);
		interrupted(life, status, status == 1);
		break;
	case 3:
		status = quern_await_fd(crowd.end[0], QUERN_READ, moment());
		interrupted(life, status, status == 0);
		break;
	default:
		status = quern_yield();
		interrupted(life, status, status == 0);
	}
}

static void
take_a_turn(const struct life *life)
{
	int err = quern_semaphore_acquire(&crowd.semaphore);

	if (interrupted(life, err, err == 0))
		return;
	crowd.wrong += ++crowd.inside > TURNS;
	await_something(life);
	crowd.inside--;
	quern_semaphore_release(&crowd.semaphore);
}

static void
be_alone(const struct life *life)
{
	int err = quern_mutex_lock(&crowd.mutex);

	if (interrupted(life, err, err == 0))
		return;
	crowd.wrong += ++crowd.alone > 1;
	await_something(life);
	crowd.alone--;
	crowd.wrong += quern_mutex_unlock(&crowd.mutex) != 0;
}

static void
hand_on(const struct life *life)
{
	uintptr_t number = 1 + choose(1000);
	int err = quern_queue_put(&crowd.queue, (void *)number);

	if (!interrupted(life, err, err == 0))
		crowd.put += number;
}

static void
take_over(const struct life *life)
{
	void *item = NULL;
	int err = quern_queue_get(&crowd.queue, &item);

	if (!interrupted(life, err, err == 0))
		crowd.got += (uintptr_t)item;
}

static void
shield(void)
{
	int status;

	crowd.wrong += quern_shield_begin() != 0;
	status = quern_sleep(moment());
	crowd.wrong += status != 0;
	status = quern_await(quern_call(compute, (void *)9));
	crowd.wrong += status != 1;
	crowd.wrong += quern_shield_end() != 0;
}

static int
wait_a_moment(void *seconds)
{
	return quern_sleep(*(double *)seconds);
}

/* Nobody is left behind, whatever the parent is told. */
static void
be_a_group(const struct life *life)
{
	double seconds[3];
	quern_task_group group;
	int err = 0, result;

	quern_task_group_init(&group);
	for (int i = 0; i < 3 && !err; i++) {
		seconds[i] = moment();
		err =
		    quern_task_group_spawn(&group, wait_a_moment, &seconds[i]);
		crowd.wrong += err != 0;
	}
	if (choose(2)) {
		err = quern_task_group_next(&group, NULL, &result);
		interrupted(life, err, err == 0);
	}
	if (choose(4) == 0)
		quern_task_group_cancel(&group);
	err = quern_task_group_wait(&group);
	interrupted(life, err, err == 0);
	crowd.wrong += group.own.running || group.own.ended;
}

static void
do_something(struct life *life)
{
	int err;

	switch (choose(8)) {
	case 0:
		take_a_turn(life);
		break;
	case 1:
		be_alone(life);
		break;
	case 2:
		hand_on(life);
		break;
	case 3:
		take_over(life);
		break;
	case 4:
		shield();
		break;
	case 5:
		be_a_group(life);
		break;
	case 6:
		crowd.wrong += quern_timeout_begin(moment()) != 0;
		life->scopes++;
		do_something(life);
		err = quern_timeout_end();
		life->scopes--;
		crowd.wrong += err != 0 && err != -ETIMEDOUT;
		break;
	default:
		await_something(life);
	}
}

static int
live(void *number)
{
	struct life life = { 0 };

	for (int step = 0; step < STEPS; step++) {
		unsigned i = choose(TASKS);

		if (choose(8) == 0 && crowd.task[i] && !crowd.over[i])
			(void)quern_task_cancel(crowd.task[i]);
		do_something(&life);
	}
	return (int)(uintptr_t)number;
}

/* So that nobody waits for an item, or for room, that never comes. */
static int
keep_the_queue_moving(void *unused)
{
	void *item;
	int err = 0;

	(void)unused;
	while (err != -ECANCELED) {
		if (quern_queue_try_get(&crowd.queue, &item) == 0)
			crowd.got += (uintptr_t)item;
		if (quern_queue_try_put(&crowd.queue, (void *)7) == 0)
			crowd.put += 7;
		err = quern_sleep(2e-5);
	}
	return 0;
}

static int
bring_up(void *unused)
{
	quern_task *mover;
	int result;

	(void)unused;
	crowd.wrong += quern_spawn(crowd.rig.loop, &mover,
			   keep_the_queue_moving, NULL) != 0;
	for (uintptr_t i = 0; i < TASKS; i++)
		crowd.wrong += quern_spawn(crowd.rig.loop, &crowd.task[i], live,
				   (void *)i) != 0;
	for (int i = 0; i < TASKS; i++) {
		crowd.wrong += quern_join(crowd.task[i], &result) != 0;
		crowd.over[i] = true;
		crowd.wrong += result != i;
	}
	(void)quern_task_cancel(mover);
	return quern_join(mover, &result);
}

static void
what_is_left_is_put_back(void)
{
	void *item;

	while (quern_queue_try_get(&crowd.queue, &item) == 0)
		crowd.got += (uintptr_t)item;
	CU_ASSERT_EQUAL(crowd.got, crowd.put);
	CU_ASSERT_EQUAL(crowd.semaphore.own.value, TURNS);
	CU_ASSERT_PTR_NULL(crowd.semaphore.own.line.first);
	CU_ASSERT_PTR_NULL(crowd.mutex.own.owner);
	CU_ASSERT_EQUAL(crowd.queue.own.room.own.value, ROOM);
	CU_ASSERT_EQUAL(crowd.queue.own.items.own.value, 0);
}

static void
nothing_is_lost_whatever_they_do(void)
{
	unsigned long canceled = 0, timed_out = 0;
	long alive = faults_alive();

	for (unsigned long round = 0; round < rounds(10); round++) {
		watchdog("tasks together", round);
		memset(&crowd, 0, sizeof(crowd));
		crowd.random = seed() + round;
		if (!rig_open(&crowd.rig, 2))
			return;
		CU_ASSERT_EQUAL_FATAL(
		    socketpair(
			AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, crowd.end),
		    0);
		quern_semaphore_init(&crowd.semaphore, TURNS);
		quern_mutex_init(&crowd.mutex);
		CU_ASSERT_EQUAL_FATAL(quern_queue_init(&crowd.queue, ROOM), 0);
		CU_ASSERT_EQUAL(
		    quern_spawn(crowd.rig.loop, NULL, bring_up, NULL), 0);
		rig_run(&crowd.rig);
		CU_ASSERT_EQUAL(crowd.wrong, 0);
		what_is_left_is_put_back();
		canceled += crowd.canceled;
		timed_out += crowd.timed_out;
		quern_queue_fini(&crowd.queue);
		rig_close(&crowd.rig);
		close(crowd.end[0]);
		close(crowd.end[1]);
		CU_ASSERT_EQUAL(faults_alive(), alive);
	}
	printf("%lu cancels and %lu timeouts seen ... ", canceled, timed_out);
	CU_ASSERT(canceled > 0 && timed_out > 0);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "nothing is lost, whatever they do",
		    nothing_is_lost_whatever_they_do },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress, tasks together", tests);
	return run_suites();
}

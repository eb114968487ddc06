/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stress.c -- many threads do everything at once, for a while.
 *
 * What is random comes from one seed; what must hold whatever the schedule is
 * counted and added up at the end.
 */
#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support.h"
#include "watchdog.h"

enum { PRODUCERS = 8 };

static int
get(const int *value)
{
	return __atomic_load_n(value, __ATOMIC_ACQUIRE);
}

static void
add(int *value, int n)
{
	__atomic_fetch_add(value, n, __ATOMIC_RELAXED);
}

static void
start_thread(pthread_t *thread, void *(*main)(void *), void *arg)
{
	if (pthread_create(thread, NULL, main, arg))
		abort();
}

static void
count_range(quern_context *ctx, size_t begin, size_t end, void *count)
{
	(void)ctx;
	add(count, (int)(end - begin));
}

static void
options_with(quern_threads_options *options, unsigned workers, size_t limit)
{
	quern_threads_options_init(options);
	options->workers = workers;
	options->queue_limit = limit;
}

/* ---- submit, cancel and complete from many threads on several loops ---- */

enum { FRONTS = 4, SLOTS = 32, ELEMENTS = 40 };

/* A loop and the thread that runs it; the last one is foreign. */
struct front {
	struct ev_loop *ev; /* NULL: foreign */
	quern_loop *loop;
	pthread_t thread;
	pthread_t self; /* set by the thread before it delivers anything */
	int stop;       /* atomic; foreign: end when nothing is left */
	int ended, ended_well, ended_by_cancel, ended_by_time, ended_badly;
	int wrong;
};

/* A job and what is known of it; the producer's while it is not busy. */
struct slot {
	quern_job job;
	struct front *front;
	int busy; /* atomic: from submit until told */
	int ran;  /* atomic: elements, or calls */
	int ran_when_told;
	int submitted, told;
	bool whole; /* a status of 0 means that all elements ran */
};

struct producer {
	struct front *fronts;
	quern_executor *executor;
	uint64_t random;
	pthread_t thread;
	struct slot slot[SLOTS];
	int accepted, cancels_in_time, wrong;
};

static void
slot_done(quern_loop *loop, quern_job *job, int status)
{
	struct slot *slot = job->data;
	struct front *front = slot->front;

	front->wrong += loop != front->loop;
	front->wrong += !pthread_equal(pthread_self(), front->self);
	front->wrong +=
	    slot->whole && status == 0 && get(&slot->ran) != ELEMENTS;
	front->wrong += get(&slot->ran) > ELEMENTS;
	front->ended++;
	front->ended_well += status >= 0;
	front->ended_by_cancel += status == -ECANCELED;
	front->ended_by_time += status == -ETIMEDOUT;
	front->ended_badly += status == -EIO;
	slot->told++;
	slot->ran_when_told = get(&slot->ran);
	__atomic_store_n(&slot->busy, 0, __ATOMIC_RELEASE);
}

static int
fail(quern_context *ctx, void *count)
{
	(void)ctx;
	add(count, 1);
	return -EIO;
}

static int
linger(quern_context *ctx, void *count)
{
	add(count, 1);
	for (int n = 0; n < 20; n++) {
		if (quern_should_stop(ctx))
			return -EIO; /* the reason takes its place */
		quern_set_progress(ctx, n / 20.0);
		sched_yield();
	}
	return 1;
}

static int
nest(quern_context *ctx, void *count)
{
	return quern_run_inside(
	    ctx, quern_for(ELEMENTS, 4, count_range, count));
}

static quern_op
random_op(uint64_t random, struct slot *slot)
{
	slot->whole = false;
	switch (random % 8) {
	case 0:
		return quern_call(fail, &slot->ran);
	case 1:
		return quern_call(linger, &slot->ran);
	case 2:
		slot->whole = true;
		return quern_call(nest, &slot->ran);
	case 3:
	case 4:
		slot->whole = true;
		return quern_for(ELEMENTS, 1, count_range, &slot->ran);
	default:
		return quern_call(add_one, &slot->ran);
	}
}

static void
submit_slot(struct producer *producer, struct slot *slot)
{
	uint64_t random = next_random(&producer->random) >> 8;
	int err;

	if (get(&slot->busy))
		return;
	producer->wrong += slot->told != slot->submitted;
	/* Nobody works for a job that has ended. */
	producer->wrong += get(&slot->ran) != slot->ran_when_told;
	slot->ran = slot->ran_when_told = 0;
	quern_job_init(&slot->job, random_op(random, slot), slot_done);
	slot->job.data = slot;
	slot->job.priority = (int)(random / 8 % 3) - 1;
	if (random / 32 % 4 == 0)
		slot->job.timeout = (double)(random / 128 % 1000) * 1e-6;
	slot->front = &producer->fronts[random / 65536 % FRONTS];
	slot->submitted++;
	__atomic_store_n(&slot->busy, 1, __ATOMIC_RELAXED);
	err = quern_submit(slot->front->loop, &slot->job);
	producer->accepted += !err;
	producer->wrong += err != 0;
}

static void *
produce(void *arg)
{
	struct producer *producer = arg;
	unsigned long rounds = fewer_rounds(80000);
	uint64_t random;
	struct slot *slot;
	double progress;

	for (; rounds; rounds--) {
		random = next_random(&producer->random) >> 8;
		slot = &producer->slot[random / 16 % SLOTS];
		switch (random % 8) {
		case 0:
		case 1:
			if (slot->submitted)
				producer->cancels_in_time +=
				    quern_cancel(&slot->job) == 0;
			break;
		case 2:
			progress = quern_job_progress(&slot->job);
			producer->wrong += !(progress >= 0 && progress <= 1);
			break;
		default:
			submit_slot(producer, slot);
		}
	}
	for (int n = 0; n < FRONTS; n++)
		quern_loop_release(producer->fronts[n].loop);
	return NULL;
}

static void *
run_front(void *arg)
{
	struct front *front = arg;
	struct pollfd poll_fd = { .events = POLLIN };

	front->self = pthread_self();
	if (front->ev) {
		ev_run(front->ev, 0);
		return NULL;
	}
	poll_fd.fd = quern_loop_fd(front->loop);
	while (!get(&front->stop) || quern_loop_pending(front->loop)) {
		(void)poll(&poll_fd, 1, 5);
		front->wrong += quern_loop_dispatch(front->loop) < 0;
	}
	return NULL;
}

static bool
front_open(struct front *front, quern_executor *executor, bool foreign)
{
	*front = (struct front) { .ev = NULL };
	if (!foreign)
		front->ev = ev_loop_new(EVFLAG_AUTO);
	CU_ASSERT_EQUAL(
	    quern_loop_create(&front->loop, front->ev, executor), 0);
	if (!front->loop)
		return false;
	for (int n = 0; n < PRODUCERS; n++)
		quern_loop_hold(front->loop);
	start_thread(&front->thread, run_front, front);
	return true;
}

static void
front_close(struct front *front)
{
	__atomic_store_n(&front->stop, 1, __ATOMIC_RELEASE);
	pthread_join(front->thread, NULL);
	CU_ASSERT_EQUAL(front->wrong, 0);
	CU_ASSERT_EQUAL(front->ended,
	    front->ended_well + front->ended_by_cancel + front->ended_by_time +
		front->ended_badly);
	CU_ASSERT_EQUAL(quern_loop_destroy(front->loop), 0);
	if (front->ev)
		ev_loop_destroy(front->ev);
}

static void
check_stats(quern_executor *executor, struct front *fronts)
{
	quern_stats stats;
	int stopped = 0, badly = 0;

	for (int n = 0; n < FRONTS; n++) {
		stopped += fronts[n].ended_by_cancel + fronts[n].ended_by_time;
		badly += fronts[n].ended_badly;
	}
	CU_ASSERT_EQUAL(quern_executor_stats(executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.waiting, 0);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.failed, (uint64_t)badly);
	/* Loops inside calls count as well. */
	CU_ASSERT(stats.cancelled >= (uint64_t)stopped);
}

static void
every_accepted_job_is_told_once_on_its_own_loop(void)
{
	static struct producer producer[PRODUCERS];
	static struct front front[FRONTS];
	quern_executor *executor = NULL;
	quern_threads_options options;
	int accepted = 0, ended = 0, in_time = 0, by_cancel = 0, wrong = 0;

	watchdog("submit, cancel, complete", 0);
	options_with(&options, 3, 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	for (int n = 0; n < FRONTS; n++)
		if (!front_open(&front[n], executor, n == FRONTS - 1))
			return;
	memset(producer, 0, sizeof(producer));
	for (int n = 0; n < PRODUCERS; n++) {
		producer[n].fronts = front;
		producer[n].executor = executor;
		producer[n].random = seed() + (uint64_t)n * 977;
		start_thread(&producer[n].thread, produce, &producer[n]);
	}
	for (int n = 0; n < PRODUCERS; n++) {
		pthread_join(producer[n].thread, NULL);
		accepted += producer[n].accepted;
		in_time += producer[n].cancels_in_time;
	}
	for (int n = 0; n < FRONTS; n++) {
		front_close(&front[n]);
		ended += front[n].ended;
		by_cancel += front[n].ended_by_cancel;
	}
	for (int n = 0; n < PRODUCERS; n++) {
		wrong += producer[n].wrong;
		for (int s = 0; s < SLOTS; s++)
			wrong += producer[n].slot[s].told !=
			    producer[n].slot[s].submitted;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(ended, accepted);
	CU_ASSERT(in_time > 0);
	CU_ASSERT(by_cancel >= in_time);
	check_stats(executor, front);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

/* ---- many threads cancel the same jobs ---- */

struct crowd {
	quern_job *job;
	int *ran, *told, *in_time, *first; /* per job */
	size_t jobs;
	struct gate gate;
	int wrong;
};

struct canceller {
	struct crowd *crowd;
	pthread_t thread;
	size_t begin;
	bool backwards;
};

static void *
cancel_crowd(void *arg)
{
	struct canceller *canceller = arg;
	struct crowd *crowd = canceller->crowd;
	size_t at = canceller->begin;

	gate_pass(&crowd->gate);
	for (size_t n = 0; n < crowd->jobs; n++) {
		switch (quern_cancel(&crowd->job[at])) {
		case 0:
			add(&crowd->in_time[at], 1);
			break;
		case -EINPROGRESS:
			add(&crowd->first[at], 1);
			break;
		case -EALREADY:
			break;
		default:
			add(&crowd->wrong, 1);
		}
		at += canceller->backwards ? crowd->jobs - 1 : 1;
		at %= crowd->jobs;
	}
	return NULL;
}

static void
crowd_done(quern_loop *loop, quern_job *job, int status)
{
	struct crowd *crowd = job->data;
	long n = job - crowd->job;

	(void)loop;
	crowd->told[n]++;
	if (status == -ECANCELED)
		crowd->wrong += get(&crowd->ran[n]) != 0;
	else
		crowd->wrong += status != 0 || get(&crowd->ran[n]) != 1;
}

static void
eight_threads_cancel_the_same_jobs_and_each_ends_once(void)
{
	struct crowd crowd = { .jobs = fewer_rounds(100000) };
	struct canceller canceller[8];
	quern_job blocker[2];
	struct rig rig;
	size_t wrong = 0, in_time = 0;

	watchdog("cancel the same jobs", 0);
	if (rounds(1) > 1)
		crowd.jobs = fewer_rounds(100000) / 4;
	crowd.job = calloc(crowd.jobs, sizeof(*crowd.job));
	crowd.ran = calloc(crowd.jobs * 4, sizeof(int));
	if (!crowd.job || !crowd.ran || !rig_open(&rig, 2))
		abort();
	crowd.told = crowd.ran + crowd.jobs;
	crowd.in_time = crowd.told + crowd.jobs;
	crowd.first = crowd.in_time + crowd.jobs;
	gate_init(&crowd.gate);
	/* Both workers wait at the gate too, so there is much to cancel. */
	for (int n = 0; n < 2; n++) {
		quern_job_init(
		    &blocker[n], quern_call(pass_gate, &crowd.gate), NULL);
		wrong += quern_submit(rig.loop, &blocker[n]) != 0;
	}
	for (size_t n = 0; n < crowd.jobs; n++) {
		quern_job_init(&crowd.job[n],
		    quern_call(add_one, &crowd.ran[n]), crowd_done);
		crowd.job[n].data = &crowd;
		wrong += quern_submit(rig.loop, &crowd.job[n]) != 0;
	}
	for (size_t t = 0; t < 8; t++) {
		canceller[t] = (struct canceller) { .crowd = &crowd,
			.begin = t / 2 * crowd.jobs / 4,
			.backwards = t % 2 };
		start_thread(&canceller[t].thread, cancel_crowd, &canceller[t]);
	}
	gate_await(&crowd.gate, 8 + 2);
	gate_open(&crowd.gate);
	rig_run(&rig);
	for (int t = 0; t < 8; t++)
		pthread_join(canceller[t].thread, NULL);
	for (size_t n = 0; n < crowd.jobs; n++) {
		wrong += crowd.told[n] != 1;
		wrong += crowd.in_time[n] + crowd.first[n] > 1;
		wrong += crowd.in_time[n] && crowd.ran[n];
		in_time += (size_t)crowd.in_time[n];
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(crowd.wrong, 0);
	CU_ASSERT(in_time > 0);
	rig_close(&rig);
	free(crowd.job);
	free(crowd.ran);
}

/* ---- a job that is submitted again and again, and cancelled meanwhile ---- */

struct again {
	quern_job job;
	unsigned long left;
	int ran, wrong, over; /* atomic */
	int cancels;          /* atomic: those that said that they worked */
	int told, by_cancel;
};

static void
submit_again(quern_loop *loop, quern_job *job, int status)
{
	struct again *again = job->data;

	again->told++;
	again->by_cancel += status == -ECANCELED;
	add(&again->wrong, status != -EIO && status != -ECANCELED);
	if (!--again->left)
		return;
	add(&again->wrong, quern_submit(loop, job) != 0);
}

static void *
cancel_again(void *arg)
{
	struct again *again = arg;

	while (!get(&again->over))
		switch (quern_cancel(&again->job)) {
		case 0:
		case -EINPROGRESS:
			add(&again->cancels, 1);
			break;
		case -EALREADY:
		case -EINVAL: /* between two submits */
			break;
		default:
			add(&again->wrong, 1);
		}
	return NULL;
}

static void
a_job_that_is_submitted_again_can_be_cancelled_meanwhile(void)
{
	static struct again again;
	unsigned long count = fewer_rounds(20000);
	pthread_t canceller[2];
	quern_stats stats;
	struct rig rig;

	watchdog("submit again", 0);
	if (!rig_open(&rig, 1))
		return;
	again.left = count;
	quern_job_init(&again.job, quern_call(fail, &again.ran), submit_again);
	again.job.data = &again;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &again.job), 0);
	for (int n = 0; n < 2; n++)
		start_thread(&canceller[n], cancel_again, &again);
	rig_run(&rig);
	__atomic_store_n(&again.over, 1, __ATOMIC_RELEASE);
	for (int n = 0; n < 2; n++)
		pthread_join(canceller[n], NULL);
	CU_ASSERT_EQUAL(again.told, (int)count);
	/* No cancel was forgotten between the last look and the end. */
	CU_ASSERT_EQUAL(again.by_cancel, again.cancels);
	CU_ASSERT_EQUAL(again.wrong, 0);
	CU_ASSERT_EQUAL(quern_executor_stats(rig.executor, &stats), 0);
	CU_ASSERT_EQUAL(stats.waiting, 0);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.failed + stats.cancelled, count);
	CU_ASSERT_EQUAL(stats.cancelled, (uint64_t)again.by_cancel);
	rig_close(&rig);
}

/* ---- ends right behind the last completion ---- */

static void
a_loop_can_end_right_after_its_last_completion(void)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO);
	unsigned long count = fewer_rounds(10000);
	quern_executor *executor = NULL;
	quern_threads_options options;
	static quern_job job[3];
	int ran = 0, told = 0, expected = 0, wrong = 0;

	watchdog("loop ends after last completion", 0);
	options_with(&options, 2, 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	for (unsigned long round = 0; round < count; round++) {
		quern_loop *loop = NULL;
		int jobs = 1 + (int)(round % 3);

		wrong += quern_loop_create(
			     &loop, round % 2 ? ev : NULL, executor) != 0;
		for (int n = 0; n < jobs; n++) {
			counted_job(&job[n], quern_call(add_one, &ran), &told);
			wrong += quern_submit(loop, &job[n]) != 0;
		}
		if (round % 2)
			ev_run(ev, 0);
		while (quern_loop_pending(loop))
			wrong += quern_loop_dispatch(loop) < 0;
		wrong += quern_loop_destroy(loop) != 0;
		expected += jobs;
		wrong += told != expected;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(ran, expected);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
	ev_loop_destroy(ev);
}

/*
 * Another thread submits and lets go of the loop, while this one tries to
 * destroy it all the time.  As soon as that works, the job must have been told.
 */
struct relay {
	quern_loop *loop; /* atomic: NULL until it is the submitter's turn */
	int over;         /* atomic */
	quern_job job;
	int ran, told, wrong; /* atomic but for told */
};

static void *
submit_and_release(void *arg)
{
	struct relay *relay = arg;
	quern_loop *loop;

	while (!get(&relay->over)) {
		loop =
		    __atomic_exchange_n(&relay->loop, NULL, __ATOMIC_ACQ_REL);
		if (!loop) {
			sched_yield();
			continue;
		}
		add(&relay->wrong, quern_submit(loop, &relay->job) != 0);
		quern_loop_release(loop);
	}
	return NULL;
}

/* Few calls between the tries: the gap that is looked for is narrow. */
static int
destroy_at_last(quern_loop *loop)
{
	int err;

	while ((err = quern_loop_destroy(loop)) == -EBUSY)
		if (quern_loop_pending(loop))
			(void)quern_loop_dispatch(loop);
	return err;
}

static void
a_held_loop_does_not_end_before_the_job_of_its_holder(void)
{
	static struct relay relay;
	unsigned long count = fewer_rounds(40000);
	/* With fewer free cores than threads a round takes far longer. */
	time_t end = time(NULL) + (time_t)fewer_rounds(4);
	quern_executor *executor = NULL;
	quern_threads_options options;
	pthread_t thread;
	int err;

	watchdog("held loop ends", 0);
	options_with(&options, 1, 0);
	CU_ASSERT_EQUAL_FATAL(quern_threads_create(&executor, &options), 0);
	start_thread(&thread, submit_and_release, &relay);
	for (int told = 1; count && time(NULL) < end && !get(&relay.wrong);
	     count--, told++) {
		quern_loop *loop = NULL;

		counted_job(
		    &relay.job, quern_call(add_one, &relay.ran), &relay.told);
		err = quern_loop_create(&loop, NULL, executor);
		quern_loop_hold(loop);
		__atomic_store_n(&relay.loop, loop, __ATOMIC_RELEASE);
		if (!err)
			err = destroy_at_last(loop);
		add(&relay.wrong, err != 0 || relay.told != told);
	}
	__atomic_store_n(&relay.over, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(relay.wrong, 0);
	CU_ASSERT_EQUAL(quern_executor_destroy(executor), 0);
}

static void
executors_come_and_go(void)
{
	unsigned long count = fewer_rounds(600);
	static quern_job job[4];
	int ran = 0, told = 0, expected = 0;
	struct rig rig;

	watchdog("executors come and go", 0);
	for (unsigned long round = 0; round < count; round++) {
		if (!rig_open(&rig, 1 + (unsigned)(round % 4)))
			return;
		for (int n = 0; n < (int)(round % 5); n++, expected++) {
			counted_job(&job[n], quern_call(add_one, &ran), &told);
			CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[n]), 0);
		}
		rig_run(&rig);
		rig_close(&rig);
	}
	CU_ASSERT_EQUAL(told, expected);
	CU_ASSERT_EQUAL(ran, expected);
}

/* ---- everything mixed, and a shutdown in the middle ---- */

enum { RUNNERS = 4, MIXED_GROUPS = 8, MEMBERS = 8 };

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

/* ---- submits from jobs into their own loop ---- */

enum { TREE = 1 << 12 };

struct tree {
	quern_loop *loop;
	quern_job job[TREE];
	int ran, told, wrong; /* ran, wrong: atomic */
};

static struct tree tree;

static int
submit_children(quern_context *ctx, void *arg)
{
	size_t n = (size_t)((quern_job *)arg - tree.job);

	(void)ctx;
	add(&tree.ran, 1);
	for (size_t child = 2 * n; n && child <= 2 * n + 1; child++) {
		if (child >= TREE)
			break;
		counted_job(&tree.job[child],
		    quern_call(submit_children, &tree.job[child]), &tree.told);
		tree.job[child].timeout = child % 3 ? 0 : 1000;
		if (quern_submit(tree.loop, &tree.job[child]))
			add(&tree.wrong, 1);
	}
	return 0;
}

static void
jobs_submit_jobs_and_ev_run_waits_for_them_all(void)
{
	unsigned long count = fewer_rounds(30);
	struct rig rig;

	for (unsigned long round = 0; round < count; round++) {
		watchdog("jobs submit jobs", round);
		if (!rig_open(&rig, 3))
			return;
		memset(&tree, 0, sizeof(tree));
		tree.loop = rig.loop;
		counted_job(&tree.job[1],
		    quern_call(submit_children, &tree.job[1]), &tree.told);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &tree.job[1]), 0);
		rig_run(&rig);
		CU_ASSERT_EQUAL(tree.told, TREE - 1);
		CU_ASSERT_EQUAL(tree.ran, TREE - 1);
		CU_ASSERT_EQUAL(tree.wrong, 0);
		rig_close(&rig);
	}
}

/* ---- a flood that finds no room ---- */

enum { LIMIT = 64, FLOODERS = 8, OWN_JOBS = 32 };

struct flood {
	struct rig rig;
	struct gate room;
	int ran, told, refused, wrong; /* atomic but for told */
	int most;
};

struct flooder {
	struct flood *flood;
	pthread_t thread;
	unsigned long count;
	struct flood_job {
		quern_job job;
		int busy; /* atomic */
	} own[OWN_JOBS];
};

static void
flood_room(quern_loop *loop, void *arg)
{
	struct flood *flood = arg;

	(void)loop;
	gate_arrive(&flood->room);
}

static void
flood_told(quern_loop *loop, quern_job *job, int status)
{
	struct flood_job *own = job->data;
	struct flood *flood = job->op.arg;
	int pending = (int)quern_loop_pending(loop);

	flood->told++;
	add(&flood->wrong, status != 0);
	flood->most = pending > flood->most ? pending : flood->most;
	__atomic_store_n(&own->busy, 0, __ATOMIC_RELEASE);
}

static int
flood_call(quern_context *ctx, void *arg)
{
	(void)ctx;
	add(&((struct flood *)arg)->ran, 1);
	return 0;
}

static void *
submit_flood(void *arg)
{
	struct flooder *flooder = arg;
	struct flood *flood = flooder->flood;
	struct flood_job *own;
	unsigned rooms;
	int err;

	for (unsigned long n = 0; n < flooder->count; n++) {
		own = &flooder->own[n % OWN_JOBS];
		while (get(&own->busy))
			sched_yield();
		quern_job_init(
		    &own->job, quern_call(flood_call, flood), flood_told);
		own->job.data = own;
		own->busy = 1;
		for (;;) {
			pthread_mutex_lock(&flood->room.lock);
			rooms = flood->room.arrived;
			pthread_mutex_unlock(&flood->room.lock);
			err = quern_submit(flood->rig.loop, &own->job);
			if (!err)
				break;
			add(err == -EAGAIN ? &flood->refused : &flood->wrong,
			    1);
			gate_await(&flood->room, rooms + 1);
		}
	}
	quern_loop_release(flood->rig.loop);
	return NULL;
}

static void
a_flood_without_room_loses_nothing(void)
{
	static struct flooder flooder[FLOODERS];
	static struct flood flood;
	unsigned long count = fewer_rounds(10000);
	quern_threads_options options;

	watchdog("flood without room", 0);
	options_with(&options, 2, LIMIT);
	gate_init(&flood.room);
	if (!rig_open_with(&flood.rig, &options))
		return;
	quern_loop_set_room(flood.rig.loop, flood_room, &flood);
	for (int n = 0; n < FLOODERS; n++) {
		quern_loop_hold(flood.rig.loop);
		flooder[n].flood = &flood;
		flooder[n].count = count;
		start_thread(&flooder[n].thread, submit_flood, &flooder[n]);
	}
	rig_run(&flood.rig);
	for (int n = 0; n < FLOODERS; n++)
		pthread_join(flooder[n].thread, NULL);
	CU_ASSERT_EQUAL(flood.wrong, 0);
	CU_ASSERT_EQUAL(flood.ran, (int)count * FLOODERS);
	CU_ASSERT_EQUAL(flood.told, (int)count * FLOODERS);
	CU_ASSERT(flood.refused > 0);
	CU_ASSERT(flood.most <= LIMIT);
	rig_close(&flood.rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "every accepted job is told once, on its own loop",
		    every_accepted_job_is_told_once_on_its_own_loop },
		{ "eight threads cancel the same jobs and each ends once",
		    eight_threads_cancel_the_same_jobs_and_each_ends_once },
		{ "a job that is submitted again can be cancelled meanwhile",
		    a_job_that_is_submitted_again_can_be_cancelled_meanwhile },
		{ "a loop can end right after its last completion",
		    a_loop_can_end_right_after_its_last_completion },
		{ "a held loop does not end before the job of its holder",
		    a_held_loop_does_not_end_before_the_job_of_its_holder },
		{ "executors come and go", executors_come_and_go },
		{ "everything at once, until a shutdown",
		    everything_at_once_until_a_shutdown },
		{ "jobs submit jobs and ev_run waits for them all",
		    jobs_submit_jobs_and_ev_run_waits_for_them_all },
		{ "a flood without room loses nothing",
		    a_flood_without_room_loses_nothing },
		CU_TEST_INFO_NULL,
	};

	add_suite("stress", tests);
	return run_suites();
}

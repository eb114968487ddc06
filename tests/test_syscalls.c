/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_syscalls.c -- what jobs do not cost: allocations and wake-ups.
 *
 * This program has a malloc() and a write(2) of its own, which count for the
 * whole process, libev and the C library included.  The sanitizers bring their
 * own allocator and count through its hooks.
 */
#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.h"
#include "still_cores.h"

static unsigned long allocations, writes; /* atomic */

static void
count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static unsigned long
read_count(const unsigned long *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

#if SANITIZED

QUERN_API int __sanitizer_install_malloc_and_free_hooks(
    void (*allocated)(const volatile void *, size_t),
    void (*freed)(const volatile void *));

static void
allocated(const volatile void *memory, size_t bytes)
{
	(void)memory;
	(void)bytes;
	count(&allocations);
}

static void
freed(const volatile void *memory)
{
	(void)memory;
}

static bool
count_allocations(void)
{
	return __sanitizer_install_malloc_and_free_hooks(allocated, freed);
}

#else

/* glibc's own names of its functions. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t align, size_t bytes);

QUERN_API void *
malloc(size_t bytes)
{
	count(&allocations);
	return __libc_malloc(bytes);
}

QUERN_API void *
calloc(size_t n, size_t bytes)
{
	count(&allocations);
	return __libc_calloc(n, bytes);
}

QUERN_API void *
realloc(void *memory, size_t bytes)
{
	count(&allocations);
	return __libc_realloc(memory, bytes);
}

QUERN_API void *
aligned_alloc(size_t align, size_t bytes)
{
	count(&allocations);
	return __libc_memalign(align, bytes);
}

QUERN_API int
posix_memalign(void **out, size_t align, size_t bytes)
{
	void *memory = aligned_alloc(align, bytes);

	if (!memory)
		return ENOMEM;
	*out = memory;
	return 0;
}

static bool
count_allocations(void)
{
	return true;
}

#endif

QUERN_API ssize_t
write(int fd, const void *bytes, size_t n)
{
	count(&writes);
	return syscall(SYS_write, fd, bytes, n);
}

static void
the_counters_count(void)
{
	unsigned long before = read_count(&allocations);
	void *volatile memory = malloc(100);
	int fds[2];

	free(memory);
	CU_ASSERT(read_count(&allocations) > before);
	before = read_count(&allocations);
	memory = aligned_alloc(64, 128);
	free(memory);
	/* The thread sanitizer of clang 14 has no hook there. */
	CU_ASSERT(SANITIZED_THREAD || read_count(&allocations) > before);
	before = read_count(&writes);
	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	CU_ASSERT_EQUAL(write(fds[1], "x", 1), 1);
	CU_ASSERT_EQUAL(read_count(&writes), before + 1);
	close(fds[0]);
	close(fds[1]);
}

/* ---- allocations ---- */

enum { JOBS = 1000 };

struct crowd {
	quern_job job[JOBS];
	quern_job *list[JOBS];
	quern_group group;
	int ran, told;
};

static void
visit(quern_context *ctx, size_t begin, size_t end, void *count_)
{
	(void)end;
	if (begin == 0)
		add_one(ctx, count_);
}

/* Calls and loops, some with a timeout, some cancelled. */
static void
submit_in_every_way(struct crowd *crowd, quern_loop *loop)
{
	int taken = 0;

	for (int i = 0; i < JOBS; i++) {
		counted_job(&crowd->job[i],
		    i % 3 ? quern_call(add_one, &crowd->ran) :
			    quern_for(100, 10, visit, &crowd->ran),
		    &crowd->told);
		crowd->job[i].timeout = i % 5 ? 0 : 1000;
		crowd->list[i] = &crowd->job[i];
	}
	quern_group_init(&crowd->group, NULL, 0);
	for (int i = 0; i < JOBS / 4; i++)
		taken += quern_submit(loop, crowd->list[i]) == 0;
	taken += quern_submit_many(loop, crowd->list + taken, JOBS / 2);
	taken += quern_group_submit(
	    loop, &crowd->group, crowd->list + taken, JOBS / 4);
	CU_ASSERT_EQUAL(taken, JOBS);
	for (int i = 0; i < JOBS; i += 10)
		(void)quern_cancel(crowd->list[i]);
}

static void
on_timer(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)timer;
	(void)events;
}

/* The OpenMP runtime allocates when a worker first speaks to it. */
static void
warm_up(struct rig *rig)
{
	static struct jam jam;
	static ev_timer timer[4];

	jam_begin(&jam, rig->loop, 2);
	jam_end(&jam);
	/* As libev does when the first timers go off. */
	for (int i = 0; i < 4 && rig->ev; i++) {
		ev_timer_init(&timer[i], on_timer, 0, 0);
		ev_timer_start(rig->ev, &timer[i]);
	}
	rig_run(rig);
}

static void
submit_cancel_and_delivery_allocate_nothing(void)
{
	static struct crowd crowd;
	unsigned long before, after;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	warm_up(&rig);
	for (int round = 0; round < 3; round++) {
		crowd.told = 0;
		faults_arm(0, false);
		before = read_count(&allocations);
		submit_in_every_way(&crowd, rig.loop);
		rig_run(&rig);
		after = read_count(&allocations);
		CU_ASSERT_EQUAL(faults_disarm(), 0);
		CU_ASSERT_EQUAL(crowd.told, JOBS);
		/* libev grows its arrays in the first round. */
		if (round > 0)
			CU_ASSERT_EQUAL(after, before);
	}
	rig_close(&rig);
}

static void
a_foreign_loop_allocates_nothing_either(void)
{
	static struct crowd crowd;
	unsigned long before, after;
	quern_loop *loop;
	struct rig rig;

	if (!rig_open(&rig, 2))
		return;
	CU_ASSERT_EQUAL_FATAL(quern_loop_create(&loop, NULL, rig.executor), 0);
	warm_up(&rig);
	faults_arm(0, false); /* counts the library's own way to memory */
	before = read_count(&allocations);
	submit_in_every_way(&crowd, loop);
	while (quern_loop_pending(loop))
		(void)quern_loop_dispatch(loop);
	after = read_count(&allocations);
	CU_ASSERT_EQUAL(faults_disarm(), 0);
	CU_ASSERT_EQUAL(crowd.told, JOBS);
	CU_ASSERT_EQUAL(after, before);
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	rig_close(&rig);
}

/* ---- wake-ups ---- */

enum { GATHERING = 10000 };

struct gathering {
	quern_job first, job[GATHERING], last;
	struct gate gate; /* open; the last one arrives there */
	unsigned long writes;
	int ran, told;
};

static void
gathering_init(struct gathering *gathering)
{
	gate_init(&gathering->gate);
	gate_open(&gathering->gate);
	for (int i = 0; i < GATHERING; i++)
		counted_job(&gathering->job[i],
		    quern_call(add_one, &gathering->ran), &gathering->told);
	counted_job(&gathering->last, quern_call(pass_gate, &gathering->gate),
	    &gathering->told);
}

/* On one worker: when the last one runs, the others have ended. */
static void
gather(struct gathering *gathering, quern_loop *loop)
{
	int refused = 0;

	gathering->writes = read_count(&writes);
	for (int i = 0; i < GATHERING; i++)
		refused += quern_submit(loop, &gathering->job[i]) != 0;
	refused += quern_submit(loop, &gathering->last) != 0;
	CU_ASSERT_EQUAL(refused, 0);
	gate_await(&gathering->gate, 1);
}

static void
hold_the_loop_back(quern_loop *loop, quern_job *job, int status)
{
	(void)status;
	gather(job->data, loop);
}

static void
ten_thousand_completions_that_gather_cost_two_wake_ups_at_most(void)
{
	static struct gathering gathering;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	gathering_init(&gathering);
	quern_job_init(&gathering.first, quern_call(add_one, &gathering.ran),
	    hold_the_loop_back);
	gathering.first.data = &gathering;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &gathering.first), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(gathering.told, GATHERING + 1);
	CU_ASSERT(read_count(&writes) - gathering.writes <= 2);
	rig_close(&rig);
}

static void
a_foreign_loop_is_woken_as_rarely(void)
{
	static struct gathering gathering;
	unsigned long woken, turns = 0;
	quern_loop *loop;
	struct rig rig;

	if (!rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL_FATAL(quern_loop_create(&loop, NULL, rig.executor), 0);
	gathering_init(&gathering);
	gather(&gathering, loop);
	woken = read_count(&writes) - gathering.writes;
	CU_ASSERT(woken >= 1 && woken <= 2);
	for (; quern_loop_pending(loop); turns++)
		(void)quern_loop_dispatch(loop);
	CU_ASSERT_EQUAL(gathering.told, GATHERING + 1);
	/* A turn that leaves something over says so, once. */
	CU_ASSERT(read_count(&writes) - gathering.writes <= turns + 2);
	CU_ASSERT_EQUAL(quern_loop_destroy(loop), 0);
	rig_close(&rig);
}

struct idle {
	struct gate gate;
	unsigned long writes;
	int left;
};

static void
open_in_the_end(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct idle *idle = timer->data;

	(void)events;
	if (--idle->left)
		return;
	ev_timer_stop(ev, timer);
	idle->writes = read_count(&writes) - idle->writes;
	gate_open(&idle->gate);
}

static void
a_loop_that_waits_for_a_job_writes_nothing(void)
{
	static struct idle idle = { GATE_INITIALIZER, 0, 20 };
	struct rig rig;
	quern_job job;
	ev_timer timer;

	if (!rig_open(&rig, 1))
		return;
	quern_job_init(&job, quern_call(pass_gate, &idle.gate), NULL);
	job.timeout = 1000;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	gate_await(&idle.gate, 1);
	idle.writes = read_count(&writes);
	ev_timer_init(&timer, open_in_the_end, 0.001, 0.001);
	timer.data = &idle;
	ev_timer_start(rig.ev, &timer);
	rig_run(&rig);
	CU_ASSERT_EQUAL(idle.left, 0);
	CU_ASSERT_EQUAL(idle.writes, 0);
	CU_ASSERT_EQUAL(quern_job_status(&job), 0);
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the counters count", the_counters_count },
		{ "submit cancel and delivery allocate nothing",
		    submit_cancel_and_delivery_allocate_nothing },
		{ "a foreign loop allocates nothing either",
		    a_foreign_loop_allocates_nothing_either },
		{ "ten thousand completions that gather cost two wake ups at most",
		    ten_thousand_completions_that_gather_cost_two_wake_ups_at_most },
		{ "a foreign loop is woken as rarely",
		    a_foreign_loop_is_woken_as_rarely },
		{ "a loop that waits for a job writes nothing",
		    a_loop_that_waits_for_a_job_writes_nothing },
		CU_TEST_INFO_NULL,
	};

	if (!count_allocations()) {
		fputs("there is no way to count allocations here\n", stderr);
		return 1;
	}
	add_suite("syscalls", tests);
	return run_suites();
}

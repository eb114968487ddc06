/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task.c -- tasks begin, change places and end; see task.h.
 *
 *     spawn.c --> ready --> [task.c] <--> await.c, gather.c, join.c
 *
 * Ready tasks run in rounds, in a prepare watcher, that is before each poll of
 * libev.  Who gets ready in a round is in the next.  Polling takes as long as
 * dozens of switches, so one round follows the other for up to ROUNDS_NS; then
 * libev looks at sockets and timers, and an idle watcher keeps it from
 * sleeping.
 */
#include "task.h"

#include <errno.h>
#include <ev.h>

#include "clock.h"
#include "front.h"
#include "mem.h"

_Thread_local quern_task *quern__task_running;

enum {
	ROUNDS_NS = 50000 /* until libev looks at sockets and timers */
};

/* ---- to and fro ---- */

static void
get_ready(quern_task *task)
{
	struct quern__tasks *tasks = task->tasks;

	task->state = QUERN_TASK_READY;
	tasks->n_ready++;
	quern__task_list_add(&tasks->ready, task);
	ev_idle_start(tasks->ev, &tasks->idle);
}

void
quern__task_free(quern_task *task)
{
	*task->earlier = task->later;
	if (task->later)
		task->later->earlier = task->earlier;
	task->tasks->n_all--;
	quern__stack_put(&task->tasks->stacks, task->stack);
}

/* It is alone, or there is one more that it has to cancel. */
static void
wake_last(struct quern__tasks *tasks)
{
	quern_task *last = tasks->last;

	tasks->last = NULL;
	if (last)
		quern__task_wake_later(last, 0);
}

/* It was left for the last time. */
static void
end_task(quern_task *task)
{
	struct quern__tasks *tasks = task->tasks;
	bool failed = task->detached && task->result < 0;

	quern__fiber_end(&task->fiber);
	quern__scopes_drop(task);
	tasks->failed += failed;
	if (--tasks->n_alive == 0)
		quern_loop_release(task->loop);
	if (tasks->n_alive == 1)
		wake_last(tasks);
	/* Another one may have woken it, if it awaits the first of several. */
	if (task->joiner && task->joiner->state == QUERN_TASK_WAITING)
		quern__task_wake_later(task->joiner, 0);
	if (!task->detached)
		return;
	if (failed && tasks->tell_failed)
		tasks->tell_failed(task->loop, task->name, task->result,
		    tasks->tell_failed_data);
	quern__task_free(task);
}

/* From home: let the task run until it waits or ends. */
static void
run(quern_task *task)
{
	struct quern__tasks *tasks = task->tasks;
	struct quern__span span;

	quern__trace_begin(&span, &task->loop->track, QUERN__MARK_TASK, NULL);
	span.name = task->name;
	task->state = QUERN_TASK_RUNNING;
	task->turns++;
	tasks->turns++;
	for (;;) {
		quern__fiber_adopt(&tasks->home);
		quern__task_running = task;
		quern__fiber_switch(&tasks->home, &task->fiber);
		if (quern__stack_has_overflown(task->stack))
			quern__stack_fault(task->stack);
		quern__task_running = NULL;
		if (!task->errand)
			break;
		tasks->n_errands++;
		task->result = task->errand(task->errand_arg);
		tasks->n_errands--;
		task->errand = NULL;
	}
	quern__trace_end(&span, 0, 0);
	if (task->state == QUERN_TASK_ENDED)
		end_task(task);
}

static void
go_home(quern_task *task)
{
	quern__fiber_switch(&task->fiber, &task->tasks->home);
}

static void
begin(void *arg)
{
	quern_task *task = arg;

	task->result = task->fn(task->arg);
	task->state = QUERN_TASK_ENDED;
	quern__fiber_leave(&task->fiber, &task->tasks->home);
}

void
quern__task_begin(quern_task *task)
{
	char *bottom = task->stack->bottom;
	struct quern__tasks *tasks = task->tasks;

	quern__fiber_begin(
	    &task->fiber, bottom, (size_t)((char *)task - bottom), begin, task);
	task->later = tasks->all;
	task->earlier = &tasks->all;
	if (tasks->all)
		tasks->all->earlier = &task->later;
	tasks->all = task;
	tasks->n_all++;
	tasks->spawned++;
	/* ev_run() stays alive for them. */
	if (tasks->n_alive++ == 0)
		quern_loop_hold(task->loop);
	get_ready(task);
	wake_last(tasks);
}

/* ---- waiting ---- */

/* Was it interrupted, and has not seen it?  It has now. */
static int
see_pending(quern_task *task)
{
	bool cancelled = task->cancelled;

	if (task->shields || (!cancelled && !task->overdue))
		return 0;
	/* A cancel says more than a timeout. */
	task->cancelled = false;
	quern__scopes_see(task, cancelled);
	return cancelled ? -ECANCELED : -ETIMEDOUT;
}

bool
quern__task_interrupt(quern_task *task, int reason)
{
	/* It is about to hear of one: that is the same. */
	if (task->state == QUERN_TASK_READY && task->stopped == reason &&
	    reason == -ECANCELED)
		return true;
	if (task->state != QUERN_TASK_WAITING || task->stopped || task->shields)
		return false;
	task->stopped = reason;
	if (task->stop)
		task->stop(task);
	return true;
}

int
quern__task_check(void)
{
	if (!quern__task_running)
		return -EPERM;
	return quern__loop_stale(quern__task_running->loop) ? -ESTALE : 0;
}

int
quern__task_may_wait(void)
{
	int err = quern__task_check();

	return err ? err : see_pending(quern__task_running);
}

int
quern__task_wait(const char *what, void (*stop)(quern_task *task), void *awaits)
{
	quern_task *task = quern__task_running;
	int reason;

	task->waits_for = what;
	task->stop = stop;
	task->awaits = awaits;
	task->stopped = 0;
	task->state = QUERN_TASK_WAITING;
	go_home(task);
	if (task->stopped)
		return task->stopped;
	/* Or between its being woken and this. */
	reason = see_pending(task);
	return reason ? reason : task->woken_with;
}

int
quern__task_take_turn(int status)
{
	quern_task *task = quern__task_running;
	int reason;

	task->stopped = 0;
	get_ready(task);
	go_home(task);
	reason = see_pending(task);
	return reason ? reason : status;
}

void
quern__task_wake(quern_task *task, int status)
{
	task->woken_with = status;
	/* A task runs the loop, which it should not. */
	if (quern__task_running)
		get_ready(task);
	else
		run(task);
}

void
quern__task_wake_later(quern_task *task, int status)
{
	task->woken_with = status;
	get_ready(task);
}

int
quern__task_at_home(int (*errand)(void *arg), void *arg)
{
	quern_task *task = quern__task_running;

	task->errand = errand;
	task->errand_arg = arg;
	go_home(task);
	return task->result;
}

/* ---- the rounds ---- */

/* For the next one what it goes on with, for the one after that itself. */
static inline __attribute__((always_inline)) void
fetch_ahead(const quern_task *next)
{
	if (!next)
		return;
	quern__fetch(next->fiber.left_at, QUERN__FRAMES_BYTES);
	if (next->next)
		quern__fetch(next->next, sizeof(*next));
}

static void
run_round(struct quern__tasks *tasks)
{
	struct quern_waiters round = tasks->ready;
	quern_task *task;

	tasks->ready = (struct quern_waiters) { 0 };
	while ((task = quern__task_list_take(&round))) {
		tasks->n_ready--;
		fetch_ahead(round.first);
		run(task);
	}
}

static void
on_prepare(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	struct quern__tasks *tasks = watcher->data;
	uint64_t ends_ns;

	(void)events;
	/* A task runs the loop, which it should not. */
	if (quern__task_running)
		return;
	if (quern__loop_stale(tasks->loop)) {
		ev_idle_stop(ev, &tasks->idle);
		return;
	}
	if (!tasks->ready.first)
		return;
	ends_ns = quern__now_ns() + ROUNDS_NS;
	do
		run_round(tasks);
	while (tasks->ready.first && !quern__passed(ends_ns));
	if (!tasks->ready.first)
		ev_idle_stop(ev, &tasks->idle);
}

static void
on_idle(struct ev_loop *ev, ev_idle *watcher, int events)
{
	(void)ev;
	(void)watcher;
	(void)events;
}

struct quern__tasks *
quern__tasks_of(quern_loop *loop)
{
	struct quern__tasks *tasks = loop->tasks;

	if (tasks)
		return tasks;
	tasks = quern__alloc(sizeof(*tasks));
	if (!tasks)
		return NULL;
	tasks->loop = loop;
	tasks->ev = quern_loop_ev(loop);
	quern__timers_init(&tasks->timers, loop, tasks->ev);
	ev_prepare_init(&tasks->prepare, on_prepare);
	ev_idle_init(&tasks->idle, on_idle);
	tasks->prepare.data = tasks;
	ev_prepare_start(tasks->ev, &tasks->prepare);
	ev_unref(tasks->ev);
	loop->tasks = tasks;
	return tasks;
}

bool
quern__tasks_exist(const quern_loop *loop)
{
	return loop->tasks && loop->tasks->all;
}

void
quern__tasks_drop(quern_loop *loop)
{
	struct quern__tasks *tasks = loop->tasks;

	if (!tasks)
		return;
	ev_idle_stop(tasks->ev, &tasks->idle);
	ev_ref(tasks->ev);
	ev_prepare_stop(tasks->ev, &tasks->prepare);
	quern__timers_fini(&tasks->timers);
	quern__free(tasks->awaited);
	quern__stacks_drop(&tasks->stacks);
	quern__free(tasks);
	loop->tasks = NULL;
}

/* ---- who runs ---- */

quern_task *
quern_task_self(void)
{
	return quern__task_running;
}

quern_loop *
quern_task_loop(void)
{
	return quern__task_running ? quern__task_running->loop : NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task_group.c -- tasks that belong together, see together.h.
 *
 * A member is a detached task that runs run_member(), which says what became of
 * it when its function has returned.
 */
#include <errno.h>

#include "mem.h"
#include "task.h"

struct quern_member {
	struct quern_member *next, **prev; /* running: both; ended: next */
	quern_task_group *group;
	quern_task *task; /* while it runs */
	quern_task_fn *fn;
	void *arg;
	int result;
};

void
quern_task_group_init(quern_task_group *group)
{
	*group = (quern_task_group) { .own = { .running = NULL } };
}

static void
cancel_running(quern_task_group *group)
{
	group->own.cancelled = 1;
	for (struct quern_member *member = group->own.running; member;
	     member = member->next)
		(void)quern_task_cancel(member->task);
}

void
quern_task_group_cancel(quern_task_group *group)
{
	if (group && !group->own.cancelled)
		cancel_running(group);
}

static void
unlink_running(struct quern_member *member)
{
	*member->prev = member->next;
	if (member->next)
		member->next->prev = member->prev;
}

static int
run_member(void *arg)
{
	struct quern_member *member = arg;
	quern_task_group *group = member->group;
	quern_task *waiter;

	member->result = member->fn(member->arg);
	unlink_running(member);
	member->next = NULL;
	if (!group->own.end)
		group->own.end = &group->own.ended;
	*group->own.end = member;
	group->own.end = &member->next;
	if (member->result < 0 && !group->own.cancelled) {
		group->own.first_error = member->result;
		cancel_running(group);
	}
	waiter = group->own.waiter;
	group->own.waiter = NULL;
	if (waiter)
		quern__task_wake_later(waiter, 0);
	return 0;
}

int
quern_task_group_spawn(quern_task_group *group, quern_task_fn *fn, void *arg)
{
	struct quern_member *member;
	int err;

	if (!group || !fn)
		return -EINVAL;
	if (!quern__task_running)
		return -EPERM;
	if (group->own.cancelled)
		return -ECANCELED;
	member = quern__alloc(sizeof(*member));
	if (!member)
		return -ENOMEM;
	member->group = group;
	member->fn = fn;
	member->arg = arg;
	err = quern__spawn_detached(
	    quern_task_loop(), &member->task, run_member, member);
	if (err) {
		quern__free(member);
		return err;
	}
	member->prev = &group->own.running;
	member->next = group->own.running;
	if (member->next)
		member->next->prev = &member->next;
	group->own.running = member;
	return 0;
}

static void
stop_waiting(quern_task *task)
{
	quern_task_group *group = task->awaits;

	group->own.waiter = NULL;
	quern__task_wake_later(task, 0);
}

/* Until a member has ended that was not returned; 0 also if there are none. */
static int
wait_for_one(quern_task_group *group)
{
	if (group->own.ended || !group->own.running)
		return 0;
	group->own.waiter = quern__task_running;
	return quern__task_wait("its group", stop_waiting, group);
}

static struct quern_member *
take_ended(quern_task_group *group)
{
	struct quern_member *member = group->own.ended;

	if (!member)
		return NULL;
	group->own.ended = member->next;
	if (!member->next)
		group->own.end = NULL;
	return member;
}

/* May the running task wait for members?  0, or what is wrong. */
static int
check(const quern_task_group *group)
{
	if (!group)
		return -EINVAL;
	return group->own.waiter ? -EBUSY : 0;
}

int
quern_task_group_next(quern_task_group *group, void **arg, int *result)
{
	struct quern_member *member;
	int err = check(group);

	if (!err)
		err = quern__task_may_wait();
	if (!err)
		err = wait_for_one(group);
	if (err)
		return err;
	member = take_ended(group);
	if (!member)
		return -ENOENT;
	if (arg)
		*arg = member->arg;
	if (result)
		*result = member->result;
	quern__free(member);
	return 0;
}

int
quern_task_group_wait(quern_task_group *group)
{
	quern_task *self = quern__task_running;
	struct quern_member *member;
	int err = check(group), reason;
	bool shielded;

	if (err)
		return err;
	err = quern__task_may_wait();
	if (err == -EPERM || err == -ESTALE)
		return err;
	for (reason = err;;) {
		if (err && !group->own.cancelled)
			cancel_running(group);
		while ((member = take_ended(group)))
			quern__free(member);
		if (!group->own.running)
			break;
		/* What comes now is for what is awaited next. */
		shielded = group->own.cancelled;
		self->shields += shielded;
		err = wait_for_one(group);
		self->shields -= shielded;
		reason = reason ? reason : err;
	}
	/* An interrupt tells more: whoever sent it counts on its being seen. */
	err = reason ? reason : group->own.first_error;
	quern_task_group_init(group);
	return err;
}

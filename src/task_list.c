/* SPDX-License-Identifier: BSD-2-Clause */
/* task_list.c -- tasks in line: first come, first served; see task.h. */
#include "task.h"

void
quern__task_list_add(struct quern_waiters *list, quern_task *task)
{
	if (!list->end)
		list->end = &list->first;
	task->next = NULL;
	*list->end = task;
	list->end = &task->next;
}

void
quern__task_list_add_by_ticket(struct quern_waiters *list, quern_task *task)
{
	quern_task **at = &list->first;

	while (*at && (*at)->ticket < task->ticket)
		at = &(*at)->next;
	task->next = *at;
	*at = task;
	if (!task->next)
		list->end = &task->next;
}

quern_task *
quern__task_list_take(struct quern_waiters *list)
{
	quern_task *task = list->first;

	if (task)
		quern__task_list_remove(list, task);
	return task;
}

void
quern__task_list_remove(struct quern_waiters *list, quern_task *task)
{
	quern_task **at = &list->first;

	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
	if (list->end == &task->next)
		list->end = list->first ? at : NULL;
}

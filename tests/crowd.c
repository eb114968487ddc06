/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.c -- a group of jobs and what its callbacks saw; see crowd.h. */
#include "crowd.h"

static int
return_it(quern_context *ctx, void *value)
{
	(void)ctx;
	return *(int *)value;
}

void
crowd_note_member(quern_loop *loop, quern_job *job, int status)
{
	struct crowd *crowd = job->data;

	(void)loop;
	(void)status;
	crowd->order[crowd->members_told++] = job;
	crowd->early |= crowd->groups_told > 0;
}

static void
note_group(quern_loop *loop, quern_group *group, int first_error)
{
	struct crowd *crowd = group->data;

	(void)loop;
	crowd->groups_told++;
	crowd->first_error = first_error;
}

void
crowd_init(struct crowd *crowd, unsigned flags)
{
	*crowd = (struct crowd) { .first_error = 1 };
	quern_group_init(&crowd->group, note_group, flags);
	crowd->group.data = crowd;
	for (int i = 0; i < MEMBERS; i++) {
		quern_job_init(&crowd->job[i],
		    quern_call(return_it, &crowd->result[i]),
		    crowd_note_member);
		crowd->job[i].data = crowd;
		crowd->list[i] = &crowd->job[i];
	}
}

void
crowd_submit(struct crowd *crowd, quern_loop *loop, int n)
{
	int taken =
	    quern_group_submit(loop, &crowd->group, crowd->list, (size_t)n);

	CU_ASSERT_EQUAL(taken, n);
	CU_ASSERT_EQUAL(crowd->groups_told, 0);
}

void
crowd_ended(const struct crowd *crowd, int n, int first_error)
{
	CU_ASSERT_EQUAL(crowd->groups_told, 1);
	CU_ASSERT_EQUAL(crowd->members_told, n);
	CU_ASSERT_EQUAL(crowd->first_error, first_error);
	CU_ASSERT_FALSE(crowd->early);
	CU_ASSERT_EQUAL(quern_group_progress(&crowd->group), 1);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.h -- a group of jobs and what its callbacks saw. */
#ifndef QUERN_TESTS_CROWD_H
#define QUERN_TESTS_CROWD_H

#include "support.h"

enum { MEMBERS = 20 };

struct crowd {
	quern_group group;
	quern_job job[MEMBERS];
	quern_job *list[MEMBERS]; /* of all of them */
	int result[MEMBERS];      /* what each returns: change it, or its op */

	int ran;                   /* for add_one() */
	quern_job *order[MEMBERS]; /* of the members' done calls */
	int members_told, groups_told, first_error;
	bool early; /* the group was told before a member */
};

/* Members that return 0. */
void crowd_init(struct crowd *crowd, unsigned flags);

/* A done callback for its members, whose data is the crowd. */
void crowd_note_member(quern_loop *loop, quern_job *job, int status);

/* Submit the first n members to the group; asserts that all are taken. */
void crowd_submit(struct crowd *crowd, quern_loop *loop, int n);

/* Asserts that the group was told, once, after n members. */
void crowd_ended(const struct crowd *crowd, int n, int first_error);

#endif

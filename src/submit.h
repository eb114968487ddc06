/* SPDX-License-Identifier: BSD-2-Clause */
/* submit.h -- jobs go out; what quern_submit() and groups share. */
#ifndef QUERN_SRC_SUBMIT_H
#define QUERN_SRC_SUBMIT_H

#include "front.h"

/*
 * Submit n jobs in order, up to the first that is refused, as members of
 * `group` if that is not NULL.  The loop is pinned and
 * locked.  Returns how many were taken, or the first one's error.
 */
int quern__submit_locked(
    quern_loop *loop, quern_job *const jobs[], size_t n, quern_group *group);

/* ---- group.c, the loop's lock is held ---- */

void quern__group_join_locked(quern_group *group, quern_job *job);
/* Undo that: the job was refused after all. */
void quern__group_unjoin_locked(quern_group *group, quern_job *job);

#endif

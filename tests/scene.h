/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene.h -- a small scene to play under many schedules: a rig, some jobs,
 * and threads beside the loop's.
 *
 * What goes wrong is printed with the schedule's number, which brings it back
 * as QUERN_TEST_SEED.
 */
#ifndef QUERN_TESTS_SCENE_H
#define QUERN_TESTS_SCENE_H

#include "support.h"

enum { JOBS = 12, ELEMENTS = 24 };

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

/*
 * Begin the schedule and open the rig, with jobs that do this and that and are
 * not submitted yet.  False, with a failed assertion, if that does not work.
 */
bool scene_open(struct scene *scene, uint64_t number, size_t queue_limit);
/* All but the end of the schedule, for which all threads must have ended. */
void scene_destroy(struct scene *scene, uint64_t number);
/* All of it. */
void scene_close(struct scene *scene, uint64_t number);

/* Another op for the n-th job. */
void scene_job(struct scene *scene, int n, quern_op op);

/* Say so if the schedule went wrong. */
void check(bool fine, uint64_t number, const char *what);
/*
 * What may have become of a job that others may have cancelled, or stopped
 * with the status `reason`.
 */
bool is_sound(const struct scene *scene, int n, int reason);

/* Play the scene under one schedule after the other; asserts that all went. */
void for_each_schedule(void (*play)(struct scene *scene, uint64_t number));

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* ops.c -- ops that several tests run, see ops.h. */
#include "ops.h"

#include <limits.h>

int
add_map(void *out, const void *in, void *arg)
{
	*(int *)out = *(const int *)in + *(int *)arg;
	return 5;
}

void
sum_identity(void *acc, void *arg)
{
	(void)arg;
	*(double *)acc = 0;
}

void
sum_body(quern_context *ctx, size_t begin, size_t end, void *acc, void *arg)
{
	(void)ctx;
	for (; begin < end; begin++)
		*(double *)acc += ((const double *)arg)[begin];
}

void
sum_combine(void *acc, const void *right, void *arg)
{
	(void)arg;
	*(double *)acc += *(const double *)right;
}

const quern_reducer sum_of_doubles = {
	.size = sizeof(double),
	.identity = sum_identity,
	.body = sum_body,
	.combine = sum_combine,
};

int
run_by(struct rig *rig, enum way way, quern_op op)
{
	quern_job job;

	if (way != BY_JOB)
		return quern_run(way == ON_TEAM ? NULL : rig->executor, op);
	quern_job_init(&job, op, NULL);
	if (quern_submit(rig->loop, &job) != 0)
		return INT_MIN;
	rig_run(rig);
	return quern_job_status(&job);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* ops.h -- ops that several tests run, and the ways to run one. */
#ifndef QUERN_TESTS_OPS_H
#define QUERN_TESTS_OPS_H

#include "support.h"

/* A quern_map_fn of ints: out = in + *arg.  Returns 5, which is no failure. */
int add_map(void *out, const void *in, void *arg);

/*
 * The sum of the doubles at `arg`, whose bits show the order of the additions;
 * and its parts.
 */
extern const quern_reducer sum_of_doubles;
void sum_identity(void *acc, void *arg);
void sum_body(
    quern_context *ctx, size_t begin, size_t end, void *acc, void *arg);
void sum_combine(void *acc, const void *right, void *arg);

/* Run `op` the way that `way` says; the statuses are the same in each. */
enum way { ON_TEAM, ON_POOL, BY_JOB, WAYS };
int run_by(struct rig *rig, enum way way, quern_op op);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* omp.h -- all that quern asks of the OpenMP runtime. */
#ifndef QUERN_SRC_OMP_H
#define QUERN_SRC_OMP_H

#include <quern/loop.h>

/* Any OpenMP code on this thread runs on this thread alone from now on. */
void quern__omp_hold_to_one(void);

/* Run all blocks of `job` on the calling thread's team. */
void quern__omp_run_grid(quern_job *job);

#endif

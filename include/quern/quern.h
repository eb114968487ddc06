/* SPDX-License-Identifier: BSD-2-Clause */
/* quern/quern.h -- all of quern. */
#ifndef QUERN_QUERN_H
#define QUERN_QUERN_H

#include <quern/executor.h>
#include <quern/fuse.h>
#include <quern/kernels.h>
#include <quern/loop.h>
#include <quern/op.h>
#include <quern/process.h>
#include <quern/random.h>
#include <quern/status.h>
#include <quern/task.h>
#include <quern/together.h>
#include <quern/trace.h>

#endif

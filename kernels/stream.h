/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.h -- results of elementwise kernels that pass by the caches. */
#ifndef QUERN_KERNELS_STREAM_H
#define QUERN_KERNELS_STREAM_H

#include "kernel.h"

/*
 * The elements [begin, end) of `op` by `loop`; all arrays are contiguous.
 * `acc` as in quern__run_loop().
 */
void quern__stream(const quern_op *op, quern__loop *loop, size_t begin,
    size_t end, size_t *acc);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.h -- the library's only way to memory, so that tests can make the n-th
 * allocation fail.
 */
#ifndef QUERN_SRC_MEM_H
#define QUERN_SRC_MEM_H

#include <stddef.h>

/* `bytes` zeroed bytes on a cache line of their own; NULL: there are none. */
void *quern__alloc(size_t bytes);
/*
 * The same with whatever is in them: for what may be large and is filled bit by
 * bit, so that its pages come one by one too.
 */
void *quern__alloc_as_is(size_t bytes);
void quern__free(void *memory);

#endif

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
void quern__free(void *memory);

#endif

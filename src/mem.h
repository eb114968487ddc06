/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.h -- the library's only way to memory, so that tests can make the n-th
 * allocation fail.
 */
#ifndef QUERN_SRC_MEM_H
#define QUERN_SRC_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* `bytes` zeroed bytes on a cache line of their own; NULL: there are none. */
void *quern__alloc(size_t bytes);
/*
 * The same with whatever is in them: for what may be large and is filled bit by
 * bit, so that its pages come one by one too.
 */
void *quern__alloc_as_is(size_t bytes);
/* So too, in pages of their own. */
void *quern__alloc_pages(size_t bytes);
void quern__free(void *memory);

size_t quern__page_bytes(void);

/*
 * Copy from a pointer that may be anything.  False: not so much can be read
 * there.  A kernel that does not answer is no reason to say so:
 * then the bytes are read as any others.
 */
bool quern__peek(void *out, const void *from, size_t bytes);

#endif

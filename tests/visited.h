/* SPDX-License-Identifier: BSD-2-Clause */
/* visited.h -- a loop whose blocks note that somebody was there. */
#ifndef QUERN_TESTS_VISITED_H
#define QUERN_TESTS_VISITED_H

#include <quern/loop.h>

enum { VISITED_MOST = 1024 };

/* How often each block has run. */
extern int visited[VISITED_MOST];

/*
 * A loop of so many blocks, none of which has run, that the calling thread is
 * about to work on.
 */
void visited_begin(quern_job *job, size_t blocks);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.h -- a tree of files in a temporary folder, in which quota.c takes
 * /proc and the control groups of a process to be.  One at a time.
 */
#ifndef QUERN_TESTS_TREE_H
#define QUERN_TESTS_TREE_H

#include <sys/types.h>

#include "src/quota.h"

/*
 * Of a process with that /proc/self/cgroup and mountinfo; NULL: without.
 * Leaves the test if files cannot be written.
 */
void tree_begin(const char *groups, const char *mounts);
/* Write a file, and make its folders. */
void tree_put(const char *path, const char *text);
/* Make a file so long, with zeros at its end. */
void tree_grow(const char *path, off_t bytes);
/* What is read below it. */
struct quern__quota tree_quota(void);
void tree_end(void);

#endif

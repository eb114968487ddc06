/* SPDX-License-Identifier: BSD-2-Clause */
/* tree.c -- a tree of files for quota.c, see tree.h. */
#include "tree.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static char root[] = "/tmp/quern-tree-XXXXXX";

enum { PATH_BYTES = 1000 };

static void
full_path(char out[PATH_BYTES], const char *path)
{
	snprintf(out, PATH_BYTES, "%s%s", root, path);
}

void
tree_put(const char *path, const char *text)
{
	char full[PATH_BYTES];
	FILE *file;

	full_path(full, path);
	for (char *at = full + sizeof(root); (at = strchr(at, '/')); at++) {
		*at = 0;
		(void)mkdir(full, 0700);
		*at = '/';
	}
	file = fopen(full, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	CU_ASSERT_EQUAL(fclose(file), 0);
}

void
tree_grow(const char *path, off_t bytes)
{
	char full[PATH_BYTES];

	full_path(full, path);
	CU_ASSERT_EQUAL(truncate(full, bytes), 0);
}

void
tree_begin(const char *groups, const char *mounts)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
	if (groups)
		tree_put("/proc/self/cgroup", groups);
	if (mounts)
		tree_put("/proc/self/mountinfo", mounts);
}

struct quern__quota
tree_quota(void)
{
	return quern__quota_read_below(root);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void
tree_end(void)
{
	CU_ASSERT_EQUAL(nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	/* The name is a template again. */
	memset(root + sizeof(root) - 7, 'X', 6);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_quota_mounts.c -- tests quota.c: where it looks for the files of our
 * group, in containers too, and that it finds the end of what it reads.
 */
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "tree.h"

/* ---- containers ---- */

/* The quota in the group `at` of a container that mounts `mounted`. */
static unsigned
contained(const char *group, const char *mounted, const char *at)
{
	char groups[300], mounts[300], file[300];
	unsigned found;

	snprintf(groups, sizeof(groups), "0::%s\n", group);
	snprintf(mounts, sizeof(mounts),
	    "30 23 0:26 %s /cg rw - cgroup2 cgroup rw\n", mounted);
	snprintf(file, sizeof(file), "/cg%s/cpu.max", at);
	tree_begin(groups, mounts);
	tree_put(file, "3000 1000\n");
	found = tree_quota().cpus;
	tree_end();
	return found;
}

static void
a_container_may_mount_its_own_group_alone(void)
{
	CU_ASSERT_EQUAL(contained("/docker/ab", "/docker/ab", ""), 3);
	CU_ASSERT_EQUAL(contained("/docker/ab/x", "/docker/ab", ""), 3);
	CU_ASSERT_EQUAL(contained("/docker/ab/x", "/docker/ab", "/x"), 3);
	CU_ASSERT_EQUAL(
	    contained("/docker/ab/x", "/docker/ab", "/y"), UINT_MAX);
	CU_ASSERT_EQUAL(contained("/", "/", ""), 3);
	CU_ASSERT_EQUAL(contained("/a", "/", "/a"), 3);
	/* The group has been renamed or removed: what is above it counts. */
	CU_ASSERT_EQUAL(contained("/a/b (deleted)", "/", "/a"), 3);
}

static void
what_lies_outside_the_mount_is_looked_for_in_the_mount(void)
{
	CU_ASSERT_EQUAL(contained("/", "/docker/ab", ""), 3);
	CU_ASSERT_EQUAL(contained("/x", "/docker/ab", ""), 3);
	CU_ASSERT_EQUAL(contained("/x", "/docker/ab", "/x"), UINT_MAX);
	CU_ASSERT_EQUAL(contained("/docker/abc", "/docker/ab", ""), 3);
	CU_ASSERT_EQUAL(contained("/docker/abc", "/docker/ab", "c"), UINT_MAX);
	CU_ASSERT_EQUAL(contained("/../other", "/", ""), 3);
	CU_ASSERT_EQUAL(contained("/../other", "/", "/../other"), UINT_MAX);
	CU_ASSERT_EQUAL(contained("/a", "/..", ""), 3);
}

static void
of_several_mounts_the_one_that_we_are_in_counts(void)
{
	static const char *const mounts[] = {
		"30 2 0:6 /x /one rw - cgroup2 c rw\n"
		"31 2 0:6 / /two rw - cgroup2 c rw\n"
		"32 2 0:6 /y /three rw - cgroup2 c rw\n",
		"31 2 0:6 / /two rw - cgroup2 c rw\n"
		"30 2 0:6 /x /one rw - cgroup2 c rw\n"
		"33 2 0:6 / /four rw - cgroup2 c rw\n",
	};

	for (int i = 0; i < 2; i++) {
		tree_begin("0::/a\n", mounts[i]);
		tree_put("/one/cpu.max", "1000 1000\n");
		tree_put("/two/a/cpu.max", "2000 1000\n");
		tree_put("/three/cpu.max", "1000 1000\n");
		tree_put("/four/cpu.max", "1000 1000\n");
		CU_ASSERT_EQUAL(tree_quota().cpus, 2);
		tree_end();
	}
}

static void
escapes_in_the_names_of_mounts_are_understood(void)
{
	tree_begin("0::/o dd\\/x\n",
	    "30 2 0:6 /o\\040dd\\134 /a\\040b\\011c\\134d\\012e\\043 rw - "
	    "cgroup2 c rw\n");
	tree_put("/a b\tc\\d\ne#/x/cpu.max", "2000 1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	tree_end();

	/* What only looks like one is taken as it is. */
	tree_begin("0::/\n",
	    "30 2 0:6 / /\\04\\8\\999\\400\\180\\108\\ rw - cgroup2 c rw\n");
	tree_put("/\\04\\8\\999\\400\\180\\108\\/cpu.max", "2000 1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	tree_end();
}

static void
no_path_and_no_file_is_too_long_for_us(void)
{
	enum { PATH = 6000, MOUNTS = 3000 };
	char groups[PATH + 100] = "0::/a/b", *at = groups + strlen(groups);
	static char mounts[MOUNTS * 64 + 200];

	/* The group's own files cannot be opened, but those above it can. */
	while (at < groups + PATH)
		at += sprintf(at, "/0123456789");
	for (int i = 0; i < MOUNTS; i++)
		sprintf(mounts + strlen(mounts),
		    "%d 1 0:%d / /mnt/%d rw shared:1 - ext4 /dev/x rw\n", i, i,
		    i);
	strcat(mounts, "9 1 0:6 / /cg rw - cgroup2 c rw"); /* no newline */
	tree_begin(groups, mounts);
	tree_put("/cg/a/cpu.max", "3000 1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 3);
	tree_put("/cg/a/b/0123456789/0123456789/cpu.max", "2000 1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 2);

	/* But there is a limit to what we put up with. */
	tree_grow("/proc/self/mountinfo", (1 << 24) + 1);
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_end();
}

static void
files_of_any_length_are_read_to_their_end(void)
{
	static char mounts[9000];
	long alive;
	static const char last[] = "9 1 0:6 / /cg rw - cgroup2 c rw";

	alive = faults_alive();
	/* Around the sizes of the buffer. */
	for (size_t filling = 4000; filling < 4200; filling++) {
		memset(mounts, 'x', filling);
		mounts[filling - 1] = '\n';
		strcpy(mounts + filling, last);
		if (filling == 4000) {
			tree_begin("0::/\n", mounts);
			tree_put("/cg/cpu.max", "2000 1000\n");
		} else {
			tree_put("/proc/self/mountinfo", mounts);
		}
		CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	}
	CU_ASSERT_EQUAL(faults_alive(), alive);
	tree_end();
}

int
main(void)
{
	static const CU_TestInfo mounts[] = {
		{ "a container may mount its own group alone",
		    a_container_may_mount_its_own_group_alone },
		{ "what lies outside the mount is looked for in the mount",
		    what_lies_outside_the_mount_is_looked_for_in_the_mount },
		{ "of several mounts the one that we are in counts",
		    of_several_mounts_the_one_that_we_are_in_counts },
		{ "escapes in the names of mounts are understood",
		    escapes_in_the_names_of_mounts_are_understood },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo sizes[] = {
		{ "no path and no file is too long for us",
		    no_path_and_no_file_is_too_long_for_us },
		{ "files of any length are read to their end",
		    files_of_any_length_are_read_to_their_end },
		CU_TEST_INFO_NULL,
	};

	add_suite("quota: mounts", mounts);
	add_suite("quota: sizes", sizes);
	return run_suites();
}

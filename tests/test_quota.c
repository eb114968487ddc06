/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_quota.c -- tests quota.c: what the files of both versions of control
 * groups say, and what can be wrong with them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support.h"
#include "tree.h"

#define V2_GROUPS "0::/a/b/c\n"
#define V2_MOUNT                                                               \
	"24 1 0:22 / /proc rw,relatime - proc proc rw\n"                       \
	"30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 master:9 - cgroup2 "   \
	"cgroup2 rw,nsdelegate\n"
#define V1_GROUPS                                                              \
	"5:memory:/elsewhere\n4:cpuset:/elsewhere\n3:cpu,cpuacct:/a/b\n"       \
	"1:name=systemd:/elsewhere\n"
#define V1_MOUNT                                                               \
	"31 23 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n"               \
	"32 23 0:28 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n"               \
	"33 23 0:29 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"

/* ---- version 2 ---- */

static void
the_time_is_rounded_up_to_whole_cores(void)
{
	static const struct {
		const char *text;
		unsigned cpus;
	} is[] = {
		{ "100000 100000\n", 1 },
		{ "100001 100000\n", 2 },
		{ "150000 100000\n", 2 },
		{ "200000 100000\n", 2 },
		{ "1000 100000\n", 1 },
		{ "1 1000000\n", 1 },
		{ "5000000 50000", 100 },
		{ "4294967294 1\n", UINT_MAX - 1 },
		{ "4294967296 1\n", UINT_MAX },
		{ "18446744073709551615 18446744073709551615\n", 1 },
		{ "18446744073709551615 1\n", UINT_MAX },
	};

	tree_begin(V2_GROUPS, V2_MOUNT);
	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		tree_put("/sys/fs/cgroup/a/b/c/cpu.max", is[i].text);
		CU_ASSERT_EQUAL(tree_quota().cpus, is[i].cpus);
	}
	tree_end();
}

static void
what_is_not_a_quota_is_none(void)
{
	static const char *const text[] = { "max 100000\n", "max\n", "", "\n",
		"100000\n", "100000", "100000 \n", " 100000 100000\n",
		"100000  100000\n", "-1 100000\n", "100000 -1\n",
		"100000 max\n", "0 100000\n", "100000 0\n", "1e5 100000\n",
		"100000 100000x\n", "+1 100000\n", "0x10 100000\n",
		"18446744073709551616 100000\n",
		"100000 99999999999999999999999999\n", "\xff\xfe\n" };

	tree_begin(V2_GROUPS, V2_MOUNT);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		tree_put("/sys/fs/cgroup/a/b/c/cpu.max", text[i]);
		CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	}
	tree_end();
}

static void
the_least_of_a_group_and_all_above_it_counts(void)
{
	static const char *const folder[] = { "/sys/fs/cgroup/a/b/c/cpu.max",
		"/sys/fs/cgroup/a/b/cpu.max", "/sys/fs/cgroup/a/cpu.max",
		"/sys/fs/cgroup/cpu.max" };

	tree_begin(V2_GROUPS, V2_MOUNT);
	for (int least = 0; least < 4; least++) {
		for (int i = 0; i < 4; i++)
			tree_put(folder[i],
			    i == least ? "200000 100000\n" : "700000 100000\n");
		CU_ASSERT_EQUAL(tree_quota().cpus, 2);
		for (int i = 0; i < 4; i++)
			if (i != least)
				tree_put(folder[i], "max 100000\n");
		CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	}
	/* Not that of others, nor of what the mount is in. */
	tree_put("/sys/fs/cgroup/cpu.max", "max 100000\n");
	tree_put("/sys/fs/cgroup/a/d/cpu.max", "100000 100000\n");
	tree_put("/sys/fs/cgroup/a/b/c/d/cpu.max", "100000 100000\n");
	tree_put("/sys/fs/cpu.max", "100000 100000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_end();
}

/* ---- version 1, and both ---- */

static void
version_1_has_quota_and_period_in_files_of_their_own(void)
{
	tree_begin(V1_GROUPS, V1_MOUNT);
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_quota_us", "250000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 3);
	tree_put("/cg/cpu,cpuacct/a/cpu.cfs_quota_us", "150000");
	tree_put("/cg/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
	CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	tree_put("/cg/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 3);
	tree_put("/cg/cpu,cpuacct/cpu.cfs_quota_us", "10000\n");
	tree_put("/cg/cpu,cpuacct/cpu.cfs_period_us", "5000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	/* Of other controllers' groups none counts. */
	tree_put("/cg/memory/elsewhere/cpu.cfs_quota_us", "1000\n");
	tree_put("/cg/memory/elsewhere/cpu.cfs_period_us", "1000\n");
	tree_put("/cg/cpuset/elsewhere/cpu.cfs_quota_us", "1000\n");
	tree_put("/cg/cpuset/elsewhere/cpu.cfs_period_us", "1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	tree_end();
}

static void
the_controller_is_found_in_any_list(void)
{
	static const char *const list[] = { "cpu", "cpu,cpuacct", "cpuacct,cpu",
		"cpuset,cpu,cpuacct" };

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		char groups[100], mounts[100];

		snprintf(groups, sizeof(groups), "3:%s:/g\n", list[i]);
		snprintf(mounts, sizeof(mounts),
		    "33 23 0:29 / /cg rw - cgroup  rw,%s\n", list[i]);
		tree_begin(groups, mounts);
		tree_put("/cg/g/cpu.cfs_quota_us", "3000\n");
		tree_put("/cg/g/cpu.cfs_period_us", "1000\n");
		CU_ASSERT_EQUAL(tree_quota().cpus, 3);
		tree_end();
	}
	tree_begin("3:cpuacct,cpuset:/g\n",
	    "33 23 0:29 / /cg rw - cgroup x rw,cpuacct,cpuset\n");
	tree_put("/cg/g/cpu.cfs_quota_us", "3000\n");
	tree_put("/cg/g/cpu.cfs_period_us", "1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_end();
}

static void
with_both_versions_the_one_with_the_controller_counts(void)
{
	tree_begin(V1_GROUPS V2_GROUPS, V1_MOUNT V2_MOUNT);
	tree_put("/sys/fs/cgroup/a/b/c/cgroup.procs", "1\n");
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_quota_us", "2000\n");
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_period_us", "1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 2);
	tree_end();

	tree_begin(V2_GROUPS V1_GROUPS, V2_MOUNT V1_MOUNT);
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_period_us", "1000\n");
	tree_put("/sys/fs/cgroup/a/cpu.max", "4000 1000\n");
	CU_ASSERT_EQUAL(tree_quota().cpus, 4);
	tree_end();
}

/* ---- what can go wrong ---- */

static void
what_is_missing_or_makes_no_sense_is_no_quota(void)
{
	static const char *const nonsense[] = { "", "\n\n\n", "0",
		"0:", "0::", "0::\n", "0::x\n", ":::", "a:b:c:d:e\n",
		"30 23 0:26\n", "-", " - ", "30 23 0:26 / /cg rw\n",
		"30 23 0:26 / /cg rw -", "30 23 0:26 / /cg rw - cgroup2\n",
		"- - - - - - - - - -", "30 23 0:26 / /cg rw - cgroup2 c\n",
		"30 23 0:26 / /cg rw cgroup2 c rw\n", "        ",
		"30 23 0:26 / /cg rw - tmpfs c rw\n", "3:cpu", "3:cpu:" };
	enum { COUNT = sizeof(nonsense) / sizeof(nonsense[0]) };

	for (int i = 0; i < COUNT; i++) {
		tree_begin(nonsense[i], V2_MOUNT V1_MOUNT);
		tree_put("/sys/fs/cgroup/cpu.max", "1000 1000\n");
		CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
		tree_end();
		tree_begin(V2_GROUPS V1_GROUPS, nonsense[i]);
		tree_put("/cg/cpu.max", "1000 1000\n");
		CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
		tree_end();
	}
	/* No file at all, and a folder in its place. */
	tree_begin(NULL, NULL);
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_put("/proc/self/cgroup", V2_GROUPS);
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_put("/proc/self/mountinfo/x", V2_MOUNT);
	CU_ASSERT_EQUAL(tree_quota().cpus, UINT_MAX);
	tree_end();
	CU_ASSERT_EQUAL(quern__quota_read_below("/nowhere").cpus, UINT_MAX);
}

static void
whatever_fails_there_is_at_worst_no_quota_known(void)
{
	long alive = faults_alive();
	struct quern__quota quota;
	unsigned long n, none = 0;

	tree_begin(V2_GROUPS V1_GROUPS, V2_MOUNT V1_MOUNT);
	tree_put("/sys/fs/cgroup/a/cpu.max", "2000 1000\n");
	tree_put("/sys/fs/cgroup/a/cpu.stat", "nr_throttled 3\n");
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_quota_us", "3000\n");
	tree_put("/cg/cpu,cpuacct/a/b/cpu.cfs_period_us", "1000\n");
	for (int on = 0; on < 2; on++)
		for (n = 1;; n++) {
			faults_arm(n, on);
			quota = tree_quota();
			if (faults_disarm() < n)
				break;
			CU_ASSERT_TRUE(quota.cpus == 2 || quota.cpus == 3 ||
			    quota.cpus == UINT_MAX);
			none += quota.cpus == UINT_MAX;
			CU_ASSERT_TRUE(
			    quota.throttled == 0 || quota.throttled == 3);
			CU_ASSERT_EQUAL(faults_alive(), alive);
		}
	CU_ASSERT_TRUE(n > 30 && none > 5);
	CU_ASSERT_EQUAL(quota.cpus, 2);
	CU_ASSERT_EQUAL(quota.throttled, 3);
	tree_end();
}

/* ---- cpu.stat ---- */

static void
throttled_periods_are_added_up_over_the_groups(void)
{
	tree_begin(V2_GROUPS V1_GROUPS, V2_MOUNT V1_MOUNT);
	CU_ASSERT_EQUAL(tree_quota().throttled, 0);
	tree_put("/sys/fs/cgroup/a/b/c/cpu.stat",
	    "usage_usec 5\nnr_periods 7\nnr_throttled 11\n"
	    "throttled_usec 13\n");
	tree_put(
	    "/sys/fs/cgroup/cpu.stat", "xnr_throttled 1\nnr_throttled 200");
	tree_put(
	    "/sys/fs/cgroup/a/cpu.stat", "nr_throttled max\nnr_throttled_1\n");
	tree_put("/cg/cpu,cpuacct/a/cpu.stat",
	    "nr_periods 0\nnr_throttled 3000\nthrottled_time 0\n");
	CU_ASSERT_EQUAL(tree_quota().throttled, 3211);
	tree_end();
	/* The root, once. */
	tree_begin("0::/\n", V2_MOUNT);
	tree_put("/sys/fs/cgroup/cpu.stat", "nr_throttled 5\n");
	CU_ASSERT_EQUAL(tree_quota().throttled, 5);
	tree_end();
}

int
main(void)
{
	static const CU_TestInfo v2[] = {
		{ "the time is rounded up to whole cores",
		    the_time_is_rounded_up_to_whole_cores },
		{ "what is not a quota is none", what_is_not_a_quota_is_none },
		{ "the least of a group and all above it counts",
		    the_least_of_a_group_and_all_above_it_counts },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo v1[] = {
		{ "version 1 has quota and period in files of their own",
		    version_1_has_quota_and_period_in_files_of_their_own },
		{ "the controller is found in any list",
		    the_controller_is_found_in_any_list },
		{ "with both versions the one with the controller counts",
		    with_both_versions_the_one_with_the_controller_counts },
		{ "throttled periods are added up over the groups",
		    throttled_periods_are_added_up_over_the_groups },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo wrong[] = {
		{ "what is missing or makes no sense is no quota",
		    what_is_missing_or_makes_no_sense_is_no_quota },
		{ "whatever fails, there is at worst no quota known",
		    whatever_fails_there_is_at_worst_no_quota_known },
		CU_TEST_INFO_NULL,
	};

	add_suite("quota: version 2", v2);
	add_suite("quota: version 1 and both", v1);
	add_suite("quota: what can go wrong", wrong);
	return run_suites();
}

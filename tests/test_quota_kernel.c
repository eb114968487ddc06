/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_quota_kernel.c -- tests quota.c and cpus.c against the kernel itself,
 * in a control group of our own, where we may make one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "forked.h"
#include "src/cpus.h"
#include "src/permit.h"
#include "src/quota.h"
#include "support.h"

/* Where the cpu controller may be, how a quota is written there. */
static const struct {
	const char *folder, *file, *text;
} versions[] = {
	{ "/sys/fs/cgroup", "cpu.max", "10000 100000" },
	{ "/sys/fs/cgroup/unified", "cpu.max", "10000 100000" },
	{ "/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "10000" },
	{ "/sys/fs/cgroup/cpu,cpuacct", "cpu.cfs_quota_us", "10000" },
};

static char group[100]; /* with a group below it, in which the child is */

/* 0, or an errno. */
static int
write_to(const char *file, const char *text)
{
	char path[200];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

static void
remove_groups(void)
{
	char below[200];

	snprintf(below, sizeof(below), "%s/below", group);
	(void)rmdir(below);
	(void)rmdir(group);
}

/* A group with a quota of a tenth of a core, and one below it without. */
static bool
make_groups(void)
{
	char below[200];
	int err = ENOENT;

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		snprintf(group, sizeof(group), "%s/quern-test-%d",
		    versions[i].folder, (int)getpid());
		snprintf(below, sizeof(below), "%s/below", group);
		if (mkdir(group, 0700) != 0) {
			err = errno;
			continue;
		}
		err = write_to(versions[i].file, versions[i].text);
		if (!err && mkdir(below, 0700) == 0)
			return true;
		err = err ? err : errno;
		remove_groups();
	}
	printf("  skipped: no control group can be made here: %s\n",
	    strerror(err));
	return false;
}

/* In a child, which enters the group; what it says of itself. */
static void
count_in_group(void *arg)
{
	struct quern__quota quota = quern__quota_read();
	uint64_t before = quota.throttled;

	(void)arg;
	EXPECT(write_to("below/cgroup.procs", "0") == 0);
	EXPECT(quern__quota_read().cpus == 1);
	EXPECT(quern__cpus() == 1);
	EXPECT(quern__permits_limit() == 1);
	/* Use it up. */
	while (quern__quota_read().throttled == before)
		for (volatile int i = 0; i < 10000000; i++)
			;
}

static void
a_quota_of_the_kernel_is_found_and_felt(void)
{
	if (!make_groups())
		return;
	forked_run(_exit, count_in_group, NULL);
	remove_groups();
}

static void
what_this_process_may_use_can_be_read(void)
{
	errno = E2BIG;
	CU_ASSERT_TRUE(quern__quota_read().cpus >= 1);
	CU_ASSERT_TRUE(quern__cpus() <= quern__cpus_allowed());
	CU_ASSERT_EQUAL(errno, E2BIG);
}

int
main(void)
{
	static const CU_TestInfo kernel[] = {
		{ "what this process may use can be read",
		    what_this_process_may_use_can_be_read },
		{ "a quota of the kernel is found and felt",
		    a_quota_of_the_kernel_is_found_and_felt },
		CU_TEST_INFO_NULL,
	};

	add_suite("quota: kernel", kernel);
	return run_suites();
}

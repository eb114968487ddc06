/* SPDX-License-Identifier: BSD-2-Clause */
/* tasks.c -- which threads this process has, see tasks.h. */
#include "tasks.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threads.h"

int
tasks(void)
{
	DIR *folder = opendir("/proc/self/task");
	struct dirent *entry;
	int n = 0;

	if (!folder)
		abort();
	while ((entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	closedir(folder);
	return n;
}

bool
tasks_become(int n)
{
	for (int tries = 0; tries < 10000; tries++) {
		if (tasks() == n)
			return true;
		nap();
	}
	return false;
}

pid_t
task_self(void)
{
	return (pid_t)syscall(SYS_gettid);
}

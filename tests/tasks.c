/* SPDX-License-Identifier: BSD-2-Clause */
/* tasks.c -- which threads this process has, see tasks.h. */
#include "tasks.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threads.h"

enum { REMEMBERED = 1024 };

static pid_t remembered[REMEMBERED];
static int n_remembered;

/* How many there are; the first so many are written down. */
static int
list(pid_t ids[], int most)
{
	DIR *folder = opendir("/proc/self/task");
	struct dirent *entry;
	int n = 0;

	if (!folder)
		abort();
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.' && n++ < most)
			ids[n - 1] = atoi(entry->d_name);
	closedir(folder);
	return n;
}

int
tasks(void)
{
	return list(NULL, 0);
}

void
tasks_remember(void)
{
	n_remembered = list(remembered, REMEMBERED);
}

bool
task_is_remembered(void)
{
	pid_t self = task_self();

	for (int i = 0; i < n_remembered && i < REMEMBERED; i++)
		if (remembered[i] == self)
			return true;
	return false;
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

/* SPDX-License-Identifier: BSD-2-Clause */
/* forked.c -- runs a function in a child of fork(), see forked.h. */
#include "forked.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

/* In a child, what the threads had that are gone looks like leaks. */
QUERN_API int __lsan_is_turned_off(void);

static bool is_child;

int
__lsan_is_turned_off(void)
{
	return is_child;
}

static int *failed_line; /* shared with the children */

void
forked_failed(int line)
{
	if (!*failed_line)
		*failed_line = line;
}

void
forked_run(void (*leave)(int), void (*fn)(void *arg), void *arg)
{
	int status = -1;
	pid_t child;

	if (!failed_line) {
		failed_line = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		CU_ASSERT_PTR_NOT_EQUAL_FATAL(failed_line, MAP_FAILED);
	}
	*failed_line = 0;
	fflush(NULL); /* or exit() would write it twice */
	child = fork();
	if (child == 0) {
		is_child = true;
		alarm(30);
		fn(arg);
		leave(0);
	}
	CU_ASSERT(child > 0);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL(*failed_line, 0);
	if (status || *failed_line)
		fprintf(stderr, "child: status %#x, line %d\n",
		    (unsigned)status, *failed_line);
}

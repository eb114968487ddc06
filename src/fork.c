/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork.c -- which process this is, see fork.h.
 *
 * Process-wide on purpose: a process has one generation.  pthread_atfork
 * makes looking free of system calls.  Handlers cannot be taken back, so the
 * shared library is linked to stay loaded (-z nodelete).
 */
#include "fork.h"

#include <errno.h>
#include <pthread.h>

#include "permit.h"

unsigned quern__generation;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int watch_status; /* written once, published by `once` */

static void
in_child(void)
{
	quern__generation++;
	quern__permits_restart();
}

static void
watch(void)
{
	watch_status = -pthread_atfork(NULL, NULL, in_child);
}

int
quern__fork_watch(void)
{
	int saved = errno;

	pthread_once(&once, watch);
	errno = saved;
	return watch_status;
}

/*
 * At load, not at first use: the parent may have had an OpenMP team of its own
 * before it ever came to us.
 */
__attribute__((constructor)) static void
watch_at_load(void)
{
	(void)quern__fork_watch();
}

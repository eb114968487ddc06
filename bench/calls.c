/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c -- counts calls of malloc and its kin; see calls.h.
 *
 * glibc finds these definitions before its own, and exports what it would have
 * called as __libc_malloc and so on.  free() stays glibc's.
 */
#include "calls.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

/* Visible to the shared libraries; the rest of a program is not. */
#pragma GCC visibility push(default)
void *malloc(size_t bytes);
void *calloc(size_t n, size_t bytes);
void *realloc(void *old, size_t bytes);
void *aligned_alloc(size_t alignment, size_t bytes);
int posix_memalign(void **out, size_t alignment, size_t bytes);
#pragma GCC visibility pop

/* relaxed throughout: read when the threads are idle. */
static uint64_t calls;

static void
count(void)
{
	__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
}

uint64_t
calls_of_malloc(void)
{
	static bool checked;
	uint64_t before = __atomic_load_n(&calls, __ATOMIC_RELAXED);

	/* A call from inside the C library shows whether they come here. */
	if (!checked) {
		free(strdup("a call"));
		checked = true;
		if (calls_of_malloc() == before)
			die("calls of malloc are not seen");
	}
	return __atomic_load_n(&calls, __ATOMIC_RELAXED);
}

void *
malloc(size_t bytes)
{
	count();
	return __libc_malloc(bytes);
}

void *
calloc(size_t n, size_t bytes)
{
	count();
	return __libc_calloc(n, bytes);
}

void *
realloc(void *old, size_t bytes)
{
	count();
	return __libc_realloc(old, bytes);
}

void *
aligned_alloc(size_t alignment, size_t bytes)
{
	count();
	return __libc_memalign(alignment, bytes);
}

int
posix_memalign(void **out, size_t alignment, size_t bytes)
{
	void *memory;

	count();
	memory = __libc_memalign(alignment, bytes);
	if (!memory)
		return ENOMEM;
	*out = memory;
	return 0;
}

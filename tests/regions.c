/* SPDX-License-Identifier: BSD-2-Clause */
/* regions.c -- OpenMP regions and who was in them, see regions.h. */
#include "regions.h"

#include <dlfcn.h>
#include <omp.h>
#include <stdio.h>

#include "tasks.h"

static void
note(struct region *region)
{
	int n = omp_get_thread_num();

	if (n == 0)
		region->size = omp_get_num_threads();
	if (n < REGION_MOST)
		region->id[n] = task_self();
}

struct region
region(int width)
{
	struct region region = { 0 };

	if (width) {
#pragma omp parallel num_threads(width)
		note(&region);
	} else {
#pragma omp parallel
		note(&region);
	}
	return region;
}

int
strangers(const struct region *a, const struct region *b, int n)
{
	int differ = 0;

	for (int i = 0; i < n; i++)
		differ += a->id[i] != b->id[i];
	return differ;
}

bool
is_libomp(const char *what_differs)
{
	/* It has libgomp's entries too, but not the other way round. */
	if (!dlsym(RTLD_DEFAULT, "__kmpc_fork_call"))
		return false;
	if (what_differs)
		printf("not so with libomp: %s ... ", what_differs);
	return true;
}

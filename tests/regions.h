/* SPDX-License-Identifier: BSD-2-Clause */
/* regions.h -- OpenMP regions and who was in them. */
#ifndef QUERN_TESTS_REGIONS_H
#define QUERN_TESTS_REGIONS_H

#include <stdbool.h>
#include <sys/types.h>

enum { REGION_MOST = 16 };

/* The threads of one region, by their OpenMP number. */
struct region {
	int size;
	pid_t id[REGION_MOST];
};

/* Open one that asks for so many threads, or says nothing (0). */
struct region region(int width);

/* How many of the first n are not the same threads. */
int strangers(const struct region *a, const struct region *b, int n);

/*
 * Is the runtime LLVM's?  Then `what_differs` is printed, unless it is NULL:
 * it ends the sentence "not so with libomp: ".
 */
bool is_libomp(const char *what_differs);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.h -- how often this program has allocated.
 *
 * calls.c takes the calls of malloc and its kin, from the program itself and
 * from the shared libraries alike, and hands them on to the C library.
 */
#ifndef QUERN_BENCH_CALLS_H
#define QUERN_BENCH_CALLS_H

#include <stdint.h>

uint64_t calls_of_malloc(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exp_log.c -- exponentials and logarithms of doubles.
 *
 *     [exp_log.c] --> simd_exp.h simd_log.h
 *
 * No op calls them yet; tests do.
 */
#include "map.h"
#include "simd_exp.h"
#include "simd_log.h"

#define LOOP(name)                                                             \
	MAP_LOOP(name##_f64)                                                   \
	{                                                                      \
		(void)op;                                                      \
		name##_f64_loop(out, in[0], n);                                \
	}

LOOP(exp)
LOOP(exp2)
LOOP(log)
LOOP(log2)
LOOP(log10)

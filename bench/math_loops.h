/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * math_loops.h -- the functions of arrays that math.c measures, quern's and its
 * peers', by name.
 */
#ifndef QUERN_BENCH_MATH_LOOPS_H
#define QUERN_BENCH_MATH_LOOPS_H

#include <quern/kernels.h>
#include <stddef.h>

/* One thread, n a multiple of 16; y is for functions of two arguments. */
typedef void math_loop(void *out, const void *x, const void *y, size_t n);

struct math_loops {
	math_loop *glibc;      /* one by one */
	math_loop *sleef[2];   /* AVX2 and AVX-512, or NEON twice */
	math_loop *libmvec[2]; /* NULL: it has none */
};

struct math_function {
	const char *name, *type;
	quern_op (*quern)(void *out, const void *x, const void *y, size_t n);
	struct math_loops peers;
	double low, high; /* where it is measured; y from -10 to 10 */
};

extern const struct math_function math_functions[];
extern const size_t math_function_count;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_loops.h -- every kernel of quern/kernel_list.h that kernels.c
 * measures, and the loop that one would write instead.
 */
#ifndef QUERN_BENCH_KERNEL_LOOPS_H
#define QUERN_BENCH_KERNEL_LOOPS_H

#include <quern/kernels.h>
#include <stddef.h>

/* What is in an array; integers of any width are compared as bytes. */
enum kernel_element { KERNEL_F64, KERNEL_F32, KERNEL_INTEGER };

struct kernel_loop {
	const char *name;
	quern_op (*build)(void *out, const void *const in[], size_t n);
	/* NULL: nobody writes such a loop. */
	void (*plain)(void *out, const void *const in[], size_t n);
	enum kernel_element in, out;
	size_t in_bytes, out_bytes; /* of an element */
	/* One result instead of an array; a mask goes before the inputs. */
	bool reduces, masked;
};

extern const struct kernel_loop kernel_loops[];
extern const size_t kernel_loop_count;

#endif

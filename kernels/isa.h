/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isa.h -- which instruction set, and the primitive loops written in it.
 *
 *     square.c pow.c sum.c minmax.c --> [isa.h] --> simd_math.c simd_reduce.c
 *
 * simd_*.c are compiled once per instruction set, each time with its flags
 * and with QUERN_ISA_NAME set; every copy is nothing but a constant table of
 * functions.  The families reach them through quern__isa(), once per block.
 *
 * A primitive loop works on one thread and checks nothing.  Pointers are
 * `void *` because an array may start at any byte.  An output is one of the
 * inputs exactly, or apart from them.
 */
#ifndef QUERN_KERNELS_ISA_H
#define QUERN_KERNELS_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sum is a tree over sub-blocks of this many elements, see sum.c. */
enum { QUERN__SUM_SUB = 4096 };

/* Element by element; n may be 0. */
struct quern__math {
	void (*square_f64)(void *out, const void *in, size_t n);
	void (*square_f32)(void *out, const void *in, size_t n);
	void (*square_i64)(void *out, const void *in, size_t n);
	void (*square_i32)(void *out, const void *in, size_t n);

	void (*pow_f64)(void *out, const void *in, double exponent, size_t n);
	void (*pow_f32)(void *out, const void *in, float exponent, size_t n);
	void (*powv_f64)(
	    void *out, const void *in, const void *exponents, size_t n);
	void (*powv_f32)(
	    void *out, const void *in, const void *exponents, size_t n);
};

/* The sum of n elements is high * 2^32 + low - n * 2^63. */
struct quern__halves {
	uint64_t low, high;
};

/* Many elements to one; n is at least 1. */
struct quern__reduce {
	/* n <= QUERN__SUM_SUB; the order of the additions is fixed */
	double (*sum_f64)(const void *in, size_t n);
	double (*sum_f32)(const void *in, size_t n);
	/* n <= 2^32 */
	struct quern__halves (*sum_i64)(const void *in, size_t n);

	double (*min_f64)(const void *in, size_t n);
	double (*max_f64)(const void *in, size_t n);
	float (*min_f32)(const void *in, size_t n);
	float (*max_f32)(const void *in, size_t n);
	int64_t (*min_i64)(const void *in, size_t n);
	int64_t (*max_i64)(const void *in, size_t n);
};

struct quern__isa {
	const char *name; /* as in QUERN_ISA */
	bool fma;         /* has fused multiply-add: shares the bits of pow */
	const struct quern__math *math;
	const struct quern__reduce *reduce;
};

/* The instruction set in use.  Any thread. */
const struct quern__isa *quern__isa(void);

/*
 * For tests: the i-th instruction set that this machine has, plainest first,
 * or NULL past the last.
 */
const struct quern__isa *quern__isa_at(size_t i);

/* For tests, while no other thread is in the library: use `isa` from now on. */
void quern__isa_use(const struct quern__isa *isa);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flushing.h -- the floating-point mode that takes subnormals for 0, which
 * fenv.h knows nothing of: operands and results, of float and double.
 */
#ifndef QUERN_TESTS_FLUSHING_H
#define QUERN_TESTS_FLUSHING_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/* fesetenv(FE_DFL_ENV) ends it. */
static inline void
flush_subnormals(void)
{
#if defined(__x86_64__)
	_mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
	uint64_t mode;

	__asm__ volatile("mrs %0, fpcr" : "=r"(mode));
	__asm__ volatile("msr fpcr, %0" : : "r"(mode | 1 << 24));
#else
#error "how are subnormals flushed here?"
#endif
}

#endif

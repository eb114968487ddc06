/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_poly.h -- polynomials.
 *
 *     simd_fused.h --> [simd_poly.h] --> simd_trig.h simd_arc.h special.c
 *
 * f64v_poly(x, terms) is terms[0] + terms[1] x + ..., for an array of constants,
 * and f32v_poly(x, terms) that of floats.
 * Many terms, which of even and of odd degree, are two chains of operations side
 * by side, since one alone is longer than what a processor looks ahead.
 */
#ifndef QUERN_KERNELS_SIMD_POLY_H
#define QUERN_KERNELS_SIMD_POLY_H

#include "simd_fused.h"

#define f64v_poly(x, terms)                                                    \
	f64v_poly_(x, terms, sizeof(terms) / sizeof((terms)[0]))
#define f32v_poly(x, terms)                                                    \
	f32v_poly_(x, terms, sizeof(terms) / sizeof((terms)[0]))

/* n is at least 2; up to 5, one chain is short enough. */
static inline __attribute__((always_inline)) f64v
f64v_poly_(f64v x, const double terms[], size_t n)
{
	f64v x2 = x * x;
	f64v a = f64v_all(terms[n - 1]), b = f64v_all(terms[n - 2]);

	if (n <= 5) {
#pragma GCC unroll 16
		for (size_t i = n - 1; i-- > 0;)
			a = f64v_fma(a, x, f64v_all(terms[i]));
		return a;
	}
#pragma GCC unroll 16
	for (size_t i = n - 1; i >= 3; i -= 2) {
		a = f64v_fma(a, x2, f64v_all(terms[i - 2]));
		b = f64v_fma(b, x2, f64v_all(terms[i - 3]));
	}
	/* An even number of terms: a has those of odd degree. */
	if (n % 2 == 0)
		return f64v_fma(a, x, b);
	a = f64v_fma(a, x2, f64v_all(terms[0]));
	return f64v_fma(b, x, a);
}

/* Floats need few terms. */
static inline __attribute__((always_inline)) f32v
f32v_poly_(f32v x, const float terms[], size_t n)
{
	f32v a = f32v_all(terms[n - 1]);

#pragma GCC unroll 16
	for (size_t i = n - 1; i-- > 0;)
		a = f32v_fma(a, x, f32v_all(terms[i]));
	return a;
}

#endif

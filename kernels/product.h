/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * product.h -- what a product of doubles was wrong by: v * w - p, rounded once,
 * which is exactly that unless it is below the smallest normal numbers.
 *
 *     compensated.c exact.c --> [product.h]
 *
 * By fused multiply-add, or where there is none, to the same bits, by splitting
 * the factors in halves (Dekker 1971).  Where that could go wrong, because a
 * factor is too large to be split or a part of the result too small to be seen,
 * libm's fma() is asked.
 */
#ifndef QUERN_KERNELS_PRODUCT_H
#define QUERN_KERNELS_PRODUCT_H

#ifdef QUERN_ISA_NAME

#include "simd.h"

#if defined(__AVX512F__)

static inline f64v
product_error(f64v v, f64v w, f64v p)
{
	return (f64v)_mm512_fmsub_pd((__m512d)v, (__m512d)w, (__m512d)p);
}

#elif defined(__FMA__)

static inline f64v
product_error(f64v v, f64v w, f64v p)
{
	return (f64v)_mm256_fmsub_pd((__m256d)v, (__m256d)w, (__m256d)p);
}

#elif defined(__aarch64__)

static inline f64v
product_error(f64v v, f64v w, f64v p)
{
	return (f64v)vfmaq_f64((float64x2_t)-p, (float64x2_t)v, (float64x2_t)w);
}

#else

/* Not inlined, to keep what never happens out of the loops. */
__attribute__((noinline)) static f64v
product_error_rare(f64v v, f64v w, f64v p)
{
	for (size_t k = 0; k < SIMD_BYTES / sizeof(double); k++)
		p[k] = fma(v[k], w[k], -p[k]);
	return p;
}

static inline f64v
product_high_half(f64v v)
{
	f64v far = v * 0x1.0000002p27;

	return far - (far - v);
}

static inline f64v
product_error(f64v v, f64v w, f64v p)
{
	const f64v_mask sign = (f64v_mask)f64v_all(-0.0);
	const f64v large = f64v_all(0x1p990), zero = f64v_all(0);
	f64v size_v = (f64v)((f64v_mask)v & ~sign);
	f64v size_w = (f64v)((f64v_mask)w & ~sign);
	f64v size_p = (f64v)((f64v_mask)p & ~sign);
	f64v v1, v2, w1, w2;

	if (f64v_any(~((size_v < large) & (size_w < large)) |
		(~(size_p > f64v_all(0x1p-960)) & (v != zero) & (w != zero))))
		return product_error_rare(v, w, p);
	v1 = product_high_half(v);
	w1 = product_high_half(w);
	v2 = v - v1;
	w2 = w - w1;
	return v2 * w2 - (((p - v1 * w1) - v2 * w1) - v1 * w2);
}

#endif

#endif

#endif

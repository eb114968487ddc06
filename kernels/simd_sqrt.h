/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_sqrt.h -- the square root, for which GCC's vectors have no operator.
 *
 *     simd_ieee.h simd_arc.h ... --> [simd_sqrt.h] --> simd.h
 */
#ifndef QUERN_KERNELS_SIMD_SQRT_H
#define QUERN_KERNELS_SIMD_SQRT_H

#include "simd.h"

#define SIMD_DEFINE_SQRT(V, M, SQRT)                                           \
	static inline V V##_sqrt(V x)                                          \
	{                                                                      \
		return (V)SQRT((M)x);                                          \
	}

#if defined(__AVX512F__)
SIMD_DEFINE_SQRT(f64v, __m512d, _mm512_sqrt_pd)
SIMD_DEFINE_SQRT(f32v, __m512, _mm512_sqrt_ps)
#elif defined(__AVX2__)
SIMD_DEFINE_SQRT(f64v, __m256d, _mm256_sqrt_pd)
SIMD_DEFINE_SQRT(f32v, __m256, _mm256_sqrt_ps)
#elif defined(__x86_64__)
SIMD_DEFINE_SQRT(f64v, __m128d, _mm_sqrt_pd)
SIMD_DEFINE_SQRT(f32v, __m128, _mm_sqrt_ps)
#else
SIMD_DEFINE_SQRT(f64v, float64x2_t, vsqrtq_f64)
SIMD_DEFINE_SQRT(f32v, float32x4_t, vsqrtq_f32)
#endif

#endif

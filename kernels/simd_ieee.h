/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_ieee.h -- operations of IEEE 754 that GCC's vectors have no operator
 * for: square root, fused multiply-add, rounding to an integer.
 *
 *     roots.c fma.c round.c convert.c --> [simd_ieee.h] --> simd.h
 *
 * Correctly rounded, so their bits are the same on every instruction set.  What
 * a NaN looks like is left to whoever calls.
 */
#ifndef QUERN_KERNELS_SIMD_IEEE_H
#define QUERN_KERNELS_SIMD_IEEE_H

#include "simd_sqrt.h"

/* V##_rint is to the nearest, of two equally near ones to the even one. */
#if defined(__AVX2__)

#define SIMD_DEFINE_FMA(V, M, FMA)                                             \
	static inline V V##_fma(V x, V y, V z)                                 \
	{                                                                      \
		return (V)FMA((M)x, (M)y, (M)z);                               \
	}
#define SIMD_DEFINE_ROUND_(V, M, name, OP, MODE)                               \
	static inline V V##_##name(V x)                                        \
	{                                                                      \
		return (V)OP((M)x, _MM_FROUND_##MODE | _MM_FROUND_NO_EXC);     \
	}
#define SIMD_DEFINE_ROUND(V, M, OP)                                            \
	SIMD_DEFINE_ROUND_(V, M, floor, OP, TO_NEG_INF)                        \
	SIMD_DEFINE_ROUND_(V, M, ceil, OP, TO_POS_INF)                         \
	SIMD_DEFINE_ROUND_(V, M, trunc, OP, TO_ZERO)                           \
	SIMD_DEFINE_ROUND_(V, M, rint, OP, TO_NEAREST_INT)

#endif

#if defined(__AVX512F__)

SIMD_DEFINE_FMA(f64v, __m512d, _mm512_fmadd_pd)
SIMD_DEFINE_FMA(f32v, __m512, _mm512_fmadd_ps)
SIMD_DEFINE_ROUND(f64v, __m512d, _mm512_roundscale_pd)
SIMD_DEFINE_ROUND(f32v, __m512, _mm512_roundscale_ps)

#elif defined(__AVX2__)

SIMD_DEFINE_FMA(f64v, __m256d, _mm256_fmadd_pd)
SIMD_DEFINE_FMA(f32v, __m256, _mm256_fmadd_ps)
SIMD_DEFINE_ROUND(f64v, __m256d, _mm256_round_pd)
SIMD_DEFINE_ROUND(f32v, __m256, _mm256_round_ps)

#elif defined(__x86_64__)

/* libm's is exact; where the processor has none it takes some 100 ns. */
static inline f64v
f64v_fma(f64v x, f64v y, f64v z)
{
	for (size_t k = 0; k < SIMD_BYTES / sizeof(double); k++)
		z[k] = fma(x[k], y[k], z[k]);
	return z;
}

static inline f32v
f32v_fma(f32v x, f32v y, f32v z)
{
	for (size_t k = 0; k < SIMD_BYTES / sizeof(float); k++)
		z[k] = fmaf(x[k], y[k], z[k]);
	return z;
}

/*
 * A size below `ones`, from where on floats are integers, plus `ones` has no
 * bits for a fraction: the addition rounds.  The others are corrections of it.
 */
#define SIMD_DEFINE_ROUND(V, ones)                                             \
	static inline V V##_rint(V x)                                          \
	{                                                                      \
		const V##_mask sign = (V##_mask)V##_all(-0.0f);                \
		V size = (V)((V##_mask)x & ~sign);                             \
		V r = (size + (ones)) - (ones);                                \
                                                                               \
		r = V##_select(size < (ones), r, size);                        \
		return (V)((V##_mask)r | ((V##_mask)x & sign));                \
	}                                                                      \
	static inline V V##_floor(V x)                                         \
	{                                                                      \
		V r = V##_rint(x);                                             \
                                                                               \
		return V##_select(r > x, r - 1, r);                            \
	}                                                                      \
	/* -(1 - 1) is -0. */                                                  \
	static inline V V##_ceil(V x)                                          \
	{                                                                      \
		return -V##_floor(-x);                                         \
	}                                                                      \
	static inline V V##_trunc(V x)                                         \
	{                                                                      \
		const V##_mask sign = (V##_mask)V##_all(-0.0f);                \
		V size = (V)((V##_mask)x & ~sign);                             \
                                                                               \
		size = V##_floor(size);                                        \
		return (V)((V##_mask)size | ((V##_mask)x & sign));             \
	}

SIMD_DEFINE_ROUND(f64v, 0x1p52)
SIMD_DEFINE_ROUND(f32v, 0x1p23f)

#else

#define SIMD_DEFINE_ROUND(V, M, name, OP)                                      \
	static inline V V##_##name(V x)                                        \
	{                                                                      \
		return (V)OP((M)x);                                            \
	}
#define SIMD_DEFINE_NEON(V, M, t)                                              \
	static inline V V##_fma(V x, V y, V z)                                 \
	{                                                                      \
		return (V)vfmaq_##t((M)z, (M)x, (M)y);                         \
	}                                                                      \
	SIMD_DEFINE_ROUND(V, M, floor, vrndmq_##t)                             \
	SIMD_DEFINE_ROUND(V, M, ceil, vrndpq_##t)                              \
	SIMD_DEFINE_ROUND(V, M, trunc, vrndq_##t)                              \
	SIMD_DEFINE_ROUND(V, M, rint, vrndnq_##t)

SIMD_DEFINE_NEON(f64v, float64x2_t, f64)
SIMD_DEFINE_NEON(f32v, float32x4_t, f32)

#endif

#endif

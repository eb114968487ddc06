/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sleef_calls.h -- SLEEF's functions on one vector of the instruction set that
 * is being compiled for, by one name.
 *
 *     exponential.c logarithm.c hyperbolic.c --> [sleef_calls.h] --> SLEEF
 *
 * The variants of SLEEF's that are meant to round alike: "finz" wherever there
 * is fused multiply-add, whose bits are the same there, and "cinz" on plain
 * x86-64.  SLEEF_1(exp, u10) defines f64v_exp() and f32v_exp(), whose error
 * SLEEF says to be at most 1.0 ULP.
 *
 * Not here: what a family makes of the results that SLEEF 3.5 gets wrong.
 */
#ifndef QUERN_KERNELS_SLEEF_CALLS_H
#define QUERN_KERNELS_SLEEF_CALLS_H

#include "simd_any.h"

#if defined(__AVX512F__)
#define SLEEF_f64(name, u) Sleef_finz_##name##d8_##u##avx512f
#define SLEEF_f32(name, u) Sleef_finz_##name##f16_##u##avx512f
typedef __m512d sleef_f64;
typedef __m512 sleef_f32;
#elif defined(__AVX2__)
#define SLEEF_f64(name, u) Sleef_finz_##name##d4_##u##avx2
#define SLEEF_f32(name, u) Sleef_finz_##name##f8_##u##avx2
typedef __m256d sleef_f64;
typedef __m256 sleef_f32;
#elif defined(__x86_64__)
#define SLEEF_f64(name, u) Sleef_cinz_##name##d2_##u##sse2
#define SLEEF_f32(name, u) Sleef_cinz_##name##f4_##u##sse2
typedef __m128d sleef_f64;
typedef __m128 sleef_f32;
#elif defined(__aarch64__)
#define SLEEF_f64(name, u) Sleef_finz_##name##d2_##u##advsimd
#define SLEEF_f32(name, u) Sleef_finz_##name##f4_##u##advsimd
typedef float64x2_t sleef_f64;
typedef float32x4_t sleef_f32;
#endif

#define SLEEF_1_(name, t, u)                                                   \
	static inline t##v t##v_##name(t##v x)                                 \
	{                                                                      \
		return (t##v)SLEEF_##t(name, u)((sleef_##t)x);                 \
	}
#define SLEEF_1(name, u) SLEEF_1_(name, f64, u) SLEEF_1_(name, f32, u)

/* The same with the NaN that quern promises: name_f64v(), name_f32v(). */
#define TIDY_1_(name, t)                                                       \
	static inline t##v name##_##t##v(t##v x)                               \
	{                                                                      \
		return t##v_tidy(t##v_##name(x));                              \
	}
#define TIDY_1(name) TIDY_1_(name, f64) TIDY_1_(name, f32)

/* ---- what the repairs are written with ---- */

#define SLEEF_DEFINE(t, T)                                                     \
	static inline t##v t##v_copysign(t##v size, t##v sign_of)              \
	{                                                                      \
		const t##v_mask sign = (t##v_mask)t##v_all((T)-0.0);           \
                                                                               \
		return (t##v)(                                                 \
		    (t##v_mask)t##v_abs(size) | ((t##v_mask)sign_of & sign));  \
	}

SLEEF_DEFINE(f64, double)
SLEEF_DEFINE(f32, float)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_halves.h -- a vector of floats as two vectors of doubles, for functions
 * that are right to the last bit of a float if they are computed in doubles.
 *
 *     simd_trig.h simd_arc.h special.c --> [simd_halves.h] --> simd.h
 *
 * f32v_first() and f32v_second() widen a half, f32v_of() rounds and joins two.
 */
#ifndef QUERN_KERNELS_SIMD_HALVES_H
#define QUERN_KERNELS_SIMD_HALVES_H

#include "simd.h"

#if defined(__AVX512F__)

static inline f64v
f32v_first(f32v x)
{
	return (f64v)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)x));
}

static inline f64v
f32v_second(f32v x)
{
	return (f64v)_mm512_cvtps_pd(_mm256_castpd_ps(
	    _mm512_extractf64x4_pd(_mm512_castps_pd((__m512)x), 1)));
}

static inline f32v
f32v_of(f64v first, f64v second)
{
	__m256 a = _mm512_cvtpd_ps((__m512d)first);
	__m256 b = _mm512_cvtpd_ps((__m512d)second);

	return (f32v)_mm512_castpd_ps(
	    _mm512_insertf64x4(_mm512_castps_pd(_mm512_castps256_ps512(a)),
		_mm256_castps_pd(b), 1));
}

#elif defined(__AVX2__)

static inline f64v
f32v_first(f32v x)
{
	return (f64v)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)x));
}

static inline f64v
f32v_second(f32v x)
{
	return (f64v)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)x, 1));
}

static inline f32v
f32v_of(f64v first, f64v second)
{
	__m128 a = _mm256_cvtpd_ps((__m256d)first);
	__m128 b = _mm256_cvtpd_ps((__m256d)second);

	return (f32v)_mm256_insertf128_ps(_mm256_castps128_ps256(a), b, 1);
}

#elif defined(__x86_64__)

static inline f64v
f32v_first(f32v x)
{
	return (f64v)_mm_cvtps_pd((__m128)x);
}

static inline f64v
f32v_second(f32v x)
{
	return (f64v)_mm_cvtps_pd(_mm_movehl_ps((__m128)x, (__m128)x));
}

static inline f32v
f32v_of(f64v first, f64v second)
{
	return (f32v)_mm_movelh_ps(
	    _mm_cvtpd_ps((__m128d)first), _mm_cvtpd_ps((__m128d)second));
}

#else

static inline f64v
f32v_first(f32v x)
{
	return (f64v)vcvt_f64_f32(vget_low_f32((float32x4_t)x));
}

static inline f64v
f32v_second(f32v x)
{
	return (f64v)vcvt_high_f64_f32((float32x4_t)x);
}

static inline f32v
f32v_of(f64v first, f64v second)
{
	return (f32v)vcvt_high_f32_f64(
	    vcvt_f32_f64((float64x2_t)first), (float64x2_t)second);
}

#endif

/* name(x) of half(x), which is for one half. */
#define HALVES_1(name, half)                                                   \
	static inline f32v name(f32v x)                                        \
	{                                                                      \
		return f32v_of(half(f32v_first(x)), half(f32v_second(x)));     \
	}
#define HALVES_2(name, half)                                                   \
	static inline f32v name(f32v x, f32v y)                                \
	{                                                                      \
		return f32v_of(half(f32v_first(x), f32v_first(y)),             \
		    half(f32v_second(x), f32v_second(y)));                     \
	}

#endif

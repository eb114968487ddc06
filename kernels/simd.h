/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd.h -- one vector of the instruction set that is being compiled for.
 *
 * GCC's vector extension does the arithmetic, so the same source serves every
 * width; only what it cannot say, as whether any lane is set, is spelled per
 * instruction set.  Everything is static inline, so that no function
 * compiled for a newer processor can be linked in for an older one.
 *
 * Included by map.h, for families compiled for an instruction set, alone.
 */
#ifndef QUERN_KERNELS_SIMD_H
#define QUERN_KERNELS_SIMD_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define SIMD_BYTES 64
#elif defined(__AVX2__)
#define SIMD_BYTES 32
#else
#define SIMD_BYTES 16
#endif

#define SIMD_VECTOR(bytes) __attribute__((vector_size(bytes)))
typedef double f64v SIMD_VECTOR(SIMD_BYTES);
typedef float f32v SIMD_VECTOR(SIMD_BYTES);
typedef int64_t i64v SIMD_VECTOR(SIMD_BYTES);
typedef int32_t i32v SIMD_VECTOR(SIMD_BYTES);
typedef uint64_t u64v SIMD_VECTOR(SIMD_BYTES);
typedef uint32_t u32v SIMD_VECTOR(SIMD_BYTES);
typedef float f32half SIMD_VECTOR(SIMD_BYTES / 2);

/* A comparison gives lanes of all ones or all zeros, as signed integers. */
typedef i64v f64v_mask, i64v_mask, u64v_mask;
typedef i32v f32v_mask, i32v_mask, u32v_mask;

/*
 * Per vector type: load one element, make all lanes equal, load a vector, store
 * one, load the first n lanes and keep the others of `rest`.  Any address will
 * do.  V##_at is a vector at one; GCC 12 moves 32 bytes by memcpy() piecemeal.
 */
#define SIMD_DEFINE(V, T)                                                      \
	typedef V V##_at __attribute__((aligned(1), may_alias));               \
	static inline T V##_load_one(const void *from)                         \
	{                                                                      \
		T x;                                                           \
                                                                               \
		memcpy(&x, from, sizeof(x));                                   \
		return x;                                                      \
	}                                                                      \
	static inline V V##_all(T x)                                           \
	{                                                                      \
		V zero = { 0 };                                                \
                                                                               \
		return x - zero;                                               \
	}                                                                      \
	static inline V V##_load(const void *from)                             \
	{                                                                      \
		return *(const V##_at *)from;                                  \
	}                                                                      \
	static inline void V##_store(void *to, V v)                            \
	{                                                                      \
		*(V##_at *)to = v;                                             \
	}                                                                      \
	static inline V V##_load_part(const void *from, size_t n, V rest)      \
	{                                                                      \
		memcpy(&rest, from, n * sizeof(T));                            \
		return rest;                                                   \
	}

SIMD_DEFINE(f64v, double)
SIMD_DEFINE(f32v, float)
SIMD_DEFINE(i64v, int64_t)
SIMD_DEFINE(u64v, uint64_t)
SIMD_DEFINE(i32v, int32_t)
SIMD_DEFINE(u32v, uint32_t)

/* yes where the mask is set, no elsewhere */
#define SIMD_DEFINE_SELECT(V)                                                  \
	static inline V V##_select(V##_mask mask, V yes, V no)                 \
	{                                                                      \
		return (V)(((V##_mask)yes & mask) | ((V##_mask)no & ~mask));   \
	}

SIMD_DEFINE_SELECT(f64v)
SIMD_DEFINE_SELECT(f32v)
SIMD_DEFINE_SELECT(i64v)
SIMD_DEFINE_SELECT(i32v)
SIMD_DEFINE_SELECT(u64v)
SIMD_DEFINE_SELECT(u32v)

/* v, but `instead` where that is NaN. */
#if defined(__AVX512F__)

static inline f64v
f64v_unless_nan(f64v v, f64v instead)
{
	__mmask8 nan = _mm512_cmp_pd_mask((__m512d)v, (__m512d)v, _CMP_UNORD_Q);

	return (f64v)_mm512_mask_mov_pd((__m512d)v, nan, (__m512d)instead);
}

static inline f32v
f32v_unless_nan(f32v v, f32v instead)
{
	__mmask16 nan = _mm512_cmp_ps_mask((__m512)v, (__m512)v, _CMP_UNORD_Q);

	return (f32v)_mm512_mask_mov_ps((__m512)v, nan, (__m512)instead);
}

#else

#define SIMD_DEFINE_UNLESS_NAN(V)                                              \
	static inline V V##_unless_nan(V v, V instead)                         \
	{                                                                      \
		return V##_select(v == v, v, instead);                         \
	}

SIMD_DEFINE_UNLESS_NAN(f64v)
SIMD_DEFINE_UNLESS_NAN(f32v)

#endif

/*
 * NaNs become the default quiet one: which of an operation's operands lends its
 * bits, and the sign of a NaN that it makes itself, are the processor's choice.
 */
#define SIMD_DEFINE_TIDY(V)                                                    \
	static inline V V##_tidy(V v)                                          \
	{                                                                      \
		return V##_unless_nan(v, V##_all(NAN));                        \
	}

SIMD_DEFINE_TIDY(f64v)
SIMD_DEFINE_TIDY(f32v)

/*
 * flip_by(v, x): v, with its sign changed where x has one.
 * where_above(a, b, yes, no): yes where a > b, no elsewhere.
 */
#if defined(__AVX512F__)

static inline f64v
f64v_flip_by(f64v v, f64v x)
{
	return (f64v)_mm512_ternarylogic_epi64(
	    (__m512i)v, (__m512i)x, _mm512_set1_epi64(INT64_MIN), 0x78);
}

static inline f32v
f32v_flip_by(f32v v, f32v x)
{
	return (f32v)_mm512_ternarylogic_epi32(
	    (__m512i)v, (__m512i)x, _mm512_set1_epi32(INT32_MIN), 0x78);
}

static inline f32v
f32v_where_above(f32v a, f32v b, f32v yes, f32v no)
{
	return (f32v)_mm512_mask_mov_ps((__m512)no,
	    _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ), (__m512)yes);
}

#else

static inline f64v
f64v_flip_by(f64v v, f64v x)
{
	return (f64v)((i64v)v ^ ((i64v)x & INT64_MIN));
}

static inline f32v
f32v_flip_by(f32v v, f32v x)
{
	return (f32v)((i32v)v ^ ((i32v)x & INT32_MIN));
}

static inline f32v
f32v_where_above(f32v a, f32v b, f32v yes, f32v no)
{
	return f32v_select(a > b, yes, no);
}

#endif

/* Without the sign; of a NaN the other bits stay. */
#define SIMD_DEFINE_ABS(V, BITS)                                               \
	static inline V V##_abs(V v)                                           \
	{                                                                      \
		return (V)((V##_mask)v & BITS);                                \
	}

SIMD_DEFINE_ABS(f64v, INT64_MAX)
SIMD_DEFINE_ABS(f32v, INT32_MAX)

/*
 * The lesser or larger one of each lane; b where they are equal or one is NaN.
 * SIMD_EXTREMES is for where the processor has instructions for it.
 */
#define SIMD_EXTREMES(V, M, MIN, MAX)                                          \
	static inline V V##_lesser(V a, V b)                                   \
	{                                                                      \
		return (V)MIN((M)a, (M)b);                                     \
	}                                                                      \
	static inline V V##_larger(V a, V b)                                   \
	{                                                                      \
		return (V)MAX((M)a, (M)b);                                     \
	}
#define SIMD_EXTREMES_COMPARED(V)                                              \
	static inline V V##_lesser(V a, V b)                                   \
	{                                                                      \
		return V##_select(a < b, a, b);                                \
	}                                                                      \
	static inline V V##_larger(V a, V b)                                   \
	{                                                                      \
		return V##_select(a > b, a, b);                                \
	}

#if defined(__AVX512F__)
SIMD_EXTREMES(f64v, __m512d, _mm512_min_pd, _mm512_max_pd)
SIMD_EXTREMES(f32v, __m512, _mm512_min_ps, _mm512_max_ps)
SIMD_EXTREMES(i64v, __m512i, _mm512_min_epi64, _mm512_max_epi64)
SIMD_EXTREMES(i32v, __m512i, _mm512_min_epi32, _mm512_max_epi32)
SIMD_EXTREMES(u64v, __m512i, _mm512_min_epu64, _mm512_max_epu64)
SIMD_EXTREMES(u32v, __m512i, _mm512_min_epu32, _mm512_max_epu32)
#elif defined(__AVX2__)
SIMD_EXTREMES(f64v, __m256d, _mm256_min_pd, _mm256_max_pd)
SIMD_EXTREMES(f32v, __m256, _mm256_min_ps, _mm256_max_ps)
SIMD_EXTREMES_COMPARED(i64v)
SIMD_EXTREMES(i32v, __m256i, _mm256_min_epi32, _mm256_max_epi32)
SIMD_EXTREMES_COMPARED(u64v)
SIMD_EXTREMES(u32v, __m256i, _mm256_min_epu32, _mm256_max_epu32)
#elif defined(__x86_64__)
SIMD_EXTREMES(f64v, __m128d, _mm_min_pd, _mm_max_pd)
SIMD_EXTREMES(f32v, __m128, _mm_min_ps, _mm_max_ps)
SIMD_EXTREMES_COMPARED(i64v)
SIMD_EXTREMES_COMPARED(i32v)
SIMD_EXTREMES_COMPARED(u64v)
SIMD_EXTREMES_COMPARED(u32v)
#else
SIMD_EXTREMES_COMPARED(f64v)
SIMD_EXTREMES_COMPARED(f32v)
SIMD_EXTREMES_COMPARED(i64v)
SIMD_EXTREMES(i32v, int32x4_t, vminq_s32, vmaxq_s32)
SIMD_EXTREMES_COMPARED(u64v)
SIMD_EXTREMES(u32v, uint32x4_t, vminq_u32, vmaxq_u32)
#endif

/* SIMD_BYTES / 8 floats, widened. */
static inline f64v
f64v_load_f32(const void *from)
{
#if defined(__AVX512F__)
	return (f64v)_mm512_cvtps_pd(_mm256_loadu_ps(from));
#elif defined(__AVX2__)
	/* GCC 12 does it in halves. */
	return (f64v)_mm256_cvtps_pd(_mm_loadu_ps(from));
#elif defined(__aarch64__)
	/* GCC 12 makes it lane by lane, through general registers. */
	return (f64v)vcvt_f64_f32(vld1_f32(from));
#else
	f32half v;

	memcpy(&v, from, sizeof(v));
	return __builtin_convertvector(v, f64v);
#endif
}

/* To double, rounded to nearest. */
#if defined(__AVX512DQ__) || defined(__aarch64__)

static inline f64v
u64v_to_f64(u64v v)
{
	return __builtin_convertvector(v, f64v);
}

static inline f64v
i64v_to_f64(i64v v)
{
	return __builtin_convertvector(v, f64v);
}

#else

/* Less `bias`.  Halves, at 2^84 and at 2^52: only the last addition rounds. */
static inline f64v
u64v_to_f64_less(u64v v, double bias)
{
	u64v high = (v >> 32) | (u64v)f64v_all(0x1p84);
	u64v rest = (v & u64v_all(UINT32_MAX)) | (u64v)f64v_all(0x1p52);

	return ((f64v)high - f64v_all(0x1p84 + 0x1p52 + bias)) + (f64v)rest;
}

static inline f64v
u64v_to_f64(u64v v)
{
	return u64v_to_f64_less(v, 0);
}

static inline f64v
i64v_to_f64(i64v v)
{
	return u64v_to_f64_less((u64v)v ^ u64v_all((uint64_t)1 << 63), 0x1p63);
}

#endif

/* Is any lane of the mask set? */
static inline bool f64v_any(f64v_mask mask);

#if defined(__AVX512F__)

static inline bool
f64v_any(f64v_mask mask)
{
	return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0;
}

#elif defined(__AVX2__)

static inline bool
f64v_any(f64v_mask mask)
{
	return _mm256_movemask_pd((__m256d)mask) != 0;
}

#elif defined(__x86_64__)

static inline bool
f64v_any(f64v_mask mask)
{
	return _mm_movemask_pd((__m128d)mask) != 0;
}

#elif defined(__aarch64__)

static inline bool
f64v_any(f64v_mask mask)
{
	return vmaxvq_u32((uint32x4_t)mask) != 0;
}

#endif

/* Is any lane's sign set? */
static inline bool
i32v_any_negative(i32v v)
{
#if defined(__AVX512F__)
	return _mm512_movepi32_mask((__m512i)v) != 0;
#elif defined(__AVX2__)
	return _mm256_movemask_ps((__m256)v) != 0;
#elif defined(__x86_64__)
	return _mm_movemask_ps((__m128)v) != 0;
#else
	return vminvq_s32((int32x4_t)v) < 0;
#endif
}

#endif

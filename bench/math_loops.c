/* SPDX-License-Identifier: BSD-2-Clause */
/* math_loops.c -- see math_loops.h. */
#include "math_loops.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/*
 * A loop over vectors V of `lanes` elements of T, with one or two arguments; the
 * function is declared as well, since headers hide what is wider than the rest of
 * this file.
 */
#define LOOP_1(id, V, T, lanes, call)                                          \
	extern V call(V);                                                      \
	static void id(void *out, const void *x, const void *y, size_t n)      \
	{                                                                      \
		(void)y;                                                       \
		for (size_t i = 0; i < n; i += lanes) {                        \
			V v, r;                                                \
                                                                               \
			memcpy(&v, (const T *)x + i, sizeof(v));               \
			r = (V)call(v);                                        \
			memcpy((T *)out + i, &r, sizeof(r));                   \
		}                                                              \
	}
#define LOOP_2(id, V, T, lanes, call)                                          \
	extern V call(V, V);                                                   \
	static void id(void *out, const void *x, const void *y, size_t n)      \
	{                                                                      \
		for (size_t i = 0; i < n; i += lanes) {                        \
			V v, w, r;                                             \
                                                                               \
			memcpy(&v, (const T *)x + i, sizeof(v));               \
			memcpy(&w, (const T *)y + i, sizeof(w));               \
			r = (V)call(v, w);                                     \
			memcpy((T *)out + i, &r, sizeof(r));                   \
		}                                                              \
	}

/* name, arguments, SLEEF's accuracy, lowest and highest x */
#define FUNCTIONS(F)                                                           \
	F(exp, 1, u10, -80, 80)                                                \
	F(exp2, 1, u10, -100, 100)                                             \
	F(expm1, 1, u10, -20, 80)                                              \
	F(log, 1, u10, 0, 1000)                                                \
	F(log2, 1, u10, 0, 1000)                                               \
	F(log10, 1, u10, 0, 1000)                                              \
	F(log1p, 1, u10, -1, 1000)                                             \
	F(sin, 1, u10, -10, 10)                                                \
	F(cos, 1, u10, -10, 10)                                                \
	F(tan, 1, u10, -10, 10)                                                \
	F(asin, 1, u10, -1, 1)                                                 \
	F(acos, 1, u10, -1, 1)                                                 \
	F(atan, 1, u10, -10, 10)                                               \
	F(atan2, 2, u10, -10, 10)                                              \
	F(sinh, 1, u10, -20, 20)                                               \
	F(cosh, 1, u10, -20, 20)                                               \
	F(tanh, 1, u10, -5, 5)                                                 \
	F(erf, 1, u10, -4, 4)                                                  \
	F(cbrt, 1, u10, -1000, 1000)                                           \
	F(hypot, 2, u05, -10, 10)                                              \
	F(pow, 2, u10, 0, 1000)

/* ---- glibc, an element at a time ---- */

#define GLIBC_f64(name, k, u, low, high)                                       \
	LOOP_##k(glibc_##name##_f64, double, double, 1, name)
#define GLIBC_f32(name, k, u, low, high)                                       \
	LOOP_##k(glibc_##name##_f32, float, float, 1, name##f)
FUNCTIONS(GLIBC_f64)
FUNCTIONS(GLIBC_f32)

/* ---- vectors ---- */

#if defined(__x86_64__)

/* The names of the vector ABI: v for each argument. */
#define V_1 v
#define V_2 vv
#define PASTE_(a, b, c, d) a##b##c##d
#define PASTE(a, b, c, d) PASTE_(a, b, c, d)

#pragma GCC push_options
#pragma GCC target("avx2,fma")
#ifdef PEER_sleef
#define SLEEF_AVX2_f64(name, k, u, low, high)                                  \
	LOOP_##k(sleef0_##name##_f64, __m256d, double, 4,                      \
	    Sleef_##name##d4_##u##avx2)
#define SLEEF_AVX2_f32(name, k, u, low, high)                                  \
	LOOP_##k(                                                              \
	    sleef0_##name##_f32, __m256, float, 8, Sleef_##name##f8_##u##avx2)
FUNCTIONS(SLEEF_AVX2_f64)
FUNCTIONS(SLEEF_AVX2_f32)
#endif
#ifdef PEER_mvec
#define MVEC_AVX2_f64(name, k, u, low, high)                                   \
	LOOP_##k(libmvec0_##name##_f64, __m256d, double, 4,                    \
	    PASTE(_ZGVdN4, V_##k, _, name))
#define MVEC_AVX2_f32(name, k, u, low, high)                                   \
	LOOP_##k(libmvec0_##name##_f32, __m256, float, 8,                      \
	    PASTE(_ZGVdN8, V_##k, _, name##f))
FUNCTIONS(MVEC_AVX2_f64)
FUNCTIONS(MVEC_AVX2_f32)
#endif
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,fma")
#ifdef PEER_sleef
#define SLEEF_AVX512_f64(name, k, u, low, high)                                \
	LOOP_##k(sleef1_##name##_f64, __m512d, double, 8,                      \
	    Sleef_##name##d8_##u##avx512f)
#define SLEEF_AVX512_f32(name, k, u, low, high)                                \
	LOOP_##k(sleef1_##name##_f32, __m512, float, 16,                       \
	    Sleef_##name##f16_##u##avx512f)
FUNCTIONS(SLEEF_AVX512_f64)
FUNCTIONS(SLEEF_AVX512_f32)
#endif
#ifdef PEER_mvec
#define MVEC_AVX512_f64(name, k, u, low, high)                                 \
	LOOP_##k(libmvec1_##name##_f64, __m512d, double, 8,                    \
	    PASTE(_ZGVeN8, V_##k, _, name))
#define MVEC_AVX512_f32(name, k, u, low, high)                                 \
	LOOP_##k(libmvec1_##name##_f32, __m512, float, 16,                     \
	    PASTE(_ZGVeN16, V_##k, _, name##f))
FUNCTIONS(MVEC_AVX512_f64)
FUNCTIONS(MVEC_AVX512_f32)
#endif
#pragma GCC pop_options

#ifdef PEER_sleef
#define SLEEF_OF(id) sleef0_##id, sleef1_##id
#endif
#ifdef PEER_mvec
#define MVEC_OF(id) libmvec0_##id, libmvec1_##id
#endif

#else

#ifdef PEER_sleef
#define SLEEF_NEON_f64(name, k, u, low, high)                                  \
	LOOP_##k(sleef_##name##_f64, float64x2_t, double, 2,                   \
	    Sleef_##name##d2_##u##advsimd)
#define SLEEF_NEON_f32(name, k, u, low, high)                                  \
	LOOP_##k(sleef_##name##_f32, float32x4_t, float, 4,                    \
	    Sleef_##name##f4_##u##advsimd)
FUNCTIONS(SLEEF_NEON_f64)
FUNCTIONS(SLEEF_NEON_f32)

#define SLEEF_OF(id) sleef_##id, sleef_##id
#endif

#endif

#ifndef SLEEF_OF
#define SLEEF_OF(id) NULL, NULL
#endif
#ifndef MVEC_OF
#define MVEC_OF(id) NULL, NULL
#endif

/* ---- quern, and all of them by name ---- */

#define BUILD_1(id, kernel)                                                    \
	static quern_op build_##id(                                            \
	    void *out, const void *x, const void *y, size_t n)                 \
	{                                                                      \
		(void)y;                                                       \
		return quern_##kernel(out, x, n);                              \
	}
#define BUILD_2(id, kernel)                                                    \
	static quern_op build_##id(                                            \
	    void *out, const void *x, const void *y, size_t n)                 \
	{                                                                      \
		return quern_##kernel(out, x, y, n);                           \
	}
/* The peers' pow has an exponent for each element. */
#define quern_pow_f64 quern_powv_f64
#define quern_pow_f32 quern_powv_f32
#define BUILD_f64(name, k, u, low, high) BUILD_##k(name##_f64, name##_f64)
#define BUILD_f32(name, k, u, low, high) BUILD_##k(name##_f32, name##_f32)
FUNCTIONS(BUILD_f64)
FUNCTIONS(BUILD_f32)
BUILD_1(sigmoid_f64, sigmoid_f64)
BUILD_1(sigmoid_f32, sigmoid_f32)
BUILD_1(softplus_f64, softplus_f64)
BUILD_1(softplus_f32, softplus_f32)

#define LIST_f64(name, k, u, low, high)                                        \
	{ #name, "f64", build_##name##_f64,                                    \
		{ glibc_##name##_f64, { SLEEF_OF(name##_f64) },                \
		    { MVEC_OF(name##_f64) } },                                 \
		low, high },
#define LIST_f32(name, k, u, low, high)                                        \
	{ #name, "f32", build_##name##_f32,                                    \
		{ glibc_##name##_f32, { SLEEF_OF(name##_f32) },                \
		    { MVEC_OF(name##_f32) } },                                 \
		low, high },

const struct math_function math_functions[] = {
	{ "sigmoid", "f64", build_sigmoid_f64, { 0 }, -20, 20 },
	{ "sigmoid", "f32", build_sigmoid_f32, { 0 }, -20, 20 },
	{ "softplus", "f64", build_softplus_f64, { 0 }, -20, 20 },
	{ "softplus", "f32", build_softplus_f32, { 0 }, -20, 20 },
	FUNCTIONS(LIST_f64) FUNCTIONS(LIST_f32)
};
const size_t math_function_count =
    sizeof(math_functions) / sizeof(math_functions[0]);

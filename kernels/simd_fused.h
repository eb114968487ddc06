/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_fused.h -- what exp, log and pow are made of: fused multiply-add, exact
 * products, tables, and the columns between their stages.
 *
 *     simd.h --> [simd_fused.h] --> simd_log.h simd_exp.h --> simd_pow.h
 *
 * The same operations run in every lane on every instruction set, hence the same
 * bits.  Baseline x86-64 has no fused multiply-add; it makes its result of some
 * 40 operations, which is slow, and right.
 *
 * An array is cut into chunks, and each chunk goes through short loops, with
 * columns of intermediate values in the first-level cache between them.  One
 * loop that does it all is slower by a third: its chain of dependent operations
 * is longer than what a processor looks ahead.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_FUSED_H
#define QUERN_KERNELS_SIMD_FUSED_H

#include "simd.h"

enum {
	CHUNK = 256, /* elements */
	LANES = SIMD_BYTES / sizeof(double),
	/*
	 * Elements in a column.  Some more than a chunk, because a load that
	 * is a multiple of 4 KiB away from a store before it waits for it.
	 */
	COLUMN = CHUNK + 16,
};

/* A bit pattern in every lane. */
#define ALL_BITS(bits) u64v_all(UINT64_C(bits))

/*
 * fma(a, b, c): a * b + c, rounded once.
 * product_low(a, b, p): a * b - p exactly, where p is a * b, rounded.
 */
static inline f64v f64v_fma(f64v a, f64v b, f64v c);
static inline f32v f32v_fma(f32v a, f32v b, f32v c);
static inline f64v f64v_product_low(f64v a, f64v b, f64v p);

/*
 * In lane i, the two numbers that are at[i] bytes into the table: one load for
 * both, and nothing else is as fast; a gather takes several times as long.
 */
static inline void f64v_rows(
    const double (*table)[2], const uint64_t *at, f64v *first, f64v *second);

#if defined(__AVX512F__)

static inline f64v
f64v_fma(f64v a, f64v b, f64v c)
{
	return (f64v)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

static inline f32v
f32v_fma(f32v a, f32v b, f32v c)
{
	return (f32v)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

/* Rows a, b, c, d. */
static inline __m512d
four_rows(const char *a, const char *b, const char *c, const char *d)
{
	__m256d ab = _mm256_insertf128_pd(
	    _mm256_castpd128_pd256(_mm_load_pd((const double *)a)),
	    _mm_load_pd((const double *)b), 1);
	__m256d cd = _mm256_insertf128_pd(
	    _mm256_castpd128_pd256(_mm_load_pd((const double *)c)),
	    _mm_load_pd((const double *)d), 1);

	return _mm512_insertf64x4(_mm512_castpd256_pd512(ab), cd, 1);
}

static inline void
f64v_rows(
    const double (*table)[2], const uint64_t *at, f64v *first, f64v *second)
{
	const char *t = (const char *)table;
	__m512d even = four_rows(t + at[0], t + at[2], t + at[4], t + at[6]);
	__m512d odd = four_rows(t + at[1], t + at[3], t + at[5], t + at[7]);

	*first = (f64v)_mm512_unpacklo_pd(even, odd);
	*second = (f64v)_mm512_unpackhi_pd(even, odd);
}

#elif defined(__AVX2__)

static inline f64v
f64v_fma(f64v a, f64v b, f64v c)
{
	return (f64v)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

static inline f32v
f32v_fma(f32v a, f32v b, f32v c)
{
	return (f32v)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

static inline __m256d
two_rows(const char *a, const char *b)
{
	return _mm256_insertf128_pd(
	    _mm256_castpd128_pd256(_mm_load_pd((const double *)a)),
	    _mm_load_pd((const double *)b), 1);
}

static inline void
f64v_rows(
    const double (*table)[2], const uint64_t *at, f64v *first, f64v *second)
{
	const char *t = (const char *)table;
	__m256d even = two_rows(t + at[0], t + at[2]);
	__m256d odd = two_rows(t + at[1], t + at[3]);

	*first = (f64v)_mm256_unpacklo_pd(even, odd);
	*second = (f64v)_mm256_unpackhi_pd(even, odd);
}

#else

static inline void
f64v_rows(
    const double (*table)[2], const uint64_t *at, f64v *first, f64v *second)
{
	const char *t = (const char *)table;
	f64v even, odd;

	memcpy(&even, t + at[0], sizeof(even));
	memcpy(&odd, t + at[1], sizeof(odd));
	*first = (f64v) { even[0], odd[0] };
	*second = (f64v) { even[1], odd[1] };
}

#if defined(__aarch64__)

static inline f64v
f64v_fma(f64v a, f64v b, f64v c)
{
	return (f64v)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

static inline f32v
f32v_fma(f32v a, f32v b, f32v c)
{
	return (f32v)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}

#else

#define SIMD_UNFUSED 1

#endif
#endif

/* a + b exactly: the sum, rounded, and what is missing in it (Knuth). */
#define TWO_SUM_DEFINE(t)                                                      \
	static inline t##v t##v_two_sum(t##v a, t##v b, t##v *missing)         \
	{                                                                      \
		t##v sum = a + b, b_part = sum - a;                            \
                                                                               \
		*missing = (a - (sum - b_part)) + (b - b_part);                \
		return sum;                                                    \
	}

TWO_SUM_DEFINE(f64)
TWO_SUM_DEFINE(f32)

#ifdef SIMD_UNFUSED

/* The upper 26 bits of each lane (Veltkamp). */
static inline f64v
upper_half(f64v a)
{
	f64v t = a * 0x1.0000002p27;

	return t - (t - a);
}

/* Dekker's.  Not a number if a or b is above 2^996. */
static inline f64v
f64v_product_low(f64v a, f64v b, f64v p)
{
	f64v a_up = upper_half(a), a_low = a - a_up;
	f64v b_up = upper_half(b), b_low = b - b_up;

	return a_low * b_low -
	    (((p - a_up * b_up) - a_low * b_up) - a_up * b_low);
}

/* a + b; if that is no double, of the two next to it the one with an odd end. */
static inline f64v
sum_to_odd(f64v a, f64v b)
{
	f64v missing, sum = f64v_two_sum(a, b, &missing);
	u64v bits = (u64v)sum;
	f64v_mask up = (missing > 0) ^ ((i64v)sum < 0);
	/* 1 or -1 if it ends evenly */
	u64v step = (((u64v)up & 2) - 1) & ((bits & 1) - 1);

	return (f64v)(bits + (step & (u64v)(missing != 0)));
}

/*
 * Rounded once, as where there is an instruction for it: Boldo and Melquiond
 * (2008), on numbers that nothing makes too large on the way.
 */
static inline f64v
f64v_fma(f64v a, f64v b, f64v c)
{
	const f64v zero = { 0 };
	f64v plain = a * b + c, size, product, low, sum_low, sum;
	f64v_mask large;

	size = f64v_abs(plain);
	large = size > 0x1p900;
	a *= f64v_select(large, zero + 0x1p-200, zero + 1);
	c *= f64v_select(large, zero + 0x1p-200, zero + 1);
	product = a * b;
	low = f64v_two_sum(c, f64v_product_low(a, b, product), &sum_low);
	sum = f64v_two_sum(product, low, &size);
	sum += sum_to_odd(size, sum_low);
	sum *= f64v_select(large, zero + 0x1p200, zero + 1);
	/* Of 0 only `plain` has the sign. */
	return f64v_select((plain - plain == zero) & (sum != zero), sum, plain);
}

/* By way of doubles, in which a product of floats is exact. */
static inline f32v
f32v_fma(f32v a, f32v b, f32v c)
{
	f32v result;

	for (size_t k = 0; k < 2; k++) {
		const size_t at = k * sizeof(f32half);
		f64v product = f64v_load_f32((const char *)&a + at) *
		    f64v_load_f32((const char *)&b + at);
		f64v other = f64v_load_f32((const char *)&c + at);
		f64v plain = product + other;
		f64v sum = f64v_select(
		    plain - plain == 0, sum_to_odd(product, other), plain);
		f32half half = __builtin_convertvector(sum, f32half);

		memcpy((char *)&result + at, &half, sizeof(half));
	}
	return result;
}

#else

static inline f64v
f64v_product_low(f64v a, f64v b, f64v p)
{
	return f64v_fma(a, b, -p);
}

#endif

/* a * b + c where the product is exact. */
static inline f64v
f64v_fma_exact(f64v a, f64v b, f64v c)
{
#ifdef SIMD_UNFUSED
	return a * b + c;
#else
	return f64v_fma(a, b, c);
#endif
}

/*
 * Hand out n elements in chunks that are multiples of a vector, the last few
 * padded with ones: an element's bits do not depend on where it is.
 */
#define IN_CHUNKS_DEFINE(name, t)                                              \
	static inline void name(                                               \
	    void (*chunk)(char *out, const char *in, size_t n), void *out,     \
	    const void *in, size_t n)                                          \
	{                                                                      \
		enum { SIZE = sizeof(((t##v *)0)[0][0]) };                     \
		enum { WIDTH = sizeof(t##v) / SIZE };                          \
		const char *from = in;                                         \
		char *to = out;                                                \
		t##v last;                                                     \
                                                                               \
		while (n >= WIDTH) {                                           \
			size_t m = n < CHUNK ? n - n % WIDTH : CHUNK;          \
                                                                               \
			chunk(to, from, m);                                    \
			from += m * SIZE;                                      \
			to += m * SIZE;                                        \
			n -= m;                                                \
		}                                                              \
		if (n == 0)                                                    \
			return;                                                \
		last = t##v_load_part(from, n, t##v_all(1));                   \
		chunk((char *)&last, (const char *)&last, WIDTH);              \
		memcpy(to, &last, n *SIZE);                                    \
	}

IN_CHUNKS_DEFINE(in_chunks, f64)
IN_CHUNKS_DEFINE(in_chunks_f32, f32)

#endif

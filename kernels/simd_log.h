/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_log.h -- logarithms in two parts, to base 2 and 10, and of 1 + x.
 *
 *     simd_any.h simd_fused.h tables.h --> [simd_log.h] --> logarithm.c simd_ln.h
 *         simd_hyperbolic.h simd_pow.h
 *
 * x = 2^k z with z around [1, 2), cut into 128 intervals.  The table has for
 * each an `inverse` near 1 / z, of 9 bits, so that r = z * inverse - 1 is exact
 * and |r| < 0.0053, and -ln(inverse) in two parts:
 *
 *     ln x = (k ln 2 - ln inverse) + ln(1 + r)
 *
 * The high part of the bracket is exact.  Around 1 the inverse is 1 itself, the
 * bracket 0, and nothing is lost; a little below 1, where k is -1, both halves
 * of the bracket cancel exactly.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_LOG_H
#define QUERN_KERNELS_SIMD_LOG_H

#include "simd_any.h"
#include "simd_fused.h"
#include "tables.h"

#include <float.h>

/* Half an interval, so that z is rounded to the middle of one. */
#define LOG_HALF ALL_BITS(0x0000100000000000)

/* Where a logarithm is between its stages; element by element. */
struct log_columns {
	_Alignas(64) uint64_t at[COLUMN]; /* the table row, in bytes */
	_Alignas(64) double high[COLUMN]; /* k ln 2 - ln(inverse) is ... */
	_Alignas(64) double low[COLUMN];  /* high + low */
	_Alignas(64) double r[COLUMN];
};

/* In bytes. */
static inline u64v
log_row(f64v x)
{
	return (((u64v)x + LOG_HALF) >> 41) & 0x7f0;
}

/*
 * The first stage, for n elements, a multiple of LANES: find the table rows.
 * Are all of them positive, normal and finite?
 */
static inline bool
find_log_rows(struct log_columns *c, const char *x, size_t n)
{
	f64v_others others = { 0 };

	for (size_t i = 0; i < n; i += LANES) {
		f64v v = f64v_load(x + i * sizeof(double));

		u64v_store(&c->at[i], log_row(v));
		others |= f64v_not_positive(v);
	}
	return !f64v_any_other(others);
}

/*
 * Make all of them so: what was subnormal is |x| * 2^52, and 52 is then to be
 * taken off the exponent; what has no logarithm is 1.
 */
static inline void
mend_for_log(double *mended, double *shift, const char *x, size_t n)
{
	const f64v zero = { 0 };

	for (size_t i = 0; i < n; i += LANES) {
		f64v v = f64v_abs(f64v_load(x + i * sizeof(double)));
		f64v_mask small = v < DBL_MIN;

		v = f64v_select(small, v * 0x1p52, v);
		v = f64v_select((v > 0) & (v <= DBL_MAX), v, zero + 1);
		f64v_store(&mended[i], v);
		f64v_store(&shift[i], f64v_select(small, zero + 52, zero));
	}
}

/*
 * The second stage for element i, x * 2^-shift; x is positive and normal.
 * Gives a number near 1 / x, which is 1 around 1.
 */
static inline f64v
split_for_log(struct log_columns *c, size_t i, f64v x, f64v shift)
{
	const u64v exponent_bits = ALL_BITS(0xfff0000000000000);
	const u64v one_bits = ALL_BITS(0x3ff0000000000000);
	u64v rounded = (u64v)x + (LOG_HALF - one_bits);
	f64v z = (f64v)((u64v)x - (rounded & exponent_bits));
	/* k + 2^11, of 12 bits, becomes the last bits of 2^52 */
	f64v k = (f64v)((rounded >> 52) ^ ALL_BITS(0x4330000000000800)) -
	    (shift + (0x1p52 + 0x1p11));
	f64v high, low, inverse, r;

	f64v_rows(log_table, &c->at[i], &high, &low);
	inverse = (f64v)(((u64v)low << 44) + one_bits);
#ifdef SIMD_UNFUSED
	/* Both products, the difference and the sum are exact. */
	f64v upper = (f64v)((u64v)z & ALL_BITS(0xffffffffff000000));

	r = (upper * inverse - 1) + (z - upper) * inverse;
#else
	r = f64v_fma(z, inverse, f64v_all(-1));
#endif
	f64v_store(&c->r[i], r);
	f64v_store(&c->high[i], f64v_fma_exact(k, f64v_all(LN2_HIGH), high));
	f64v_store(&c->low[i], f64v_fma(k, f64v_all(LN2_LOW), low));
	return inverse * (f64v)(one_bits - (rounded & exponent_bits));
}

/* Both stages for any n elements. */
static inline void
split_any_for_log(struct log_columns *c, const char *x, size_t n)
{
	_Alignas(64) double mended[COLUMN], shift[COLUMN];

	mend_for_log(mended, shift, x, n);
	(void)find_log_rows(c, (const char *)mended, n);
	for (size_t i = 0; i < n; i += LANES)
		(void)split_for_log(
		    c, i, f64v_load(&mended[i]), f64v_load(&shift[i]));
}

/*
 * The last stage, to the double nearest to ln x but for an error of 2^-9 ULP
 * or so.
 */
static inline f64v
log_in_one(const struct log_columns *c, size_t i)
{
	f64v high = f64v_load(&c->high[i]), r = f64v_load(&c->r[i]);
	f64v r2 = r * r, sum = high + r, sum_low = (high - sum) + r;
	f64v a = f64v_fma(r, f64v_all(LOG_1), f64v_all(LOG_0));
	f64v b = f64v_fma(r, f64v_all(LOG_3), f64v_all(LOG_2));
	f64v d = f64v_fma(r, f64v_all(LOG_5), f64v_all(LOG_4));
	f64v tail = f64v_fma(r2, f64v_fma(r2, d, b), a);

	return sum + f64v_fma(r2, tail, f64v_load(&c->low[i]) + sum_low);
}

/*
 * The last stage, to ln x = *high + *low with a relative error of 2^-69 or so;
 * |*low| is at most 2^-16 |*high|.
 */
static inline void
log_in_two(const struct log_columns *c, size_t i, f64v *high, f64v *low)
{
	f64v r = f64v_load(&c->r[i]), r2 = r * r, half = r * -0.5;
	f64v start = f64v_load(&c->high[i]);
	/* r - r^2 / 2 = s + s_low */
	f64v s = f64v_fma(half, r, r), s_low = f64v_fma(half, r, r - s);
	f64v sum = start + s, sum_low = (start - sum) + s;
	f64v a = f64v_fma(r, f64v_all(POW_LOG_1), f64v_all(POW_LOG_0));
	f64v b = f64v_fma(r, f64v_all(POW_LOG_3), f64v_all(POW_LOG_2));
	f64v d = f64v_fma(r, f64v_all(POW_LOG_5), f64v_all(POW_LOG_4));
	f64v tail = f64v_fma(r2, f64v_fma(r2, d, b), a);

	*high = sum;
	*low =
	    f64v_fma(r2 * r, tail, (f64v_load(&c->low[i]) + s_low) + sum_low);
}

/* C11 F.10.3.7, where x has no logarithm or an infinite one. */
static inline f64v
log_special(f64v x, f64v result)
{
	const f64v zero = { 0 };

	result = f64v_select(x == zero, zero - INFINITY, result);
	result = f64v_select(x == INFINITY, zero + INFINITY, result);
	return f64v_select(x >= zero, result, f64v_all(NAN));
}

/* The last stage, to ln x times factor + factor_low, its rounding error. */
static inline f64v
log_times(
    const struct log_columns *c, size_t i, double factor, double factor_low)
{
	f64v f = f64v_all(factor), high, low, product;

	log_in_two(c, i, &high, &low);
	product = high * f;
	low = f64v_fma(low, f, high * factor_low);
	return product + (f64v_product_low(high, f, product) + low);
}

static inline f64v
log2_in_one(const struct log_columns *c, size_t i)
{
	return log_times(c, i, LOG2_E_HIGH, LOG2_E_LOW);
}

static inline f64v
log10_in_one(const struct log_columns *c, size_t i)
{
	return log_times(c, i, LOG10_E_HIGH, LOG10_E_LOW);
}

/* All stages; n is a multiple of LANES.  Inline, so that `last` is too. */
static inline __attribute__((always_inline)) void
log_chunk_with(f64v (*last)(const struct log_columns *c, size_t i), char *out,
    const char *x, size_t n)
{
	const size_t size = sizeof(double);
	struct log_columns c;

	if (find_log_rows(&c, x, n)) {
		for (size_t i = 0; i < n; i += LANES)
			(void)split_for_log(
			    &c, i, f64v_load(x + i * size), f64v_all(0));
		for (size_t i = 0; i < n; i += LANES)
			f64v_store(out + i * size, last(&c, i));
		return;
	}
	split_any_for_log(&c, x, n);
	for (size_t i = 0; i < n; i += LANES)
		f64v_store(out + i * size,
		    log_special(f64v_load(x + i * size), last(&c, i)));
}

static inline void
log2_chunk(char *out, const char *x, size_t n)
{
	log_chunk_with(log2_in_one, out, x, n);
}

static inline void
log10_chunk(char *out, const char *x, size_t n)
{
	log_chunk_with(log10_in_one, out, x, n);
}

/* ---- of a sum ---- */

/* high + low, and the table row of a number nearby. */
struct sum_columns {
	_Alignas(64) double high[COLUMN];
	_Alignas(64) double low[COLUMN];
};

static inline void
store_sum(struct sum_columns *s, struct log_columns *c, size_t i, f64v high,
    f64v low, f64v near)
{
	f64v_store(&s->high[i], high);
	f64v_store(&s->low[i], low);
	u64v_store(&c->at[i], log_row(near));
}

/*
 * The second stage for element i of high + low, of which low is at most half a
 * unit in the last place of high: ln(a + b) is ln a + b / a, nearly.
 */
static inline void
split_sum_for_log(
    struct log_columns *c, size_t i, f64v high, f64v low, f64v shift)
{
	low *= split_for_log(c, i, high, shift);
	low = f64v_fma(-low, f64v_load(&c->r[i]), low);
	f64v_store(&c->low[i], f64v_load(&c->low[i]) + low);
}

/* The result of the last stage will be larger by `more`, 0 or positive. */
static inline void
add_to_log(struct log_columns *c, size_t i, f64v more)
{
	f64v missing,
	    sum = f64v_two_sum(more, f64v_load(&c->high[i]), &missing);

	f64v_store(&c->high[i], sum);
	f64v_store(&c->low[i], f64v_load(&c->low[i]) + missing);
}

/* log(1 + x) has the sign of x. */
static inline f64v
log1p_in_one(const struct log_columns *c, size_t i, f64v x)
{
	const f64v_mask sign = (f64v_mask)f64v_all(-0.0);

	return (f64v)((f64v_mask)log_in_one(c, i) | ((f64v_mask)x & sign));
}

/* For any x: what has no logarithm is 1; 1 + x is x from 2^64 on. */
static inline void
log1p_chunk_carefully(char *out, const char *x, size_t n)
{
	const size_t size = sizeof(double);
	const f64v zero = { 0 };
	struct log_columns c;

	for (size_t i = 0; i < n; i += LANES) {
		f64v v = f64v_load(x + i * size), low, shift;
		f64v high = f64v_two_sum(zero + 1, v, &low);
		f64v_mask large = v >= 0x1p64, good = (v > -1) & ~large;

		good |= large & (v <= DBL_MAX);
		high = f64v_select(large, v * 0x1p-64, high);
		high = f64v_select(good, high, zero + 1);
		low = f64v_select(good & ~large, low, zero);
		shift = f64v_select(large, zero - 64, zero);
		u64v_store(&c.at[i], log_row(high));
		split_sum_for_log(&c, i, high, low, shift);
	}
	for (size_t i = 0; i < n; i += LANES) {
		f64v v = f64v_load(x + i * size);

		f64v_store(
		    out + i * size, log_special(1 + v, log1p_in_one(&c, i, v)));
	}
}

static inline void
log1p_chunk(char *out, const char *x, size_t n)
{
	const size_t size = sizeof(double);
	/* Sums that are normal and not huge; see find_log_rows(). */
	const u64v least = ALL_BITS(0x0010000000000000);
	const u64v most = ALL_BITS(0x7e70000000000000); /* 2^1000 */
	const f64v zero = { 0 };
	u64v signs = { 0 };
	struct sum_columns s;
	struct log_columns c;

	for (size_t i = 0; i < n; i += LANES) {
		f64v low,
		    high =
			f64v_two_sum(zero + 1, f64v_load(x + i * size), &low);
		u64v v = (u64v)high;

		signs |= v | (v - least) | (most - v);
		store_sum(&s, &c, i, high, low, high);
	}
	if (f64v_any((i64v)signs < 0)) {
		log1p_chunk_carefully(out, x, n);
		return;
	}
	for (size_t i = 0; i < n; i += LANES)
		split_sum_for_log(
		    &c, i, f64v_load(&s.high[i]), f64v_load(&s.low[i]), zero);
	for (size_t i = 0; i < n; i += LANES)
		f64v_store(out + i * size,
		    log1p_in_one(&c, i, f64v_load(x + i * size)));
}

/*
 * out[i] = the logarithm of in[i] to the base 2 or 10, and log(1 + in[i]).
 *
 * Accuracy  within 0.51 ULP, log1p 0.75.
 * Special   as C11 Annex F.10.3.7, .10 and .8; a NaN is the default quiet one.
 */
static inline void
log2_f64_loop(void *out, const void *in, size_t n)
{
	in_chunks(log2_chunk, out, in, n);
}

static inline void
log10_f64_loop(void *out, const void *in, size_t n)
{
	in_chunks(log10_chunk, out, in, n);
}

static inline void
log1p_f64_loop(void *out, const void *in, size_t n)
{
	in_chunks(log1p_chunk, out, in, n);
}

#endif

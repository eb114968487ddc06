/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_pow.h -- |x|^y = e^(y ln |x|), and then what the sign, zeros, infinities
 * and NaNs make of it.
 *
 *     simd_log.h simd_exp.h --> [simd_pow.h] --> pow.c
 *
 * y ln |x| is up to 745 and must be right to within a fraction of 2^-53, so the
 * logarithm and the product are in two parts.  Everything is done in vectors;
 * a chunk in which all bases are positive and normal, and all results finite
 * and normal, skips the steps that mend the others, which would not change it.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_POW_H
#define QUERN_KERNELS_SIMD_POW_H

#include "simd_exp.h"
#include "simd_log.h"

/* Large numbers are whole, infinity too. */
static inline f64v_mask
is_whole(f64v size)
{
	return ((size + 0x1p52) - 0x1p52 == size) | (size >= 0x1p52);
}

/* x^y, given |x|^y, for any numbers but 0 and infinity. */
static inline f64v
pow_sign(f64v x, f64v y, f64v result)
{
	f64v size_y = f64v_abs(y);
	f64v_mask negative = (i64v)x < 0;
	f64v_mask whole = is_whole(size_y);
	/* Large numbers are even. */
	f64v_mask odd = whole & ~is_whole(size_y * 0.5);

	result = (f64v)((f64v_mask)result |
	    (negative & odd & (f64v_mask)f64v_all(-0.0)));
	return f64v_select(negative & ~whole, f64v_all(NAN), result);
}

/*
 * C11 F.10.4.4.  `result` is |x|^y if both are finite, x is not 0, and y not so
 * large that it is as good as infinite.
 */
static inline f64v
pow_special(f64v x, f64v y, f64v result)
{
	const f64v zero = { 0 }, one = zero + 1, infinity = zero + INFINITY;
	f64v size_x = f64v_abs(x), size_y = f64v_abs(y);
	f64v_mask edge = (size_x == zero) | (size_x == infinity);
	f64v_mask large = size_y > 0x1p100;
	f64v_mask grows = (size_x > one) == (y > zero);

	result = f64v_select(
	    edge | large, f64v_select(grows, infinity, zero), result);
	result = f64v_select(large & (size_x == one), one, result);
	/* A zero or infinite base counts as positive if y is not whole. */
	result = pow_sign(
	    f64v_select(edge & ~is_whole(size_y), size_x, x), y, result);
	result = f64v_select((x == x) & (y == y), result, f64v_all(NAN));
	return f64v_select((y == zero) | (x == one), one, result);
}

/* y ln x for element i, in the place of the parts of ln x. */
static inline void
multiply_log(struct log_columns *c, size_t i, f64v y)
{
	f64v high, low, product;

	log_in_two(c, i, &high, &low);
	product = y * high;
	f64v_store(&c->high[i], product);
	f64v_store(
	    &c->low[i], f64v_fma(y, low, f64v_product_low(y, high, product)));
}

/* From there to the exponential, see split_for_exp(). */
static inline u64v
split_product(struct exp_columns *to, const struct log_columns *c, size_t i)
{
	f64v high = f64v_load(&c->high[i]), low = f64v_load(&c->low[i]);

	return split_for_exp(to, i, high + low, high, low);
}

/* Are all numbers normal and finite? */
static inline bool
all_normal(const char *x, size_t n)
{
	u64v signs = { 0 };

	for (size_t i = 0; i < n; i += LANES) {
		u64v v = (u64v)f64v_abs(f64v_load(x + i * sizeof(double)));

		signs |= (v - ALL_BITS(0x0010000000000000)) |
		    (ALL_BITS(0x7fefffffffffffff) - v);
	}
	return !f64v_any((i64v)signs < 0);
}

/* n is a multiple of LANES; y steps by `step` elements for each of x. */
static inline void
pow_chunk(char *out, const char *x, const char *y, size_t step, size_t n)
{
	const size_t size = sizeof(double);
	const f64v zero = { 0 };
	struct log_columns log;
	struct exp_columns exp;
	u64v care = { 0 };
	bool positive = find_log_rows(&log, x, n), normal = positive;

	if (positive)
		for (size_t i = 0; i < n; i += LANES)
			(void)split_for_log(
			    &log, i, f64v_load(x + i * size), zero);
	else if ((normal = all_normal(x, n)))
		/* The rows of |x| are those of x. */
		for (size_t i = 0; i < n; i += LANES)
			(void)split_for_log(
			    &log, i, f64v_abs(f64v_load(x + i * size)), zero);
	else
		split_any_for_log(&log, x, n);
	for (size_t i = 0; i < n; i += LANES)
		multiply_log(&log, i, f64v_load(y + i * step * size));
	for (size_t i = 0; i < n; i += LANES)
		care |= split_product(&exp, &log, i);
	if (!normal || f64v_any((i64v)care < 0)) {
		for (size_t i = 0; i < n; i += LANES)
			f64v_store(out + i * size,
			    pow_special(f64v_load(x + i * size),
				f64v_load(y + i * step * size),
				finish_exp_carefully(&exp, i)));
	} else if (!positive) {
		for (size_t i = 0; i < n; i += LANES)
			f64v_store(out + i * size,
			    pow_sign(f64v_load(x + i * size),
				f64v_load(y + i * step * size),
				finish_exp(&exp, i)));
	} else {
		for (size_t i = 0; i < n; i += LANES)
			f64v_store(out + i * size, finish_exp(&exp, i));
	}
}

/*
 * out[i] = in[i]^exponents[i * step]; step is 1, or 0 if there is but one
 * exponent.
 *
 * Accuracy  within 0.52 ULP, subnormal results too.
 * Special   as C11 Annex F.10.4.4; a NaN is the default quiet one.
 */
static inline void
pow_f64_loop(
    void *out, const void *in, const void *exponents, size_t step, size_t n)
{
	const char *x = in, *y = exponents;
	char *to = out;
	f64v all = f64v_all(1), last;

	if (step == 0 && n > 0) {
		all = f64v_all(f64v_load_one(y));
		y = (const char *)&all;
	}
	while (n >= LANES) {
		size_t m = n < CHUNK ? n - n % LANES : CHUNK;

		pow_chunk(to, x, y, step, m);
		x += m * sizeof(double);
		y += m * step * sizeof(double);
		to += m * sizeof(double);
		n -= m;
	}
	if (n == 0)
		return;
	last = f64v_load_part(x, n, f64v_all(1));
	if (step)
		all = f64v_load_part(y, n, all);
	pow_chunk(
	    (char *)&last, (const char *)&last, (const char *)&all, 0, LANES);
	memcpy(to, &last, n * sizeof(double));
}

#endif

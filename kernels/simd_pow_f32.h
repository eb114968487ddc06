/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_pow_f32.h -- powers of floats, by way of doubles.
 *
 *     simd_ln.h simd_pow.h --> [simd_pow_f32.h] --> pow.c
 *
 * A float is a normal double or none at all, and so is a power that is one of
 * float's subnormals: as a double it is found to some 2^-40, and rounded once.
 * So one step does for all, with shorter polynomials than those of doubles,
 * and none but bases that are not positive and finite, and exponents that are not
 * finite need care.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_POW_F32_H
#define QUERN_KERNELS_SIMD_POW_F32_H

#include "simd_ln.h"
#include "simd_pow.h"

/* Where e^t is too large or too small for any float. */
#define POW_F32_MOST 90
#define POW_F32_LEAST (-110)

/* ln x, relative to 2^-46, of element i; x is positive and normal. */
static inline f64v
pow_f32_log(const uint64_t *at, size_t i, f64v x)
{
	struct ln_parts p = split_for_ln(at, i, x, f64v_all(0));
	f64v r = p.r, r2 = r * r, r4 = r2 * r2, a, b, c;

	a = f64v_fma(r, f64v_all(POW_F32_LOG_1), f64v_all(POW_F32_LOG_0));
	b = f64v_fma(r, f64v_all(POW_F32_LOG_3), f64v_all(POW_F32_LOG_2));
	c = f64v_fma(r, f64v_all(POW_F32_LOG_5), f64v_all(POW_F32_LOG_4));
	c = f64v_fma(r2, f64v_all(POW_F32_LOG_6), c);
	a = f64v_fma(r4, c, f64v_fma(r2, b, a));
	return p.high + f64v_fma(r2, a, r);
}

/* e^t; what no float can be told from 0 or infinity is some such number. */
static inline f64v
pow_f32_exp(f64v t)
{
	f64v place, r, r2, r4, a, b, c, power;

	t = f64v_larger(f64v_all(POW_F32_LEAST), t);
	t = f64v_lesser(f64v_all(POW_F32_MOST), t);
	place = f64v_fma(t, f64v_all(LOG2_E_HIGH), f64v_all(EXP_ORIGIN));
	r = f64v_fma(place - EXP_ORIGIN, f64v_all(-(LN2_HIGH + LN2_LOW)), t);
	r2 = r * r, r4 = r2 * r2;
	a = f64v_fma(r, f64v_all(POW_F32_EXP_1), f64v_all(POW_F32_EXP_0));
	b = f64v_fma(r, f64v_all(POW_F32_EXP_3), f64v_all(POW_F32_EXP_2));
	c = f64v_fma(r, f64v_all(POW_F32_EXP_5), f64v_all(POW_F32_EXP_4));
	c = f64v_fma(r2, f64v_all(POW_F32_EXP_6), c);
	a = f64v_fma(r4, c, f64v_fma(r2, b, a));
	power = (f64v)(((u64v)place << 52) + ALL_BITS(0x3ff0000000000000));
	return f64v_fma(power, f64v_fma(r2, a, r), power);
}

static inline f64v
pow_f32_any(f64v x, f64v y)
{
	const f64v zero = { 0 }, one = zero + 1;
	_Alignas(64) uint64_t at[LANES];
	f64v size = f64v_abs(x);
	f64v_mask has_log = (size > zero) & (size < zero + INFINITY);

	size = f64v_select(has_log, size, one);
	find_ln_row(at, size);
	return pow_special(x, y, pow_f32_exp(y * pow_f32_log(at, 0, size)));
}

static inline void
store_as_f32(char *to, f64v x)
{
	f32half narrow = __builtin_convertvector(x, f32half);

	memcpy(to, &narrow, sizeof(narrow));
}

/*
 * n is a multiple of LANES; y steps by `step` elements for each of x.  By stages,
 * or a core would wait for each result.
 */
static inline void
pow_f32_chunk(char *out, const char *x, const char *y, size_t step, size_t n)
{
	const size_t size = sizeof(float);
	_Alignas(64) uint64_t at[COLUMN];
	_Alignas(64) double t[COLUMN];
	f64v_others others = { 0 };

	for (size_t i = 0; i < n; i += LANES) {
		f64v v = f64v_load_f32(x + i * size);
		f64v w = f64v_load_f32(y + i * step * size);

		others |= f64v_not_positive(v) | f64v_not_finite(w);
		find_ln_row(&at[i], v);
	}
	if (f64v_any_other(others)) {
		for (size_t i = 0; i < n; i += LANES)
			store_as_f32(out + i * size,
			    pow_f32_any(f64v_load_f32(x + i * size),
				f64v_load_f32(y + i * step * size)));
		return;
	}
	for (size_t i = 0; i < n; i += LANES)
		f64v_store(&t[i],
		    f64v_load_f32(y + i * step * size) *
			pow_f32_log(at, i, f64v_load_f32(x + i * size)));
	for (size_t i = 0; i < n; i += LANES)
		store_as_f32(out + i * size, pow_f32_exp(f64v_load(&t[i])));
}

/*
 * out[i] = in[i]^exponents[i * step]; step is 1, or 0 if there is but one
 * exponent.
 *
 * Accuracy  within 0.501 ULP, subnormal results too.
 * Special   as C11 Annex F.10.4.4; a NaN is the default quiet one.
 */
static inline void
pow_f32_loop(
    void *out, const void *in, const void *exponents, size_t step, size_t n)
{
	const size_t size = sizeof(float);
	const char *x = in, *y = exponents;
	char *to = out;
	float all[LANES], rest[LANES];

	for (size_t k = 0; k < LANES; k++) {
		all[k] = step == 0 && n > 0 ? f32v_load_one(y) : 1;
		rest[k] = 1;
	}
	if (step == 0)
		y = (const char *)all;
	while (n >= LANES) {
		size_t m = n < CHUNK ? n - n % LANES : CHUNK;

		pow_f32_chunk(to, x, y, step, m);
		x += m * size;
		y += m * step * size;
		to += m * size;
		n -= m;
	}
	if (n == 0)
		return;
	memcpy(rest, x, n * size);
	if (step)
		memcpy(all, y, n * size);
	pow_f32_chunk(
	    (char *)rest, (const char *)rest, (const char *)all, step, LANES);
	memcpy(to, rest, n * size);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_exp.h -- the exponential functions e^x and 2^x.
 *
 *     simd_fused.h tables.h --> [simd_exp.h] --> simd_hyperbolic.h simd_pow.h
 *
 * With n = 128 k + i the integer nearest to x * 128 / ln 2,
 *
 *     e^x = 2^k 2^(i / 128) e^r,    |r| <= ln 2 / 256
 *
 * where 2^(i / 128) comes from a table, with the relative error of its rounding
 * (Tang 1989), and e^r is a polynomial.  n is kept as the last bits of a
 * double, EXP_ORIGIN + n, which also tells what results need care: subnormals,
 * infinities, zeros and NaNs.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_EXP_H
#define QUERN_KERNELS_SIMD_EXP_H

#include "simd_fused.h"
#include "tables.h"

#define EXP_ORIGIN 0x1.8p52

/*
 * As far as this, results are normal, and so is all that baseline makes of them
 * on the way.  Results in two parts are others beyond it, so it is one limit.
 */
#define TWO_SAFE (128 * 960)
#ifdef SIMD_UNFUSED
#define EXP_SAFE TWO_SAFE
#else
#define EXP_SAFE (128 * 1021)
#endif

/* Where an exponential is between its two stages; element by element. */
struct exp_columns {
	_Alignas(64) double place[COLUMN]; /* EXP_ORIGIN + n */
	_Alignas(64) double r[COLUMN];
	_Alignas(64) double low[COLUMN];  /* what r lacks, if that matters */
	_Alignas(64) uint64_t at[COLUMN]; /* the table row, in bytes */
};

/*
 * Keep element i.  The sign of what it returns is set where care is needed: if
 * n is not between -safe and safe.
 */
static inline u64v
store_split(struct exp_columns *c, size_t i, f64v place, f64v r, int safe)
{
	/* n + safe, if it is small */
	u64v above = (u64v)place - (u64v)f64v_all(EXP_ORIGIN - safe);

	f64v_store(&c->place[i], place);
	f64v_store(&c->r[i], r);
	u64v_store(&c->at[i], ((u64v)place << 4) & 0x7f0);
	return above | (u64v_all(2 * (unsigned)safe) - above);
}

/* The first stage for element i: of high + low, which is x when rounded. */
static inline u64v
split_for_exp(struct exp_columns *c, size_t i, f64v x, f64v high, f64v low)
{
	f64v place = f64v_fma(x, f64v_all(STEPS_PER_E), f64v_all(EXP_ORIGIN));
	f64v n = place - EXP_ORIGIN;
	f64v r = f64v_fma_exact(n, f64v_all(-STEP_HIGH), high);

	r = f64v_fma(n, f64v_all(-STEP_LOW), r + low);
	return store_split(c, i, place, r, EXP_SAFE);
}

/* The same for finish_in_two(), of x. */
static inline u64v
split_in_two(struct exp_columns *c, size_t i, f64v x)
{
	f64v place = f64v_fma(x, f64v_all(STEPS_PER_E), f64v_all(EXP_ORIGIN));
	f64v n = place - EXP_ORIGIN;
	f64v high = f64v_fma_exact(n, f64v_all(-STEP_HIGH), x);
	f64v low = n * -STEP_LOW, r = high + low;

	f64v_store(&c->low[i], (high - r) + low);
	return store_split(c, i, place, r, TWO_SAFE);
}

/* The same for 2^x. */
static inline u64v
split_for_exp2(struct exp_columns *c, size_t i, f64v x)
{
	/* The products are exact. */
	f64v place = x * 128 + EXP_ORIGIN;
	f64v rest = x - (place - EXP_ORIGIN) * 0x1p-7;

	rest *= LN2_HIGH + LN2_LOW;
	return store_split(c, i, place, rest, EXP_SAFE);
}

/* (e^r - 1) + error, where a table row gives `error`. */
static inline f64v
exp_tail(f64v r, f64v error)
{
	f64v r2 = r * r;
	f64v a = f64v_fma(r, f64v_all(EXP_1), f64v_all(EXP_0));
	f64v b = f64v_fma(r, f64v_all(EXP_3), f64v_all(EXP_2));

	return f64v_fma(r2, f64v_fma(r2, b, a), r + error);
}

/* The second stage, if no element needs care. */
static inline f64v
finish_exp(const struct exp_columns *c, size_t i)
{
	u64v place = u64v_load(&c->place[i]);
	f64v error, bits, power;

	f64v_rows(exp_table, &c->at[i], &error, &bits);
	power = (f64v)((u64v)bits + (place << 45));
	return f64v_fma(power, exp_tail(f64v_load(&c->r[i]), error), power);
}

/*
 * The second stage, to e^x = *high + *low with a relative error of 2^-64 or so,
 * if no element needs care; *high is the nearest double.
 */
static inline void
finish_in_two(const struct exp_columns *c, size_t i, f64v *high, f64v *low)
{
	u64v place = u64v_load(&c->place[i]);
	f64v r = f64v_load(&c->r[i]), r2 = r * r;
	f64v a = f64v_fma(r, f64v_all(EXP_1), f64v_all(EXP_0));
	f64v b = f64v_fma(r, f64v_all(EXP_3), f64v_all(EXP_2));
	f64v error, bits, power, v, rest;

	f64v_rows(exp_table, &c->at[i], &error, &bits);
	power = (f64v)((u64v)bits + (place << 45));
	/* e^r times 1 + error, less 1 + r */
	rest = f64v_fma(error, r, error + f64v_load(&c->low[i]));
	rest = f64v_fma(r2, f64v_fma(r2, b, a), rest);
	v = f64v_fma(power, r, power);
	rest = f64v_fma(power, rest, f64v_fma(power, r, power - v));
	*high = v + rest;
	*low = (v - *high) + rest;
}

/* Elements with which finish_in_two() does well. */
static inline f64v_mask
safe_in_two(const struct exp_columns *c, size_t i)
{
	return f64v_abs(f64v_load(&c->place[i]) - EXP_ORIGIN) <= TWO_SAFE;
}

/*
 * The second stage for any elements; where no care is needed, with the bits
 * of finish_exp().  Subnormal results are rounded once, but for an error of
 * 2^-9 ULP or so.  Where x is positive, the result is e^x * 2^-500 * up_again:
 * small enough not to overflow, and so large that the low part of no product
 * underflows where fused multiply-add is emulated, or its bits would be others.
 */
static inline f64v
finish_exp_times(const struct exp_columns *c, size_t i, double up_again)
{
	const f64v zero = { 0 };
	const u64v one_bits = ALL_BITS(0x3ff0000000000000);
	f64v place = f64v_load(&c->place[i]), n = place - EXP_ORIGIN;
	f64v_mask up = n > 0;
	/* 2^(n / 128), but times 2^-500 or 2^1022 */
	u64v shift = (u64v)i64v_select(
	    up, i64v_all(-(INT64_C(500) << 52)), i64v_all(INT64_C(1022) << 52));
	f64v error, bits, power, tail, v, low, sum, large;

	f64v_rows(exp_table, &c->at[i], &error, &bits);
	power = (f64v)((u64v)bits + ((u64v)place << 45) + shift);
	tail = exp_tail(f64v_load(&c->r[i]), error);
	v = f64v_fma(power, tail, power);
	large = f64v_select(
	    f64v_abs(n) <= 128 * 1100, v * up_again, zero + INFINITY);

	/*
	 * The last bit of 1 + v is worth that of a subnormal.  Integers take
	 * the place of a product here, because subnormal ones are slow.
	 */
	low = f64v_fma(power, tail, power - v);
	sum = 1 + v;
	sum += ((1 - sum) + v) + low;
	v = (f64v)i64v_select(
	    v < 1, (i64v)((u64v)sum - one_bits), (i64v)((u64v)v - shift));
	v = f64v_select(n >= -128 * 1100, v, zero);
	return f64v_select(up, large, f64v_select(n <= 0, v, f64v_all(NAN)));
}

static inline f64v
finish_exp_carefully(const struct exp_columns *c, size_t i)
{
	return finish_exp_times(c, i, 0x1p500);
}

/* `care` gathers what the first stages returned; n is a multiple of LANES. */
static inline void
finish_exps(char *out, const struct exp_columns *c, size_t n, u64v care)
{
	if (f64v_any((i64v)care < 0))
		for (size_t i = 0; i < n; i += LANES)
			f64v_store(out + i * sizeof(double),
			    finish_exp_carefully(c, i));
	else
		for (size_t i = 0; i < n; i += LANES)
			f64v_store(out + i * sizeof(double), finish_exp(c, i));
}

static inline void
exp_chunk(char *out, const char *x, size_t n)
{
	struct exp_columns c;
	u64v care = { 0 };

	for (size_t i = 0; i < n; i += LANES) {
		f64v v = f64v_load(x + i * sizeof(double));

		care |= split_for_exp(&c, i, v, v, f64v_all(0));
	}
	finish_exps(out, &c, n, care);
}

static inline void
exp2_chunk(char *out, const char *x, size_t n)
{
	struct exp_columns c;
	u64v care = { 0 };

	for (size_t i = 0; i < n; i += LANES)
		care |=
		    split_for_exp2(&c, i, f64v_load(x + i * sizeof(double)));
	finish_exps(out, &c, n, care);
}

/*
 * out[i] = e^in[i], and 2^in[i].
 *
 * Accuracy  within 0.51 ULP, subnormal results too.
 * Special   as C11 Annex F.10.3.1 and F.10.3.2; a NaN is the default quiet one.
 */
static inline void
exp_f64_loop(void *out, const void *in, size_t n)
{
	in_chunks(exp_chunk, out, in, n);
}

static inline void
exp2_f64_loop(void *out, const void *in, size_t n)
{
	in_chunks(exp2_chunk, out, in, n);
}

#endif

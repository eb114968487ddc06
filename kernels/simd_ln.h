/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_ln.h -- the natural logarithm of doubles, as fast as can be.
 *
 *     simd_log.h --> [simd_ln.h] --> logarithm.c
 *
 * As in simd_log.h, but z is cut into 16 intervals, so that AVX-512 has all of
 * the table in four registers, where a lookup is one instruction and there is
 * nothing to keep between stages.  A longer polynomial makes up for it: r is
 * up to 0.037.  The inverse has all bits, so its logarithm has but one part
 * (Gal 1986); but r is rounded, which costs up to 0.25 ULP.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_LN_H
#define QUERN_KERNELS_SIMD_LN_H

#include "simd_log.h"

/* LN_OFFSET in the last bits of a double from 1 to 2. */
#define LN_OFFSET_BITS u64v_all((uint64_t)(LN_OFFSET * 0x1p52))

#if defined(__AVX512F__)

/* Numbers 0 to 7 and 8 to 15 of a column of the table. */
struct ln_column {
	f64v lower, upper;
};

/* Which of the 16 in two vectors, by the last four bits of each lane. */
static inline f64v
ln_choose(f64v lower, u64v which, f64v upper)
{
	return (f64v)_mm512_permutex2var_pd(
	    (__m512d)lower, (__m512i)which, (__m512d)upper);
}

static inline struct ln_column
ln_column(uint64_t which)
{
	const u64v rows = { 0, 2, 4, 6, 8, 10, 12, 14 };
	const f64v *t = (const f64v *)ln_table;

	return (struct ln_column) {
		ln_choose(t[0], rows + which, t[1]),
		ln_choose(t[2], rows + which, t[3]),
	};
}

/* k times 2^52, from these bits. */
#define LN_K_UNIT 0x1p-52
static inline f64v
ln_exponent(u64v bits)
{
	return (f64v)_mm512_cvtepi64_pd((__m512i)bits);
}

static inline f64v
ln_pick(struct ln_column c, u64v row)
{
	return ln_choose(c.lower, row, c.upper);
}

#else

#define LN_K_UNIT 1
static inline f64v
ln_exponent(u64v bits)
{
	/* k + 2^11, of 12 bits, becomes the last bits of 2^52 */
	return (f64v)((bits >> 52) ^ ALL_BITS(0x4330000000000800)) -
	    (0x1p52 + 0x1p11);
}

#endif

/* The row of each lane, where rows are loaded. */
static inline void
find_ln_row(uint64_t *at, f64v x)
{
#if defined(__AVX512F__)
	(void)at, (void)x;
#else
	u64v_store(at, (((u64v)x + LN_OFFSET_BITS) >> 44) & 0xf0);
#endif
}

/* Rows of n elements.  Are all of them positive, normal and finite? */
static inline bool
find_ln_rows(uint64_t *at, const char *x, size_t n)
{
	f64v_others others = { 0 };

	for (size_t i = 0; i < n; i += LANES) {
		f64v v = f64v_load(x + i * sizeof(double));

		find_ln_row(&at[i], v);
		others |= f64v_not_positive(v);
	}
	return !f64v_any_other(others);
}

/* ln x = high + k ln 2's low part + ln(1 + r) */
struct ln_parts {
	f64v high, k, r;
};

/* Of x * 2^-shift, element i; x is positive and normal. */
static inline struct ln_parts
split_for_ln(const uint64_t *at, size_t i, f64v x, f64v shift)
{
	const u64v exponent_bits = ALL_BITS(0xfff0000000000000);
	const u64v one_bits = ALL_BITS(0x3ff0000000000000);
	u64v above = (u64v)x + (LN_OFFSET_BITS - one_bits);
	u64v exponent = above & exponent_bits;
	f64v z = (f64v)((u64v)x - exponent);
	f64v k = ln_exponent(exponent) - shift * (1 / LN_K_UNIT);
	f64v inverse, high;

#if defined(__AVX512F__)
	(void)at, (void)i;
	inverse = ln_pick(ln_column(0), above >> 48);
	high = ln_pick(ln_column(1), above >> 48);
#else
	f64v_rows(ln_table, &at[i], &inverse, &high);
#endif
	high = f64v_fma_exact(k, f64v_all(LN2_HIGH * LN_K_UNIT), high);
	return (
	    struct ln_parts) { high, k, f64v_fma(z, inverse, f64v_all(-1)) };
}

static inline f64v
ln_in_one(struct ln_parts p)
{
	f64v r = p.r, r2 = r * r, r4 = r2 * r2;
	f64v a = f64v_fma(r, f64v_all(LN_1), f64v_all(LN_0));
	f64v b = f64v_fma(r, f64v_all(LN_3), f64v_all(LN_2));
	f64v c = f64v_fma(r, f64v_all(LN_5), f64v_all(LN_4));
	f64v d = f64v_fma(r, f64v_all(LN_7), f64v_all(LN_6));
	f64v sum = p.high + r, low = (p.high - sum) + r;

	low = f64v_fma(p.k, f64v_all(LN2_LOW * LN_K_UNIT), low);
	a = f64v_fma(r2, b, a);
	c = f64v_fma(r4, f64v_all(LN_8), f64v_fma(r2, d, c));
	a = f64v_fma(r4, c, a);
	return sum + f64v_fma(r2, a, low);
}

/*
 * ln of n positive normal numbers, whose rows were found.  In one loop where a
 * row is no load to wait for.
 */
static inline void
ln_positive(char *out, const char *x, struct log_columns *c, size_t n)
{
	const size_t size = sizeof(double);
	const f64v zero = { 0 };
	struct ln_parts p;

	for (size_t i = 0; i < n; i += LANES) {
		p = split_for_ln(c->at, i, f64v_load(x + i * size), zero);
#if defined(__AVX512F__)
		f64v_store(out + i * size, ln_in_one(p));
	}
#else
		f64v_store(&c->high[i], p.high);
		f64v_store(&c->low[i], p.k);
		f64v_store(&c->r[i], p.r);
	}
	for (size_t i = 0; i < n; i += LANES) {
		p.high = f64v_load(&c->high[i]);
		p.k = f64v_load(&c->low[i]);
		p.r = f64v_load(&c->r[i]);
		f64v_store(out + i * size, ln_in_one(p));
	}
#endif
}

static inline void
ln_chunk(char *out, const char *x, size_t n)
{
	const size_t size = sizeof(double);
	struct log_columns c;
	_Alignas(64) double mended[COLUMN], shift[COLUMN];

	if (find_ln_rows(c.at, x, n)) {
		ln_positive(out, x, &c, n);
		return;
	}
	mend_for_log(mended, shift, x, n);
	(void)find_ln_rows(c.at, (const char *)mended, n);
	for (size_t i = 0; i < n; i += LANES)
		f64v_store(out + i * size,
		    log_special(f64v_load(x + i * size),
			ln_in_one(split_for_ln(c.at, i, f64v_load(&mended[i]),
			    f64v_load(&shift[i])))));
}

/*
 * out[i] = ln in[i].
 *
 * Accuracy  within 0.8 ULP.
 * Special   as C11 Annex F.10.3.7; a NaN is the default quiet one.
 */
static inline void
log_f64_loop(void *out, const void *in, size_t n)
{
	in_chunks(ln_chunk, out, in, n);
}

#endif

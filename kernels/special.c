/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * special.c -- erf, cbrt and hypot of each element.
 *
 *     quern/kernels.h --> [special.c] --> map.c, simd_poly.h, terms.h
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "simd_any.h"
#include "simd_halves.h"
#include "simd_poly.h"
#include "simd_sqrt.h"
#include "terms.h"

/* ---- erf ---- */

enum { ERF_STEPS = 8, ERF_MOST = 6, ERF_PAIRS = 7 };

/* Of a size: by the value, the slope and the rest at the next multiple of 1/8. */
static inline f64v
erf_plain(f64v size)
{
	const f64v origin = f64v_all(0x1.8p52);
	f64v place = size * ERF_STEPS + origin, a[ERF_PAIRS], b[ERF_PAIRS];
	f64v d = size - (place - origin) * (1.0 / ERF_STEPS);
	uint64_t at[LANES];
	f64v even, odd, d2 = d * d, step, sum, low;

	u64v_store(at, ((u64v)place & 0xff) * sizeof(erf_rows[0]) * ERF_PAIRS);
	for (int i = 0; i < ERF_PAIRS; i++)
		f64v_rows(erf_rows + i, at, &a[i], &b[i]);
	even = a[ERF_PAIRS - 1];
	odd = b[ERF_PAIRS - 1];
	for (int i = ERF_PAIRS - 2; i >= 2; i--) {
		even = f64v_fma(even, d2, a[i]);
		odd = f64v_fma(odd, d2, b[i]);
	}
	/* value + d slope, each in two parts; the value is larger, or 0 */
	step = d * a[1];
	sum = a[0] + step;
	low = f64v_fma(f64v_fma(odd, d, even), d, b[1]);
	low = f64v_fma(d, low, b[0]) + f64v_product_low(d, a[1], step);
	return sum + (((a[0] - sum) + step) + low);
}

/* Of tiny numbers; products of them are not exact, those of larger ones are. */
static __attribute__((noinline)) f64v
erf_tiny(f64v size)
{
	f64v_mask tiny = size < 0x1p-900;
	f64v scaled = f64v_select(tiny, size * 0x1p200, size);
	f64v r = erf_plain(scaled);

	return f64v_select(tiny, r * 0x1p-200, r);
}

static inline f64v
erf_f64v(f64v x)
{
	f64v size = f64v_lesser(f64v_abs(x), f64v_all(ERF_MOST)), r;

	r = f64v_any_below(size, 0x1p-900) ? erf_tiny(size) : erf_plain(size);
	r = (f64v)((u64v)r | ((u64v)x & ALL_BITS(0x8000000000000000)));
	return f64v_select(x == x, r, f64v_all(NAN));
}

/* As a float it is 1 of 4. */
static inline f64v
erf_half(f64v x)
{
	f64v size = f64v_lesser(f64v_all(4), f64v_abs(x));
	f64v u = f64v_fma(size * 0.125, size, f64v_all(-1));

	size *= f64v_poly(u, erf32_terms);
	return (f64v)((u64v)size | ((u64v)x & ALL_BITS(0x8000000000000000)));
}

HALVES_1(erf_halves, erf_half)

static inline f32v
erf_f32v(f32v x)
{
	return f32v_tidy(erf_halves(x));
}

/* ---- cbrt ---- */

/*
 * 1 / cbrt(x) of a normal x > 0, to 2^-34 of itself: a third of the bits, as an
 * integer, is close to a logarithm's, and tells the inverse root within 4 %; of
 * the steps that follow each makes h = 1 - x y^3 some 20 h^2 times as small.
 */
static inline f64v
per_cbrt(f64v x)
{
	const f64v third = f64v_all(1 / 3.0), c2 = f64v_all(2 / 9.0);
	const u64v whole = ALL_BITS(0x4330000000000000); /* 2^52 */
	f64v bits = (f64v)((u64v)x >> 32 | whole) - 0x1p52;
	f64v y = (f64v)((u64v)(f64v_all(0x1p52 + 1430186164) - bits * (1 / 3.0))
	    << 32);

	for (int step = 0; step < 2; step++) {
		f64v y2 = y * y, h = f64v_fma(-(x * y), y2, f64v_all(1));

		y = f64v_fma(y * h, f64v_fma(h, c2, third), y);
	}
	return y;
}

/* One step of Newton's, with as many digits of the cube as it takes. */
static inline f64v
cbrt_plain(f64v x)
{
	f64v y = per_cbrt(x), y2 = y * y, r = x * y2, r2 = r * r;
	f64v rest = f64v_fma(-r2, r, x);

	rest = f64v_fma(-f64v_product_low(r, r, r2), r, rest);
	return f64v_fma(rest * (1 / 3.0), y2, r);
}

static __attribute__((noinline)) f64v
cbrt_any(f64v size)
{
	const f64v one = f64v_all(1);
	f64v_mask big = size > 0x1p900, small = size < 0x1p-800;
	f64v up = f64v_select(
	    big, one * 0x1p-600, f64v_select(small, one * 0x1p600, one));
	f64v down = f64v_select(
	    big, one * 0x1p200, f64v_select(small, one * 0x1p-200, one));
	f64v_mask itself = ~((size > 0) & (size < (double)INFINITY));

	return f64v_tidy(
	    f64v_select(itself, size, cbrt_plain(size * up) * down));
}

static inline f64v
cbrt_f64v(f64v x)
{
	f64v size = f64v_abs(x), r;
	u64v sign = (u64v)x ^ (u64v)size;

	if (__builtin_expect(
		f64v_any(~(size <= 0x1p900) | ~(size >= 0x1p-800)), 0)) {
		r = cbrt_any(size);
		sign &= (u64v)(size == size);
	} else {
		r = cbrt_plain(size);
	}
	return (f64v)((u64v)r ^ sign);
}

static inline f64v
cbrt_half(f64v x)
{
	f64v size = f64v_abs(x), y = per_cbrt(size), r = size * (y * y);

	return (f64v)((u64v)r ^ ((u64v)x ^ (u64v)size));
}

HALVES_1(cbrt_halves, cbrt_half)

static __attribute__((noinline)) f32v
cbrt_any32(f32v x)
{
	return f32v_tidy(
	    f32v_select(f32v_abs(x) < INFINITY, cbrt_halves(x), x));
}

static inline f32v
cbrt_f32v(f32v x)
{
	if (f32v_any_not_below(f32v_abs(x), INFINITY))
		return cbrt_any32(x);
	return cbrt_halves(x);
}

/* ---- hypot ---- */

/*
 * The square root of a sum whose squares and itself have two parts each.  No
 * number is so large or so small that the squares would not do.
 */
static inline f64v
hypot_plain(f64v x, f64v y, f64v sum)
{
	f64v a = x * x, b = y * y;
	f64v sum_low = (f64v_larger(a, b) - sum) + f64v_lesser(a, b);
	f64v low = f64v_product_low(x, x, a) + f64v_product_low(y, y, b);
	f64v root = f64v_sqrt(sum);

	low = f64v_fma(-root, root, sum) + (low + sum_low);
	return root + low * (0.5 / root);
}

static __attribute__((noinline)) f64v
hypot_any(f64v x, f64v y)
{
	const f64v one = f64v_all(1), infinity = f64v_all(INFINITY);
	f64v a = f64v_abs(x), b = f64v_abs(y), large = f64v_larger(a, b), r;
	f64v_mask big = large > 0x1p500, small = large < 0x1p-400;
	f64v up = f64v_select(
	    big, one * 0x1p-600, f64v_select(small, one * 0x1p600, one));
	f64v down = f64v_select(
	    big, one * 0x1p600, f64v_select(small, one * 0x1p-600, one));

	x *= up;
	y *= up;
	r = hypot_plain(x, y, x * x + y * y) * down;
	r = f64v_select(a + b == 0, a + b, r);
	r = f64v_select((a == infinity) | (b == infinity), infinity, r);
	return f64v_tidy(r);
}

static inline f64v
hypot_f64v(f64v x, f64v y)
{
	f64v sum = x * x + y * y;

	if (__builtin_expect(
		f64v_any(~(sum <= 0x1p1000) | ~(sum >= 0x1p-800)), 0))
		return hypot_any(x, y);
	return hypot_plain(x, y, sum);
}

/* The squares of floats are exact in doubles. */
static inline f64v
hypot_half(f64v x, f64v y)
{
	return f64v_sqrt(x * x + y * y);
}

HALVES_2(hypot_halves, hypot_half)

static __attribute__((noinline)) f32v
hypot_any32(f32v x, f32v y)
{
	const f32v infinity = f32v_all(INFINITY);
	f32v_mask far = (f32v_abs(x) == infinity) | (f32v_abs(y) == infinity);

	return f32v_tidy(f32v_select(far, infinity, hypot_halves(x, y)));
}

static inline f32v
hypot_f32v(f32v x, f32v y)
{
	if (f32v_any_not_below(f32v_abs(x) + f32v_abs(y), INFINITY))
		return hypot_any32(x, y);
	return hypot_halves(x, y);
}

#endif

MAP_1(erf, f64, MAP_DEAR, erf_f64v)
MAP_1(erf, f32, MAP_DEAR, erf_f32v)
MAP_1(cbrt, f64, MAP_DEAR, cbrt_f64v)
MAP_1(cbrt, f32, MAP_DEAR, cbrt_f32v)
MAP_2(hypot, f64, MAP_DEAR, hypot_f64v)
MAP_2(hypot, f32, MAP_DEAR, hypot_f32v)

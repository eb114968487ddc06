/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_math.c -- square and pow, element by element, for one instruction set.
 *
 *     square.c pow.c --> isa.c --> [simd_math.c] --> SLEEF, pow_edge.c
 *
 * Compiled once per instruction set, see isa.h.  What does not fill a vector
 * goes through the same vector code in a padded one, and vectors are cut by
 * index, never by address: an element's bits do not depend on its neighbours.
 */
#include "isa.h"
#include "pow_edge.h"
#include "simd.h"

/* out[i] = F(in[i]) for vectors V of T. */
#define DEFINE_MAP(name, V, T, F)                                              \
	static void name(void *out, const void *in, size_t n)                  \
	{                                                                      \
		const size_t width = sizeof(V) / sizeof(T);                    \
		const char *from = in;                                         \
		char *to = out;                                                \
		V v;                                                           \
                                                                               \
		for (; n >= width; n -= width) {                               \
			v = F(V##_load(from));                                 \
			memcpy(to, &v, sizeof(v));                             \
			from += sizeof(v);                                     \
			to += sizeof(v);                                       \
		}                                                              \
		v = F(V##_load_part(from, n, V##_all(1)));                     \
		memcpy(to, &v, n * sizeof(T));                                 \
	}

#define SQUARE(v) ((v) * (v))

DEFINE_MAP(square_f64, f64v, double, SQUARE)
DEFINE_MAP(square_f32, f32v, float, SQUARE)
/* Unsigned, so that they wrap. */
DEFINE_MAP(square_i64, u64v, uint64_t, SQUARE)
DEFINE_MAP(square_i32, u32v, uint32_t, SQUARE)

/*
 * Mend the lanes of r = pow(x, y) that are infinite and should not be.  SLEEF
 * compares y ln|x| with a bound that is a little below the logarithm of the
 * largest double.  pow(|x|, y / 2) tells these lanes from those that overflow
 * by far, where it is well above 2^512.  The sign of r is right.
 */
static f64v
mend_overflow(f64v r, f64v x, f64v y, f64v_mask suspect)
{
	const f64v_mask sign = (f64v_mask)f64v_all(-0.0);
	f64v magnitude = (f64v)((f64v_mask)x & ~sign);

	suspect &= f64v_pow(magnitude, y * 0.5) < 0x1.00001p512;
	for (size_t k = 0; k < SIMD_BYTES / sizeof(double); k++)
		if (suspect[k])
			r[k] = copysign(quern__pow_f64_edge(x[k], y[k]), r[k]);
	return r;
}

/*
 * SLEEF's pow with two repairs: the same NaN on every instruction set, the
 * default quiet one, and see mend_overflow().
 */
static inline f64v
pow_f64v(f64v x, f64v y)
{
	const f64v_mask sign = (f64v_mask)f64v_all(-0.0);
	const f64v infinity = f64v_all(INFINITY);
	f64v r = f64v_pow(x, y);
	f64v size_x = (f64v)((f64v_mask)x & ~sign);
	f64v size_y = (f64v)((f64v_mask)y & ~sign);
	f64v size_r = (f64v)((f64v_mask)r & ~sign);
	f64v_mask suspect = (size_r == infinity) & (size_x < infinity) &
	    (size_y < infinity) & (x != f64v_all(0));

	if (f64v_any(suspect))
		r = mend_overflow(r, x, y, suspect);
	return f64v_select(r == r, r, f64v_all(NAN));
}

static inline f32v
pow_f32v(f32v x, f32v y)
{
	f32v r = f32v_pow(x, y);

	return f32v_select(r == r, r, f32v_all(NAN));
}

/*
 * out[i] = in[i]^exponents[i].  With `step`, the bytes from one vector of
 * exponents to the next, being 0, the first vector of them serves all.
 */
#define DEFINE_POW(t, V, T)                                                    \
	static inline void raise_##t(void *out, const void *in,                \
	    const void *exponents, size_t step, size_t n)                      \
	{                                                                      \
		const size_t width = sizeof(V) / sizeof(T);                    \
		const char *x = in, *y = exponents;                            \
		char *to = out;                                                \
		V v;                                                           \
                                                                               \
		for (; n >= width; n -= width) {                               \
			v = pow_##V(V##_load(x), V##_load(y));                 \
			memcpy(to, &v, sizeof(v));                             \
			x += sizeof(v);                                        \
			y += step;                                             \
			to += sizeof(v);                                       \
		}                                                              \
		if (n == 0)                                                    \
			return;                                                \
		v = pow_##V(V##_load_part(x, n, V##_all(1)),                   \
		    V##_load_part(y, n, V##_all(1)));                          \
		memcpy(to, &v, n * sizeof(T));                                 \
	}                                                                      \
	static void pow_##t(void *out, const void *in, T exponent, size_t n)   \
	{                                                                      \
		V y = V##_all(exponent);                                       \
                                                                               \
		raise_##t(out, in, &y, 0, n);                                  \
	}                                                                      \
	static void powv_##t(                                                  \
	    void *out, const void *in, const void *exponents, size_t n)        \
	{                                                                      \
		raise_##t(out, in, exponents, sizeof(V), n);                   \
	}

DEFINE_POW(f64, f64v, double)
DEFINE_POW(f32, f32v, float)

extern const struct quern__math SIMD_TABLE(quern__math_);
const struct quern__math SIMD_TABLE(quern__math_) = {
	.square_f64 = square_f64,
	.square_f32 = square_f32,
	.square_i64 = square_i64,
	.square_i32 = square_i32,
	.pow_f64 = pow_f64,
	.pow_f32 = pow_f32,
	.powv_f64 = powv_f64,
	.powv_f32 = powv_f32,
};

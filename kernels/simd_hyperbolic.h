/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_hyperbolic.h -- expm1, sinh, cosh, tanh, sigmoid and softplus of
 * doubles.
 *
 *     simd_parts.h simd_exp.h simd_log.h --> [simd_hyperbolic.h]
 *         --> exponential.c hyperbolic.c
 *
 * Each is made of the exponential of one argument in two parts.  Of large
 * arguments one exponential is the whole result, to all digits; there it goes
 * through finish_exp_carefully(), which knows where numbers end.
 *
 * Included by what is compiled per instruction set alone.
 */
#ifndef QUERN_KERNELS_SIMD_HYPERBOLIC_H
#define QUERN_KERNELS_SIMD_HYPERBOLIC_H

#include "simd_exp.h"
#include "simd_log.h"
#include "simd_parts.h"

/* From there on expm1(-x) is -1, and tanh(x / 2) is 1. */
#define BEYOND 50

/* A function that is made of an exponential. */
struct exp_made {
	/* of what */
	f64v (*argument)(f64v x);
	/* the result for x, from e^argument = h + l */
	f64v (*last)(f64v x, f64v h, f64v l);
	/* the result where that, v, is no good; NaN is seen to */
	f64v (*careful)(f64v x, f64v v, const struct exp_columns *c, size_t i);
};

/* n is a multiple of LANES.  Inline, so that the parts of f are too. */
static inline __attribute__((always_inline)) void
made_chunk(struct exp_made f, char *out, const char *x, size_t n)
{
	const size_t size = sizeof(double);
	struct exp_columns c;
	u64v care = { 0 };
	f64v v, h, l;

	for (size_t i = 0; i < n; i += LANES)
		care |=
		    split_in_two(&c, i, f.argument(f64v_load(x + i * size)));
	if (!f64v_any((i64v)care < 0)) {
		for (size_t i = 0; i < n; i += LANES) {
			finish_in_two(&c, i, &h, &l);
			f64v_store(out + i * size,
			    f.last(f64v_load(x + i * size), h, l));
		}
		return;
	}
	for (size_t i = 0; i < n; i += LANES) {
		v = f64v_load(x + i * size);
		finish_in_two(&c, i, &h, &l);
		f64v_store(out + i * size,
		    f64v_tidy(f.careful(v, f.last(v, h, l), &c, i)));
	}
}

static inline f64v
minus_size(f64v x)
{
	return -f64v_abs(x);
}

static inline f64v
result_itself(f64v x, f64v v, const struct exp_columns *c, size_t i)
{
	(void)x, (void)c, (void)i;
	return v;
}

/* ---- expm1 ---- */

/* NaN stays. */
static inline f64v
at_least_minus_beyond(f64v x)
{
	return f64v_larger(f64v_all(-BEYOND), x);
}

static inline f64v
expm1_last(f64v x, f64v h, f64v l)
{
	return f64v_with_sign(expm1_of_f64(h, l), x);
}

static inline f64v
expm1_careful(f64v x, f64v v, const struct exp_columns *c, size_t i)
{
	(void)x;
	return f64v_select(safe_in_two(c, i), v, finish_exp_carefully(c, i));
}

static inline void
expm1_chunk(char *out, const char *x, size_t n)
{
	const struct exp_made expm1_made = { at_least_minus_beyond, expm1_last,
		expm1_careful };

	made_chunk(expm1_made, out, x, n);
}

/* ---- sinh, cosh, tanh ---- */

/* e^|x| / 2 where that is what is asked for. */
static inline f64v
half_exp_beyond(f64v x, f64v v, const struct exp_columns *c, size_t i)
{
	(void)x;
	return f64v_select(
	    safe_in_two(c, i), v, finish_exp_times(c, i, 0x1p499));
}

static inline f64v
sinh_last(f64v x, f64v h, f64v l)
{
	f64v size = f64v_abs(x);

	return f64v_with_sign(
	    f64v_select(size < 0x1p-28, size, sinh_of_f64(h, l)), x);
}

static inline f64v
sinh_careful(f64v x, f64v v, const struct exp_columns *c, size_t i)
{
	return f64v_with_sign(half_exp_beyond(x, v, c, i), x);
}

static inline void
sinh_chunk(char *out, const char *x, size_t n)
{
	const struct exp_made sinh_made = { f64v_abs, sinh_last, sinh_careful };

	made_chunk(sinh_made, out, x, n);
}

static inline f64v
cosh_last(f64v x, f64v h, f64v l)
{
	(void)x;
	return cosh_of_f64(h, l);
}

static inline void
cosh_chunk(char *out, const char *x, size_t n)
{
	const struct exp_made cosh_made = { f64v_abs, cosh_last,
		half_exp_beyond };

	made_chunk(cosh_made, out, x, n);
}

/* NaN stays. */
static inline f64v
twice_size(f64v x)
{
	return f64v_lesser(f64v_all(BEYOND), f64v_abs(x) * 2);
}

static inline f64v
tanh_last(f64v x, f64v h, f64v l)
{
	return f64v_with_sign(tanh_of_f64(h, l), x);
}

static inline void
tanh_chunk(char *out, const char *x, size_t n)
{
	const struct exp_made tanh_made = { twice_size, tanh_last,
		result_itself };

	made_chunk(tanh_made, out, x, n);
}

/* ---- sigmoid, softplus ---- */

static inline f64v
sigmoid_last(f64v x, f64v h, f64v l)
{
	return sigmoid_of_f64(h, l, x);
}

/* e^x, or `large` where x is positive. */
static inline f64v
exp_beyond(f64v x, f64v large, f64v v, const struct exp_columns *c, size_t i)
{
	const f64v zero = { 0 };
	f64v e = f64v_select(x > zero, large, finish_exp_carefully(c, i));

	return f64v_select(safe_in_two(c, i), v, e);
}

static inline f64v
sigmoid_careful(f64v x, f64v v, const struct exp_columns *c, size_t i)
{
	return exp_beyond(x, f64v_all(1), v, c, i);
}

static inline void
sigmoid_chunk(char *out, const char *x, size_t n)
{
	const struct exp_made sigmoid_made = { minus_size, sigmoid_last,
		sigmoid_careful };

	made_chunk(sigmoid_made, out, x, n);
}

/*
 * max(x, 0) + ln(1 + e^-|x|).  Of small e^-|x| both parts are the r of the
 * logarithm.
 */
static inline void
softplus_chunk(char *out, const char *x, size_t n)
{
	const size_t size = sizeof(double);
	const f64v zero = { 0 };
	struct exp_columns e;
	struct sum_columns s;
	struct log_columns c;
	u64v care = { 0 };
	f64v v, h, l;

	for (size_t i = 0; i < n; i += LANES)
		care |=
		    split_in_two(&e, i, minus_size(f64v_load(x + i * size)));
	for (size_t i = 0; i < n; i += LANES) {
		finish_in_two(&e, i, &h, &l);
		store_sum(&s, &c, i, h, l, 1 + h);
	}
	for (size_t i = 0; i < n; i += LANES) {
		f64v_mask small;

		h = f64v_load(&s.high[i]);
		l = f64v_load(&s.low[i]);
		v = 1 + h;
		small = h < 0x1p-9;
		split_sum_for_log(&c, i, v, ((1 - v) + h) + l, zero);
		f64v_store(&c.r[i], f64v_select(small, h, f64v_load(&c.r[i])));
		f64v_store(
		    &c.low[i], f64v_select(small, l, f64v_load(&c.low[i])));
		add_to_log(&c, i, f64v_larger(f64v_load(x + i * size), zero));
	}
	if (!f64v_any((i64v)care < 0)) {
		for (size_t i = 0; i < n; i += LANES)
			f64v_store(out + i * size, log_in_one(&c, i));
		return;
	}
	for (size_t i = 0; i < n; i += LANES) {
		v = f64v_load(x + i * size);
		f64v_store(out + i * size,
		    f64v_tidy(exp_beyond(v, v, log_in_one(&c, i), &e, i)));
	}
}

/*
 * out[i] = the function of in[i].
 *
 * Accuracy  within 0.75 ULP, subnormal results and those next to overflow too.
 * Special   as C11 Annex F.10, and the limits; a NaN is the default quiet one.
 */
#define HYPERBOLIC_LOOP(name)                                                  \
	static inline void name##_f64_loop(                                    \
	    void *out, const void *in, size_t n)                               \
	{                                                                      \
		in_chunks(name##_chunk, out, in, n);                           \
	}

HYPERBOLIC_LOOP(expm1)
HYPERBOLIC_LOOP(sinh)
HYPERBOLIC_LOOP(cosh)
HYPERBOLIC_LOOP(tanh)
HYPERBOLIC_LOOP(sigmoid)
HYPERBOLIC_LOOP(softplus)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/kernel_list.h -- the kernels that are made by the pattern, a line each.
 *
 * Read it as the second part of kernels.h, which includes it and says what all
 * kernels have in common.  QUERN_1(sqrt, f64, double) stands for
 *
 *     quern_op quern_sqrt_f64(double *out, const double *in, size_t n);
 *
 * and the other shapes for
 *
 *     QUERN_0S   out[i] = s                   (T *out, T s, size_t n)
 *     QUERN_1    out[i] = f(in[i])            (T *out, const T *in, size_t n)
 *     QUERN_1S   out[i] = f(in[i], s)         (out, in, T s, n)
 *     QUERN_1K   out[i] = f(in[i], k)         (out, in, int k, n)
 *     QUERN_1SS  out[i] = f(in[i], s, s2)     (out, in, T s, T s2, n)
 *     QUERN_2    out[i] = f(a[i], b[i])       (out, a, b, n)
 *     QUERN_2S   out[i] = f(a[i], b[i], s)    (out, a, b, T s, n)
 *     QUERN_3    out[i] = f(a[i], b[i], c[i]) (out, a, b, c, n)
 *     QUERN_IS1  out[i] = is in[i] ...?       (uint8_t *out, const T *in, n)
 *     QUERN_IS1S out[i] = is in[i] ... s?     (uint8_t *out, in, T s, n)
 *     QUERN_IS2  out[i] = is a[i] ... b[i]?   (uint8_t *out, a, b, n)
 *     QUERN_PICK out[i] = mask[i] ? a[i] : b[i]
 *                            (T *out, const uint8_t *mask, a, b, n)
 *     QUERN_OK1  as QUERN_1, -ERANGE          (out, in, n, size_t *first)
 *     QUERN_OK2  as QUERN_2, -ERANGE          (out, a, b, n, size_t *first)
 *     QUERN_RANDOM     out[i] = f(seed, first + i)
 *                                     (T *out, uint64_t seed, first, size_t n)
 *     QUERN_RANDOM_S   with a parameter     (out, T s, seed, first, n)
 *     QUERN_RANDOM_SS  with two             (out, T s, T s2, seed, first, n)
 *     QUERN_TO1  *result = f(in[0 .. n - 1])  (R *result, const T *in, size_t n)
 *     QUERN_TO1_2                             (R *result, const T *a, *b, n)
 *
 * Whoever defines these macros before including this file gets the list.
 */
#ifndef QUERN_1
#include <quern/kernels.h>
#else

/* ---- arithmetic, element by element ---- */

/*
 * out[i] = s.  NaNs keep their bits.
 *
 * Accuracy  exact.
 */
QUERN_0S(fill, f64, double)
QUERN_0S(fill, f32, float)
QUERN_0S(fill, i64, int64_t)
QUERN_0S(fill, i32, int32_t)
QUERN_0S(fill, u64, uint64_t)
QUERN_0S(fill, u32, uint32_t)

/*
 * out[i] = in[i].  NaNs keep their bits.
 *
 * Accuracy  exact.
 */
QUERN_1(copy, f64, double)
QUERN_1(copy, f32, float)
QUERN_1(copy, i64, int64_t)
QUERN_1(copy, i32, int32_t)
QUERN_1(copy, u64, uint64_t)
QUERN_1(copy, u32, uint32_t)

/*
 * out[i] = in[i] * in[i].
 *
 * Accuracy  correctly rounded; integers wrap modulo 2^64 or 2^32.
 */
QUERN_1(square, f64, double)
QUERN_1(square, f32, float)
QUERN_1(square, i64, int64_t)
QUERN_1(square, i32, int32_t)
QUERN_1(square, u64, uint64_t)
QUERN_1(square, u32, uint32_t)

/*
 * out[i] = a[i] + b[i], a[i] - b[i], a[i] * b[i], a[i] / b[i].
 *
 * Accuracy  correctly rounded; integers wrap modulo 2^64 or 2^32.
 *           There is no division of integers: convert them to f64, or shift.
 */
QUERN_2(add, f64, double)
QUERN_2(add, f32, float)
QUERN_2(add, i64, int64_t)
QUERN_2(add, i32, int32_t)
QUERN_2(add, u64, uint64_t)
QUERN_2(add, u32, uint32_t)
QUERN_2(sub, f64, double)
QUERN_2(sub, f32, float)
QUERN_2(sub, i64, int64_t)
QUERN_2(sub, i32, int32_t)
QUERN_2(sub, u64, uint64_t)
QUERN_2(sub, u32, uint32_t)
QUERN_2(mul, f64, double)
QUERN_2(mul, f32, float)
QUERN_2(mul, i64, int64_t)
QUERN_2(mul, i32, int32_t)
QUERN_2(mul, u64, uint64_t)
QUERN_2(mul, u32, uint32_t)
QUERN_2(div, f64, double)
QUERN_2(div, f32, float)

/*
 * The same with one number for all elements, which stands in the name where it
 * stands in the formula: add_scalar is in[i] + s, sub_scalar in[i] - s,
 * scalar_sub s - in[i], mul_scalar in[i] * s, div_scalar in[i] / s and
 * scalar_div s / in[i].
 *
 * Accuracy  correctly rounded; integers wrap modulo 2^64 or 2^32.
 */
QUERN_1S(add_scalar, f64, double)
QUERN_1S(add_scalar, f32, float)
QUERN_1S(add_scalar, i64, int64_t)
QUERN_1S(add_scalar, i32, int32_t)
QUERN_1S(add_scalar, u64, uint64_t)
QUERN_1S(add_scalar, u32, uint32_t)
QUERN_1S(sub_scalar, f64, double)
QUERN_1S(sub_scalar, f32, float)
QUERN_1S(sub_scalar, i64, int64_t)
QUERN_1S(sub_scalar, i32, int32_t)
QUERN_1S(sub_scalar, u64, uint64_t)
QUERN_1S(sub_scalar, u32, uint32_t)
QUERN_1S(scalar_sub, f64, double)
QUERN_1S(scalar_sub, f32, float)
QUERN_1S(scalar_sub, i64, int64_t)
QUERN_1S(scalar_sub, i32, int32_t)
QUERN_1S(scalar_sub, u64, uint64_t)
QUERN_1S(scalar_sub, u32, uint32_t)
QUERN_1S(mul_scalar, f64, double)
QUERN_1S(mul_scalar, f32, float)
QUERN_1S(mul_scalar, i64, int64_t)
QUERN_1S(mul_scalar, i32, int32_t)
QUERN_1S(mul_scalar, u64, uint64_t)
QUERN_1S(mul_scalar, u32, uint32_t)
QUERN_1S(div_scalar, f64, double)
QUERN_1S(div_scalar, f32, float)
QUERN_1S(scalar_div, f64, double)
QUERN_1S(scalar_div, f32, float)

/*
 * out[i] = -in[i], or |in[i]|.
 *
 * Accuracy  exact.
 * Special   of NaN, too, the sign bit changes and nothing else.  The least
 *           integer wraps to itself.
 */
QUERN_1(negate, f64, double)
QUERN_1(negate, f32, float)
QUERN_1(negate, i64, int64_t)
QUERN_1(negate, i32, int32_t)
QUERN_1(absolute, f64, double)
QUERN_1(absolute, f32, float)
QUERN_1(absolute, i64, int64_t)
QUERN_1(absolute, i32, int32_t)

/*
 * out[i] = a[i] * b[i] + c[i] (fma), or s * a[i] + b[i] (axpy).
 *
 * Accuracy  correctly rounded: the product is not rounded by itself.
 * Speed     QUERN_ISA=baseline calls libm for each element: some 3 ns where the
 *           processor has fused multiply-add, some 100 (f32: 30) where not.
 */
QUERN_3(fma, f64, double)
QUERN_3(fma, f32, float)
QUERN_2S(axpy, f64, double)
QUERN_2S(axpy, f32, float)

/*
 * out[i] = 1 / in[i]; the square root of in[i].
 *
 * Accuracy  correctly rounded.
 * Special   sqrt(-0) = -0; below that NaN.
 */
QUERN_1(reciprocal, f64, double)
QUERN_1(reciprocal, f32, float)
QUERN_1(sqrt, f64, double)
QUERN_1(sqrt, f32, float)

/*
 * out[i] = 1 / the square root of in[i].
 *
 * Accuracy  at most 1.5 ULP: it is rounded twice.
 * Special   rsqrt(-0) = -infinity; below that NaN.
 */
QUERN_1(rsqrt, f64, double)
QUERN_1(rsqrt, f32, float)

/*
 * out[i] = the lesser or the greater of a[i] and b[i].
 *
 * Accuracy  exact.
 * Special   minimum and maximum as in IEEE 754-2019: if either is NaN the
 *           result is; -0 is less than +0.  minimum_number and maximum_number
 *           ignore a NaN that meets a number, a signaling one as well.
 */
QUERN_2(minimum, f64, double)
QUERN_2(minimum, f32, float)
QUERN_2(minimum, i64, int64_t)
QUERN_2(minimum, i32, int32_t)
QUERN_2(minimum, u64, uint64_t)
QUERN_2(minimum, u32, uint32_t)
QUERN_2(maximum, f64, double)
QUERN_2(maximum, f32, float)
QUERN_2(maximum, i64, int64_t)
QUERN_2(maximum, i32, int32_t)
QUERN_2(maximum, u64, uint64_t)
QUERN_2(maximum, u32, uint32_t)
QUERN_2(minimum_number, f64, double)
QUERN_2(minimum_number, f32, float)
QUERN_2(maximum_number, f64, double)
QUERN_2(maximum_number, f32, float)

/*
 * out[i] = minimum(maximum(in[i], s), s2): in[i] if it lies between s and s2,
 * else the bound next to it.
 *
 * Accuracy  exact.
 * Special   NaN stays NaN, and a bound that is NaN makes all results NaN.  If
 *           s is greater than s2 all results are s2.
 */
QUERN_1SS(clamp, f64, double)
QUERN_1SS(clamp, f32, float)
QUERN_1SS(clamp, i64, int64_t)
QUERN_1SS(clamp, i32, int32_t)
QUERN_1SS(clamp, u64, uint64_t)
QUERN_1SS(clamp, u32, uint32_t)

/*
 * out[i] = in[i] rounded to an integer: down, up, towards zero, to the nearest
 * with halves away from zero (round), or to the nearest with halves to the even
 * one (rint, whatever the caller's rounding mode).
 *
 * Accuracy  exact.
 * Special   zeros, also those that others are rounded to, keep the sign.
 */
QUERN_1(floor, f64, double)
QUERN_1(floor, f32, float)
QUERN_1(ceil, f64, double)
QUERN_1(ceil, f32, float)
QUERN_1(trunc, f64, double)
QUERN_1(trunc, f32, float)
QUERN_1(round, f64, double)
QUERN_1(round, f32, float)
QUERN_1(rint, f64, double)
QUERN_1(rint, f32, float)

/*
 * out[i] = in[i] to the power k, by squaring.
 *
 * Accuracy  the relative error is at most (k - 1) * 2^-53 (f32: 2^-24) for
 *           k > 0, and (2 |k| - 1) times that for k < 0, to first order, while
 *           no factor is subnormal.  Exact for k = 0 and 1, correctly rounded
 *           for 2 and -1.  pow is slower, and exact to an ULP for any k.
 *           Integers wrap.
 * Special   any in[i], NaN too, to the power 0 is 1.
 * Method    r = 1 and b = in[i], or 1 / in[i] if k < 0; for each bit of |k|
 *           from the lowest on r = r * b if it is set, then b = b * b.
 *
 * Of integers a negative k is -EINVAL.
 */
QUERN_1K(powi, f64, double)
QUERN_1K(powi, f32, float)
QUERN_1K(powi, i64, int64_t)
QUERN_1K(powi, u64, uint64_t)

/*
 * out[i] = in[i] * in[i], a[i] + b[i], a[i] - b[i], a[i] * b[i], all of which
 * must fit.
 *
 * If one does not the status is -ERANGE, and the index of the first that does
 * not is written to *first, unless that is NULL.  Results before it are right;
 * from there on they are unspecified.  *first keeps its value if all fit, and
 * may not lie in any of the arrays (-EINVAL).
 *
 * Accuracy  exact.
 */
QUERN_OK1(checked_square, i64, int64_t)
QUERN_OK1(checked_square, i32, int32_t)
QUERN_OK1(checked_square, u64, uint64_t)
QUERN_OK1(checked_square, u32, uint32_t)
QUERN_OK2(checked_add, i64, int64_t)
QUERN_OK2(checked_add, i32, int32_t)
QUERN_OK2(checked_add, u64, uint64_t)
QUERN_OK2(checked_add, u32, uint32_t)
QUERN_OK2(checked_sub, i64, int64_t)
QUERN_OK2(checked_sub, i32, int32_t)
QUERN_OK2(checked_sub, u64, uint64_t)
QUERN_OK2(checked_sub, u32, uint32_t)
QUERN_OK2(checked_mul, i64, int64_t)
QUERN_OK2(checked_mul, i32, int32_t)
QUERN_OK2(checked_mul, u64, uint64_t)
QUERN_OK2(checked_mul, u32, uint32_t)

/* ---- masks: a byte for each element, 1 for yes and 0 for no ---- */

/*
 * out[i] = 1 if a[i] equals, does not equal, is less than, at most, greater
 * than, at least b[i]; else 0.  With _scalar: in[i] and s.
 *
 * Accuracy  exact.
 * Special   as C compares: NaN is unequal to everything and neither less nor
 *           greater, -0 equals 0.
 */
QUERN_IS2(eq, f64, double)
QUERN_IS2(eq, f32, float)
QUERN_IS2(eq, i64, int64_t)
QUERN_IS2(eq, i32, int32_t)
QUERN_IS2(eq, u64, uint64_t)
QUERN_IS2(eq, u32, uint32_t)
QUERN_IS2(ne, f64, double)
QUERN_IS2(ne, f32, float)
QUERN_IS2(ne, i64, int64_t)
QUERN_IS2(ne, i32, int32_t)
QUERN_IS2(ne, u64, uint64_t)
QUERN_IS2(ne, u32, uint32_t)
QUERN_IS2(lt, f64, double)
QUERN_IS2(lt, f32, float)
QUERN_IS2(lt, i64, int64_t)
QUERN_IS2(lt, i32, int32_t)
QUERN_IS2(lt, u64, uint64_t)
QUERN_IS2(lt, u32, uint32_t)
QUERN_IS2(le, f64, double)
QUERN_IS2(le, f32, float)
QUERN_IS2(le, i64, int64_t)
QUERN_IS2(le, i32, int32_t)
QUERN_IS2(le, u64, uint64_t)
QUERN_IS2(le, u32, uint32_t)
QUERN_IS2(gt, f64, double)
QUERN_IS2(gt, f32, float)
QUERN_IS2(gt, i64, int64_t)
QUERN_IS2(gt, i32, int32_t)
QUERN_IS2(gt, u64, uint64_t)
QUERN_IS2(gt, u32, uint32_t)
QUERN_IS2(ge, f64, double)
QUERN_IS2(ge, f32, float)
QUERN_IS2(ge, i64, int64_t)
QUERN_IS2(ge, i32, int32_t)
QUERN_IS2(ge, u64, uint64_t)
QUERN_IS2(ge, u32, uint32_t)
QUERN_IS1S(eq_scalar, f64, double)
QUERN_IS1S(eq_scalar, f32, float)
QUERN_IS1S(eq_scalar, i64, int64_t)
QUERN_IS1S(eq_scalar, i32, int32_t)
QUERN_IS1S(eq_scalar, u64, uint64_t)
QUERN_IS1S(eq_scalar, u32, uint32_t)
QUERN_IS1S(ne_scalar, f64, double)
QUERN_IS1S(ne_scalar, f32, float)
QUERN_IS1S(ne_scalar, i64, int64_t)
QUERN_IS1S(ne_scalar, i32, int32_t)
QUERN_IS1S(ne_scalar, u64, uint64_t)
QUERN_IS1S(ne_scalar, u32, uint32_t)
QUERN_IS1S(lt_scalar, f64, double)
QUERN_IS1S(lt_scalar, f32, float)
QUERN_IS1S(lt_scalar, i64, int64_t)
QUERN_IS1S(lt_scalar, i32, int32_t)
QUERN_IS1S(lt_scalar, u64, uint64_t)
QUERN_IS1S(lt_scalar, u32, uint32_t)
QUERN_IS1S(le_scalar, f64, double)
QUERN_IS1S(le_scalar, f32, float)
QUERN_IS1S(le_scalar, i64, int64_t)
QUERN_IS1S(le_scalar, i32, int32_t)
QUERN_IS1S(le_scalar, u64, uint64_t)
QUERN_IS1S(le_scalar, u32, uint32_t)
QUERN_IS1S(gt_scalar, f64, double)
QUERN_IS1S(gt_scalar, f32, float)
QUERN_IS1S(gt_scalar, i64, int64_t)
QUERN_IS1S(gt_scalar, i32, int32_t)
QUERN_IS1S(gt_scalar, u64, uint64_t)
QUERN_IS1S(gt_scalar, u32, uint32_t)
QUERN_IS1S(ge_scalar, f64, double)
QUERN_IS1S(ge_scalar, f32, float)
QUERN_IS1S(ge_scalar, i64, int64_t)
QUERN_IS1S(ge_scalar, i32, int32_t)
QUERN_IS1S(ge_scalar, u64, uint64_t)
QUERN_IS1S(ge_scalar, u32, uint32_t)

/*
 * out[i] = 1 if in[i] is NaN, or is neither infinite nor NaN; else 0.
 *
 * Accuracy  exact.
 */
QUERN_IS1(isnan, f64, double)
QUERN_IS1(isnan, f32, float)
QUERN_IS1(isfinite, f64, double)
QUERN_IS1(isfinite, f32, float)

/*
 * out[i] = a[i] where mask[i] is not 0, b[i] elsewhere.  NaNs keep their bits.
 *
 * Accuracy  exact.
 * In place  out may be a or b, but not the mask.
 */
QUERN_PICK(select, f64, double)
QUERN_PICK(select, f32, float)
QUERN_PICK(select, i64, int64_t)
QUERN_PICK(select, i32, int32_t)
QUERN_PICK(select, u64, uint64_t)
QUERN_PICK(select, u32, uint32_t)

/* ---- powers, exponentials, logarithms, trigonometry ---- */

/*
 * out[i] = in[i] to the power `exponent`, or exponents[i].
 *
 * Accuracy  at most 0.55 ULP, subnormal results and those next to overflow
 *           included.
 * Special   as C11 Annex F.10.4.4: pow(x, 0) = 1 even for NaN, and so on.
 *           Signaling NaNs count as quiet ones.
 * In place  out may be `in` or `exponents`.
 * Method    logarithm in two parts and exponential, by tables and polynomials
 *           (Tang 1989); floats by way of doubles.
 */
QUERN_1S(pow, f64, double)
QUERN_1S(pow, f32, float)
QUERN_2(powv, f64, double)
QUERN_2(powv, f32, float)

/*
 * What follows up to the reductions has in common:
 *
 * Accuracy  at most 1.0 ULP where nothing else is said, subnormal results and
 *           those next to overflow included; docs/kernels.md has the worst
 *           that was seen of each.
 * Special   as C11 Annex F.10; the logistic functions as their limits.
 * In place  out may be any of the inputs.
 * Method    exponentials, logarithms, hyperbolic and logistic functions as pow,
 *           those of floats by longer polynomials instead of tables; of f64
 *           exp, exp2, log2 and log10 are within 0.55 ULP, log within 0.8.
 */

/* e^in[i], 2^in[i], which is exact for integers, and e^in[i] - 1. */
QUERN_1(exp, f64, double)
QUERN_1(exp, f32, float)
QUERN_1(exp2, f64, double)
QUERN_1(exp2, f32, float)
QUERN_1(expm1, f64, double)
QUERN_1(expm1, f32, float)

/*
 * The logarithm of in[i] to base e, 2 (exact for powers of two) and 10 (exact
 * for powers of ten), and of 1 + in[i] to base e.
 */
QUERN_1(log, f64, double)
QUERN_1(log, f32, float)
QUERN_1(log2, f64, double)
QUERN_1(log2, f32, float)
QUERN_1(log10, f64, double)
QUERN_1(log10, f32, float)
QUERN_1(log1p, f64, double)
QUERN_1(log1p, f32, float)

/*
 * Of in[i] in radians, of any size: what multiples of pi take away is known to
 * all digits.
 *
 * Accuracy  at most 0.9 ULP, tan 1.0 (f32: 0.55).
 * Method    our own: Cody and Waite's reduction by pi / 2, where that is not
 *           enough Payne and Hanek's, and polynomials; floats in doubles, and
 *           in half or quarter turns below 2^20.
 */
QUERN_1(sin, f64, double)
QUERN_1(sin, f32, float)
QUERN_1(cos, f64, double)
QUERN_1(cos, f32, float)
QUERN_1(tan, f64, double)
QUERN_1(tan, f32, float)

/*
 * In radians: asin and atan from -pi / 2 to pi / 2, acos from 0 to pi.
 *
 * Accuracy  at most 0.7 ULP, atan 0.9 (f32: 0.55).
 * Method    our own: polynomials up to 1/2, by a quotient or a square root;
 *           floats partly in doubles.  So is atan2, of floats in doubles.
 */
QUERN_1(asin, f64, double)
QUERN_1(asin, f32, float)
QUERN_1(acos, f64, double)
QUERN_1(acos, f32, float)
QUERN_1(atan, f64, double)
QUERN_1(atan, f32, float)

/*
 * The angle of the point (b[i], a[i]), from -pi to pi: a is the ordinate.
 *
 * Accuracy  at most 0.9 ULP (f32: 0.55).
 */
QUERN_2(atan2, f64, double)
QUERN_2(atan2, f32, float)

/* Hyperbolic functions. */
QUERN_1(sinh, f64, double)
QUERN_1(sinh, f32, float)
QUERN_1(cosh, f64, double)
QUERN_1(cosh, f32, float)
QUERN_1(tanh, f64, double)
QUERN_1(tanh, f32, float)

/*
 * sigmoid: 1 / (1 + e^-in[i]); softplus: ln(1 + e^in[i]).  Neither overflows in
 * between, and small results are as accurate as others.
 *
 * Method    exp and log1p of -|in[i]|, in two parts.
 */
QUERN_1(sigmoid, f64, double)
QUERN_1(sigmoid, f32, float)
QUERN_1(softplus, f64, double)
QUERN_1(softplus, f32, float)

/*
 * The error function.
 *
 * Accuracy  at most 0.8 ULP (f32: 0.55).
 * Method    our own: polynomials next to multiples of 1/8; f32 one in doubles.
 */
QUERN_1(erf, f64, double)
QUERN_1(erf, f32, float)

/*
 * The cube root, exact for cubes.
 *
 * Accuracy  at most 0.55 ULP.
 * Method    our own: a third of the exponent, and Newton's steps.
 */
QUERN_1(cbrt, f64, double)
QUERN_1(cbrt, f32, float)

/*
 * The square root of a[i]^2 + b[i]^2, which may overflow; its squares do not.
 *
 * Accuracy  at most 0.8 ULP (f32: 0.55).
 * Method    our own: squares and their sum in two parts each; floats in doubles.
 */
QUERN_2(hypot, f64, double)
QUERN_2(hypot, f32, float)

/* ---- from arrays to one result ---- */

/*
 * *result = in[0] + ... + in[n - 1].
 *
 * Accuracy  f64: the error is at most k * 2^-53 times the sum of |in[i]|, to
 *           first order, where k = 84 up to 32768 elements and one more for
 *           each doubling: 93 for 16 Mi.  As in any such sum, a partial sum
 *           that overflows makes the result infinite or NaN.
 *           f32: accumulated in double, in the same order, and rounded once.
 *           Integers: exact; -ERANGE if the result does not fit, whatever the
 *           partial sums do.
 * Special   elements that are all -0 add up to -0.
 * Method    32 interleaved lanes; each adds 16 elements in a row, up to 64 of
 *           those sums in a block of 32768, and a pairwise tree is over lanes and
 *           blocks.
 */
QUERN_TO1(sum, f64, double, double)
QUERN_TO1(sum, f32, float, float)
QUERN_TO1(sum, i64, int64_t, int64_t)
QUERN_TO1(sum, i32, int64_t, int32_t)
QUERN_TO1(sum, u64, uint64_t, uint64_t)
QUERN_TO1(sum, u32, uint64_t, uint32_t)

/*
 * *result = the smallest or largest element, as minimum and maximum of IEEE
 * 754-2019: a NaN anywhere makes the result NaN (the default quiet one), and
 * -0 is less than +0.
 *
 * Accuracy  exact.
 */
QUERN_TO1(min, f64, double, double)
QUERN_TO1(min, f32, float, float)
QUERN_TO1(min, i64, int64_t, int64_t)
QUERN_TO1(min, i32, int32_t, int32_t)
QUERN_TO1(min, u64, uint64_t, uint64_t)
QUERN_TO1(min, u32, uint32_t, uint32_t)
QUERN_TO1(max, f64, double, double)
QUERN_TO1(max, f32, float, float)
QUERN_TO1(max, i64, int64_t, int64_t)
QUERN_TO1(max, i32, int32_t, int32_t)
QUERN_TO1(max, u64, uint64_t, uint64_t)
QUERN_TO1(max, u32, uint32_t, uint32_t)

/*
 * *result = sum / n.  The sum is that of quern_sum, so that of f64 may overflow
 * although the mean would not.  For f32 it is divided in double and then
 * rounded to float; for integers it is exact (128 bits) and the quotient is a
 * double, rounded once.
 *
 * Accuracy  as sum, and the quotient is rounded; integers correctly rounded.
 */
QUERN_TO1(mean, f64, double, double)
QUERN_TO1(mean, f32, float, float)
QUERN_TO1(mean, i64, double, int64_t)
QUERN_TO1(mean, i32, double, int32_t)
QUERN_TO1(mean, u64, double, uint64_t)
QUERN_TO1(mean, u32, double, uint32_t)

/*
 * *result = a[0] * b[0] + ... + a[n - 1] * b[n - 1], and the same of one array
 * with itself.
 *
 * Accuracy  f64: as sum, of the products, each rounded before it is added; a
 *           square may overflow or vanish where a norm would not.
 *           f32: products are exact in double and are added there.
 * Overlap   a and b may overlap in any way.
 * Method    that of sum.
 */
QUERN_TO1_2(dot, f64, double, double)
QUERN_TO1_2(dot, f32, float, float)
QUERN_TO1(sumsq, f64, double, double)
QUERN_TO1(sumsq, f32, float, float)

/*
 * *result = the sum of |in[i]|; the root of the sum of squares; the largest
 * |in[i]|.  0 without elements.
 *
 * Accuracy  norm1 and norm2 as sum, which for terms without a sign means a
 *           relative error of at most k * 2^-53; norminf is exact.  Nothing
 *           overflows or underflows on the way to a result that does not.
 * Special   a NaN anywhere makes the result NaN; else an infinity makes it
 *           infinite.
 * Method    that of sum; norm2 of f64 with Blue's three accumulators (1978),
 *           of which two are for elements whose squares would leave the range.
 */
QUERN_TO1(norm1, f64, double, double)
QUERN_TO1(norm1, f32, float, float)
QUERN_TO1(norm2, f64, double, double)
QUERN_TO1(norm2, f32, float, float)
QUERN_TO1(norminf, f64, double, double)
QUERN_TO1(norminf, f32, float, float)

/*
 * *result = the lowest index of the smallest or largest element, which is the
 * one that min and max give: the first NaN if there is one, and -0 is less than
 * +0.
 *
 * Accuracy  exact.
 */
QUERN_TO1(argmin, f64, uint64_t, double)
QUERN_TO1(argmin, f32, uint64_t, float)
QUERN_TO1(argmin, i64, uint64_t, int64_t)
QUERN_TO1(argmin, i32, uint64_t, int32_t)
QUERN_TO1(argmin, u64, uint64_t, uint64_t)
QUERN_TO1(argmin, u32, uint64_t, uint32_t)
QUERN_TO1(argmax, f64, uint64_t, double)
QUERN_TO1(argmax, f32, uint64_t, float)
QUERN_TO1(argmax, i64, uint64_t, int64_t)
QUERN_TO1(argmax, i32, uint64_t, int32_t)
QUERN_TO1(argmax, u64, uint64_t, uint64_t)
QUERN_TO1(argmax, u32, uint64_t, uint32_t)

/*
 * Of a mask, whose bytes are set if they are not 0: how many are; 1 if any is
 * or all are, else 0.  Of no bytes none is set, and all are.
 *
 * Accuracy  exact.
 */
QUERN_TO1(count, u8, uint64_t, uint8_t)
QUERN_TO1(any, u8, uint8_t, uint8_t)
QUERN_TO1(all, u8, uint8_t, uint8_t)

/*
 * *result = count, mean, variance, skewness, kurtosis, minimum and maximum, in
 * one pass.
 *
 * Accuracy  the mean's error is at most 2^-52 of it and 2^-48 of the deviation.
 *           The others have 12 digits or more, also where the mean is 10^9
 *           times the deviation (skewness and kurtosis near 0: absolutely).
 *           Deviations whose fourth powers a double cannot hold (beyond 10^75,
 *           or below 10^-75) make skewness and kurtosis meaningless, as do
 *           their squares the variance.
 * Special   what does not exist is NaN: all but the count without elements, the
 *           variance of one, skewness and kurtosis where all are equal.  A NaN
 *           anywhere makes all but the count NaN.  With an infinity the mean is
 *           infinite, or NaN if both are there, and moments are NaN.  A zero
 *           minimum or maximum is +0.
 * Method    blocks of 4096 elements, powers of distances from the mean of the
 *           first 256 of each, merged by the formulas of Chan, Golub and
 *           LeVeque (1979) and Pebay (2008) in a pairwise tree.
 */
QUERN_TO1(describe, f64, quern_description, double)
QUERN_TO1(describe, f32, quern_description, float)

/* ---- random numbers; random.h says what they have in common ---- */

/*
 * Random bits: any integer is as likely as any other.  Words 2i and 2i + 1 of
 * the u32 with a seed are element i of the u64, the lower half first.
 *
 * Accuracy  exact.
 */
QUERN_RANDOM(random, u64, uint64_t)
QUERN_RANDOM(random, u32, uint32_t)

/*
 * Uniform in [0, 1): a multiple of 2^-53 (f64) or of 2^-24 (f32), each as
 * likely as any other.  0 comes up, 1 does not.
 *
 * Accuracy  exact.
 */
QUERN_RANDOM(uniform, f64, double)
QUERN_RANDOM(uniform, f32, float)

/*
 * Normal, with mean 0 and standard deviation 1.
 *
 * Accuracy  at most 3.5 ULP off the exact function of the random words.
 * Tails     f64: up to 9.49 on either side, f32: up to 6.66; beyond lie 2^-69
 *           and 2^-35 of the distribution.
 * Method    Box and Muller's: elements 2i and 2i + 1 are r cos t and r sin t,
 *           where r is the root of twice an exponential number, as below, of
 *           the words of element 2i, and t is (w + 1/2) / 2^53 of a turn for
 *           the 53 high bits w of element 2i + 1's.  f32: w and 2^24.
 */
QUERN_RANDOM(normal, f64, double)
QUERN_RANDOM(normal, f32, float)

/*
 * Exponential, with mean 1.
 *
 * Accuracy  at most 1.0 ULP.
 * Tail      f64: up to 45.05, f32: up to 22.18, beyond which lie 2^-65 and
 *           2^-32 of the distribution.  0 comes up.
 * Method    -ln((w + 1/2) / 2^64), where w is 64 bits, rounded to double, and
 *           the sum is rounded as well; f32: 31 bits of 32, the high ones, and
 *           2^31.
 */
QUERN_RANDOM(exponential, f64, double)
QUERN_RANDOM(exponential, f32, float)

/*
 * Integers from s to s2, both included, each as likely as any other; -EINVAL if
 * s > s2.  The numbers of signed and unsigned ones are the same, modulo 2^64 or
 * 2^32.
 *
 * Accuracy  exact.
 * Method    Lemire's: k = s2 - s + 1 integers are to choose from, and w is an
 *           element's word of b = 64 or 32 bits.  The result is
 *           s + floor(w k / 2^b), unless w k mod 2^b is less than 2^b mod k:
 *           then w is drawn again, with word 2 of the counter one higher.  If
 *           all integers are wanted, it is s + w.
 * Speed     where k is just above 2^(b - 1), half of the words are drawn in
 *           vain, and a vector is done when its last element is: some 7 times
 *           as long as for small k.
 */
QUERN_RANDOM_SS(random_range, i64, int64_t)
QUERN_RANDOM_SS(random_range, i32, int32_t)
QUERN_RANDOM_SS(random_range, u64, uint64_t)
QUERN_RANDOM_SS(random_range, u32, uint32_t)

/*
 * Elements first to first + n - 1 of a permutation of the numbers from 0 to
 * s - 1, which depends on the seed and on s.  -EINVAL if first + n > s, or
 * s > 2^62.
 *
 * Accuracy  exact.
 * Quality   up to 1024 elements all orders are equally likely to 2^-44, as far
 *           as 2^64 seeds go: Fisher and Yates's method.  Above that it is a
 *           network of 16 rounds, so that an element can be computed without
 *           the others.  The tests that quern has (fixed points, ascents,
 *           parity, where single elements and pairs go) cannot tell it from a
 *           fair choice, not even with 8 rounds; a proof there is none.
 * Method    a Feistel network over the rows and columns of a rectangle that
 *           just holds s elements, and cycle walking.
 */
QUERN_RANDOM_S(permutation, u64, uint64_t)

/* Who reads the list again gives the shapes another meaning. */
#undef QUERN_0S
#undef QUERN_1
#undef QUERN_1S
#undef QUERN_1K
#undef QUERN_1SS
#undef QUERN_2
#undef QUERN_2S
#undef QUERN_3
#undef QUERN_IS1
#undef QUERN_IS1S
#undef QUERN_IS2
#undef QUERN_PICK
#undef QUERN_OK1
#undef QUERN_OK2
#undef QUERN_RANDOM
#undef QUERN_RANDOM_S
#undef QUERN_RANDOM_SS
#undef QUERN_TO1
#undef QUERN_TO1_2

#endif

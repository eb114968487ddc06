/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/kernels.h -- ready-made ops; the element type stands last in the name.
 *
 * Shapes    arrays of n elements, contiguous, of any alignment.
 * n == 0    success; nothing is read or written, and the arrays may be NULL.
 *           Of the reductions, a sum then writes 0; min, max and mean write
 *           nothing and are -EDOM.
 * In place  out == in is allowed; any other overlap of an output with an input
 *           is -EINVAL, as is a result inside the array it is reduced from.
 * Bits      an element's result depends on its inputs alone, and a reduction's
 *           on the array alone: the same for any number of threads, any
 *           executor, any alignment and any instruction set.  The exception is
 *           pow, whose bits are the same wherever there is fused multiply-add
 *           (x86-64-v3, x86-64-v4, NEON); plain x86-64 has its own, equally
 *           accurate one.
 * NaN       a result that is NaN is the default quiet NaN, except that square
 *           keeps the payload of its operand.
 * Flags     IEEE special values go in and come out; no floating-point
 *           exception flag of the caller is changed, and errno is not set.
 * ISA       the best instruction set that the processor has.  The environment
 *           variable QUERN_ISA (baseline, avx2, avx512, neon) names another,
 *           for tests; a name that is unknown or not supported is ignored.
 */
#ifndef QUERN_KERNELS_H
#define QUERN_KERNELS_H

#include <quern/op.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * out[i] = in[i] * in[i].
 *
 * Accuracy  correctly rounded; integers wrap modulo 2^64 or 2^32.
 */
QUERN_API QUERN_MUST_USE quern_op quern_square_f64(
    double *out, const double *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_square_f32(
    float *out, const float *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_square_i64(
    int64_t *out, const int64_t *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_square_i32(
    int32_t *out, const int32_t *in, size_t n);

/*
 * out[i] = in[i] to the power `exponent`, or exponents[i].
 *
 * Accuracy  at most 1.0 ULP, subnormal results and those next to overflow
 *           included.
 * Special   as C11 Annex F.10.4.4: pow(x, 0) = 1 even for NaN, and so on.
 *           Signaling NaNs count as quiet ones.
 * In place  out may be `in` or `exponents`.
 * Method    SLEEF's pow (its u10 "finz" variants, which give the same bits
 *           wherever there is fused multiply-add), repaired where it
 *           overflows too early.
 */
QUERN_API QUERN_MUST_USE quern_op quern_pow_f64(
    double *out, const double *in, double exponent, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_pow_f32(
    float *out, const float *in, float exponent, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_powv_f64(
    double *out, const double *in, const double *exponents, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_powv_f32(
    float *out, const float *in, const float *exponents, size_t n);

/*
 * *result = in[0] + ... + in[n - 1].
 *
 * Accuracy  f64: the error is at most k * 2^-53 times the sum of |in[i]|, to
 *           first order, where k = 132 up to 4096 elements and one more for
 *           each doubling: 144 for 16 Mi.  As in any such sum, a partial sum
 *           that overflows makes the result infinite or NaN.
 *           f32: accumulated in double, in the same order, and rounded once.
 *           i64: exact; -ERANGE if the result does not fit, whatever the
 *           partial sums do.
 * Special   elements that are all -0 add up to -0.
 * Method    blocks of 4096 elements, 32 interleaved lanes in a block, a
 *           pairwise tree over lanes and blocks.
 */
QUERN_API QUERN_MUST_USE quern_op quern_sum_f64(
    double *result, const double *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_sum_f32(
    float *result, const float *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_sum_i64(
    int64_t *result, const int64_t *in, size_t n);

/*
 * *result = the smallest or largest element, as minimum and maximum of IEEE
 * 754-2019: a NaN anywhere makes the result NaN (the default quiet one), and
 * -0 is less than +0.
 */
QUERN_API QUERN_MUST_USE quern_op quern_min_f64(
    double *result, const double *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_min_f32(
    float *result, const float *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_min_i64(
    int64_t *result, const int64_t *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_max_f64(
    double *result, const double *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_max_f32(
    float *result, const float *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_max_i64(
    int64_t *result, const int64_t *in, size_t n);

/*
 * *result = sum / n.  The sum is that of quern_sum, so that of f64 may overflow
 * although the mean would not.  For f32 it is divided in double and then
 * rounded to float; for i64 it is exact (128 bits) and the quotient is a
 * double, rounded once.
 */
QUERN_API QUERN_MUST_USE quern_op quern_mean_f64(
    double *result, const double *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_mean_f32(
    float *result, const float *in, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_mean_i64(
    double *result, const int64_t *in, size_t n);

#ifdef __cplusplus
}
#endif

#endif

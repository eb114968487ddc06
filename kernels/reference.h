/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference.h -- a plain twin of each kernel, for tests.
 *
 * Straight loops over aligned arrays, one thread, no vectors; not part of the
 * library.  Except for pow, which is libm's, a twin gives the bits that its
 * kernel must give.  See kernels.h for what each computes.
 */
#ifndef QUERN_KERNELS_REFERENCE_H
#define QUERN_KERNELS_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

void quern__ref_square_f64(double *out, const double *in, size_t n);
void quern__ref_square_f32(float *out, const float *in, size_t n);
void quern__ref_square_i64(int64_t *out, const int64_t *in, size_t n);
void quern__ref_square_i32(int32_t *out, const int32_t *in, size_t n);
void quern__ref_square_u64(uint64_t *out, const uint64_t *in, size_t n);
void quern__ref_square_u32(uint32_t *out, const uint32_t *in, size_t n);

void quern__ref_pow_f64(
    double *out, const double *in, double exponent, size_t n);
void quern__ref_pow_f32(float *out, const float *in, float exponent, size_t n);
void quern__ref_powv_f64(
    double *out, const double *in, const double *exponents, size_t n);
void quern__ref_powv_f32(
    float *out, const float *in, const float *exponents, size_t n);

/* These return 0, -ERANGE or -EDOM as the op's status. */
int quern__ref_sum_f64(double *result, const double *in, size_t n);
int quern__ref_sum_f32(float *result, const float *in, size_t n);
int quern__ref_sum_i64(int64_t *result, const int64_t *in, size_t n);
int quern__ref_sum_i32(int64_t *result, const int32_t *in, size_t n);
int quern__ref_sum_u64(uint64_t *result, const uint64_t *in, size_t n);
int quern__ref_sum_u32(uint64_t *result, const uint32_t *in, size_t n);
int quern__ref_mean_f64(double *result, const double *in, size_t n);
int quern__ref_mean_f32(float *result, const float *in, size_t n);
int quern__ref_mean_i64(double *result, const int64_t *in, size_t n);
int quern__ref_mean_i32(double *result, const int32_t *in, size_t n);
int quern__ref_mean_u64(double *result, const uint64_t *in, size_t n);
int quern__ref_mean_u32(double *result, const uint32_t *in, size_t n);
int quern__ref_min_f64(double *result, const double *in, size_t n);
int quern__ref_min_f32(float *result, const float *in, size_t n);
int quern__ref_min_i64(int64_t *result, const int64_t *in, size_t n);
int quern__ref_min_i32(int32_t *result, const int32_t *in, size_t n);
int quern__ref_min_u64(uint64_t *result, const uint64_t *in, size_t n);
int quern__ref_min_u32(uint32_t *result, const uint32_t *in, size_t n);
int quern__ref_max_f64(double *result, const double *in, size_t n);
int quern__ref_max_f32(float *result, const float *in, size_t n);
int quern__ref_max_i64(int64_t *result, const int64_t *in, size_t n);
int quern__ref_max_i32(int32_t *result, const int32_t *in, size_t n);
int quern__ref_max_u64(uint64_t *result, const uint64_t *in, size_t n);
int quern__ref_max_u32(uint32_t *result, const uint32_t *in, size_t n);

int quern__ref_dot_f64(
    double *result, const double *a, const double *b, size_t n);
int quern__ref_dot_f32(float *result, const float *a, const float *b, size_t n);
int quern__ref_sumsq_f64(double *result, const double *in, size_t n);
int quern__ref_sumsq_f32(float *result, const float *in, size_t n);
int quern__ref_norm1_f64(double *result, const double *in, size_t n);
int quern__ref_norm1_f32(float *result, const float *in, size_t n);
int quern__ref_norm2_f64(double *result, const double *in, size_t n);
int quern__ref_norm2_f32(float *result, const float *in, size_t n);
int quern__ref_norminf_f64(double *result, const double *in, size_t n);
int quern__ref_norminf_f32(float *result, const float *in, size_t n);
int quern__ref_argmin_f64(uint64_t *result, const double *in, size_t n);
int quern__ref_argmin_f32(uint64_t *result, const float *in, size_t n);
int quern__ref_argmin_i64(uint64_t *result, const int64_t *in, size_t n);
int quern__ref_argmin_i32(uint64_t *result, const int32_t *in, size_t n);
int quern__ref_argmin_u64(uint64_t *result, const uint64_t *in, size_t n);
int quern__ref_argmin_u32(uint64_t *result, const uint32_t *in, size_t n);
int quern__ref_argmax_f64(uint64_t *result, const double *in, size_t n);
int quern__ref_argmax_f32(uint64_t *result, const float *in, size_t n);
int quern__ref_argmax_i64(uint64_t *result, const int64_t *in, size_t n);
int quern__ref_argmax_i32(uint64_t *result, const int32_t *in, size_t n);
int quern__ref_argmax_u64(uint64_t *result, const uint64_t *in, size_t n);
int quern__ref_argmax_u32(uint64_t *result, const uint32_t *in, size_t n);
int quern__ref_count_u8(uint64_t *result, const uint8_t *in, size_t n);
int quern__ref_any_u8(uint8_t *result, const uint8_t *in, size_t n);
int quern__ref_all_u8(uint8_t *result, const uint8_t *in, size_t n);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_loops.c -- see kernel_loops.h.
 *
 * The plain loops say what kernel_list.h says, as one would write it down; the
 * Makefile has them compiled with -O3 for the processor they run on and as
 * freely as quern's own kernels, so that the compiler makes vectors where it can.
 */
#include "kernel_loops.h"

#include <stdbool.h>
#include <tgmath.h>

/* Not constants, or the compiler would make use of it. */
static volatile double scalar = 0.37, scalar2 = 0.81;
static volatile int power = 11;

/* ---- an element of each kernel ---- */

#define P_copy(x) (x)
#define P_square(x) ((x) * (x))
#define P_negate(x) (-(x))
#define P_absolute(x) ((x) < 0 ? -(x) : (x))
#define P_reciprocal(x) (1 / (x))
#define P_sqrt(x) sqrt(x)
#define P_rsqrt(x) (1 / sqrt(x))
#define P_floor(x) floor(x)
#define P_ceil(x) ceil(x)
#define P_trunc(x) trunc(x)
#define P_round(x) round(x)
#define P_rint(x) rint(x)
#define P_exp(x) exp(x)
#define P_exp2(x) exp2(x)
#define P_expm1(x) expm1(x)
#define P_log(x) log(x)
#define P_log2(x) log2(x)
#define P_log10(x) log10(x)
#define P_log1p(x) log1p(x)
#define P_sin(x) sin(x)
#define P_cos(x) cos(x)
#define P_tan(x) tan(x)
#define P_asin(x) asin(x)
#define P_acos(x) acos(x)
#define P_atan(x) atan(x)
#define P_sinh(x) sinh(x)
#define P_cosh(x) cosh(x)
#define P_tanh(x) tanh(x)
#define P_sigmoid(x) (1 / (1 + exp(-(x))))
#define P_softplus(x) log1p(exp(x))
#define P_erf(x) erf(x)
#define P_cbrt(x) cbrt(x)
#define P_add_scalar(x, s) ((x) + (s))
#define P_sub_scalar(x, s) ((x) - (s))
#define P_scalar_sub(x, s) ((s) - (x))
#define P_mul_scalar(x, s) ((x) * (s))
#define P_div_scalar(x, s) ((x) / (s))
#define P_scalar_div(x, s) ((s) / (x))
#define P_pow(x, s) pow(x, s)
#define P_clamp(x, s, s2) ((x) < (s) ? (s) : (x) > (s2) ? (s2) : (x))
#define P_add(x, y) ((x) + (y))
#define P_sub(x, y) ((x) - (y))
#define P_mul(x, y) ((x) * (y))
#define P_div(x, y) ((x) / (y))
#define P_minimum(x, y) ((x) < (y) ? (x) : (y))
#define P_maximum(x, y) ((x) > (y) ? (x) : (y))
#define P_minimum_number(x, y) fmin(x, y)
#define P_maximum_number(x, y) fmax(x, y)
#define P_powv(x, y) pow(x, y)
#define P_atan2(x, y) atan2(x, y)
#define P_hypot(x, y) hypot(x, y)
#define P_axpy(x, y, s) fma(s, x, y)
#define P_fma(x, y, z) fma(x, y, z)
#define P_isnan(x) (isnan(x) != 0)
#define P_isfinite(x) (isfinite(x) != 0)
#define P_eq(x, y) ((x) == (y))
#define P_ne(x, y) ((x) != (y))
#define P_lt(x, y) ((x) < (y))
#define P_le(x, y) ((x) <= (y))
#define P_gt(x, y) ((x) > (y))
#define P_ge(x, y) ((x) >= (y))
#define P_eq_scalar P_eq
#define P_ne_scalar P_ne
#define P_lt_scalar P_lt
#define P_le_scalar P_le
#define P_gt_scalar P_gt
#define P_ge_scalar P_ge
#define P_checked_square(x, r) __builtin_mul_overflow(x, x, r)
#define P_checked_add(x, y, r) __builtin_add_overflow(x, y, r)
#define P_checked_sub(x, y, r) __builtin_sub_overflow(x, y, r)
#define P_checked_mul(x, y, r) __builtin_mul_overflow(x, y, r)

/* ---- a result of each reduction; W is what it is added up in ---- */

#define W_f64 double
#define W_f32 double
#define W_i64 int64_t
#define W_i32 int64_t
#define W_u64 uint64_t
#define W_u32 uint64_t
#define W_u8 uint64_t

#define R_sum(t)                                                               \
	W_##t sum = 0;                                                         \
	for (size_t i = 0; i < n; i++)                                         \
		sum += (W_##t)a[i];                                            \
	*to = (R)sum;
#define R_mean(t)                                                              \
	W_##t sum = 0;                                                         \
	for (size_t i = 0; i < n; i++)                                         \
		sum += (W_##t)a[i];                                            \
	*to = (R)((double)sum / (double)n);
#define R_dot(t)                                                               \
	W_##t sum = 0;                                                         \
	for (size_t i = 0; i < n; i++)                                         \
		sum += (W_##t)a[i] * (W_##t)b[i];                              \
	*to = (R)sum;
#define SQUARES(t)                                                             \
	W_##t sum = 0;                                                         \
	for (size_t i = 0; i < n; i++)                                         \
		sum += (W_##t)a[i] * (W_##t)a[i];
#define R_sumsq(t) SQUARES(t) *to = (R)sum;
#define R_norm2(t) SQUARES(t) *to = (R)sqrt(sum);
#define R_norm1(t)                                                             \
	W_##t sum = 0;                                                         \
	for (size_t i = 0; i < n; i++)                                         \
		sum += fabs((W_##t)a[i]);                                      \
	*to = (R)sum;
#define R_norminf(t)                                                           \
	R most = 0;                                                            \
	for (size_t i = 0; i < n; i++)                                         \
		most = fabs(a[i]) > most ? fabs(a[i]) : most;                  \
	*to = most;
#define EXTREME(better)                                                        \
	R r = a[0];                                                            \
	for (size_t i = 1; i < n; i++)                                         \
		r = a[i] better r ? a[i] : r;                                  \
	*to = r;
#define R_min(t) EXTREME(<)
#define R_max(t) EXTREME(>)
#define PLACE(better)                                                          \
	size_t at = 0;                                                         \
	for (size_t i = 1; i < n; i++)                                         \
		if (a[i] better a[at])                                         \
			at = i;                                                \
	*to = at;
#define R_argmin(t) PLACE(<)
#define R_argmax(t) PLACE(>)
#define R_count(t)                                                             \
	R count = 0;                                                           \
	for (size_t i = 0; i < n; i++)                                         \
		count += a[i] != 0;                                            \
	*to = count;
#define R_any(t)                                                               \
	*to = 0;                                                               \
	for (size_t i = 0; i < n && !*to; i++)                                 \
		*to = a[i] != 0;
#define R_all(t)                                                               \
	*to = 1;                                                               \
	for (size_t i = 0; i < n && *to; i++)                                  \
		*to = a[i] != 0;

/* ---- the loops, and what makes an op of the kernel ---- */

#define BUILD(name, t, arguments)                                              \
	static quern_op build_##name##_##t(                                    \
	    void *out, const void *const in[], size_t n)                       \
	{                                                                      \
		(void)in;                                                      \
		return quern_##name##_##t arguments;                           \
	}
#define LOOP(name, t, R_, T_, arguments, ...)                                  \
	BUILD(name, t, arguments)                                              \
	static void plain_##name##_##t(                                        \
	    void *out, const void *const in[], size_t n)                       \
	{                                                                      \
		typedef R_ R;                                                  \
		typedef T_ T;                                                  \
		const T *a = in[0], *b = in[1], *c = in[2];                    \
		R *to = out;                                                   \
		T s = (T)SCALAR_##t(scalar), s2 = (T)SCALAR_##t(scalar2);      \
                                                                               \
		(void)a, (void)b, (void)c, (void)s, (void)s2, (void)to;        \
		__VA_ARGS__                                                    \
	}
#define EACH(expression)                                                       \
	_Pragma("GCC ivdep") for (size_t i = 0; i < n; i++) to[i] =            \
	    (R)(expression);
/* Where floats are from 0 to 1, integers are from 1024 to 2047. */
#define SCALAR_f64(x) (x)
#define SCALAR_f32(x) (x)
#define SCALAR_i64(x) ((x)*1024 + 1024)
#define SCALAR_i32(x) ((x)*1024 + 1024)
#define SCALAR_u64(x) ((x)*1024 + 1024)
#define SCALAR_u32(x) ((x)*1024 + 1024)
#define SCALAR_u8(x) (x)
#define S(t, T) ((T)SCALAR_##t(scalar))
#define S2(t, T) ((T)SCALAR_##t(scalar2))
#define SEED UINT64_C(0x123456789abcdef)

#define QUERN_0S(name, t, T) LOOP(name, t, T, T, (out, S(t, T), n), EACH(s))
#define QUERN_1(name, t, T)                                                    \
	LOOP(name, t, T, T, (out, in[0], n), EACH(P_##name(a[i])))
#define QUERN_1S(name, t, T)                                                   \
	LOOP(name, t, T, T, (out, in[0], S(t, T), n), EACH(P_##name(a[i], s)))
#define QUERN_1K(name, t, T)                                                   \
	LOOP(                                                                  \
	    name, t, T, T, (out, in[0], power, n), int k = power;              \
	    for (size_t i = 0; i < n; i++) {                                   \
		    T r = 1, x = a[i];                                         \
		    for (int j = k; j; j >>= 1, x *= x)                        \
			    if (j & 1)                                         \
				    r *= x;                                    \
		    to[i] = r;                                                 \
	    })
#define QUERN_1SS(name, t, T)                                                  \
	LOOP(name, t, T, T, (out, in[0], S(t, T), S2(t, T), n),                \
	    EACH(P_##name(a[i], s, s2)))
#define QUERN_2(name, t, T)                                                    \
	LOOP(name, t, T, T, (out, in[0], in[1], n), EACH(P_##name(a[i], b[i])))
#define QUERN_2S(name, t, T)                                                   \
	LOOP(name, t, T, T, (out, in[0], in[1], S(t, T), n),                   \
	    EACH(P_##name(a[i], b[i], s)))
#define QUERN_3(name, t, T)                                                    \
	LOOP(name, t, T, T, (out, in[0], in[1], in[2], n),                     \
	    EACH(P_##name(a[i], b[i], c[i])))
#define QUERN_IS1(name, t, T)                                                  \
	LOOP(name, t, uint8_t, T, (out, in[0], n), EACH(P_##name(a[i])))
#define QUERN_IS1S(name, t, T)                                                 \
	LOOP(name, t, uint8_t, T, (out, in[0], S(t, T), n),                    \
	    EACH(P_##name(a[i], s)))
#define QUERN_IS2(name, t, T)                                                  \
	LOOP(name, t, uint8_t, T, (out, in[0], in[1], n),                      \
	    EACH(P_##name(a[i], b[i])))
#define QUERN_PICK(name, t, T)                                                 \
	LOOP(name, t, T, T, (out, in[3], in[0], in[1], n),                     \
	     const uint8_t *mask = in[3];                                      \
	     EACH(mask[i] ? a[i] : b[i]))
#define QUERN_OK1(name, t, T)                                                  \
	LOOP(name, t, T, T, (out, in[0], n, NULL),                             \
	     for (size_t i = 0; i < n;                                         \
		  i++) if (P_##name(a[i], &to[i])) return;)
#define QUERN_OK2(name, t, T)                                                  \
	LOOP(name, t, T, T, (out, in[0], in[1], n, NULL),                      \
	     for (size_t i = 0; i < n;                                         \
		  i++) if (P_##name(a[i], b[i], &to[i])) return;)
#define QUERN_RANDOM(name, t, T) BUILD(name, t, (out, SEED, 0, n))
#define QUERN_RANDOM_S(name, t, T) BUILD(name, t, (out, n, SEED, 0, n))
#define QUERN_RANDOM_SS(name, t, T)                                            \
	BUILD(name, t, (out, (T)1, (T)6, SEED, 0, n))
#define R_describe(t) (void)n;
#define QUERN_TO1(name, t, R, T)                                               \
	LOOP(name, t, R, T, (out, in[0], n), R_##name(t))
#define QUERN_TO1_2(name, t, R, T)                                             \
	LOOP(name, t, R, T, (out, in[0], in[1], n), R_##name(t))

#include <quern/kernel_list.h>

/* ---- all of them ---- */

#define ELEMENT(T)                                                             \
	_Generic((T *)NULL, double * : KERNEL_F64, float * : KERNEL_F32,       \
	    default : KERNEL_INTEGER)
#define LIST(name, t, plain, R, T, reduces, masked)                            \
	{ #name "_" #t, build_##name##_##t, plain, ELEMENT(T), ELEMENT(R),     \
		sizeof(T), sizeof(R), reduces, masked },
#define MAP(name, t, R, T) LIST(name, t, plain_##name##_##t, R, T, false, false)
#define QUERN_0S(name, t, T) MAP(name, t, T, T)
#define QUERN_1(name, t, T) MAP(name, t, T, T)
#define QUERN_1S(name, t, T) MAP(name, t, T, T)
#define QUERN_1K(name, t, T) MAP(name, t, T, T)
#define QUERN_1SS(name, t, T) MAP(name, t, T, T)
#define QUERN_2(name, t, T) MAP(name, t, T, T)
#define QUERN_2S(name, t, T) MAP(name, t, T, T)
#define QUERN_3(name, t, T) MAP(name, t, T, T)
#define QUERN_IS1(name, t, T) MAP(name, t, uint8_t, T)
#define QUERN_IS1S(name, t, T) MAP(name, t, uint8_t, T)
#define QUERN_IS2(name, t, T) MAP(name, t, uint8_t, T)
#define QUERN_PICK(name, t, T)                                                 \
	LIST(name, t, plain_##name##_##t, T, T, false, true)
#define QUERN_OK1(name, t, T) MAP(name, t, T, T)
#define QUERN_OK2(name, t, T) MAP(name, t, T, T)
#define QUERN_RANDOM(name, t, T) LIST(name, t, NULL, T, T, false, false)
#define QUERN_RANDOM_S(name, t, T) LIST(name, t, NULL, T, T, false, false)
#define QUERN_RANDOM_SS(name, t, T) LIST(name, t, NULL, T, T, false, false)
#define QUERN_TO1(name, t, R, T)                                               \
	LIST(name, t, plain_##name##_##t, R, T, true, false)
#define QUERN_TO1_2(name, t, R, T) QUERN_TO1(name, t, R, T)

const struct kernel_loop kernel_loops[] = {
#include <quern/kernel_list.h>
};
const size_t kernel_loop_count = sizeof(kernel_loops) / sizeof(kernel_loops[0]);

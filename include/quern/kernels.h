/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/kernels.h -- ready-made ops; the element type stands last in the name.
 *
 * Shapes    arrays of n elements, contiguous, of any alignment; with
 *           quern_with_strides() (op.h) elements at any equal distance.
 * n == 0    success; nothing is read or written, and the arrays may be NULL.
 *           Of the reductions, sums, counts and norms then write 0; min, max,
 *           where these are, and mean write nothing and are -EDOM; describe
 *           says that there are none.
 * In place  out == in is allowed; any other overlap of an output with an input
 *           is -EINVAL, as is a result inside the array it is reduced from.
 * Bits      an element's result depends on its inputs alone, and a reduction's
 *           on the array alone: the same for any number of threads, any
 *           executor, any alignment and any instruction set.  Plain x86-64,
 *           which has no fused multiply-add, emulates it for powers and
 *           transcendental functions, and takes its time there.
 * NaN       a result that is NaN is the default quiet NaN, except that square
 *           keeps the payload of its operand, and where it is said below.
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

/* ---- how a sum is added up ---- */

enum quern_mode {
	/* In one fixed order, each addition rounded. */
	QUERN_DETERMINISTIC,
	/*
	 * In the same order, with what rounding takes from each addition (and
	 * product) summed apart and added at the end: as if computed with twice
	 * the digits, then rounded.
	 */
	QUERN_COMPENSATED,
	/* Without rounding, and rounded once, to nearest, at the end. */
	QUERN_EXACT,
};

/*
 * The same reduction in another mode: sum, mean, dot, sumsq and norm1 of f64
 * and f32 have all three.  Others have the first alone, and with another one
 * the op is -EINVAL.
 *
 * Accuracy  of f64, with k as in sum: QUERN_COMPENSATED 2^-53 of the result and
 *           2 * (k * 2^-53)^2 times the sum of magnitudes, and for products
 *           n * 2^-1074 more; QUERN_EXACT is correctly rounded.  f32 is
 *           accumulated in double as ever, and rounded at the end.
 * Special   a sum with infinities or NaN is what the plain one is.  An exact
 *           sum is infinite only if the result itself does not fit, whatever
 *           partial sums and products do; a compensated one is so if the plain
 *           one is.
 * Bits      the same everywhere, in each mode.
 * Method    TwoSum and TwoProduct in the lanes and the tree of the plain sum
 *           (Ogita, Rump and Oishi 2005); error-free extraction into a
 *           superaccumulator (Rump, Ogita and Oishi 2008; Kulisch).
 */
QUERN_API QUERN_MUST_USE quern_op quern_with_mode(
    quern_op op, enum quern_mode mode);

/* What quern_describe finds out. */
typedef struct quern_description {
	uint64_t count;
	double mean;
	double variance; /* of a sample: divided by count - 1 */
	double skewness; /* m3 / m2^1.5, with central moments m2, m3, m4 */
	double kurtosis; /* m4 / m2^2 - 3: 0 for a normal distribution */
	double min, max;
} quern_description;

/* ---- the kernels made by the pattern: kernel_list.h ---- */

#define QUERN_0S(name, t, T)                                                   \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, T s, size_t n);
#define QUERN_1(name, t, T)                                                    \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *in, size_t n);
#define QUERN_1S(name, t, T)                                                   \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *in, T s, size_t n);
#define QUERN_1K(name, t, T)                                                   \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *in, int k, size_t n);
#define QUERN_1SS(name, t, T)                                                  \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *in, T s, T s2, size_t n);
#define QUERN_2(name, t, T)                                                    \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *a, const T *b, size_t n);
#define QUERN_2S(name, t, T)                                                   \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *a, const T *b, T s, size_t n);
#define QUERN_3(name, t, T)                                                    \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *a, const T *b, const T *c, size_t n);
#define QUERN_IS1(name, t, T)                                                  \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    uint8_t *out, const T *in, size_t n);
#define QUERN_IS1S(name, t, T)                                                 \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    uint8_t *out, const T *in, T s, size_t n);
#define QUERN_IS2(name, t, T)                                                  \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    uint8_t *out, const T *a, const T *b, size_t n);
#define QUERN_PICK(name, t, T)                                                 \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const uint8_t *mask, const T *a, const T *b, size_t n);
#define QUERN_OK1(name, t, T)                                                  \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *in, size_t n, size_t *first);
#define QUERN_OK2(name, t, T)                                                  \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, const T *a, const T *b, size_t n, size_t *first);
#define QUERN_RANDOM(name, t, T)                                               \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, uint64_t seed, uint64_t first, size_t n);
#define QUERN_RANDOM_S(name, t, T)                                             \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, T s, uint64_t seed, uint64_t first, size_t n);
#define QUERN_RANDOM_SS(name, t, T)                                            \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    T *out, T s, T s2, uint64_t seed, uint64_t first, size_t n);
#define QUERN_TO1(name, t, R, T)                                               \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    R *result, const T *in, size_t n);
#define QUERN_TO1_2(name, t, R, T)                                             \
	QUERN_API QUERN_MUST_USE quern_op quern_##name##_##t(                  \
	    R *result, const T *a, const T *b, size_t n);

#include <quern/kernel_list.h>

/* ---- from one type of element to another ---- */

typedef enum quern_type {
	QUERN_F64,
	QUERN_F32,
	QUERN_I64,
	QUERN_I32,
	QUERN_U64,
	QUERN_U32
} quern_type;

/*
 * out[i] = in[i] as an element of the type `to`, for n elements of the type
 * `from`.
 *
 * To an integer, what lies between two is cut off towards 0, what is out of
 * range becomes the nearest there is, and NaN becomes 0.  To a float, integers
 * and doubles are rounded to nearest, and a double that is too large becomes
 * infinite.  From a type to itself is a copy.
 *
 * In place  for types of the same size.
 * Returns   -EINVAL also for what is no quern_type.
 */
QUERN_API QUERN_MUST_USE quern_op quern_convert(
    void *out, quern_type to, const void *in, quern_type from, size_t n);

/*
 * The same where all must be in range: if some number is not, or becomes an
 * integer and is NaN, or becomes infinite and is not, the status is -ERANGE,
 * and the index of the first is written to *first, unless that is NULL.
 * Results before it are right; from there on they are unspecified.
 */
QUERN_API QUERN_MUST_USE quern_op quern_convert_checked(void *out,
    quern_type to, const void *in, quern_type from, size_t n, size_t *first);

#ifdef __cplusplus
}
#endif

#endif

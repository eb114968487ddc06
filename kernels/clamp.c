/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clamp.c -- the lesser or greater of two elements, and an element held between
 * two bounds.
 *
 *     quern/kernels.h --> [clamp.c] --> map.c
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

/*
 * The lesser and the larger of two are their second operand if one is NaN, so
 * taken both ways round one of the results is NaN, and so are all its bits with
 * any more set.  Otherwise only the signs of two zeros differ: the minimum has
 * the sign if either has, the maximum if both have.
 */
#define DEFINE_EXTREME_FLOAT(V)                                                \
	static inline V V##_minimum(V v, V w)                                  \
	{                                                                      \
		V##_mask a = (V##_mask)V##_lesser(v, w);                       \
		V##_mask b = (V##_mask)V##_lesser(w, v);                       \
                                                                               \
		return V##_tidy((V)(a | b));                                   \
	}                                                                      \
	static inline V V##_maximum(V v, V w)                                  \
	{                                                                      \
		V##_mask a = (V##_mask)V##_larger(v, w);                       \
		V##_mask b = (V##_mask)V##_larger(w, v);                       \
		V##_mask sign = (V##_mask)V##_all(-0.0f);                      \
                                                                               \
		return V##_tidy((V)((a | b) & ~((a ^ b) & sign)));             \
	}

/* Both are NaN only if both were. */
#define DEFINE_EXTREME_NUMBER(V, what)                                         \
	static inline V V##_##what##_number(V v, V w)                          \
	{                                                                      \
		return V##_##what(V##_unless_nan(v, w), V##_unless_nan(w, v)); \
	}

/*
 * The minimum of the maximum, as above.  What bounds do to zeros and NaN is the
 * same for all elements, of which the lesser and larger one keep zeros and NaN:
 * no element is below a bound +0, which clears the sign of all, or above -0,
 * which sets it; and NaN is all bits set.
 */
#define DEFINE_CLAMP_FLOAT(V)                                                  \
	static inline V V##_clamp(V v, V low, V high)                          \
	{                                                                      \
		V##_mask sign = (V##_mask)V##_all(-0.0f);                      \
		V##_mask clear = (low == 0) & ((V##_mask)low ^ sign);          \
		V##_mask set = (high == 0) & (V##_mask)high;                   \
                                                                               \
		set |= (low != low) | (high != high);                          \
		v = (V)((V##_mask)V##_larger(low, v) & ~clear);                \
		v = (V)((V##_mask)V##_lesser(high, v) | set);                  \
		return V##_tidy(v);                                            \
	}

#define DEFINE_FLOAT(V)                                                        \
	DEFINE_EXTREME_FLOAT(V)                                                \
	DEFINE_EXTREME_NUMBER(V, minimum)                                      \
	DEFINE_EXTREME_NUMBER(V, maximum)                                      \
	DEFINE_CLAMP_FLOAT(V)

#define DEFINE_INTEGER(V)                                                      \
	static inline V V##_clamp(V v, V low, V high)                          \
	{                                                                      \
		return V##_lesser(V##_larger(v, low), high);                   \
	}

DEFINE_FLOAT(f64v)
DEFINE_FLOAT(f32v)
DEFINE_INTEGER(i64v)
DEFINE_INTEGER(i32v)
DEFINE_INTEGER(u64v)
DEFINE_INTEGER(u32v)

#endif

#define KERNELS(t, MINIMUM, MAXIMUM)                                           \
	MAP_2(minimum, t, MAP_CHEAP, MINIMUM)                                  \
	MAP_2(maximum, t, MAP_CHEAP, MAXIMUM)                                  \
	MAP_1SS(clamp, t, MAP_CHEAP, t##v_clamp)
#define FLOAT_KERNELS(t)                                                       \
	KERNELS(t, t##v_minimum, t##v_maximum)                                 \
	MAP_2(minimum_number, t, MAP_CHEAP, t##v_minimum_number)               \
	MAP_2(maximum_number, t, MAP_CHEAP, t##v_maximum_number)
#define INTEGER_KERNELS(t) KERNELS(t, t##v_lesser, t##v_larger)

FLOAT_KERNELS(f64)
FLOAT_KERNELS(f32)
INTEGER_KERNELS(i64)
INTEGER_KERNELS(i32)
INTEGER_KERNELS(u64)
INTEGER_KERNELS(u32)

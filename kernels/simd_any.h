/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simd_any.h -- whether any lane needs care.
 *
 *     simd_trig.h simd_arc.h ... --> [simd_any.h] --> simd.h
 */
#ifndef QUERN_KERNELS_SIMD_ANY_H
#define QUERN_KERNELS_SIMD_ANY_H

#include "simd.h"

static inline bool
f32v_any(f32v_mask mask)
{
	i64v pairs = (i64v)mask;

	return f64v_any(pairs | pairs << 32);
}

/*
 * Whether there is something to repair: any lane below the limit, or any that
 * is not or is beyond it, NaN included.  These, and the choice between NaN and
 * number, are all that a result without faults pays for.
 */
#if defined(__AVX512F__)

static inline bool
f64v_any_below(f64v x, double limit)
{
	return _mm512_cmp_pd_mask(
	    (__m512d)x, _mm512_set1_pd(limit), _CMP_LT_OQ);
}

static inline bool
f64v_any_beyond(f64v x, f64v limit)
{
	return _mm512_cmp_pd_mask((__m512d)x, (__m512d)limit, _CMP_NLE_UQ);
}

static inline bool
f32v_any_not_below(f32v x, float limit)
{
	return _mm512_cmp_ps_mask(
	    (__m512)x, _mm512_set1_ps(limit), _CMP_NLT_UQ);
}

#else

static inline bool
f64v_any_below(f64v x, double limit)
{
	return f64v_any(x < limit);
}

static inline bool
f64v_any_beyond(f64v x, f64v limit)
{
	return f64v_any(~(x <= limit));
}

static inline bool
f32v_any_not_below(f32v x, float limit)
{
	return i32v_any_negative(~(x < limit));
}

#endif

/*
 * Where a number is not positive, normal and finite, and where not finite.
 * Without an instruction for it a sign is set, as an integer's: GCC 12 is slow
 * with masks of comparisons that add up.
 */
#if defined(__AVX512DQ__)

typedef __mmask8 f64v_others;

static inline f64v_others
f64v_not_positive(f64v x)
{
	return _mm512_fpclass_pd_mask((__m512d)x, 0xff); /* all classes */
}

static inline f64v_others
f64v_not_finite(f64v x)
{
	return _mm512_fpclass_pd_mask((__m512d)x, 0x99); /* infinities, NaN */
}

static inline bool
f64v_any_other(f64v_others others)
{
	return others;
}

#else

typedef u64v f64v_others;

static inline f64v_others
f64v_not_positive(f64v x)
{
	const u64v least = u64v_all(UINT64_C(0x0010000000000000));
	const u64v infinity = u64v_all(UINT64_C(0x7ff0000000000000));
	u64v v = (u64v)x;

	return v | (v - least) | (infinity - 1 - v);
}

static inline f64v_others
f64v_not_finite(f64v x)
{
	return u64v_all(UINT64_C(0x7fefffffffffffff)) - (u64v)f64v_abs(x);
}

static inline bool
f64v_any_other(f64v_others others)
{
	return f64v_any((i64v)others < 0);
}

#endif

#endif

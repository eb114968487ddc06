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
 * is not or is beyond it, NaN included.  These, and the choice between NaN and number, are all
 * that a result without faults pays for.
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

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exponential.c -- exp, exp2 and expm1 of each element.
 *
 *     quern/kernels.h --> [exponential.c] --> map.c, SLEEF, exp_edge.c
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "exp_edge.h"
#include "sleef_calls.h"

SLEEF_1(exp, u10)
SLEEF_1(exp2, u10)
SLEEF_1(expm1, u10)

/* Some lanes of r = exp(x) are infinite or NaN, maybe without reason. */
static __attribute__((noinline)) f64v
mend_overflow(f64v r, f64v x)
{
	f64v_mask suspect = (r == INFINITY) & (x < 709.79);

	for (size_t k = 0; k < SIMD_BYTES / sizeof(double); k++)
		if (suspect[k])
			r[k] = quern__exp_f64_edge(x[k], 0);
	return f64v_quiet(r);
}

static inline f64v
exp_f64v(f64v x)
{
	f64v r = f64v_exp(x);

	return f64v_any(~(r < INFINITY)) ? mend_overflow(r, x) : r;
}

QUIET_1_(exp, f32)
QUIET_1(exp2)
QUIET_1(expm1)

#endif

MAP_1(exp, f64, MAP_DEAR, exp_f64v)
MAP_1(exp, f32, MAP_DEAR, exp_f32v)
MAP_1(exp2, f64, MAP_DEAR, exp2_f64v)
MAP_1(exp2, f32, MAP_DEAR, exp2_f32v)
MAP_1(expm1, f64, MAP_DEAR, expm1_f64v)
MAP_1(expm1, f32, MAP_DEAR, expm1_f32v)

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compensated.c -- the loops of QUERN_COMPENSATED.
 *
 *     sum.c dot.c norm.c --> [compensated.c] --> pair.h
 *
 * Ogita, Rump and Oishi's Sum2 and Dot2 (2005) in the lanes of the plain sum:
 * as if it had been computed with twice the digits and then rounded.
 */
#include "pair.h"
#include "product.h"

#ifdef QUERN_ISA_NAME

/* Each makes of v and w the term p and what it is wrong by, e. */
#define TERM_SELF(v, w, p, e) (p = (v))
#define TERM_SIZE(v, w, p, e) (p = f64v_abs(v))
#define TERM_EXACT(v, w, p, e) (p = (v) * (w))
#define TERM_PRODUCT(v, w, p, e) (p = (v) * (w), e = product_error(v, w, p))

/* Add the lanes of a run to those of the block. */
static inline void
end_run(double *block, const f64v high[], f64v low[])
{
	f64v before[LANES_VECTORS], sum[LANES_VECTORS];

	lanes_load(before, block);
	for (size_t k = 0; k < LANES_VECTORS; k++) {
		sum[k] = before[k] + high[k];
		low[k] += PAIR_ERROR(before[k], high[k], sum[k]);
	}
	lanes_store(block, sum);
}

#define COMPENSATED(id, t, arrays, TERM)                                       \
	MAP_LOOP(id##_##t##_compensated)                                       \
	{                                                                      \
		struct pair_lanes *state = out;                                \
		enum { SIZE = sizeof(quern__##t) };                            \
		const char *a = in[0], *b = in[arrays - 1];                    \
		char last[2][LANES * sizeof(double)];                          \
		f64v high[LANES_VECTORS], low[LANES_VECTORS];                  \
                                                                               \
		(void)op;                                                      \
		lanes_load(low, state->low);                                   \
		for (size_t run; n; n -= run) {                                \
			run = n < LANES_RUN ? n : LANES_RUN;                   \
			lanes_begin(high, -0.0);                               \
			LANES_EACH(run, SIZE, ADD(t, TERM))                    \
			end_run(state->high, high, low);                       \
		}                                                              \
		lanes_store(state->low, low);                                  \
	}

#define ADD(t, TERM)                                                           \
	for (size_t k = 0; k < LANES_VECTORS; k++) {                           \
		f64v v = LANES_LOAD_##t(a + k * LANES_WIDTH * SIZE);           \
		f64v w = LANES_LOAD_##t(b + k * LANES_WIDTH * SIZE);           \
		f64v p, e = f64v_all(0), sum;                                  \
                                                                               \
		(void)w;                                                       \
		TERM(v, w, p, e);                                              \
		sum = high[k] + p;                                             \
		low[k] += PAIR_ERROR(high[k], p, sum) + e;                     \
		high[k] = sum;                                                 \
	}

COMPENSATED(sum, f64, 1, TERM_SELF)
COMPENSATED(sum, f32, 1, TERM_SELF)
COMPENSATED(norm1, f64, 1, TERM_SIZE)
COMPENSATED(norm1, f32, 1, TERM_SIZE)
COMPENSATED(dot, f64, 2, TERM_PRODUCT)
COMPENSATED(dot, f32, 2, TERM_EXACT)
COMPENSATED(sumsq, f64, 1, TERM_PRODUCT)
COMPENSATED(sumsq, f32, 1, TERM_EXACT)

#endif

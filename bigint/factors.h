/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * factors.h -- many small factors, multiplied into as few limbs as can be.
 */
#ifndef QUERN_BIGINT_FACTORS_H
#define QUERN_BIGINT_FACTORS_H

#include <errno.h>

#include "memory.h"

struct quern__factors {
	mp_limb_t *limb;
	size_t n;
	mp_limb_t product; /* of what is in no limb yet; 1: nothing */
};

/* For so many factors at most; free it in any case.  0 or -ENOMEM. */
static inline int
quern__factors_init(struct quern__factors *factors, size_t most)
{
	factors->limb = most < SIZE_MAX ? quern__big_limbs(most + 1) : NULL;
	factors->n = 0;
	factors->product = 1;
	return factors->limb ? 0 : -ENOMEM;
}

static inline void
quern__factors_fini(struct quern__factors *factors)
{
	quern__big_free(factors->limb);
}

static inline void
quern__factors_add(struct quern__factors *factors, mp_limb_t factor)
{
	mp_limb_t product;

	if (__builtin_mul_overflow(factors->product, factor, &product)) {
		factors->limb[factors->n++] = factors->product;
		product = factor;
	}
	factors->product = product;
}

/* No more to come: now limb[0] to limb[n - 1] are all of them. */
static inline void
quern__factors_end(struct quern__factors *factors)
{
	if (factors->product != 1)
		factors->limb[factors->n++] = factors->product;
	factors->product = 1;
}

#endif

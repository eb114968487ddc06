/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * superacc.h -- a number wide enough for any sum of doubles, and of products of
 * two, exactly.
 *
 *     sum.c dot.c norm.c exact.c --> [superacc.h] --> superacc.c
 *
 * A fixed-point number of 136 limbs: the sum of limb[i] * 2^(32 i - 2176).
 * Limbs are signed and have 64 bits, so that 2^30 additions, which change each
 * by less than 2^33, may pass before carries are taken on; after that all but
 * the last are below 2^32 and not negative, and the sign is the last one's.  The
 * smallest product is a multiple of 2^-2148, the largest is below 2^2048, which
 * leaves room for 2^127 of them.
 *
 * Elements that are not finite are only noted, as is whether all were -0.
 */
#ifndef QUERN_KERNELS_SUPERACC_H
#define QUERN_KERNELS_SUPERACC_H

#include "kernel.h"

enum { QUERN__LIMBS = 136, QUERN__LOWEST = -2176 };

/* Bits of `noted`. */
enum {
	QUERN__NOT_MINUS_0 = 1,
	QUERN__PLUS_INF = 2,
	QUERN__MINUS_INF = 4,
	QUERN__NAN = 8,
};

struct quern__superacc {
	int64_t limb[QUERN__LIMBS];
	uint64_t noted;
};

/* Any double, and the product of any two. */
void quern__superacc_add(struct quern__superacc *acc, double x);
void quern__superacc_add_product(
    struct quern__superacc *acc, double x, double y);
/* Take carries on. */
void quern__superacc_carry(struct quern__superacc *acc);

/* As a kind has them. */
size_t quern__superacc_bytes(const quern_op *op);
void quern__superacc_identity(const quern_op *op, void *acc);
void quern__superacc_combine(const quern_op *op, void *acc, const void *right);

/*
 * Write the number, divided by `divisor`, as the double or float that the
 * result of `op` is: rounded once, to nearest and to even; too large a one is
 * infinite.
 */
int quern__superacc_finish(
    const quern_op *op, const struct quern__superacc *acc, uint64_t divisor);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * factorial.h -- n! for the operations that are made of it.
 */
#ifndef QUERN_BIGINT_FACTORIAL_H
#define QUERN_BIGINT_FACTORIAL_H

#include "work.h"

#include <gmp.h>

/* At least the bits of n!. */
double quern__factorial_bits(unsigned long n);

/*
 * out = n!; initialised.  The caller has asked for room.  0, -ENOMEM, or the
 * reason to stop.
 */
int quern__factorial(
    struct quern__big_work *work, double share, mpz_ptr out, unsigned long n);
/* Limbs that it takes at the worst. */
size_t quern__factorial_limbs(unsigned long n);

#endif

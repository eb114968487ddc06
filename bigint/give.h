/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * give.h -- the end of an operation: its result goes to the caller, or nothing
 * does.
 */
#ifndef QUERN_BIGINT_GIVE_H
#define QUERN_BIGINT_GIVE_H

#include <stdbool.h>

#include "memory.h"

/* out = a number of n limbs, the last of them not 0.  0 or -ENOMEM. */
int quern__big_give_limbs(
    mpz_ptr out, const mp_limb_t *limbs, size_t n, bool negative);

/*
 * If `status` is 0, out = result; if not, out stays as it is.  Either way
 * `result` is cleared and `status` returned.
 */
int quern__big_give(mpz_ptr out, mpz_ptr result, int status);

#endif

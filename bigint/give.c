/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * give.c -- the result goes to the caller, see give.h.
 */
#include "give.h"

int
quern__big_give_limbs(
    mpz_ptr out, const mp_limb_t *limbs, size_t n, bool negative)
{
	mpz_t view;
	/* To grow, GMP may need the old one and the new one. */
	int err = quern__big_room(n + 64);

	if (err)
		return err;
	mpz_roinit_n(view, limbs, negative ? -(mp_size_t)n : (mp_size_t)n);
	mpz_set(out, view);
	return 0;
}

int
quern__big_give(mpz_ptr out, mpz_ptr result, int status)
{
	if (!status)
		mpz_swap(out, result);
	mpz_clear(result);
	return status;
}

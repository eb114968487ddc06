/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.h -- the product of many factors, by a tree.
 *
 * Neighbours are multiplied, then neighbours of the products, and so on; those
 * of a level on all cores.
 */
#ifndef QUERN_BIGINT_TREE_H
#define QUERN_BIGINT_TREE_H

#include "memory.h"
#include "work.h"

/*
 * Limbs that a tree takes at the worst, of n factors with a product of so many
 * limbs: two levels of products side by side, and GMP's scratch for one.
 */
size_t quern__tree_limbs(size_t n, size_t product_limbs);

/*
 * product = factor[0] * ... * factor[n - 1], 1 if n is 0; `product` is
 * initialised.  0, -ENOMEM, or the reason to stop.
 */
int quern__tree_of_limbs(struct quern__big_work *work, double share,
    mpz_ptr product, const mp_limb_t factor[], size_t n);
int quern__tree_of_mpz(struct quern__big_work *work, double share,
    mpz_ptr product, mpz_t factor[], size_t n);

#endif

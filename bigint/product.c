/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * product.c -- the product of an array of numbers.
 *
 *     quern/bigint.h --> [product.c] --> tree.c
 */
#include <quern/bigint.h>

#include <errno.h>

#include "give.h"
#include "kernels/kernel.h"
#include "tree.h"

static int
check(const quern_op *op)
{
	if (!op->out)
		return -EINVAL;
	return !op->in_size || quern__big_array(op->in, op->in_size) ? 0 :
								       -EINVAL;
}

static int
call(quern_context *ctx, const quern_op *op)
{
	struct quern__big_work work = { .ctx = ctx };
	mpz_t *in = (mpz_t *)op->in, product;
	size_t n = op->in_size, limbs = 0;
	int err;

	for (size_t i = 0; i < n; i++) {
		if (!mpz_sgn(in[i])) {
			mpz_set_ui(op->out, 0);
			return 0;
		}
		limbs += mpz_size(in[i]);
	}
	if (limbs > QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	err = quern__big_room(quern__tree_limbs(n, limbs));
	if (err)
		return err;
	mpz_init(product);
	err = quern__tree_of_mpz(&work, 1, product, in, n);
	return quern__big_give(op->out, product, err);
}

static const struct quern_kind product_kind = {
	.name = "product_mpz",
	.check = check,
	.call = call,
};

quern_op
quern_product_mpz(mpz_t out, mpz_t in[], size_t n)
{
	return (quern_op) {
		.kind = &product_kind,
		.count = 1,
		.out = out,
		.in = in,
		.in_size = n,
	};
}

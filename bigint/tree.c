/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.c -- the product of many factors, see tree.h.
 *
 *     product.c, factorial.c, binomial.c --> [tree.c] --> work.c, mpz_mul()
 *
 * The lowest level takes several factors at a time, one after the other, until
 * their product is some limbs long: below that a tree does not pay.
 */
#include "tree.h"

#include <errno.h>

enum { LEAF_LIMBS = 32 };

struct tree {
	const mp_limb_t *limbs; /* the factors: either these ... */
	mpz_t *mpzs;            /* ... or these */
	size_t factors, per_leaf;

	mpz_t *level, *above;
	size_t n; /* in `level` */
};

size_t
quern__tree_limbs(size_t n, size_t product_limbs)
{
	/* A product may be allocated a limb longer than it is. */
	return 2 * product_limbs + 8 * n +
	    quern__big_mul_scratch(product_limbs);
}

static void
take_limbs(mpz_ptr product, const mp_limb_t *factor, size_t n)
{
	mpz_set_ui(product, 1);
	for (size_t i = 0; i < n; i++)
		mpz_mul_ui(product, product, factor[i]);
}

static void
take_mpzs(mpz_ptr product, mpz_t *factor, size_t n)
{
	mpz_set(product, factor[0]);
	for (size_t i = 1; i < n; i++)
		mpz_mul(product, product, factor[i]);
}

static int
make_leaf(void *arg, size_t i)
{
	struct tree *tree = arg;
	size_t begin = i * tree->per_leaf, n = tree->factors - begin;

	n = n < tree->per_leaf ? n : tree->per_leaf;
	if (tree->limbs)
		take_limbs(tree->level[i], tree->limbs + begin, n);
	else
		take_mpzs(tree->level[i], tree->mpzs + begin, n);
	return 0;
}

/* What was multiplied is freed at once. */
static int
join(void *arg, size_t i)
{
	struct tree *tree = arg;
	mpz_ptr left = tree->level[2 * i], right = tree->level[2 * i + 1];

	if (2 * i + 1 == tree->n) {
		mpz_swap(tree->above[i], left);
		return 0;
	}
	mpz_mul(tree->above[i], left, right);
	mpz_clear(left);
	mpz_init(left);
	mpz_clear(right);
	mpz_init(right);
	return 0;
}

static int
climb(struct tree *tree, struct quern__big_work *work, double share)
{
	mpz_t *swap;
	size_t n = (tree->n + 1) / 2;
	int err = 0;

	for (; tree->n > 1 && !err; n = (tree->n + 1) / 2) {
		/* 1/2 for the root, and so on: larger ones are dearer. */
		err = quern__big_stage(
		    work, share / (double)(n + 1), n, 1, join, tree);
		swap = tree->level;
		tree->level = tree->above;
		tree->above = swap;
		tree->n = n;
	}
	return err;
}

static int
grow(struct tree *tree, struct quern__big_work *work, double share,
    mpz_ptr product)
{
	size_t n = (tree->factors + tree->per_leaf - 1) / tree->per_leaf;
	mpz_t *all;
	int err;

	if (n > PTRDIFF_MAX / (2 * sizeof(*all)))
		return -ENOMEM;
	all = quern__big_alloc(2 * n * sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < 2 * n; i++)
		mpz_init(all[i]);
	tree->level = all;
	tree->above = all + n;
	tree->n = n;
	err = quern__big_stage(work, share / 8, n, 0, make_leaf, tree);
	if (!err)
		err = climb(tree, work, share * 7 / 8);
	if (!err)
		mpz_swap(product, tree->level[0]);
	for (size_t i = 0; i < 2 * n; i++)
		mpz_clear(all[i]);
	quern__big_free(all);
	return err;
}

int
quern__tree_of_limbs(struct quern__big_work *work, double share,
    mpz_ptr product, const mp_limb_t factor[], size_t n)
{
	struct tree tree = {
		.limbs = factor,
		.factors = n,
		.per_leaf = LEAF_LIMBS,
	};

	if (n == 0) {
		mpz_set_ui(product, 1);
		return quern__big_step(work, share);
	}
	return grow(&tree, work, share, product);
}

int
quern__tree_of_mpz(struct quern__big_work *work, double share, mpz_ptr product,
    mpz_t factor[], size_t n)
{
	struct tree tree = { .mpzs = factor, .factors = n };
	size_t limbs = 0;

	if (n == 0) {
		mpz_set_ui(product, 1);
		return quern__big_step(work, share);
	}
	for (size_t i = 0; i < n; i++)
		limbs += mpz_size(factor[i]);
	tree.per_leaf =
	    limbs / n < LEAF_LIMBS / 2 ? LEAF_LIMBS / (limbs / n + 1) : 1;
	return grow(&tree, work, share, product);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fibonacci.c -- the n-th Fibonacci number.
 *
 *     quern/bigint.h --> [fibonacci.c] --> work.c, mpz_mul()
 *
 * From F(k) and F(k - 1) to twice the index by two squares, side by side:
 *
 *     F(2k - 1) = F(k)^2 + F(k - 1)^2
 *     F(2k + 1) = 4 F(k)^2 - F(k - 1)^2 + 2 (-1)^k
 *     F(2k)     = F(2k + 1) - F(2k - 1)
 *
 * The last step needs one number only, which is one product.
 */
#include <quern/bigint.h>

#include <errno.h>

#include "give.h"
#include "kernels/kernel.h"
#include "work.h"

struct pair {
	mpz_t f[2];      /* F(k), F(k - 1) */
	mpz_t square[2]; /* theirs */
};

static int
square(void *arg, size_t i)
{
	struct pair *pair = arg;

	mpz_mul(pair->square[i], pair->f[i], pair->f[i]);
	return 0;
}

/* From k to 2k, or 2k + 1 if `odd`. */
static int
twice(struct pair *pair, unsigned long k, bool odd,
    struct quern__big_work *work, double share)
{
	mpz_ptr above = pair->square[0], below = pair->square[1];
	int err = quern__big_stage(work, share, 2, 1, square, pair);

	if (err)
		return err;
	mpz_add(pair->f[1], above, below); /* F(2k - 1) */
	mpz_mul_2exp(pair->f[0], above, 2);
	mpz_sub(pair->f[0], pair->f[0], below);
	if (k & 1)
		mpz_sub_ui(pair->f[0], pair->f[0], 2);
	else
		mpz_add_ui(pair->f[0], pair->f[0], 2); /* F(2k + 1) */
	if (odd)
		mpz_sub(pair->f[1], pair->f[0], pair->f[1]);
	else
		mpz_sub(pair->f[0], pair->f[0], pair->f[1]);
	return 0;
}

/* F(2k) or F(2k + 1) alone, to f[0]. */
static void
finish(struct pair *pair, unsigned long k, bool odd)
{
	mpz_ptr f = pair->f[0], before = pair->f[1], sum = pair->square[0];

	if (!odd) { /* F(k) (F(k) + 2 F(k - 1)) */
		mpz_mul_2exp(sum, before, 1);
		mpz_add(sum, sum, f);
		mpz_mul(f, f, sum);
		return;
	}
	mpz_mul_2exp(sum, f, 1);
	mpz_sub(f, sum, before);
	mpz_add(sum, sum, before);
	mpz_mul(f, f, sum);
	if (k & 1)
		mpz_sub_ui(f, f, 2);
	else
		mpz_add_ui(f, f, 2);
}

static int
climb(struct pair *pair, unsigned long n, struct quern__big_work *work)
{
	int bits = 64 - __builtin_clzl(n), err = 0;

	/* F(1), F(0) */
	mpz_set_ui(pair->f[0], 1);
	for (int bit = bits - 2; bit > 0 && !err; bit--)
		err = twice(pair, n >> (bit + 1), n >> bit & 1, work,
		    1 / (double)(2ul << bit));
	if (!err && bits > 1)
		finish(pair, n >> 1, n & 1);
	return err;
}

static int
check(const quern_op *op)
{
	return op->out ? 0 : -EINVAL;
}

static int
call(quern_context *ctx, const quern_op *op)
{
	struct quern__big_work work = { .ctx = ctx };
	unsigned long n = op->grain;
	size_t limbs;
	struct pair pair;
	int err;

	if (n == 0) {
		mpz_set_ui(op->out, 0);
		return 0;
	}
	/* The logarithm of the golden ratio is below 0.69425. */
	if ((double)n * 0.69425 / 64 > (double)QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	limbs = (size_t)((double)n * 0.69425 / 64) + 2;
	err = quern__big_room(3 * limbs + 64 + quern__big_mul_scratch(limbs));
	if (err)
		return err;
	for (int i = 0; i < 2; i++) {
		mpz_init(pair.f[i]);
		mpz_init(pair.square[i]);
	}
	err = climb(&pair, n, &work);
	for (int i = 0; i < 2; i++)
		mpz_clear(pair.square[i]);
	mpz_clear(pair.f[1]);
	return quern__big_give(op->out, pair.f[0], err);
}

static const struct quern_kind fibonacci_kind = {
	.name = "fibonacci_mpz",
	.check = check,
	.call = call,
};

quern_op
quern_fibonacci_mpz(mpz_t out, unsigned long n)
{
	return (quern_op) {
		.kind = &fibonacci_kind,
		.count = 1,
		.out = out,
		.grain = n,
	};
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.c -- a number from its decimal digits, on all cores.
 *
 *     quern/bigint.h --> [parse.c] --> powers.c
 *
 * Leaves of some thousand digits become integers by themselves; then
 * neighbours are joined, level by level: upper * 10^m + lower.  Digits are
 * counted from the right, so only the first leaf may be short.
 */
#include <quern/bigint.h>

#include <errno.h>
#include <string.h>

#include "give.h"
#include "kernels/kernel.h"
#include "powers.h"

enum {
	DIGITS = 19,      /* of a limb */
	LEAF_MOST = 1500, /* digits */
	GRAIN = 16        /* leaves that one thread works off */
};

#define SHARE_LEAVES 0.1
#define SHARE_POWERS 0.2
#define SHARE_JOINS 0.7

struct reading {
	struct quern__powers powers;
	const char *text;
	size_t digits, leaves;

	unsigned level;             /* of the parts in `parts` */
	mp_limb_t *parts;           /* side by side, of equal size */
	mp_limb_t *joined;          /* the level above */
	size_t limbs, joined_limbs; /* of a part */
};

/* Limbs of a part of level j; a product with a power has one more at most. */
static size_t
part_limbs(const struct reading *r, unsigned j)
{
	return quern__limbs_of_bits(quern__bits_of_ten(r->powers.digits[j])) +
	    1;
}

static size_t
parts_of(const struct reading *r, unsigned j)
{
	return (r->leaves + ((size_t)1 << j) - 1) >> j;
}

/* ---- leaves ---- */

/* The value of n digits, at most 19; false: some are none. */
static bool
value_of(const char *text, size_t n, mp_limb_t *value)
{
	unsigned digit;

	*value = 0;
	for (size_t i = 0; i < n; i++) {
		digit = (unsigned)text[i] - '0';
		if (digit > 9)
			return false;
		*value = 10 * *value + digit;
	}
	return true;
}

/* Leaf i, counted from the right. */
static int
read_leaf(void *arg, size_t i)
{
	const struct reading *r = arg;
	size_t leaf = r->powers.digits[0], end = r->digits - i * leaf;
	size_t begin = end > leaf ? end - leaf : 0, n = 0, group;
	mp_limb_t *out = r->parts + i * r->limbs, value, carry;

	memset(out, 0, r->limbs * sizeof(*out));
	for (; begin < end; begin += group) {
		group = (end - begin) % DIGITS;
		group = group ? group : DIGITS;
		if (!value_of(r->text + begin, group, &value))
			return -EINVAL;
		carry = 0;
		if (n)
			carry = mpn_mul_1(out, out, (mp_size_t)n,
			    UINT64_C(10000000000000000000));
		if (carry)
			out[n++] = carry;
		if (n)
			carry = mpn_add_1(out, out, (mp_size_t)n, value);
		else
			carry = value;
		if (carry)
			out[n++] = carry;
	}
	return 0;
}

/* ---- joins ---- */

static size_t
trimmed(const mp_limb_t *limbs, size_t n)
{
	while (n && !limbs[n - 1])
		n--;
	return n;
}

/* out = part[2 i + 1] * 10^m + part[2 i]; the former may be missing. */
static int
join(void *arg, size_t i)
{
	const struct reading *r = arg;
	const mp_limb_t *lower = r->parts + 2 * i * r->limbs;
	const mp_limb_t *upper = lower + r->limbs;
	mp_limb_t *out = r->joined + i * r->joined_limbs, *at, carry;
	size_t m = r->powers.digits[r->level], p = r->powers.limbs[r->level];
	size_t low = trimmed(lower, r->limbs), high = 0, n;

	if (2 * i + 1 < parts_of(r, r->level))
		high = trimmed(upper, r->limbs);
	memset(out, 0, r->joined_limbs * sizeof(*out));
	if (high) {
		at = out + m / 64;
		quern__big_mul(at, upper, high, r->powers.power[r->level], p);
		n = trimmed(at, high + p);
		if (m % 64) {
			carry = mpn_lshift(at, at, (mp_size_t)n, m % 64);
			if (carry)
				at[n] = carry;
		}
	}
	if (low)
		(void)mpn_add(out, out, (mp_size_t)r->joined_limbs, lower,
		    (mp_size_t)low);
	return 0;
}

static int
join_all(struct reading *r, struct quern__big_work *work)
{
	mp_limb_t *swap;
	int err = 0;

	for (; r->level < r->powers.levels && !err; r->level++) {
		r->joined_limbs = part_limbs(r, r->level + 1);
		err = quern__big_stage(work, SHARE_JOINS / r->powers.levels,
		    parts_of(r, r->level + 1), 1, join, r);
		swap = r->parts;
		r->parts = r->joined;
		r->joined = swap;
		r->limbs = r->joined_limbs;
	}
	return err;
}

/* ---- all of it ---- */

static int
allocate(struct reading *r)
{
	size_t limbs = 0, n;

	for (unsigned j = 0; j <= r->powers.levels; j++) {
		n = parts_of(r, j) * part_limbs(r, j);
		limbs = n > limbs ? n : limbs;
	}
	r->parts = quern__big_limbs(limbs);
	r->joined = quern__big_limbs(limbs);
	if (!r->parts || !r->joined)
		return -ENOMEM;
	return quern__big_room(quern__big_mul_scratch(limbs));
}

static int
read_number(quern_context *ctx, mpz_ptr out, const char *text, size_t digits,
    bool negative)
{
	struct quern__big_work work = { .ctx = ctx };
	struct reading r = { .text = text, .digits = digits };
	int err;

	quern__powers_plan(&r.powers, digits, LEAF_MOST);
	r.leaves = (digits + r.powers.digits[0] - 1) / r.powers.digits[0];
	r.limbs = part_limbs(&r, 0);
	if (part_limbs(&r, r.powers.levels) > QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	err = allocate(&r);
	if (!err)
		err = quern__big_stage(
		    &work, SHARE_LEAVES, r.leaves, GRAIN, read_leaf, &r);
	if (!err)
		err = quern__powers_make(&r.powers, &work, SHARE_POWERS);
	if (!err)
		err = join_all(&r, &work);
	if (!err)
		err = quern__big_give_limbs(
		    out, r.parts, trimmed(r.parts, r.limbs), negative);
	quern__powers_free(&r.powers);
	quern__big_free(r.joined);
	quern__big_free(r.parts);
	return err;
}

static int
check(const quern_op *op)
{
	return op->out && op->in ? 0 : -EINVAL;
}

static int
call(quern_context *ctx, const quern_op *op)
{
	const char *text = op->in;
	size_t n = op->in_size;
	bool negative = n && *text == '-';

	if (n && (*text == '-' || *text == '+')) {
		text++;
		n--;
	}
	if (!n)
		return -EINVAL;
	/* More than any mpz has; and far from where sizes wrap. */
	if (n / 19 > QUERN__BIG_LIMBS_MOST)
		return -EOVERFLOW;
	return read_number(ctx, op->out, text, n, negative);
}

static const struct quern_kind parse_kind = {
	.name = "parse_mpz",
	.check = check,
	.call = call,
};

quern_op
quern_parse_mpz(mpz_t out, const char *digits, size_t n)
{
	return (quern_op) {
		.kind = &parse_kind,
		.count = 1,
		.out = out,
		.in = digits,
		.in_size = n,
	};
}

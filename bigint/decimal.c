/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decimal.c -- a number's decimal digits, on all cores.
 *
 *     quern/bigint.h --> [decimal.c] --> powers.c, fraction.c
 *
 * 1. Powers of 5.
 * 2. One division of the number into an upper and a lower half, and at the same
 *    time the reciprocal of the same power.
 * 3. Both halves become fractions: a product with the reciprocal each.
 * 4. Fractions are halved, level by level, until they are small.
 * 5. Small ones are worked off one by one, to their last digit.
 */
#include <quern/bigint.h>

#include <errno.h>
#include <string.h>

#include "fraction.h"
#include "kernels/kernel.h"

enum {
	SMALL = 300,       /* limbs: for GMP */
	LEAF_MOST = 1500,  /* digits */
	CHUNK_MOST = 20000 /* digits of a fraction that one thread works off */
};

/* Shares of the time that it takes. */
#define SHARE_POWERS 0.1
#define SHARE_CUT 0.25
#define SHARE_FRACTION 0.15
#define SHARE_LEVELS 0.4
#define SHARE_CHUNKS 0.1

struct conversion {
	struct quern__powers powers;
	const mp_limb_t *in;
	size_t n;

	/* The halves, integers of whole limbs, and the reciprocal. */
	size_t whole, reciprocal_limbs;
	mp_limb_t *half[2], *reciprocal;

	/* The fractions of a level, and of the one below it. */
	unsigned level;
	mp_limb_t *fractions, *next;
	mp_limb_t *scratch;
	size_t scratch_each;

	mp_limb_t *left; /* of each leaf */
	char *digits;
};

static unsigned
top_of(const struct conversion *c)
{
	return c->powers.levels - 1;
}

static size_t
nodes_of(const struct conversion *c, unsigned level)
{
	return (size_t)1 << (c->powers.levels - level);
}

static size_t
fraction_limbs(const struct conversion *c, unsigned level)
{
	return quern__fraction_limbs(c->powers.digits[level]);
}

/* ---- 2. cut ---- */

/* in = half[0] * 10^m + half[1] */
static int
divide(struct conversion *c)
{
	size_t m = c->powers.digits[top_of(c)], p = c->powers.limbs[top_of(c)];
	size_t skip = m / 64, n = c->n - skip, quotient;
	mp_limb_t *shifted = c->scratch, *upper = shifted + n;
	mp_limb_t *lower = c->half[1], low, carry = 0;

	memset(c->half[0], 0, 2 * c->whole * sizeof(mp_limb_t));
	if (m % 64)
		mpn_rshift(shifted, c->in + skip, (mp_size_t)n, m % 64);
	else
		memcpy(shifted, c->in + skip, n * sizeof(mp_limb_t));
	/* `in` has at least the digits that 10^m has. */
	mpn_tdiv_qr(upper, lower + skip, 0, shifted, (mp_size_t)n,
	    c->powers.power[top_of(c)], (mp_size_t)p);
	quotient = n - p + 1;
	while (quotient && !upper[quotient - 1])
		quotient--;
	memcpy(c->half[0], upper, quotient * sizeof(mp_limb_t));

	/* The remainder times 2^m, and the m bits below. */
	memcpy(lower, c->in, skip * sizeof(mp_limb_t));
	if (m % 64) {
		low = c->in[skip] & ((UINT64_C(1) << m % 64) - 1);
		carry = mpn_lshift(
		    lower + skip, lower + skip, (mp_size_t)p, m % 64);
		lower[skip] |= low;
	}
	if (carry)
		lower[skip + p] = carry;
	return 0;
}

/* 2^x / 5^d: the number v, as (2 v + 1) * reciprocal, is v's fraction. */
static int
invert(struct conversion *c)
{
	size_t d = c->powers.digits[top_of(c)], p = c->powers.limbs[top_of(c)];
	size_t x = 64 * (fraction_limbs(c, top_of(c)) + c->whole) - d - 1;
	size_t n = x / 64 + 1;
	/* Behind what divide() uses of it. */
	mp_limb_t *one = c->scratch + 3 * c->n, *rest = one + n;

	memset(one, 0, n * sizeof(*one));
	one[n - 1] = UINT64_C(1) << x % 64;
	mpn_tdiv_qr(c->reciprocal, rest, 0, one, (mp_size_t)n,
	    c->powers.power[top_of(c)], (mp_size_t)p);
	c->reciprocal_limbs = n - p + 1;
	return 0;
}

static int
divide_or_invert(void *arg, size_t i)
{
	return i ? invert(arg) : divide(arg);
}

/* ---- 3. fractions ---- */

static int
make_fraction(void *arg, size_t i)
{
	struct conversion *c = arg;
	size_t n = fraction_limbs(c, top_of(c));
	mp_limb_t *product = c->scratch + i * c->scratch_each;

	/* Twice as large, and 1: whole limbs have room for it. */
	mpn_lshift(c->half[i], c->half[i], (mp_size_t)c->whole, 1);
	c->half[i][0] |= 1;
	quern__big_mul(
	    product, c->half[i], c->whole, c->reciprocal, c->reciprocal_limbs);
	memcpy(c->fractions + i * n, product + c->whole, n * sizeof(*product));
	return 0;
}

/* ---- 4. levels ---- */

static int
halve(void *arg, size_t i)
{
	struct conversion *c = arg;
	size_t n = fraction_limbs(c, c->level);
	size_t half = fraction_limbs(c, c->level - 1);
	const mp_limb_t *f = c->fractions + i * n;
	mp_limb_t *out = c->next + 2 * i * half;

	memcpy(out, f + n - half, half * sizeof(*out));
	quern__fraction_lower(&c->powers, c->level, out + half, f,
	    c->scratch +
		i * quern__fraction_scratch(c->powers.digits[c->level]));
	return 0;
}

static unsigned
levels_to_halve(const struct conversion *c)
{
	unsigned n = 0;

	while (n < top_of(c) && c->powers.digits[top_of(c) - n] > CHUNK_MOST)
		n++;
	return n;
}

static int
halve_to_chunks(struct conversion *c, struct quern__big_work *work)
{
	unsigned levels = levels_to_halve(c);
	mp_limb_t *swap;
	int err = 0;

	for (c->level = top_of(c); levels > 0 && !err; levels--) {
		err = quern__big_stage(work, SHARE_LEVELS / levels_to_halve(c),
		    nodes_of(c, c->level), 1, halve, c);
		swap = c->fractions;
		c->fractions = c->next;
		c->next = swap;
		c->level--;
	}
	return err;
}

/* ---- 5. digits ---- */

static int
work_off(void *arg, size_t i)
{
	struct conversion *c = arg;
	size_t d = c->powers.digits[c->level];

	quern__fraction_digits(&c->powers, c->level, c->digits + i * d,
	    c->left + (i << c->level),
	    c->fractions + i * fraction_limbs(c, c->level),
	    c->scratch + i * quern__fraction_scratch(d));
	return 0;
}

/* ---- all of it ---- */

static size_t
largest(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Memory for all stages; free_conversion() frees what there is. */
static int
allocate(struct conversion *c)
{
	size_t fractions = 0, scratch = 0, nodes, d;
	unsigned last = top_of(c) - levels_to_halve(c);

	d = c->powers.digits[top_of(c)];
	c->whole = quern__limbs_of_bits(quern__bits_of_ten(d) + 1);
	c->reciprocal_limbs = fraction_limbs(c, top_of(c)) + 4;
	for (unsigned j = last; j <= top_of(c); j++) {
		nodes = nodes_of(c, j);
		fractions = largest(fractions, nodes * fraction_limbs(c, j));
		scratch = largest(scratch,
		    nodes * quern__fraction_scratch(c->powers.digits[j]));
	}
	c->scratch_each = c->whole + c->reciprocal_limbs;
	scratch = largest(scratch, 2 * c->scratch_each);
	/* divide() and invert() side by side */
	scratch = largest(scratch,
	    3 * c->n + 2 * (fraction_limbs(c, top_of(c)) + c->whole) + 16);
	c->half[0] = quern__big_limbs(2 * c->whole);
	c->reciprocal = quern__big_limbs(c->reciprocal_limbs);
	c->fractions = quern__big_limbs(fractions);
	c->next = quern__big_limbs(fractions);
	c->scratch = quern__big_limbs(scratch);
	c->left = quern__big_limbs((size_t)1 << c->powers.levels);
	if (!c->half[0] || !c->reciprocal || !c->fractions || !c->next ||
	    !c->scratch || !c->left)
		return -ENOMEM;
	c->half[1] = c->half[0] + c->whole;
	/* What mpn functions take by themselves, at the worst. */
	return quern__big_room(quern__big_div_scratch(
	    4 * (fraction_limbs(c, top_of(c)) + c->whole)));
}

static void
free_conversion(struct conversion *c)
{
	quern__big_free(c->left);
	quern__big_free(c->scratch);
	quern__big_free(c->next);
	quern__big_free(c->fractions);
	quern__big_free(c->reciprocal);
	quern__big_free(c->half[0]);
	quern__powers_free(&c->powers);
}

/* All leaf << levels digits, with zeros in front. */
static int
convert(struct conversion *c, struct quern__big_work *work)
{
	int err;

	err = allocate(c);
	if (!err)
		err = quern__powers_make(&c->powers, work, SHARE_POWERS);
	if (!err)
		err = quern__big_stage(
		    work, SHARE_CUT, 2, 1, divide_or_invert, c);
	if (!err)
		err = quern__big_stage(
		    work, SHARE_FRACTION, 2, 1, make_fraction, c);
	if (!err)
		err = halve_to_chunks(c, work);
	if (!err)
		err = quern__big_stage(
		    work, SHARE_CHUNKS, nodes_of(c, c->level), 1, work_off, c);
	if (err)
		return err;
	/* Either half has its own last leaf. */
	for (size_t i = 0; i < 2; i++)
		quern__fraction_settle(
		    c->digits + i * c->powers.digits[top_of(c)],
		    c->powers.digits[0], c->left + (i << top_of(c)),
		    (size_t)1 << top_of(c));
	return 0;
}

/* Sign, digits without the zeros in front, end. */
static void
tidy(char *text, size_t digits, int negative)
{
	char *first = text + 1;
	size_t zeros = 0;

	while (first[zeros] == '0')
		zeros++;
	if (negative)
		text[0] = '-';
	memmove(text + (negative != 0), first + zeros, digits - zeros);
	text[digits - zeros + (negative != 0)] = '\0';
}

static int
large_decimal(quern_context *ctx, char **out, mpz_srcptr in)
{
	struct quern__big_work work = { .ctx = ctx };
	struct conversion c = {
		.in = mpz_limbs_read(in),
		.n = mpz_size(in),
	};
	size_t digits;
	char *text;
	int err;

	/* Bits to digits: log10(2) is below 0.30103. */
	digits = mpz_sizeinbase(in, 2) / 100000 * 30103 +
	    mpz_sizeinbase(in, 2) % 100000 * 30103 / 100000 + 1;
	quern__powers_plan(&c.powers, digits, LEAF_MOST);
	digits = c.powers.digits[c.powers.levels];
	text = quern__big_alloc(digits + 2);
	if (!text)
		return -ENOMEM;
	c.digits = text + 1;
	err = convert(&c, &work);
	free_conversion(&c);
	if (err) {
		quern__big_free(text);
		return err;
	}
	tidy(text, digits, mpz_sgn(in) < 0);
	*out = text;
	return 0;
}

static int
small_decimal(char **out, mpz_srcptr in)
{
	char *text = quern__big_alloc(mpz_sizeinbase(in, 10) + 2);

	if (!text)
		return -ENOMEM;
	if (quern__big_room(quern__big_div_scratch(2 * mpz_size(in)))) {
		quern__big_free(text);
		return -ENOMEM;
	}
	mpz_get_str(text, 10, in);
	*out = text;
	return 0;
}

static int
check(const quern_op *op)
{
	return op->out && op->in ? 0 : -EINVAL;
}

static int
call(quern_context *ctx, const quern_op *op)
{
	char **out = op->out;
	mpz_srcptr in = op->in;

	return mpz_size(in) <= SMALL ? small_decimal(out, in) :
				       large_decimal(ctx, out, in);
}

static const struct quern_kind decimal_kind = {
	.name = "decimal_mpz",
	.check = check,
	.call = call,
};

quern_op
quern_decimal_mpz(char **out, const mpz_t in)
{
	return (quern_op) {
		.kind = &decimal_kind,
		.count = 1,
		.out = out,
		.in = in,
	};
}

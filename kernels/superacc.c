/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * superacc.c -- exact sums, see superacc.h.
 */
#include "superacc.h"

#include <float.h>
#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 uwide;

/* ---- more ---- */

/* magnitude * 2^(place - 2176), with the sign of `negative` */
static inline void
add(struct quern__superacc *acc, uint64_t magnitude, unsigned place,
    bool negative)
{
	int64_t *limb = acc->limb + place / 32;
	uwide shifted = (uwide)magnitude << place % 32;
	int64_t sign = -(int64_t)negative;

	limb[0] += ((int64_t)(uint32_t)shifted ^ sign) - sign;
	limb[1] += ((int64_t)(uint32_t)(shifted >> 32) ^ sign) - sign;
	limb[2] += ((int64_t)(shifted >> 64) ^ sign) - sign;
}

/* A finite double is magnitude * 2^exponent. */
struct parts {
	uint64_t magnitude;
	int exponent;
	bool negative;
};

static inline struct parts
parts_of(uint64_t bits)
{
	int biased = (int)(bits >> 52 & 0x7ff);
	uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);

	return (struct parts) {
		.magnitude = biased ? fraction | UINT64_C(1) << 52 : fraction,
		.exponent = (biased ? biased : 1) - 1075,
		.negative = bits >> 63,
	};
}

static inline uint64_t
bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

/* x is a zero or not finite. */
static void
note(struct quern__superacc *acc, double x)
{
	if (isnan(x))
		acc->noted |= QUERN__NAN;
	else if (isinf(x))
		acc->noted |= x > 0 ? QUERN__PLUS_INF : QUERN__MINUS_INF;
	if (x != 0 || !signbit(x))
		acc->noted |= QUERN__NOT_MINUS_0;
}

void
quern__superacc_add(struct quern__superacc *acc, double x)
{
	struct parts p = parts_of(bits_of(x));

	if (x == 0 || !isfinite(x)) {
		note(acc, x);
		return;
	}
	acc->noted |= QUERN__NOT_MINUS_0;
	add(acc, p.magnitude, (unsigned)(p.exponent - QUERN__LOWEST),
	    p.negative);
}

void
quern__superacc_add_product(struct quern__superacc *acc, double x, double y)
{
	struct parts p = parts_of(bits_of(x)), q = parts_of(bits_of(y));
	uwide product = (uwide)p.magnitude * q.magnitude;
	unsigned place = (unsigned)(p.exponent + q.exponent - QUERN__LOWEST);
	bool negative = p.negative != q.negative;

	if (x == 0 || y == 0 || !isfinite(x) || !isfinite(y)) {
		note(acc, x * y);
		return;
	}
	acc->noted |= QUERN__NOT_MINUS_0;
	add(acc, (uint64_t)product, place, negative);
	add(acc, (uint64_t)(product >> 64), place + 64, negative);
}

void
quern__superacc_carry(struct quern__superacc *acc)
{
	int64_t carry = 0;

	for (size_t i = 0; i < QUERN__LIMBS - 1; i++) {
		int64_t limb = acc->limb[i] + carry;

		carry = limb >> 32; /* down, for negative ones as well */
		acc->limb[i] = limb & UINT32_MAX;
	}
	acc->limb[QUERN__LIMBS - 1] += carry;
}

/* ---- as an accumulator ---- */

size_t
quern__superacc_bytes(const quern_op *op)
{
	(void)op;
	return sizeof(struct quern__superacc);
}

void
quern__superacc_identity(const quern_op *op, void *acc)
{
	(void)op;
	memset(acc, 0, sizeof(struct quern__superacc));
}

void
quern__superacc_combine(const quern_op *op, void *acc, const void *right)
{
	struct quern__superacc *a = acc;
	const struct quern__superacc *b = right;

	(void)op;
	for (size_t i = 0; i < QUERN__LIMBS; i++)
		a->limb[i] += b->limb[i];
	a->noted |= b->noted;
	quern__superacc_carry(a);
}

/* ---- the end ---- */

struct magnitude {
	uint32_t limb[QUERN__LIMBS + 2]; /* two more that are 0 */
};

/* Sets *negative. */
static void
take_magnitude(
    struct magnitude *m, const struct quern__superacc *acc, bool *negative)
{
	struct quern__superacc copy = *acc;

	quern__superacc_carry(&copy);
	*negative = copy.limb[QUERN__LIMBS - 1] < 0;
	if (*negative) {
		for (size_t i = 0; i < QUERN__LIMBS; i++)
			copy.limb[i] = -copy.limb[i];
		quern__superacc_carry(&copy);
	}
	memset(m, 0, sizeof(*m));
	for (size_t i = 0; i < QUERN__LIMBS; i++)
		m->limb[i] = (uint32_t)copy.limb[i];
}

/*
 * By hand, from the top, the magnitude of a sum of doubles.  That is a multiple
 * of 2^-1074, so a remainder shows within 64 bits below this; what is left past
 * 2^-2176 says nothing new.
 */
static void
divide(struct magnitude *m, uint64_t divisor)
{
	uwide rest = 0;

	for (size_t i = QUERN__LIMBS; i-- > 0;) {
		rest = rest << 32 | m->limb[i];
		m->limb[i] = (uint32_t)(rest / divisor);
		rest %= divisor;
	}
}

/* How many bits it has, counted from that of 2^-2176. */
static int
length(const struct magnitude *m)
{
	size_t i = QUERN__LIMBS;

	while (i > 0 && m->limb[i - 1] == 0)
		i--;
	return i ? (int)i * 32 - __builtin_clz(m->limb[i - 1]) : 0;
}

/* The 64 bits from `place` on. */
static uint64_t
bits_from(const struct magnitude *m, int place)
{
	const uint32_t *limb = m->limb + place / 32;
	uwide bits = (uwide)limb[2] << 64 | (uint64_t)limb[1] << 32 | limb[0];

	return (uint64_t)(bits >> place % 32);
}

static bool
any_below(const struct magnitude *m, int place)
{
	for (int i = 0; i < place / 32; i++)
		if (m->limb[i])
			return true;
	return m->limb[place / 32] << (31 - place % 32) << 1 != 0;
}

/*
 * To `digits` bits, of which the last is not below 2^least.  Nothing that
 * ldexp() is asked for overflows or vanishes, when it would set errno.
 */
static double
rounded(const struct magnitude *m, int digits, int least)
{
	int most = length(m);
	int last = most - digits, lowest = least - QUERN__LOWEST;
	uint64_t kept;
	bool half;

	if (last < lowest)
		last = lowest;
	if (most < last)
		return 0;
	kept = most > last ? bits_from(m, last) : 0;
	half = bits_from(m, last - 1) & 1;
	if (half && ((kept & 1) || any_below(m, last - 1)))
		kept++;
	if (kept == 0)
		return 0;
	if (last + QUERN__LOWEST + 64 - __builtin_clzll(kept) > DBL_MAX_EXP)
		return (double)INFINITY;
	return ldexp((double)kept, last + QUERN__LOWEST);
}

/* A sum with these elements among its own; 0 if it has none of them. */
static double
not_finite(uint64_t noted)
{
	bool up = noted & QUERN__PLUS_INF, down = noted & QUERN__MINUS_INF;

	if ((noted & QUERN__NAN) || (up && down))
		return (double)NAN;
	return up ? (double)INFINITY : down ? -(double)INFINITY : 0;
}

int
quern__superacc_finish(
    const quern_op *op, const struct quern__superacc *acc, uint64_t divisor)
{
	bool is_float = op->kind->bytes[QUERN__OUT] == sizeof(float), negative;
	double result = not_finite(acc->noted);
	struct magnitude m;
	float narrow;

	if (result == 0) {
		take_magnitude(&m, acc, &negative);
		if (divisor != 1)
			divide(&m, divisor);
		result =
		    is_float ? rounded(&m, 24, -149) : rounded(&m, 53, -1074);
		if (op->count && !(acc->noted & QUERN__NOT_MINUS_0))
			negative = true;
		if (negative)
			result = -result;
	}
	narrow = (float)result;
	memcpy(op->out, is_float ? (void *)&narrow : &result,
	    is_float ? sizeof(narrow) : sizeof(result));
	return 0;
}

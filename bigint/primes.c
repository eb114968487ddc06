/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * primes.c -- the odd primes up to a limit, see primes.h.
 */
#include "primes.h"

#include <errno.h>
#include <math.h>
#include <string.h>

size_t
quern__primes_most(unsigned long n)
{
	/* Rosser and Schoenfeld 1962: below 1.25506 n / log n, for n > 1. */
	return n < 10 ? 4 : (size_t)(1.2551 * (double)n / log((double)n)) + 1;
}

static bool
is_composite(const struct quern__primes *primes, unsigned long odd)
{
	return primes->composite[odd / 16] >> (odd / 2 % 8) & 1;
}

int
quern__primes_init(struct quern__primes *primes, unsigned long limit,
    struct quern__big_work *work, double share)
{
	unsigned char *bits;

	primes->limit = limit;
	primes->composite = bits = quern__big_alloc(limit / 16 + 1);
	if (!bits)
		return -ENOMEM;
	memset(bits, 0, limit / 16 + 1);
	bits[0] = 1; /* 1 is no prime */
	for (unsigned long p = 3; p <= limit / p; p += 2) {
		if (is_composite(primes, p))
			continue;
		if (quern_should_stop(work->ctx))
			return -ECANCELED;
		for (unsigned long i = p * p / 2; i <= (limit - 1) / 2; i += p)
			bits[i / 8] |= (unsigned char)(1u << i % 8);
	}
	return quern__big_step(work, share);
}

void
quern__primes_fini(struct quern__primes *primes)
{
	quern__big_free(primes->composite);
}

unsigned long
quern__primes_next(const struct quern__primes *primes, unsigned long p)
{
	for (p += 2; p <= primes->limit; p += 2)
		if (!is_composite(primes, p))
			return p;
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * primes.h -- the odd primes up to a limit, by Eratosthenes' sieve.
 */
#ifndef QUERN_BIGINT_PRIMES_H
#define QUERN_BIGINT_PRIMES_H

#include "memory.h"
#include "work.h"

struct quern__primes {
	unsigned long limit;
	unsigned char *composite; /* bit i % 8 of byte i / 8: is 2 i + 1? */
};

/* At least as many as there are primes up to n. */
size_t quern__primes_most(unsigned long n);

/* 0, -ENOMEM, or the reason to stop; free it in any case. */
int quern__primes_init(struct quern__primes *primes, unsigned long limit,
    struct quern__big_work *work, double share);
void quern__primes_fini(struct quern__primes *primes);

/* The next one above p, which is odd; 0: there is none within the limit. */
unsigned long quern__primes_next(
    const struct quern__primes *primes, unsigned long p);

#endif

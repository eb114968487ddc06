/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h -- libquern-gmp's only way to memory, and a question that comes
 * before GMP is called.
 *
 * GMP ends the process when it gets no memory, and when a number has more limbs
 * than an int can count.  What we can we compute in memory of our own, which
 * may be refused.  For what GMP allocates by itself (results, and the scratch
 * of its multiplication) an upper bound is asked for in one piece, and given
 * back at once: quern__big_room().
 */
#ifndef QUERN_BIGINT_MEMORY_H
#define QUERN_BIGINT_MEMORY_H

#include <gmp.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if GMP_NUMB_BITS != 64
#error "libquern-gmp needs limbs of 64 bits"
#endif

/* Of a number; GMP itself stops at INT_MAX. */
#define QUERN__BIG_LIMBS_MOST ((size_t)INT_MAX - 64)

/* Can there be an array of n > 0 numbers at this address? */
static inline bool
quern__big_array(const void *array, size_t n)
{
	return array && n <= PTRDIFF_MAX / sizeof(mpz_t) &&
	    (uintptr_t)array <= UINTPTR_MAX - n * sizeof(mpz_t);
}

/* As malloc() and free() do, with errno kept; bytes > 0. */
void *quern__big_alloc(size_t bytes);
void quern__big_free(void *memory);

/* So many limbs, as they are; NULL. */
static inline mp_limb_t *
quern__big_limbs(size_t n)
{
	if (n > PTRDIFF_MAX / sizeof(mp_limb_t))
		return NULL;
	return quern__big_alloc((n ? n : 1) * sizeof(mp_limb_t));
}

/* Could so many limbs be had now?  0 or -ENOMEM. */
int quern__big_room(size_t limbs);

/*
 * What GMP may take beyond operands and results, in limbs: to multiply to a
 * product of n limbs, and to divide n limbs.  tests/test_bigint_memory.c
 * measures what it takes.  Scratch of less than 64 KiB is on the stack.
 */
static inline size_t
quern__big_mul_scratch(size_t n)
{
	return 6 * n + 4096;
}

static inline size_t
quern__big_div_scratch(size_t n)
{
	return 8 * n + 4096;
}

#endif

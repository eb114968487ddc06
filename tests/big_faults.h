/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * big_faults.h -- faults in libquern-gmp's way to memory, and how much it has
 * asked for.
 */
#ifndef QUERN_TESTS_BIG_FAULTS_H
#define QUERN_TESTS_BIG_FAULTS_H

#include <errno.h>

#include "bigint/memory.h"
#include "support.h"

static size_t most_asked; /* atomic: limbs, of one question */

void *__real_quern__big_alloc(size_t bytes);
void *__wrap_quern__big_alloc(size_t bytes);
void __real_quern__big_free(void *memory);
void __wrap_quern__big_free(void *memory);
int __real_quern__big_room(size_t limbs);
int __wrap_quern__big_room(size_t limbs);

void *
__wrap_quern__big_alloc(size_t bytes)
{
	void *memory = faults_strike() ? NULL : __real_quern__big_alloc(bytes);

	faults_count(memory != NULL);
	return memory;
}

void
__wrap_quern__big_free(void *memory)
{
	faults_count(-(memory != NULL));
	__real_quern__big_free(memory);
}

int
__wrap_quern__big_room(size_t limbs)
{
	size_t most = __atomic_load_n(&most_asked, __ATOMIC_RELAXED);

	while (limbs > most &&
	    !__atomic_compare_exchange_n(&most_asked, &most, limbs, false,
		__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return faults_strike() ? -ENOMEM : __real_quern__big_room(limbs);
}

#endif

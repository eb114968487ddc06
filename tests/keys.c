/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.c -- the keys of registered functions, see keys.h. */
#include "keys.h"

#include <CUnit/Basic.h>

#include "src/process/registry.h"

uint64_t
key_of(uintptr_t address)
{
	uint64_t key = quern__registry_key(address);

	CU_ASSERT_NOT_EQUAL(key, 0);
	CU_ASSERT_EQUAL(quern__registry_find(key), address);
	return key;
}

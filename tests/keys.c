/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.c -- keys of functions and kinds, see keys.h. */
#include "keys.h"

#include <CUnit/Basic.h>
#include <quern/kernels.h>

#include "src/process/registry.h"

uint64_t
key_of(uintptr_t address)
{
	uint64_t key = quern__registry_key(address);

	CU_ASSERT_NOT_EQUAL(key, 0);
	CU_ASSERT_EQUAL(quern__registry_find(key), address);
	return key;
}

void
fill_kinds(uintptr_t kinds[KINDS])
{
	const quern_op ops[] = {
		quern_call(NULL, NULL),
		quern_blocking(NULL, NULL),
		quern_team(0, NULL, NULL),
		quern_for(0, 0, NULL, NULL),
		quern_map(NULL, 0, NULL, 0, 0, NULL, NULL),
		quern_reduce(0, 0, NULL, NULL, NULL),
		quern_square_f64(NULL, NULL, 0),
		quern_square_f32(NULL, NULL, 0),
		quern_square_i64(NULL, NULL, 0),
		quern_square_i32(NULL, NULL, 0),
		quern_pow_f64(NULL, NULL, 0, 0),
		quern_pow_f32(NULL, NULL, 0, 0),
		quern_powv_f64(NULL, NULL, NULL, 0),
		quern_powv_f32(NULL, NULL, NULL, 0),
		quern_sum_f64(NULL, NULL, 0),
		quern_sum_f32(NULL, NULL, 0),
		quern_sum_i64(NULL, NULL, 0),
		quern_min_f64(NULL, NULL, 0),
		quern_min_f32(NULL, NULL, 0),
		quern_min_i64(NULL, NULL, 0),
		quern_max_f64(NULL, NULL, 0),
		quern_max_f32(NULL, NULL, 0),
		quern_max_i64(NULL, NULL, 0),
		quern_mean_f64(NULL, NULL, 0),
		quern_mean_f32(NULL, NULL, 0),
		quern_mean_i64(NULL, NULL, 0),
	};

	_Static_assert(sizeof(ops) / sizeof(*ops) == KINDS, "one each");
	for (int i = 0; i < KINDS; i++)
		kinds[i] = (uintptr_t)ops[i].kind;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_registry.c -- tests src/process/registry.c: what has a key.  See also
 * test_registry_modules.c and test_registry_threads.c.
 */
#include "src/process/registry.h"

#include <stddef.h>

#include "keys.h"
#include "registered.h"
#include "support.h"

/* registered.c has one of this name, too. */
static int
twin(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 1;
}
QUERN_REGISTER(twin)

/* Two registered functions of two names. */
static int
sister(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 3;
}
QUERN_REGISTER(sister)

static int
stranger(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 4;
}

/* ---- what has a key ---- */

static void
what_is_not_registered_has_no_key(void)
{
	CU_ASSERT_EQUAL(quern__registry_key(0), 0);
	CU_ASSERT_EQUAL(quern__registry_key((uintptr_t)stranger), 0);
	CU_ASSERT_EQUAL(quern__registry_key((uintptr_t)twin + 1), 0);
	CU_ASSERT_EQUAL(quern__registry_find(0), 0);
	CU_ASSERT_EQUAL(quern__registry_find(key_of((uintptr_t)twin) + 1), 0);
}

static void
a_key_leads_back_to_its_function(void)
{
	CU_ASSERT_NOT_EQUAL(key_of((uintptr_t)twin), key_of((uintptr_t)sister));
}

static void
a_reducer_has_a_key(void)
{
	CU_ASSERT_NOT_EQUAL(key_of(registered_there()->reducer), 0);
}

static void
two_of_the_same_name_in_two_files_are_two(void)
{
	CU_ASSERT_NOT_EQUAL(
	    key_of((uintptr_t)twin), key_of(registered_there()->twin));
}

static void
two_of_the_same_name_in_one_file_are_none(void)
{
	uintptr_t here = (uintptr_t)twice_included;
	uintptr_t there = registered_there()->twice_included;

	CU_ASSERT_NOT_EQUAL(here, there);
	CU_ASSERT_EQUAL(quern__registry_key(here), 0);
	CU_ASSERT_EQUAL(quern__registry_key(there), 0);
	CU_ASSERT_EQUAL(
	    quern__registry_find(quern_registered_twice_included.key), 0);
}

static void
who_comes_second_makes_a_key_ambiguous(void)
{
	static char thing[2];
	static struct quern_registered entry[2] = {
		{ (uintptr_t)&thing[0], "thing", "file", 0, NULL, NULL },
		{ (uintptr_t)&thing[1], "thing", "file", 0, NULL, NULL },
	};
	uint64_t key;

	quern_register(&entry[0]);
	key = key_of((uintptr_t)&thing[0]);
	quern_register(&entry[1]);
	CU_ASSERT_EQUAL(quern__registry_find(key), 0);
	CU_ASSERT_EQUAL(quern__registry_key((uintptr_t)&thing[0]), 0);
	CU_ASSERT_EQUAL(quern__registry_key((uintptr_t)&thing[1]), 0);
}

static void
the_same_thing_twice_is_found(void)
{
	static char thing;
	static struct quern_registered entry[3] = {
		{ (uintptr_t)&thing, "inline", "file", 0, NULL, NULL },
		{ (uintptr_t)&thing, "inline", "file", 0, NULL, NULL },
		{ (uintptr_t)&thing, "alias", "file", 0, NULL, NULL },
	};

	quern_register(&entry[0]);
	quern_register(&entry[1]);
	key_of((uintptr_t)&thing);
	quern_register(&entry[2]);
	key_of((uintptr_t)&thing);
	CU_ASSERT_NOT_EQUAL(entry[1].key, entry[2].key);
	CU_ASSERT_EQUAL(quern__registry_find(entry[1].key), (uintptr_t)&thing);
	CU_ASSERT_EQUAL(quern__registry_find(entry[2].key), (uintptr_t)&thing);
}

/* The other name of the thing is ambiguous. */
static void
one_good_key_is_enough(void)
{
	static char thing[2];
	static struct quern_registered entry[] = {
		{ (uintptr_t)&thing[0], "one", "other file", 0, NULL, NULL },
		{ (uintptr_t)&thing[0], "two", "other file", 0, NULL, NULL },
		{ (uintptr_t)&thing[1], "two", "other file", 0, NULL, NULL },
	};

	for (int i = 0; i < 3; i++)
		quern_register(&entry[i]);
	CU_ASSERT_EQUAL(key_of((uintptr_t)&thing[0]), entry[0].key);
	CU_ASSERT_EQUAL(quern__registry_key((uintptr_t)&thing[1]), 0);
}

static void
name_and_file_do_not_run_into_each_other(void)
{
	static char thing[2];
	static struct quern_registered entry[2] = {
		{ (uintptr_t)&thing[0], "bc", "a", 0, NULL, NULL },
		{ (uintptr_t)&thing[1], "c", "ab", 0, NULL, NULL },
	};

	quern_register(&entry[0]);
	quern_register(&entry[1]);
	CU_ASSERT_NOT_EQUAL(
	    key_of((uintptr_t)&thing[0]), key_of((uintptr_t)&thing[1]));
}

static void
a_weak_symbol_that_nobody_defines_is_not_registered(void)
{
	static struct quern_registered entry = { 0, "weak", "file", 0, NULL,
		NULL };

	quern_register(&entry);
	CU_ASSERT_EQUAL(quern__registry_key(0), 0);
}

static void
each_kind_of_op_has_a_key_of_its_own(void)
{
	uintptr_t kinds[KINDS];
	uint64_t key[KINDS];

	fill_kinds(kinds);
	for (int i = 0; i < KINDS; i++) {
		key[i] = key_of(kinds[i]);
		for (int k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(key[i], key[k]);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "what is not registered has no key",
		    what_is_not_registered_has_no_key },
		{ "a key leads back to its function",
		    a_key_leads_back_to_its_function },
		{ "a reducer has a key", a_reducer_has_a_key },
		{ "two of the same name in two files are two",
		    two_of_the_same_name_in_two_files_are_two },
		{ "two of the same name in one file are none",
		    two_of_the_same_name_in_one_file_are_none },
		{ "who comes second makes a key ambiguous",
		    who_comes_second_makes_a_key_ambiguous },
		{ "the same thing twice is found",
		    the_same_thing_twice_is_found },
		{ "one good key is enough", one_good_key_is_enough },
		{ "name and file do not run into each other",
		    name_and_file_do_not_run_into_each_other },
		{ "a weak symbol that nobody defines is not registered",
		    a_weak_symbol_that_nobody_defines_is_not_registered },
		{ "each kind of op has a key of its own",
		    each_kind_of_op_has_a_key_of_its_own },
		CU_TEST_INFO_NULL,
	};

	add_suite("registry", tests);
	return run_suites();
}

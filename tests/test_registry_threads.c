/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_registry_threads.c -- tests src/process/registry.c: threads that look
 * while others register.
 */
#include <quern/process.h>
#include <stdio.h>

#include "src/process/registry.h"
#include "threads.h"

enum { ENTRIES = 2048, REGISTRARS = 2, LOOKERS = 3 };

static char thing[ENTRIES];
static char thing_name[ENTRIES][16];
static struct quern_registered thing_entry[ENTRIES];
static struct gate begin_together = GATE_INITIALIZER;
static int at_work; /* registrars */

/* One of REGISTRARS that share the things out among them. */
static void *
register_some(void *number)
{
	gate_pass(&begin_together);
	for (int i = *(int *)number; i < ENTRIES; i += REGISTRARS) {
		snprintf(thing_name[i], sizeof(thing_name[i]), "t%d", i);
		thing_entry[i].address = (uintptr_t)&thing[i];
		thing_entry[i].name = thing_name[i];
		thing_entry[i].file = "things";
		quern_register(&thing_entry[i]);
	}
	__atomic_fetch_sub(&at_work, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Things that a look finds; adds up in `wrong` what does not lead back. */
static int
look_once(int *wrong)
{
	int found = 0;
	uint64_t key;

	for (int i = 0; i < ENTRIES; i++) {
		key = quern__registry_key((uintptr_t)&thing[i]);
		found += key != 0;
		*wrong +=
		    key && quern__registry_find(key) != (uintptr_t)&thing[i];
	}
	return found;
}

/* Until all is there; what was there once stays there. */
static void *
look_for_all(void *count)
{
	int *wrong = count, before = 0, found;
	bool last;

	gate_pass(&begin_together);
	do {
		last = !get(&at_work);
		found = look_once(wrong);
		*wrong += found < before;
		before = found;
	} while (!last);
	*wrong += found != ENTRIES;
	return NULL;
}

static void
many_look_while_others_register(void)
{
	pthread_t thread[REGISTRARS + LOOKERS];
	int number[REGISTRARS], wrong[LOOKERS] = { 0 };

	at_work = REGISTRARS;
	for (int i = 0; i < REGISTRARS; i++) {
		number[i] = i;
		start_thread(&thread[i], register_some, &number[i]);
	}
	for (int i = 0; i < LOOKERS; i++)
		start_thread(&thread[REGISTRARS + i], look_for_all, &wrong[i]);
	gate_await(&begin_together, REGISTRARS + LOOKERS);
	gate_open(&begin_together);
	for (int i = 0; i < REGISTRARS + LOOKERS; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < LOOKERS; i++)
		CU_ASSERT_EQUAL(wrong[i], 0);
}

enum { ALIASES = 32768 };

static struct quern_registered alias[ALIASES];
static char alias_name[ALIASES][16];

static void *
register_aliases(void *number)
{
	int from = *(int *)number;

	gate_pass(&begin_together);
	for (int i = from; i < ALIASES; i += REGISTRARS) {
		snprintf(alias_name[i], sizeof(alias_name[i]), "a%d", i);
		alias[i].address = (uintptr_t)alias;
		alias[i].name = alias_name[i];
		alias[i].file = "aliases";
		quern_register(&alias[i]);
	}
	return NULL;
}

/*
 * All are in one list, so all but the first one follow exactly one other.
 */
static void
who_registers_at_the_same_time_is_not_lost(void)
{
	static bool follows[ALIASES];
	pthread_t thread[REGISTRARS];
	int number[REGISTRARS], followers = 0;
	uintptr_t next;

	gate_init(&begin_together);
	for (int i = 0; i < REGISTRARS; i++) {
		number[i] = i;
		start_thread(&thread[i], register_aliases, &number[i]);
	}
	gate_await(&begin_together, REGISTRARS);
	gate_open(&begin_together);
	for (int i = 0; i < REGISTRARS; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < ALIASES; i++) {
		next = (uintptr_t)alias[i].next_by_address - (uintptr_t)alias;
		next /= sizeof(*alias);
		if (next >= ALIASES)
			continue;
		followers += !follows[next];
		follows[next] = true;
	}
	CU_ASSERT_EQUAL(followers, ALIASES - 1);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "many look while others register",
		    many_look_while_others_register },
		{ "who registers at the same time is not lost",
		    who_registers_at_the_same_time_is_not_lost },
		CU_TEST_INFO_NULL,
	};

	add_suite("registry threads", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_registry_modules.c -- tests src/process/registry.c: the keys of shared
 * objects that are loaded later, and those of another process.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "registered.h"
#include "self.h"
#include "src/process/registry.h"
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

/* ---- shared objects that are loaded later ---- */

/*
 * Build registered.c as a shared object of that name, with these arguments for
 * the compiler.
 */
static bool
build_module(const char *name, const char *arguments)
{
	char command[4096];
	bool built;

	snprintf(command, sizeof(command),
	    "${CC:-gcc} -std=c11 -Iinclude ${CPPFLAGS-} ${CFLAGS-} ${LDFLAGS-} "
	    "-shared -fPIC %s -o \"$QUERN_BUILD/%s\" tests/registered.c",
	    arguments, name);
	fflush(stdout);
	built = system(command) == 0;
	CU_ASSERT_TRUE(built);
	return built;
}

/* Never unloaded, as it has registered something.  NULL: it is not there. */
static const struct registered_there *
load_module(const char *name)
{
	const struct registered_there *(*there)(void) = NULL;
	char path[PATH_MAX];
	void *module;

	snprintf(path, sizeof(path), "%s/%s", getenv("QUERN_BUILD"), name);
	module = dlopen(path, RTLD_NOW);
	if (module)
		*(void **)&there = dlsym(module, "registered_there");
	else
		printf("%s\n", dlerror());
	return there ? there() : NULL;
}

static bool
can_build(void)
{
	if (!getenv("QUERN_BUILD"))
		printf("no shared objects: QUERN_BUILD is not set ");
	return getenv("QUERN_BUILD");
}

/* The keys that `twin` and the reducer have there; 0 0 if all went wrong. */
static void
keys_of_module(const char *name, const char *arguments, uint64_t key[2])
{
	const struct registered_there *there = NULL;

	key[0] = key[1] = 0;
	if (build_module(name, arguments))
		there = load_module(name);
	CU_ASSERT_PTR_NOT_NULL(there);
	if (there) {
		key[0] = key_of(there->twin);
		key[1] = key_of(there->reducer);
	}
}

static void
the_same_file_in_two_modules_is_two(void)
{
	uint64_t key[2];

	if (!can_build())
		return;
	keys_of_module("registered-0.so", "-Wl,--build-id", key);
	CU_ASSERT_NOT_EQUAL(key[0], key_of(registered_there()->twin));
	CU_ASSERT_NOT_EQUAL(key[1], key_of(registered_there()->reducer));
}

/* Same layout; the second is not a whole number of words. */
static void
a_module_is_known_by_its_build_id(void)
{
	uint64_t first[2], second[2], third[2];

	if (!can_build())
		return;
	keys_of_module("registered-1.so", "-Wl,--build-id=0xa1b2c3d4", first);
	keys_of_module("registered-2.so", "-Wl,--build-id=0xa1b2c3d5", second);
	keys_of_module("registered-3.so", "-Wl,--build-id=0xa1b2c3", third);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_NOT_EQUAL(first[i], second[i]);
		CU_ASSERT_NOT_EQUAL(first[i], third[i]);
		CU_ASSERT_NOT_EQUAL(second[i], third[i]);
	}
}

static void
a_module_without_a_build_id_is_known_by_its_layout(void)
{
	uint64_t first[2], second[2];

	if (!can_build())
		return;
	keys_of_module("registered-4.so",
	    "-Wl,--build-id=none,-z,max-page-size=0x4000", first);
	keys_of_module("registered-5.so",
	    "-Wl,--build-id=none,-z,max-page-size=0x8000", second);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_NOT_EQUAL(first[i], second[i]);
}

static void
the_same_build_loaded_twice_is_none(void)
{
	static const char *const name[] = { "registered-6.so",
		"registered-7.so" };
	const struct registered_there *there[2] = { NULL, NULL };

	if (!can_build())
		return;
	for (int i = 0; i < 2; i++)
		if (build_module(name[i], "-Wl,--build-id=0x67"))
			there[i] = load_module(name[i]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(there[0]);
	CU_ASSERT_PTR_NOT_NULL_FATAL(there[1]);
	CU_ASSERT_NOT_EQUAL(there[0]->twin, there[1]->twin);
	CU_ASSERT_EQUAL(quern__registry_key(there[0]->twin), 0);
	CU_ASSERT_EQUAL(quern__registry_key(there[1]->twin), 0);
}

/* ---- another process ---- */

/* Modules that two processes load in opposite orders. */
static const char *const module_name[] = { "registered-8.so",
	"registered-9.so" };

/* One more key at the end of the text, which has " 0 " if there is none. */
static void
append_key(char *text, size_t size, uint64_t key)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, " %" PRIx64 " ", key);
}

static void
list_keys(char *text, size_t size, const struct registered_there *module[2])
{
	uintptr_t kinds[KINDS];

	text[0] = '\0';
	append_key(text, size, quern__registry_build());
	append_key(text, size, quern__registry_key((uintptr_t)twin));
	append_key(text, size, quern__registry_key(registered_there()->twin));
	append_key(
	    text, size, quern__registry_key(registered_there()->reducer));
	fill_kinds(kinds);
	for (int i = 0; i < KINDS; i++)
		append_key(text, size, quern__registry_key(kinds[i]));
	for (int i = 0; i < 2; i++) {
		if (!module[i])
			continue;
		append_key(text, size, quern__registry_key(module[i]->twin));
		append_key(text, size, quern__registry_key(module[i]->reducer));
	}
}

/* Run by another process: has it the keys that this one was told? */
static int
compare_keys(void)
{
	const struct registered_there *module[2] = { NULL, NULL };
	const char *told = getenv("REGISTRY_KEYS");
	char text[4096];

	if (getenv("REGISTRY_MODULES"))
		for (int i = 1; i >= 0; i--)
			module[i] = load_module(module_name[i]);
	list_keys(text, sizeof(text), module);
	if (told && !strcmp(told, text))
		return 0;
	printf("told:%s\nhere:%s\n", told ? told : " nothing", text);
	return 1;
}

static void
keys_are_the_same_in_another_process(void)
{
	const struct registered_there *module[2] = { NULL, NULL };
	char told[8192] = "REGISTRY_KEYS=";
	const char *settings[] = { told, NULL };
	size_t used = strlen(told);

	list_keys(told + used, sizeof(told) - used, module);
	CU_ASSERT_PTR_NULL(strstr(told, " 0 "));
	CU_ASSERT_EQUAL(self_run("compare_keys", settings), 0);
}

static void
keys_of_modules_are_the_same_in_another_process(void)
{
	const struct registered_there *module[2];
	char told[8192] = "REGISTRY_KEYS=";
	const char *settings[] = { told, "REGISTRY_MODULES=1", NULL };
	size_t used = strlen(told);

	if (!can_build() ||
	    !build_module(module_name[0], "-Wl,--build-id=0x89") ||
	    !build_module(module_name[1], "-Wl,--build-id=none"))
		return;
	for (int i = 0; i < 2; i++) {
		module[i] = load_module(module_name[i]);
		CU_ASSERT_PTR_NOT_NULL(module[i]);
	}
	list_keys(told + used, sizeof(told) - used, module);
	CU_ASSERT_PTR_NULL(strstr(told, " 0 "));
	CU_ASSERT_EQUAL(self_run("compare_keys", settings), 0);
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "compare_keys", compare_keys },
		{ NULL, NULL },
	};
	static const CU_TestInfo modules[] = {
		{ "the same file in two modules is two",
		    the_same_file_in_two_modules_is_two },
		{ "a module is known by its build id",
		    a_module_is_known_by_its_build_id },
		{ "a module without a build id is known by its layout",
		    a_module_without_a_build_id_is_known_by_its_layout },
		{ "the same build loaded twice is none",
		    the_same_build_loaded_twice_is_none },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo processes[] = {
		{ "keys are the same in another process",
		    keys_are_the_same_in_another_process },
		{ "keys of modules are the same in another process",
		    keys_of_modules_are_the_same_in_another_process },
		CU_TEST_INFO_NULL,
	};

	self_begin(argc, argv, parts);
	add_suite("modules", modules);
	add_suite("another process", processes);
	return run_suites();
}

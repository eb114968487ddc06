/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_isa.c -- tests kernels/isa.c: which instruction set is used. */
#include <sys/wait.h>
#include <unistd.h>

#include "kernel_driver.h"

static const struct quern__isa *
best(void)
{
	const struct quern__isa *isa, *last = NULL;

	for (size_t i = 0; (isa = quern__isa_at(i)); i++)
		last = isa;
	return last;
}

/*
 * Is it `want` in a process whose environment says QUERN_ISA=`name`?  A child
 * each, because a process chooses once.
 */
static bool
chooses(const char *name, const struct quern__isa *want)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (name)
			setenv("QUERN_ISA", name, 1);
		else
			unsetenv("QUERN_ISA");
		_exit(quern__isa() != want);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void
the_best_one_is_the_default(void)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(best());
	CU_ASSERT_TRUE(chooses(NULL, best()));
}

static void
the_environment_names_another(void)
{
	const struct quern__isa *isa;

	for (size_t i = 0; (isa = quern__isa_at(i)); i++)
		CU_ASSERT_TRUE(chooses(isa->name, isa));
}

static void
a_name_that_is_unknown_or_not_here_is_ignored(void)
{
	CU_ASSERT_TRUE(chooses("", best()));
	CU_ASSERT_TRUE(chooses("avx", best()));
	CU_ASSERT_TRUE(chooses("AVX2", best()));
#if defined(__x86_64__)
	CU_ASSERT_TRUE(chooses("neon", best()));
#else
	CU_ASSERT_TRUE(chooses("baseline", best()));
#endif
}

/* Last: from here on this process has chosen. */
static void
it_can_be_changed_for_tests(void)
{
	const struct quern__isa *isa;

	for (size_t u = 0; (isa = use_isa(u)); u++)
		CU_ASSERT_PTR_EQUAL(quern__isa(), isa);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the best one is the default", the_best_one_is_the_default },
		{ "the environment names another",
		    the_environment_names_another },
		{ "a name that is unknown or not here is ignored",
		    a_name_that_is_unknown_or_not_here_is_ignored },
		{ "it can be changed for tests", it_can_be_changed_for_tests },
		CU_TEST_INFO_NULL,
	};

	add_suite("isa", tests);
	return run_suites();
}

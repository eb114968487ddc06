/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * large_fails.h -- an allocation that is too large fails under a sanitizer as
 * it does without.
 *
 * Their runtimes ask these functions, also from a shared library.
 */
#ifndef QUERN_TESTS_LARGE_FAILS_H
#define QUERN_TESTS_LARGE_FAILS_H

#include <quern/status.h>

QUERN_API const char *__asan_default_options(void);
QUERN_API const char *__tsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *
__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registered.h -- functions that registered.c registers, which is a part of
 * this program and of shared objects that test_registry.c builds.
 */
#ifndef QUERN_TESTS_REGISTERED_H
#define QUERN_TESTS_REGISTERED_H

#include <quern/process.h>

/* A function of each file that includes this. */
static int
twice_included(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return __LINE__;
}
QUERN_REGISTER(twice_included)

/* The addresses that the functions of registered.c have. */
struct registered_there {
	uintptr_t twin, twice_included, reducer;
};
QUERN_API const struct registered_there *registered_there(void);

#endif

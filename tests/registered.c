/* SPDX-License-Identifier: BSD-2-Clause */
/* registered.c -- functions that are registered, see registered.h. */
#include "registered.h"

/* test_registry.c has one of this name, too. */
static int
twin(quern_context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return 2;
}
QUERN_REGISTER(twin)

static const quern_reducer reducer = { 8, NULL, NULL, NULL };
QUERN_REGISTER(reducer)

const struct registered_there *
registered_there(void)
{
	static const struct registered_there there = { (uintptr_t)&twin,
		(uintptr_t)&twice_included, (uintptr_t)&reducer };

	return &there;
}

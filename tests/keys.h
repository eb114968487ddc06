/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.h -- the keys of registered functions, and of kinds of ops. */
#ifndef QUERN_TESTS_KEYS_H
#define QUERN_TESTS_KEYS_H

#include <quern/op.h>

/* The key of what is there; asserts that there is one, which leads back. */
uint64_t key_of(uintptr_t address);

/* The addresses of all kinds that builders of include/quern/ give to ops. */
enum { KINDS = 26 };
void fill_kinds(uintptr_t kinds[KINDS]);

#endif

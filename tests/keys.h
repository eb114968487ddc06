/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.h -- the keys of registered functions. */
#ifndef QUERN_TESTS_KEYS_H
#define QUERN_TESTS_KEYS_H

#include <stdint.h>

/* The key of what is there; asserts that there is one, which leads back. */
uint64_t key_of(uintptr_t address);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registry.h -- what a worker process can find: the functions, reducers and
 * kinds of ops that QUERN_REGISTER() names, each by a key.
 *
 * An address means nothing in another process; a key is the same in each one
 * that has loaded the same build of the same module (a program or a shared
 * object).  Keys are never 0.
 *
 * Thread  any, also while others register.
 * Blocks  never, and never allocates.
 */
#ifndef QUERN_SRC_PROCESS_REGISTRY_H
#define QUERN_SRC_PROCESS_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * quern_worker_main() was here: this program can be started again as a worker.
 */
void quern__registry_open(void);
bool quern__registry_is_open(void);

/*
 * The key of what is registered at `address`, or 0: nothing is, or its key is
 * ambiguous.  That is so for two functions of the same name in the same file,
 * a header, and for all functions of a module that is loaded twice.
 */
uint64_t quern__registry_key(uintptr_t address);

/*
 * The address, in this process, of what has this key.  0: nothing has it, or
 * several things have, which is ambiguous.
 */
uintptr_t quern__registry_find(uint64_t key);

/*
 * Which build the module is that this very code belongs to; two processes with
 * the same number agree on the library's own structures.
 */
uint64_t quern__registry_build(void);

#endif

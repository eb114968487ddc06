/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/process.h -- what another process finds by name, and memory for both.
 */
#ifndef QUERN_PROCESS_H
#define QUERN_PROCESS_H

#include <quern/executor.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * At file scope, with no semicolon behind it: lets workers find `fn`, a
 * function or a quern_reducer of static storage, by its name, its file and the
 * program or shared object that it is in.  Two static ones of the same name in
 * two files are two.  Two in the same file, which is a header that is included
 * twice, cannot be told apart: they count as not registered.
 *
 * A shared object that registers something must stay loaded: do not dlclose()
 * it, or link it with -Wl,-z,nodelete.
 */
#define QUERN_REGISTER(fn)                                                     \
	static struct quern_registered quern_registered_##fn = {               \
		(uintptr_t)&fn, #fn, __FILE__, 0, NULL, NULL                   \
	};                                                                     \
	__attribute__((constructor)) static void quern_register_##fn(void)     \
	{                                                                      \
		quern_register(&quern_registered_##fn);                        \
	}

/* quern's own; what is registered must not move. */
struct quern_registered {
	uintptr_t address;
	const char *name, *file;
	uint64_t key;
	struct quern_registered *next_by_address, *next_by_key;
};
QUERN_API void quern_register(struct quern_registered *entry);

/* ---- memory that is shared with workers ---- */

/*
 * Memory that an executor's workers see at the same address, so that pointers
 * into it, also from within it, are good there.  On threads plain memory,
 * aligned to a page.  Not cleared when it is reused.
 *
 * A buffer of processes takes a descriptor and two mappings, so keep a few large
 * ones.  Its pages are there when this returns, up to 256 MiB: some 0.3 ms for
 * each MiB, unless another buffer's are reused.
 *
 * Thread  any.
 * Blocks  for that.
 * Returns 0; -EINVAL: out or executor is NULL, or bytes is 0; -ENOMEM, -EMFILE,
 *         -ENFILE, -ESTALE.
 */
QUERN_API QUERN_MUST_USE int quern_buffer_create(
    void **out, quern_executor *executor, size_t bytes);

/*
 * Give it back; before the executor is destroyed, after all jobs that use it
 * have completed.
 *
 * Returns 0, also for NULL; -EINVAL: not one; -ESTALE.
 */
QUERN_API int quern_buffer_destroy(void *buffer);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping.h -- memory at addresses that we choose: the library's only way to
 * it, so that tests can make the n-th call fail.
 *
 * Starts and sizes are whole pages.
 */
#ifndef QUERN_SRC_PROCESS_MAPPING_H
#define QUERN_SRC_PROCESS_MAPPING_H

#include <stddef.h>

/*
 * Private zeros there.  The kernel is asked whether so much memory is out of
 * the question, which for shared memory it is not.
 *
 * Returns 0; -EEXIST: something is there; -ENOMEM, or what else the kernel
 *         says.
 */
int quern__mapping_reserve(void *start, size_t bytes);
/*
 * The file takes the place of what was reserved, from its beginning and shared.
 * 0 or a negative errno.
 */
int quern__mapping_share(void *start, size_t bytes, int fd);
/*
 * Let all of its pages be there now, where the kernel can (Linux 5.14).  0, or
 * a negative errno: there is no memory for them.
 */
int quern__mapping_fill(void *start, size_t bytes);
/*
 * Map the file where nothing is, in a process that finds its pages filled.  As
 * quern__mapping_reserve().
 */
int quern__mapping_join(void *start, size_t bytes, int fd);
void quern__mapping_end(void *start, size_t bytes);

enum {
	/*
	 * What is larger is neither filled nor joined page by page in advance:
	 * 256 MiB take some 90 ms, while more may be used by parts, or by
	 * several cores at once.
	 */
	QUERN__MAPPING_FILLED_MOST = 256 << 20
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* child.h -- what a worker process does; see also quern_worker_main(). */
#ifndef QUERN_SRC_PROCESS_CHILD_H
#define QUERN_SRC_PROCESS_CHILD_H

#include <stdbool.h>

/*
 * This process was started as a worker, and has not called quern_worker_main():
 * workers of its own would be no better, and so on without end.
 */
bool quern__child_is_silent(void);

#endif

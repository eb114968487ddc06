/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * demo.h -- what the tests of examples/throughput share: a scratch folder for
 * its input, and a look at its output.
 */
#ifndef QUERN_TESTS_DEMO_H
#define QUERN_TESTS_DEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "child.h"

/*
 * Run the registered suites with a scratch folder; for main() to return.  What
 * the tests put into the folder they also remove.
 */
int demo_run_suites(void);
const char *demo_folder(void);
/* False, with a failed assertion, if it could not be written. */
bool demo_file_write(const char *name, const void *content, size_t bytes);
void demo_file_remove(const char *name);

/* Asserts that the demo ended well, and that no two results differ. */
void demo_check_agreement(const struct child *child);

/* How often `what` stands in `text`. */
int demo_count(const char *text, const char *what);
/* The line after this one, or the end of the text. */
const char *demo_next_line(const char *text);

#endif

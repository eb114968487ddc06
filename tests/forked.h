/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forked.h -- runs a function in a child of fork().
 *
 * A child cannot use CUnit: it notes the line of its first failure where the
 * parent sees it.  An alarm ends a child that hangs.
 */
#ifndef QUERN_TESTS_FORKED_H
#define QUERN_TESTS_FORKED_H

/* In a child, instead of CU_ASSERT(). */
#define EXPECT(condition)                                                      \
	do {                                                                   \
		if (!(condition))                                              \
			forked_failed(__LINE__);                               \
	} while (0)

void forked_failed(int line);

/*
 * Run fn(arg) in a child that ends with leave(0).  The parent asserts that it
 * did so, with nothing noted.
 */
void forked_run(void (*leave)(int), void (*fn)(void *arg), void *arg);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario.c -- scenarios in which something fails, see scenario.h. */
#include "scenario.h"

#include <errno.h>

#include "watchdog.h"

static bool
is_plain_error(int err)
{
	return err == -ENOMEM || err == -EAGAIN || err == -EMFILE ||
	    err == -ENOSPC;
}

static bool
play_with_fault(const struct scenario *scenario, unsigned long n, bool on)
{
	long alive = faults_alive();
	unsigned long calls;
	int err;

	errno = ERRNO_BEFORE;
	faults_arm(n, on);
	err = scenario->play();
	calls = faults_disarm();

	CU_ASSERT_EQUAL(errno, ERRNO_BEFORE);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	if (calls < n) {
		CU_ASSERT_EQUAL(err, 0);
		return false;
	}
	CU_ASSERT(is_plain_error(err) || (scenario->absorbs && !err));
	/* And without faults it works. */
	CU_ASSERT_EQUAL(scenario->play(), 0);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	return true;
}

void
play_until_nothing_fails(const struct scenario *scenario)
{
	unsigned long n;

	for (int on = 0; on < 2; on++) {
		for (n = 1; play_with_fault(scenario, n, on); n++)
			watchdog(scenario->name, n);
		CU_ASSERT(n > 1); /* else nothing was tested */
	}
}

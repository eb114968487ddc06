/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.c -- results in words.
 *
 * The words say what a status means here; for an errno that quern does not
 * use, a user's own for instance, the C library's text serves.
 */
#include <quern/status.h>

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

int
quern_version(void)
{
	return QUERN_VERSION;
}

const char *
quern_strerror(int status)
{
	const char *text;

	switch (status) {
	case -EAGAIN:
		return "queue is full, or no thread or descriptor to be had";
	case -EALREADY:
		return "already ended or started, or told to stop before";
	case -EBUSY:
		return "still in use";
	case -ECANCELED:
		return "cancelled";
	case -EDEADLK:
		return "would wait for itself";
	case -EDOM:
		return "result is not defined";
	case -EINPROGRESS:
		return "in progress";
	case -EINVAL:
		return "bad argument";
	case -EMFILE:
	case -ENFILE:
		return "too many open descriptors";
	case -ENOMEM:
		return "out of memory";
	case -ENOTSUP:
		return "not supported here";
	case -ERANGE:
		return "result does not fit";
	case -ESHUTDOWN:
		return "executor is shut down";
	case -ESTALE:
		return "object belongs to the process before fork";
	case -ETIMEDOUT:
		return "timed out";
	default:
		break;
	}
	if (status >= 0)
		return "success";
	/* The text of an errno is constant here: no locale, no buffer. */
	text = status == INT_MIN ? NULL : strerrordesc_np(-status);
	return text ? text : "unknown status";
}

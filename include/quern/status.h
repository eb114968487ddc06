/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/status.h -- what a result means, and which quern this is.
 *
 * Every call that can fail returns 0 (or a count) or a negative errno value.
 * The status of a job is what its function returned, positive values
 * included, or one of these:
 *
 *   -ECANCELED   quern_cancel(), quern_group_cancel() or a group's rule
 *   -ETIMEDOUT   the job's own timeout passed
 *   -ESHUTDOWN   its executor was shut down
 *   -EINVAL      bad arguments; nothing was changed
 *   -EAGAIN      the executor's queue limit is reached, or a thread or
 *                descriptor could not be had
 *   -EBUSY       in use: a job in flight, a loop with jobs, an executor
 *                with loops
 *   -ENOMEM      out of memory
 *   -ERANGE      an integer result does not fit
 *   -EDOM        the result is not defined (the minimum of nothing)
 *   -ESTALE      the object was made before a fork() and this is the child
 *
 * quern never exits, prints, changes errno or installs a signal handler.
 */
#ifndef QUERN_STATUS_H
#define QUERN_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#define QUERN_VERSION_MAJOR 0
#define QUERN_VERSION_MINOR 1
#define QUERN_VERSION_PATCH 0
/* One number to compare with: major * 10000 + minor * 100 + patch. */
#define QUERN_VERSION                                                          \
	(QUERN_VERSION_MAJOR * 10000 + QUERN_VERSION_MINOR * 100 +             \
	    QUERN_VERSION_PATCH)

#if defined(__GNUC__)
#define QUERN_API __attribute__((visibility("default")))
#define QUERN_MUST_USE __attribute__((warn_unused_result))
#else
#define QUERN_API
#define QUERN_MUST_USE
#endif

/*
 * QUERN_VERSION of the library that is running, which may be newer than the
 * header that the program was compiled with.
 *
 * Thread  any.
 */
QUERN_API int quern_version(void);

/*
 * A status in words: "cancelled", "timed out", "success" for 0 and above.
 *
 * Thread  any; the text is constant and never freed.
 */
QUERN_API const char *quern_strerror(int status);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_mapping.c -- tests src/process/mapping.c, also on kernels that know less
 * than this one.
 */
#include "src/process/mapping.h"

#include <errno.h>
#include <sys/mman.h>

#include "pieces.h"
#include "src/fd.h"
#include "src/mem.h"

/* What the kernel answers: 0 as it does. */
static int advice_errno;
static bool hints_only; /* an address is a hint, before Linux 4.17 */
static char *elsewhere; /* where something was mapped then */
static size_t filled;   /* bytes that were asked for at once */

int __real_madvise(void *start, size_t bytes, int advice);
int __wrap_madvise(void *start, size_t bytes, int advice);

int
__wrap_madvise(void *start, size_t bytes, int advice)
{
	filled += bytes;
	if (advice_errno) {
		errno = advice_errno;
		return -1;
	}
	return __real_madvise(start, bytes, advice);
}

void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);

void *
__wrap_mmap(
    void *start, size_t bytes, int access, int flags, int file, off_t at)
{
	if (flags & MAP_POPULATE)
		filled += bytes;
	if (!hints_only)
		return __real_mmap(start, bytes, access, flags, file, at);
	flags &= ~MAP_FIXED_NOREPLACE;
	return elsewhere = __real_mmap(start, bytes, access, flags, file, at);
}

static size_t page;
static char *place;
static int fd;

static void
begin(void)
{
	page = quern__page_bytes();
	place = (char *)QUERN__ARENA_BEGIN;
	fd = quern__fd_memory(4 * page);
	CU_ASSERT_FATAL(fd >= 0);
	filled = 0;
	errno = 7;
}

static void
end(void)
{
	CU_ASSERT_EQUAL(errno, 7);
	quern__fd_close(fd);
	CU_ASSERT_EQUAL(faults_alive(), 0);
}

static void
a_file_takes_the_place_of_what_was_reserved(void)
{
	begin();
	CU_ASSERT_EQUAL_FATAL(quern__mapping_reserve(place, 5 * page), 0);
	place[page] = 1;
	CU_ASSERT_EQUAL(quern__mapping_share(place + page, 4 * page, fd), 0);
	CU_ASSERT_EQUAL(quern__mapping_fill(place + page, 4 * page), 0);
	CU_ASSERT_EQUAL(filled, 4 * page);
	CU_ASSERT_EQUAL(place[page], 0);
	place[page] = 2;
	/* Elsewhere it is the same. */
	CU_ASSERT_EQUAL(quern__mapping_join(place + 5 * page, 4 * page, fd), 0);
	CU_ASSERT_EQUAL(filled, 8 * page);
	CU_ASSERT_EQUAL(place[5 * page], 2);
	quern__mapping_end(place, 5 * page);
	quern__mapping_end(place + 5 * page, 4 * page);
	end();
}

static void
what_is_there_stays_also_with_an_old_kernel(void)
{
	char byte;

	begin();
	CU_ASSERT_EQUAL_FATAL(quern__mapping_reserve(place, 2 * page), 0);
	place[page] = 1;
	for (int old = 0; old < 2; old++) {
		hints_only = old;
		CU_ASSERT_EQUAL(
		    quern__mapping_reserve(place, 2 * page), -EEXIST);
		CU_ASSERT_FALSE(quern__peek(&byte, elsewhere, 1));
		CU_ASSERT_EQUAL(
		    quern__mapping_join(place + page, page, fd), -EEXIST);
		CU_ASSERT_FALSE(quern__peek(&byte, elsewhere, 1));
	}
	hints_only = false;
	CU_ASSERT_EQUAL(place[page], 1);
	quern__mapping_end(place, 2 * page);
	end();
}

static void
pages_that_cannot_be_had_are_told(void)
{
	static const struct {
		int says, result;
	} answers[] = { { ENOMEM, -ENOMEM }, { EFAULT, -EFAULT },
		{ EINVAL, 0 } };

	begin();
	CU_ASSERT_EQUAL_FATAL(quern__mapping_reserve(place, page), 0);
	for (size_t i = 0; i < 3; i++) {
		advice_errno = answers[i].says;
		CU_ASSERT_EQUAL(
		    quern__mapping_fill(place, page), answers[i].result);
	}
	advice_errno = 0;
	quern__mapping_end(place, page);
	end();
}

static void
what_is_very_large_is_not_filled(void)
{
	const size_t most = QUERN__MAPPING_FILLED_MOST;
	int large;

	begin();
	large = quern__fd_memory(2 * most);
	CU_ASSERT(large >= 0);
	CU_ASSERT_EQUAL_FATAL(
	    quern__mapping_join(place, most + page, large), 0);
	CU_ASSERT_EQUAL(quern__mapping_fill(place, most + page), 0);
	CU_ASSERT_EQUAL(filled, 0);
	quern__mapping_end(place, most + page);
	quern__fd_close(large);
	end();
}

static void
what_cannot_be_mapped_says_so(void)
{
	begin();
	CU_ASSERT_EQUAL(quern__mapping_join(place, page, -1), -EBADF);
	CU_ASSERT_EQUAL(
	    quern__mapping_reserve(place, SIZE_MAX / 4 / page * page), -ENOMEM);
	end();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "a file takes the place of what was reserved",
		    a_file_takes_the_place_of_what_was_reserved },
		{ "what is there stays, also with an old kernel",
		    what_is_there_stays_also_with_an_old_kernel },
		{ "pages that cannot be had are told",
		    pages_that_cannot_be_had_are_told },
		{ "what is very large is not filled",
		    what_is_very_large_is_not_filled },
		{ "what cannot be mapped says so",
		    what_cannot_be_mapped_says_so },
		CU_TEST_INFO_NULL,
	};

	add_suite("mapping", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_base.c -- tests what the rest of src/ stands on: status.c, mem.c,
 * clock.h, cpus.c.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "large_fails.h"
#include "src/clock.h"
#include "src/cpus.h"
#include "src/mem.h"
#include "src/quota.h"
#include "support.h"

/* ---- status.c ---- */

static void
each_status_has_words_of_its_own(void)
{
	/* Those of status.h, and what else a call can return. */
	static const int status[] = { 0, ECANCELED, ETIMEDOUT, ESHUTDOWN,
		EINVAL, EAGAIN, EBUSY, ENOMEM, ERANGE, EDOM, ESTALE, EALREADY,
		EINPROGRESS, EDEADLK, ENOTSUP, EMFILE };
	enum { COUNT = sizeof(status) / sizeof(status[0]) };

	for (int i = 0; i < COUNT; i++) {
		const char *text = quern_strerror(-status[i]);

		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		CU_ASSERT_NOT_EQUAL(text[0], 0);
		CU_ASSERT_STRING_NOT_EQUAL(text, "unknown status");
		for (int j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(
			    text, quern_strerror(-status[j]));
	}
	CU_ASSERT_STRING_EQUAL(quern_strerror(-ECANCELED), "cancelled");
	CU_ASSERT_STRING_EQUAL(quern_strerror(-ETIMEDOUT), "timed out");
	CU_ASSERT_STRING_EQUAL(
	    quern_strerror(-EMFILE), quern_strerror(-ENFILE));
}

static void
what_is_not_negative_is_a_success(void)
{
	CU_ASSERT_STRING_EQUAL(quern_strerror(0), "success");
	CU_ASSERT_STRING_EQUAL(quern_strerror(1), "success");
	CU_ASSERT_STRING_EQUAL(quern_strerror(ECANCELED), "success");
	CU_ASSERT_STRING_EQUAL(quern_strerror(INT_MAX), "success");
}

static void
any_other_status_has_words_too(void)
{
	CU_ASSERT_STRING_EQUAL(quern_strerror(-EPIPE), "Broken pipe");
	CU_ASSERT_STRING_EQUAL(quern_strerror(-100000), "unknown status");
	CU_ASSERT_STRING_EQUAL(quern_strerror(INT_MIN + 1), "unknown status");
	CU_ASSERT_STRING_EQUAL(quern_strerror(INT_MIN), "unknown status");
	for (int status = -300; status < 0; status++)
		CU_ASSERT_NOT_EQUAL(quern_strerror(status)[0], 0);
}

static void
the_library_has_the_version_of_its_header(void)
{
	CU_ASSERT_EQUAL(quern_version(), QUERN_VERSION);
	CU_ASSERT_EQUAL(QUERN_VERSION,
	    QUERN_VERSION_MAJOR * 10000 + QUERN_VERSION_MINOR * 100 +
		QUERN_VERSION_PATCH);
}

/* ---- mem.c ---- */

static void
memory_is_zeroed_on_cache_lines_of_its_own(void)
{
	static const size_t bytes[] = { 1, 8, 63, 64, 65, 1000, 1 << 20 };

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		size_t lines = (bytes[i] + 63) / 64, not_zero = 0;

		/* Twice: the second time it may be what was used before. */
		for (int round = 0; round < 2; round++) {
			unsigned char *memory = quern__alloc(bytes[i]);

			CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
			CU_ASSERT_EQUAL((uintptr_t)memory % 64, 0);
			for (size_t b = 0; b < bytes[i]; b++)
				not_zero += memory[b] != 0;
			memset(memory, 0xff, lines * 64);
			quern__free(memory);
		}
		CU_ASSERT_EQUAL(not_zero, 0);
	}
}

static void
an_absurd_size_is_no_memory_and_no_errno(void)
{
	static const size_t bytes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 63,
		SIZE_MAX - 64, SIZE_MAX / 2 + 1 };

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		errno = E2BIG;
		CU_ASSERT_PTR_NULL(quern__alloc(bytes[i]));
		CU_ASSERT_PTR_NULL(quern__alloc_pages(bytes[i]));
		CU_ASSERT_EQUAL(errno, E2BIG);
	}
	quern__free(NULL);
}

static void
pages_are_whole_pages(void)
{
	const size_t page = quern__page_bytes();
	const size_t bytes[] = { 1, page, page + 1, 100 * page };

	CU_ASSERT_EQUAL(page & (page - 1), 0);
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		char *memory = quern__alloc_pages(bytes[i]);

		CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
		CU_ASSERT_EQUAL((uintptr_t)memory % page, 0);
		memset(memory, 1, (bytes[i] + page - 1) / page * page);
		quern__free(memory);
	}
}

static bool no_peeking; /* as under some sandboxes */

ssize_t __real_process_vm_readv(pid_t pid, const struct iovec *here,
    unsigned long n_here, const struct iovec *there, unsigned long n_there,
    unsigned long flags);
ssize_t __wrap_process_vm_readv(pid_t pid, const struct iovec *here,
    unsigned long n_here, const struct iovec *there, unsigned long n_there,
    unsigned long flags);

ssize_t
__wrap_process_vm_readv(pid_t pid, const struct iovec *here,
    unsigned long n_here, const struct iovec *there, unsigned long n_there,
    unsigned long flags)
{
	if (no_peeking) {
		errno = EPERM;
		return -1;
	}
	return __real_process_vm_readv(
	    pid, here, n_here, there, n_there, flags);
}

static void
what_cannot_be_read_is_no_crash(void)
{
	const size_t page = quern__page_bytes();
	uint64_t mine = 0, hers = 12345;
	char *none =
	    mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CU_ASSERT_PTR_NOT_EQUAL_FATAL(none, MAP_FAILED);
	errno = E2BIG;
	for (int round = 0; round < 2; round++) {
		no_peeking = round;
		mine = 0;
		CU_ASSERT_TRUE(quern__peek(&mine, &hers, sizeof(mine)));
		CU_ASSERT_EQUAL(mine, hers);
	}
	no_peeking = false;
	CU_ASSERT_FALSE(quern__peek(&mine, none, sizeof(mine)));
	CU_ASSERT_FALSE(quern__peek(&mine, NULL, sizeof(mine)));
	CU_ASSERT_EQUAL(errno, E2BIG);
	munmap(none, page);
	CU_ASSERT_FALSE(quern__peek(&mine, none, sizeof(mine)));
}

/* ---- clock.h ---- */

static void
the_clock_never_goes_back_and_never_shows_0(void)
{
	uint64_t last = 0, now;

	for (int i = 0; i < 10000; i++, last = now) {
		now = quern__now_ns();
		CU_ASSERT_TRUE_FATAL(now >= last && now > 0);
	}
}

static void
a_deadline_is_so_many_seconds_from_now(void)
{
	static const double seconds[] = { 0, 1e-9, 0.5, 1, 3600, 3e9 };

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		uint64_t span = (uint64_t)(seconds[i] * 1e9);
		uint64_t before = quern__now_ns();
		uint64_t deadline = quern__deadline_ns(seconds[i]);

		CU_ASSERT_TRUE(deadline >= before + span);
		CU_ASSERT_TRUE(deadline <= quern__now_ns() + span);
	}
}

static void
a_deadline_beyond_100_years_is_never(void)
{
	CU_ASSERT_EQUAL(quern__deadline_ns((double)INFINITY), 0);
	CU_ASSERT_EQUAL(quern__deadline_ns(1e300), 0);
	CU_ASSERT_EQUAL(quern__deadline_ns(100.0 * 366 * 86400), 0);
	CU_ASSERT_FALSE(quern__passed(0));
}

static void
a_deadline_passes_at_its_time(void)
{
	CU_ASSERT_TRUE(quern__passed(1));
	CU_ASSERT_TRUE(quern__passed(quern__now_ns()));
	CU_ASSERT_TRUE(quern__passed(quern__deadline_ns(0)));
	CU_ASSERT_FALSE(quern__passed(quern__deadline_ns(86400)));
}

/* ---- cpus.c ---- */

static unsigned quota = UINT_MAX;

struct quern__quota __wrap_quern__quota_read(void);

struct quern__quota
__wrap_quern__quota_read(void)
{
	return (struct quern__quota) { quota, 0 };
}

struct count {
	unsigned all, one, again;
	int expected, err;
};

/* On a thread of its own, so that the affinity of no other changes. */
static void *
count_cpus(void *arg)
{
	struct count *count = arg;
	cpu_set_t all, one;
	int cpu = 0;

	errno = E2BIG;
	if (sched_getaffinity(0, sizeof(all), &all) != 0)
		return NULL; /* more than 1024 CPUs: nothing to compare with */
	count->expected = CPU_COUNT(&all);
	count->all = quern__cpus_allowed();
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	count->one = quern__cpus_allowed();
	sched_setaffinity(0, sizeof(all), &all);
	count->again = quern__cpus_allowed();
	count->err = errno;
	return NULL;
}

static void
cpus_are_those_of_the_affinity_mask(void)
{
	struct count count = { .one = 0 };
	pthread_t thread;

	CU_ASSERT_EQUAL_FATAL(
	    pthread_create(&thread, NULL, count_cpus, &count), 0);
	pthread_join(thread, NULL);
	CU_ASSERT_TRUE(quern__cpus_allowed() >= 1);
	if (!count.expected)
		return;
	CU_ASSERT_EQUAL(count.all, (unsigned)count.expected);
	CU_ASSERT_EQUAL(count.one, 1);
	CU_ASSERT_EQUAL(count.again, (unsigned)count.expected);
	CU_ASSERT_EQUAL(count.err, E2BIG);
}

static void
no_more_cpus_count_than_there_is_a_quota_for(void)
{
	unsigned allowed = quern__cpus_allowed();

	CU_ASSERT_EQUAL(quern__cpus(), allowed);
	quota = 1;
	CU_ASSERT_EQUAL(quern__cpus(), 1);
	quota = allowed + 1;
	CU_ASSERT_EQUAL(quern__cpus(), allowed);
	quota = UINT_MAX;
}

static void
cpus_are_counted_without_memory(void)
{
	unsigned allowed = quern__cpus_allowed();

	faults_arm(1, true);
	CU_ASSERT_EQUAL(quern__cpus_allowed(), allowed);
	CU_ASSERT_TRUE(quern__cpus() >= 1);
	(void)faults_disarm();
}

int
main(void)
{
	static const CU_TestInfo status[] = {
		{ "each status has words of its own",
		    each_status_has_words_of_its_own },
		{ "what is not negative is a success",
		    what_is_not_negative_is_a_success },
		{ "any other status has words too",
		    any_other_status_has_words_too },
		{ "the library has the version of its header",
		    the_library_has_the_version_of_its_header },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo mem[] = {
		{ "memory is zeroed, on cache lines of its own",
		    memory_is_zeroed_on_cache_lines_of_its_own },
		{ "an absurd size is no memory and no errno",
		    an_absurd_size_is_no_memory_and_no_errno },
		{ "pages are whole pages", pages_are_whole_pages },
		{ "what cannot be read is no crash",
		    what_cannot_be_read_is_no_crash },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo clock[] = {
		{ "the clock never goes back and never shows 0",
		    the_clock_never_goes_back_and_never_shows_0 },
		{ "a deadline is so many seconds from now",
		    a_deadline_is_so_many_seconds_from_now },
		{ "a deadline beyond 100 years is never",
		    a_deadline_beyond_100_years_is_never },
		{ "a deadline passes at its time",
		    a_deadline_passes_at_its_time },
		CU_TEST_INFO_NULL,
	};
	static const CU_TestInfo cpus[] = {
		{ "CPUs are those of the affinity mask",
		    cpus_are_those_of_the_affinity_mask },
		{ "no more CPUs count than there is a quota for",
		    no_more_cpus_count_than_there_is_a_quota_for },
		{ "CPUs are counted without memory",
		    cpus_are_counted_without_memory },
		CU_TEST_INFO_NULL,
	};

	add_suite("status", status);
	add_suite("mem", mem);
	add_suite("clock", clock);
	add_suite("cpus", cpus);
	return run_suites();
}

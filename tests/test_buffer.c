/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_buffer.c -- tests src/process/buffer.c, on an executor of threads and on
 * one that is given an arena here.
 */
#include <errno.h>
#include <quern/process.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "forked.h"
#include "large_fails.h"
#include "pieces.h"
#include "src/mem.h"

/* The executor's arena, or NULL: it is one of threads. */
static struct quern__arena *its_arena;

struct quern__arena *__wrap_quern__arena_of(const quern_executor *executor);

struct quern__arena *
__wrap_quern__arena_of(const quern_executor *executor)
{
	CU_ASSERT_PTR_NOT_NULL(executor);
	return its_arena;
}

static struct quern__arena arena;
static quern_executor *executor;
static size_t page;

static void
begin(bool shared)
{
	page = quern__page_bytes();
	executor = open_executor(1);
	CU_ASSERT_EQUAL_FATAL(quern__arena_init(&arena), 0);
	its_arena = shared ? &arena : NULL;
}

static void
end(void)
{
	end_executor(executor);
	arena_ends(&arena);
}

static char *
create(size_t bytes)
{
	void *buffer = NULL;

	CU_ASSERT_EQUAL_FATAL(quern_buffer_create(&buffer, executor, bytes), 0);
	return buffer;
}

static void
destroy(void *buffer)
{
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), 0);
}

static void
all_of_a_buffer_can_be_used(void)
{
	static const size_t asked[] = { 1, 100, 4096, 4097, 1000000 };
	char *buffer, *other;

	for (int shared = 0; shared < 2; shared++) {
		begin(shared);
		errno = 7;
		for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
			buffer = create(asked[i]);
			other = create(asked[i]);
			CU_ASSERT_EQUAL((uintptr_t)buffer % page, 0);
			memset(buffer, 0xff, asked[i]);
			memset(other, 0xff, asked[i]);
			CU_ASSERT_EQUAL(
			    quern__arena_holds(&arena, buffer, asked[i]),
			    shared);
			destroy(buffer);
			destroy(other);
			CU_ASSERT_FALSE(
			    quern__arena_holds(&arena, buffer, asked[i]));
		}
		CU_ASSERT_EQUAL(errno, 7);
		end();
	}
}

static void
one_of_an_arena_is_used_again(void)
{
	char *buffer;

	begin(true);
	for (int round = 0; round < 3; round++) {
		buffer = create(5000);
		destroy(buffer);
		CU_ASSERT_EQUAL(arena.n_live, 1);
	}
	end();
}

static void
what_a_buffer_cannot_be_made_of_is_said(void)
{
	void *buffer = &buffer;

	for (int shared = 0; shared < 2; shared++) {
		begin(shared);
		errno = 7;
		CU_ASSERT_EQUAL(
		    quern_buffer_create(NULL, executor, 1), -EINVAL);
		CU_ASSERT_EQUAL(quern_buffer_create(&buffer, NULL, 1), -EINVAL);
		CU_ASSERT_EQUAL(
		    quern_buffer_create(&buffer, executor, 0), -EINVAL);
		for (size_t less = 0; less < 3 * page; less += page - 1)
			CU_ASSERT_EQUAL(quern_buffer_create(
					    &buffer, executor, SIZE_MAX - less),
			    -ENOMEM);
		CU_ASSERT_EQUAL(
		    quern_buffer_create(&buffer, executor, SIZE_MAX / 2),
		    -ENOMEM);
		CU_ASSERT_PTR_EQUAL(buffer, &buffer);
		CU_ASSERT_EQUAL(errno, 7);
		end();
	}
}

/* The note of `buffer` becomes one of `other`, but that it is in no place. */
static void
forge(char *buffer, char *other)
{
	void **word = (void **)(other - page);

	memcpy(word, buffer - page, 64);
	for (int i = 0; i < 8; i++)
		if (word[i] == buffer)
			word[i] = other;
}

/* Each as far as that can be told without a crash. */
static void
what_is_no_buffer_is_not_given_back(void)
{
	char *buffer, *pages;

	for (int shared = 0; shared < 2; shared++) {
		begin(shared);
		buffer = create(3 * page);
		pages = mmap(NULL, 3 * page, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CU_ASSERT_PTR_NOT_EQUAL(pages, MAP_FAILED);
		errno = 7;
		destroy(NULL);
		CU_ASSERT_EQUAL(quern_buffer_destroy(&buffer), -EINVAL);
		CU_ASSERT_EQUAL(quern_buffer_destroy(buffer + 1), -EINVAL);
		CU_ASSERT_EQUAL(quern_buffer_destroy(buffer + page), -EINVAL);
		CU_ASSERT_EQUAL(quern_buffer_destroy((void *)page), -EINVAL);
		CU_ASSERT_EQUAL(
		    quern_buffer_destroy((void *)(4 * page)), -EINVAL);
		/* Behind nothing that can be read. */
		CU_ASSERT_EQUAL(quern_buffer_destroy(pages), -EINVAL);
		CU_ASSERT_EQUAL(quern_buffer_destroy(pages + page), -EINVAL);
		/* A note of another's, and one that was tampered with. */
		memcpy(buffer, buffer - page, page);
		CU_ASSERT_EQUAL(quern_buffer_destroy(buffer + page), -EINVAL);
		forge(buffer, buffer + page + 64);
		CU_ASSERT_EQUAL(
		    quern_buffer_destroy(buffer + page + 64), -EINVAL);
		munmap(pages, 3 * page);
		destroy(buffer);
		CU_ASSERT_EQUAL(errno, 7);
		end();
	}
}

static void
one_cannot_be_given_back_twice(void)
{
	char *buffer;

	/* Of such a size that nobody overwrites it, and it stays mapped. */
	for (int shared = 0; shared < 2; shared++) {
		begin(shared);
		buffer = create(80000);
		destroy(buffer);
		CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), -EINVAL);
		end();
	}
	begin(true);
	/* Nor after its arena is no more. */
	buffer = create(1);
	end();
	CU_ASSERT_EQUAL(quern_buffer_destroy(buffer), -EINVAL);
}

static void
plain_memory_may_outlive_its_executor(void)
{
	char *buffer;

	begin(false);
	buffer = create(1000);
	end_executor(executor);
	memset(buffer, 1, 1000);
	destroy(buffer);
	arena_ends(&arena);
}

/* True: there was no fault left to have. */
static bool
create_with_fault(unsigned long n)
{
	const long alive = faults_alive();
	void *buffer = NULL;
	int err;

	faults_arm(n, false);
	err = quern_buffer_create(&buffer, executor, 100);
	if (faults_disarm() < n) {
		destroy(buffer);
		return true;
	}
	CU_ASSERT(err == -ENOMEM || err == -EMFILE);
	CU_ASSERT_PTR_NULL(buffer);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	return false;
}

static void
whatever_fails_nothing_is_left(void)
{
	unsigned long n;

	for (int shared = 0; shared < 2; shared++) {
		begin(shared);
		for (n = 1; !create_with_fault(n); n++)
			;
		CU_ASSERT_EQUAL(n, shared ? 7 : 2);
		end();
	}
}

static void
use_in_child(void *buffer)
{
	void *another = NULL;

	EXPECT(quern_buffer_destroy(buffer) == -ESTALE);
	EXPECT(quern_buffer_create(&another, executor, 1) == -ESTALE);
	EXPECT(!another);
}

static void
a_forked_child_is_told_that_it_has_none(void)
{
	char *buffer;

	for (int shared = 0; shared < 2; shared++) {
		begin(shared);
		buffer = create(1);
		forked_run(_exit, use_in_child, buffer);
		destroy(buffer);
		end();
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "all of a buffer can be used", all_of_a_buffer_can_be_used },
		{ "one of an arena is used again",
		    one_of_an_arena_is_used_again },
		{ "what a buffer cannot be made of is said",
		    what_a_buffer_cannot_be_made_of_is_said },
		{ "what is no buffer is not given back",
		    what_is_no_buffer_is_not_given_back },
		{ "one cannot be given back twice",
		    one_cannot_be_given_back_twice },
		{ "plain memory may outlive its executor",
		    plain_memory_may_outlive_its_executor },
		{ "whatever fails, nothing is left",
		    whatever_fails_nothing_is_left },
		{ "a forked child is told that it has none",
		    a_forked_child_is_told_that_it_has_none },
		CU_TEST_INFO_NULL,
	};

	add_suite("buffer", tests);
	return run_suites();
}

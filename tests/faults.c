/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.c -- makes the n-th allocation, thread start, lock, descriptor,
 * mapping or process fail.
 *
 * The linker sends the library's calls of its wrappers here (--wrap), so the
 * library itself carries no code for it.  Each call counts, whatever its kind:
 * a test then runs its scenario once for every n until nothing fails any more.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>

#include "src/fd.h"
#include "src/mem.h"
#include "src/process/mapping.h"
#include "src/process/start.h"
#include "src/thread.h"
#include "support.h"

/* All of it atomic: workers allocate too. */
static unsigned long calls; /* since faults_arm() */
static unsigned long fail_at;
static bool fail_on; /* and those after it */
static long alive;

void
faults_arm(unsigned long n, bool on)
{
	__atomic_store_n(&calls, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&fail_on, on, __ATOMIC_SEQ_CST);
	__atomic_store_n(&fail_at, n, __ATOMIC_SEQ_CST);
}

unsigned long
faults_disarm(void)
{
	__atomic_store_n(&fail_at, 0, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&calls, __ATOMIC_SEQ_CST);
}

long
faults_alive(void)
{
	return __atomic_load_n(&alive, __ATOMIC_SEQ_CST);
}

bool
faults_strike(void)
{
	unsigned long at = __atomic_load_n(&fail_at, __ATOMIC_SEQ_CST);
	unsigned long n = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);

	if (!at)
		return false;
	return n == at ||
	    (n > at && __atomic_load_n(&fail_on, __ATOMIC_SEQ_CST));
}

void
faults_count(long difference)
{
	__atomic_fetch_add(&alive, difference, __ATOMIC_SEQ_CST);
}

void *__real_quern__alloc(size_t bytes);
void *__wrap_quern__alloc(size_t bytes);
void *__real_quern__alloc_as_is(size_t bytes);
void *__wrap_quern__alloc_as_is(size_t bytes);
void *__real_quern__alloc_pages(size_t bytes);
void *__wrap_quern__alloc_pages(size_t bytes);
void __real_quern__free(void *memory);
void __wrap_quern__free(void *memory);
int __real_quern__thread_start(
    pthread_t *out, const char *name, void *(*main)(void *), void *arg);
int __wrap_quern__thread_start(
    pthread_t *out, const char *name, void *(*main)(void *), void *arg);
void __real_quern__thread_join(pthread_t thread);
void __wrap_quern__thread_join(pthread_t thread);
int __real_quern__mutex_init(pthread_mutex_t *mutex);
int __wrap_quern__mutex_init(pthread_mutex_t *mutex);
int __real_quern__cond_init(pthread_cond_t *cond);
int __wrap_quern__cond_init(pthread_cond_t *cond);
int __real_quern__fd_event(void);
int __wrap_quern__fd_event(void);
int __real_quern__fd_timer(void);
int __wrap_quern__fd_timer(void);
int __real_quern__fd_epoll(void);
int __wrap_quern__fd_epoll(void);
int __real_quern__fd_open_read(const char *path);
int __wrap_quern__fd_open_read(const char *path);
int __real_quern__fd_read(int file, void *out, size_t bytes);
int __wrap_quern__fd_read(int file, void *out, size_t bytes);
int __real_quern__fd_watch(int epoll, int fd);
int __wrap_quern__fd_watch(int epoll, int fd);
int __real_quern__fd_create(const char *path);
int __wrap_quern__fd_create(const char *path);
int __real_quern__fd_write_all(int fd, const void *bytes, size_t n);
int __wrap_quern__fd_write_all(int fd, const void *bytes, size_t n);
int __real_quern__fd_memory(size_t bytes);
int __wrap_quern__fd_memory(size_t bytes);
int __real_quern__fd_length(int fd, uint64_t *out);
int __wrap_quern__fd_length(int fd, uint64_t *out);
int __real_quern__fd_pair(int out[2]);
int __wrap_quern__fd_pair(int out[2]);
int __real_quern__fd_process(int pid);
int __wrap_quern__fd_process(int pid);
int __real_quern__fd_watch_once(int epoll, int fd);
int __wrap_quern__fd_watch_once(int epoll, int fd);
void __real_quern__fd_close(int fd);
void __wrap_quern__fd_close(int fd);
int __real_quern__mapping_reserve(void *start, size_t bytes);
int __wrap_quern__mapping_reserve(void *start, size_t bytes);
int __real_quern__mapping_share(void *start, size_t bytes, int fd);
int __wrap_quern__mapping_share(void *start, size_t bytes, int fd);
int __real_quern__mapping_fill(void *start, size_t bytes);
int __wrap_quern__mapping_fill(void *start, size_t bytes);
int __real_quern__mapping_join(void *start, size_t bytes, int fd);
int __wrap_quern__mapping_join(void *start, size_t bytes, int fd);
void __real_quern__mapping_end(void *start, size_t bytes);
void __wrap_quern__mapping_end(void *start, size_t bytes);
int __real_quern__process_spawn(struct quern__remote *remote);
int __wrap_quern__process_spawn(struct quern__remote *remote);

void *
__wrap_quern__alloc(size_t bytes)
{
	void *memory = faults_strike() ? NULL : __real_quern__alloc(bytes);

	faults_count(memory != NULL);
	return memory;
}

void *
__wrap_quern__alloc_as_is(size_t bytes)
{
	void *memory =
	    faults_strike() ? NULL : __real_quern__alloc_as_is(bytes);

	faults_count(memory != NULL);
	return memory;
}

void *
__wrap_quern__alloc_pages(size_t bytes)
{
	void *memory =
	    faults_strike() ? NULL : __real_quern__alloc_pages(bytes);

	faults_count(memory != NULL);
	return memory;
}

enum { OVERWRITTEN_MOST = 65536 }; /* or memory is taken to be freed */

/*
 * What is freed is overwritten before: who still uses it finds nothing useful,
 * and the thread sanitizer sees whom that was not told to.  Word by word, for
 * it does not look at what memset() and free() do in a program that is partly
 * not instrumented.
 */
static void
overwrite(void *memory)
{
	volatile uint64_t *word = memory;
	size_t bytes = memory ? malloc_usable_size(memory) : 0;

	if (bytes > OVERWRITTEN_MOST)
		return;
	for (size_t n = bytes / sizeof(*word); n > 0; n--)
		*word++ = UINT64_C(0xdddddddddddddddd);
}

void
__wrap_quern__free(void *memory)
{
	faults_count(-(memory != NULL));
	overwrite(memory);
	__real_quern__free(memory);
}

int
__wrap_quern__thread_start(
    pthread_t *out, const char *name, void *(*main)(void *), void *arg)
{
	int err = faults_strike() ?
	    -EAGAIN :
	    __real_quern__thread_start(out, name, main, arg);

	faults_count(!err);
	return err;
}

void
__wrap_quern__thread_join(pthread_t thread)
{
	__real_quern__thread_join(thread);
	faults_count(-1);
}

int
__wrap_quern__mutex_init(pthread_mutex_t *mutex)
{
	return faults_strike() ? -ENOMEM : __real_quern__mutex_init(mutex);
}

int
__wrap_quern__cond_init(pthread_cond_t *cond)
{
	return faults_strike() ? -ENOMEM : __real_quern__cond_init(cond);
}

static int
counted_fd(int fd)
{
	faults_count(fd >= 0);
	return fd;
}

int
__wrap_quern__fd_event(void)
{
	return counted_fd(faults_strike() ? -EMFILE : __real_quern__fd_event());
}

int
__wrap_quern__fd_timer(void)
{
	return counted_fd(faults_strike() ? -EMFILE : __real_quern__fd_timer());
}

int
__wrap_quern__fd_epoll(void)
{
	return counted_fd(faults_strike() ? -EMFILE : __real_quern__fd_epoll());
}

int
__wrap_quern__fd_open_read(const char *path)
{
	return counted_fd(
	    faults_strike() ? -EMFILE : __real_quern__fd_open_read(path));
}

int
__wrap_quern__fd_read(int file, void *out, size_t bytes)
{
	return faults_strike() ? -EIO : __real_quern__fd_read(file, out, bytes);
}

int
__wrap_quern__fd_watch(int epoll, int fd)
{
	return faults_strike() ? -ENOMEM : __real_quern__fd_watch(epoll, fd);
}

int
__wrap_quern__fd_create(const char *path)
{
	return counted_fd(
	    faults_strike() ? -EMFILE : __real_quern__fd_create(path));
}

int
__wrap_quern__fd_write_all(int fd, const void *bytes, size_t n)
{
	return faults_strike() ? -ENOSPC :
				 __real_quern__fd_write_all(fd, bytes, n);
}

int
__wrap_quern__fd_memory(size_t bytes)
{
	return counted_fd(
	    faults_strike() ? -EMFILE : __real_quern__fd_memory(bytes));
}

int
__wrap_quern__fd_length(int fd, uint64_t *out)
{
	return faults_strike() ? -EIO : __real_quern__fd_length(fd, out);
}

int
__wrap_quern__fd_pair(int out[2])
{
	int err = faults_strike() ? -EMFILE : __real_quern__fd_pair(out);

	faults_count(err ? 0 : 2);
	return err;
}

int
__wrap_quern__fd_process(int pid)
{
	return counted_fd(
	    faults_strike() ? -EMFILE : __real_quern__fd_process(pid));
}

int
__wrap_quern__fd_watch_once(int epoll, int fd)
{
	return faults_strike() ? -ENOMEM :
				 __real_quern__fd_watch_once(epoll, fd);
}

void
__wrap_quern__fd_close(int fd)
{
	faults_count(-(fd >= 0));
	__real_quern__fd_close(fd);
}

static int
counted_mapping(int err)
{
	faults_count(!err);
	return err;
}

int
__wrap_quern__mapping_reserve(void *start, size_t bytes)
{
	return counted_mapping(faults_strike() ?
		-ENOMEM :
		__real_quern__mapping_reserve(start, bytes));
}

/* What was reserved is counted already. */
int
__wrap_quern__mapping_share(void *start, size_t bytes, int fd)
{
	return faults_strike() ? -ENOMEM :
				 __real_quern__mapping_share(start, bytes, fd);
}

int
__wrap_quern__mapping_fill(void *start, size_t bytes)
{
	return faults_strike() ? -EFAULT :
				 __real_quern__mapping_fill(start, bytes);
}

int
__wrap_quern__mapping_join(void *start, size_t bytes, int fd)
{
	return counted_mapping(faults_strike() ?
		-ENOMEM :
		__real_quern__mapping_join(start, bytes, fd));
}

void
__wrap_quern__mapping_end(void *start, size_t bytes)
{
	faults_count(-1);
	__real_quern__mapping_end(start, bytes);
}

int
__wrap_quern__process_spawn(struct quern__remote *remote)
{
	return faults_strike() ? -EAGAIN : __real_quern__process_spawn(remote);
}

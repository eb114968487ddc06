/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processes.c -- an executor of processes: making it and ending it.
 *
 * It is an executor of threads (pool.c) whose workers have a process each, see
 * remote.h.  Each thread starts its own when it begins, all at the same time,
 * and ends it when it ends; quern_processes_create() waits until all have tried.
 */
#include "processes.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "child.h"
#include "confine.h"
#include "conversation.h"
#include "keeper.h"
#include "registry.h"
#include "src/clock.h"
#include "src/cpus.h"
#include "src/mem.h"
#include "src/pool.h"
#include "src/thread.h"

enum { NICE_MOST = 19, OOM_SCORE_MOST = 1000, WORKERS_MOST = 4096 };

static const double grace_seconds = 1;

void
quern_processes_options_init(quern_processes_options *options)
{
	if (options)
		*options = (quern_processes_options) { .workers = 0 };
}

/* ---- options ---- */

static bool
are_sound(const quern_processes_options *options)
{
	for (size_t i = 0; i < sizeof(options->reserved) / sizeof(uint64_t);
	     i++)
		if (options->reserved[i])
			return false;
	return !options->reserved1 && options->workers <= WORKERS_MOST &&
	    options->grace >= 0 && options->nice <= NICE_MOST &&
	    options->oom_score_adj >= 0 &&
	    options->oom_score_adj <= OOM_SCORE_MOST &&
	    (!options->module ||
		(*options->module &&
		    strlen(options->module) <= QUERN__PATH_MOST));
}

/* Can there be such workers? */
static int
check(const quern_processes_options *options)
{
	if (!are_sound(options))
		return -EINVAL;
	if (quern__child_is_silent() ||
	    (!options->module && !options->worker_program &&
		!quern__registry_is_open()))
		return -EPERM;
	if (options->worker_start &&
	    !quern__registry_key((uintptr_t)options->worker_start))
		return -ENOEXEC;
	return options->confined && !quern__can_confine() ? -ENOTSUP : 0;
}

static size_t
bytes_of(const char *string)
{
	return string ? strlen(string) + 1 : 0;
}

/* A copy at *at, which moves behind it. */
static char *
copy(char **at, const char *string)
{
	size_t bytes = bytes_of(string);
	char *here = *at;

	if (!string)
		return NULL;
	memcpy(here, string, bytes);
	*at += bytes;
	return here;
}

/*
 * What the options point to, for workers that start later: copies in one piece
 * of memory, which begins with the environment.
 */
static int
keep_strings(struct quern__processes *all)
{
	quern_processes_options *options = &all->options;
	char *const *from =
	    options->environment ? options->environment : environ;
	size_t n = 0, bytes;
	char *at;

	bytes = bytes_of(options->folder) + bytes_of(options->module) +
	    bytes_of(options->worker_program);
	for (; from && from[n]; n++)
		bytes += bytes_of(from[n]);
	bytes += (n + 2) * sizeof(*all->environment);
	all->environment = quern__alloc(bytes);
	if (!all->environment)
		return -ENOMEM;
	at = (char *)(all->environment + n + 2);
	for (size_t i = 0; i < n; i++)
		all->environment[i] = copy(&at, from[i]);
	all->environment[n] = (char *)QUERN__WORKER_VARIABLE "=1";
	options->environment = all->environment;
	options->folder = copy(&at, options->folder);
	options->module = copy(&at, options->module);
	options->worker_program = copy(&at, options->worker_program);
	return 0;
}

static uint64_t
in_ns(double seconds)
{
	if (seconds == 0)
		seconds = grace_seconds;
	return seconds < 1e9 ? (uint64_t)(seconds * 1e9) :
			       UINT64_C(1000000000) * 1000000000;
}

/* ---- what the pool asks for ---- */

static void
tried(struct quern__processes *all, int err)
{
	pthread_mutex_lock(&all->lock);
	if (err && !all->start_err)
		all->start_err = err;
	if (++all->n_tried == all->n)
		pthread_cond_signal(&all->tried);
	pthread_mutex_unlock(&all->lock);
}

/* On each worker thread, before its first job. */
static void
begin_worker(unsigned index, void *arg)
{
	struct quern__processes *all = arg;
	struct quern__remote *remote = &all->remote[index];
	struct quern__patience patience = { 0 };
	int err;

	pthread_mutex_lock(&remote->lock);
	err = quern__remote_ready(remote, &patience);
	pthread_mutex_unlock(&remote->lock);
	tried(all, err);
}

/* And after its last one. */
static void
end_worker(unsigned index, void *arg)
{
	struct quern__processes *all = arg;
	struct quern__remote *remote = &all->remote[index];

	pthread_mutex_lock(&remote->lock);
	remote->over = true;
	quern__remote_end(remote);
	pthread_mutex_unlock(&remote->lock);
}

/* ---- making ---- */

static void
free_remotes(struct quern__processes *all, unsigned n)
{
	while (n-- > 0) {
		pthread_mutex_destroy(&all->remote[n].lock);
		quern__arena_fini(&all->remote[n].own);
	}
	quern__free(all->remote);
}

static int
make_remote(struct quern__processes *all, unsigned index)
{
	struct quern__remote *remote = &all->remote[index];
	void *desk;
	int err;

	remote->all = all;
	remote->index = index;
	remote->process = remote->socket = -1;
	err = quern__arena_init(&remote->own);
	if (err)
		return err;
	err = quern__arena_get(&remote->own, sizeof(*remote->desk), &desk);
	if (!err) {
		remote->desk = desk;
		err = quern__mutex_init(&remote->lock);
	}
	if (err)
		quern__arena_fini(&remote->own);
	return err;
}

static int
make_remotes(struct quern__processes *all)
{
	int err;

	all->remote = quern__alloc(all->n * sizeof(*all->remote));
	if (!all->remote)
		return -ENOMEM;
	for (unsigned i = 0; i < all->n; i++) {
		err = make_remote(all, i);
		if (err) {
			free_remotes(all, i);
			return err;
		}
	}
	return 0;
}

static int
make_locks(struct quern__processes *all)
{
	int err;

	err = quern__mutex_init(&all->lock);
	if (err)
		return err;
	err = quern__cond_init(&all->tried);
	if (err)
		pthread_mutex_destroy(&all->lock);
	return err;
}

static void
free_locks(struct quern__processes *all)
{
	pthread_cond_destroy(&all->tried);
	pthread_mutex_destroy(&all->lock);
}

/* Workers that have nothing to do are told by the keeper. */
static void
tell_of_gone(struct quern__arena *arena)
{
	quern__keeper_look((struct quern__processes *)((char *)arena -
	    offsetof(struct quern__processes, arena)));
}

static int
make(struct quern__processes **out, const quern_processes_options *options)
{
	struct quern__processes *all = quern__alloc(sizeof(*all));
	unsigned cores = quern__cpus();
	int err;

	if (!all)
		return -ENOMEM;
	all->options = *options;
	all->n = options->workers ? options->workers : cores;
	all->omp_threads = all->n < cores ? cores / all->n : 1;
	all->grace_ns = in_ns(options->grace);
	all->start_key = quern__registry_key((uintptr_t)options->worker_start);
	err = keep_strings(all);
	if (err)
		goto free_all;
	options = &all->options;
	all->program = options->worker_program ? options->worker_program :
	    options->module                    ? QUERN_HELPER :
						 "/proc/self/exe";
	err = make_locks(all);
	if (err)
		goto free_strings;
	err = quern__arena_init(&all->arena);
	if (err)
		goto free_locks;
	err = make_remotes(all);
	if (err)
		goto free_arena;
	err = quern__keeper_start(all);
	if (err)
		goto free_remotes;
	all->arena.are_gone = tell_of_gone;
	*out = all;
	return 0;

	/* Undo in reverse order; each label says what it undoes. */
free_remotes:
	free_remotes(all, all->n);
free_arena:
	quern__arena_fini(&all->arena);
free_locks:
	free_locks(all);
free_strings:
	quern__free(all->environment);
free_all:
	quern__free(all);
	return err;
}

void
quern__processes_free(struct quern__processes *all)
{
	quern__keeper_stop(all);
	/* Whose thread was never there, but the keeper may have been. */
	for (unsigned i = 0; i < all->n; i++)
		quern__remote_end(&all->remote[i]);
	free_remotes(all, all->n);
	quern__arena_fini(&all->arena);
	free_locks(all);
	quern__free(all->environment);
	quern__free(all);
}

/* Until all workers have tried to start their process; 0, or why one has not. */
static int
wait_for_start(struct quern__processes *all)
{
	pthread_mutex_lock(&all->lock);
	while (all->n_tried < all->n)
		pthread_cond_wait(&all->tried, &all->lock);
	pthread_mutex_unlock(&all->lock);
	return all->start_err;
}

int
quern_processes_create(
    quern_executor **out, const quern_processes_options *options)
{
	static const quern_processes_options none;
	quern_threads_options threads;
	struct quern__processes *all;
	quern_executor *pool;
	int err, ended;

	if (!out)
		return -EINVAL;
	options = options ? options : &none;
	err = check(options);
	if (err)
		return err;
	err = make(&all, options);
	if (err)
		return err;
	quern_threads_options_init(&threads);
	threads.workers = all->n;
	threads.queue_limit = options->queue_limit;
	threads.thread_start = begin_worker;
	threads.thread_stop = end_worker;
	threads.thread_arg = all;
	err = quern__pool_create(&pool, &threads, all);
	if (err) {
		quern__processes_free(all);
		return err;
	}
	err = wait_for_start(all);
	if (err) {
		/* Nobody else knows of it, so it can be. */
		ended = quern_executor_destroy(pool);
		(void)ended;
		return err;
	}
	*out = pool;
	return 0;
}

struct quern__arena *
quern__arena_of(const quern_executor *executor)
{
	return executor->processes ? &executor->processes->arena : NULL;
}

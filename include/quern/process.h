/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/process.h -- compute in worker processes: what crashes, hangs or eats
 * memory there costs one worker and one job, and nothing else.
 *
 * An executor of processes takes the same ops, jobs, groups and tasks as one of
 * threads.  The program is started again for each worker: so its main() begins
 * with quern_worker_main(), and the functions that workers are to run are
 * registered by name.
 *
 *     static int crunch(quern_context *ctx, void *arg) { ... }
 *     QUERN_REGISTER(crunch)
 *
 *     int main(void)
 *     {
 *             quern_worker_main();
 *             quern_processes_create(&executor, NULL);
 *             ...
 *
 * What an op points to.  A worker has memory of its own.  Memory of
 * quern_buffer_create() is shared with the workers, at the same address, and
 * costs nothing to use.  Arrays elsewhere (in, out) are copied there and back,
 * block by block: some 0.3 ns a byte; with a chain (fuse.h) the ops, and each
 * array of theirs once.  `arg` is NULL, or in a buffer, or announced with
 * quern_with_arg(), which copies it there and, for what runs once
 * (quern_call), back on success; loops get a copy of it for each block that
 * they do not change.
 *
 * What workers find: what is linked to the program or to options.module.  A
 * plug-in that the program has loaded by itself is not in its workers: what it
 * registers is -ENOEXEC, unless it is the module.  A program that was started
 * through the dynamic linker by hand (ld.so ./program) is none that could be
 * started again: it has no workers but those of a module or worker_program.
 */
#ifndef QUERN_PROCESS_H
#define QUERN_PROCESS_H

#include <quern/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the program, started again ---- */

/*
 * First in main().  In the program it returns 0 and notes that there may be
 * workers; in a worker it runs jobs and never returns.
 */
QUERN_API int quern_worker_main(void);

/*
 * At file scope, with no semicolon behind it: lets workers find `fn`, a
 * function or a quern_reducer of static storage, by its name, its file and the
 * program or shared object that it is in.  Two static ones of the same name in
 * two files are two.  Two in the same file, which is a header that is included
 * twice, cannot be told apart: they count as not registered, and what is not
 * registered is -ENOEXEC.
 *
 * A shared object that registers something must stay loaded: do not dlclose()
 * it, or link it with -Wl,-z,nodelete.
 */
#define QUERN_REGISTER(fn)                                                     \
	static struct quern_registered quern_registered_##fn = {               \
		(uintptr_t)&fn, #fn, __FILE__, 0, NULL, NULL                   \
	};                                                                     \
	__attribute__((constructor)) static void quern_register_##fn(void)     \
	{                                                                      \
		quern_register(&quern_registered_##fn);                        \
	}

/* quern's own; what is registered must not move. */
struct quern_registered {
	uintptr_t address;
	const char *name, *file;
	uint64_t key;
	struct quern_registered *next_by_address, *next_by_key;
};
QUERN_API void quern_register(struct quern_registered *entry);

/* ---- the executor ---- */

/* Fill with quern_processes_options_init() first, then change what you need. */
typedef struct quern_processes_options {
	/* 0: as many as this process may use cores, as for threads. */
	unsigned workers;
	/*
	 * A job whose worker has died is run again so many times, by another
	 * one: its call from the beginning, or the blocks that the worker had
	 * begun.  Not so what would then be done twice: the combining of a
	 * reduction, and a loop in place in a buffer.  0: it completes with
	 * -EOWNERDEAD at once.
	 */
	unsigned retries;
	/* Jobs accepted and not yet delivered; 0: 1048576. */
	size_t queue_limit;
	/*
	 * Seconds from a request to stop (cancel, timeout, shutdown) until a
	 * worker that has not come back is killed; 0: 1.
	 */
	double grace;
	/*
	 * A worker is replaced after so many jobs, or once that many bytes of
	 * its own memory, which is not shared, are resident; 0: never.  A loop
	 * is one job of each worker that is in it.
	 */
	uint64_t jobs_most, memory_most;
	/*
	 * Called in each worker before its first job, with its number; a
	 * registered function, or NULL.  Negative: there is no such worker.
	 */
	int (*worker_start)(unsigned index);
	/*
	 * A shared object that each worker loads, with those that it needs: so
	 * that registered functions need not be the program's.  Workers of
	 * quern's helper have the shared library: to a program with the static
	 * one in it they are of another build, -ENOEXEC.
	 */
	const char *module;
	/*
	 * What is started for a worker: a program whose main() begins with
	 * quern_worker_main().  NULL: the program itself; with a module, quern's
	 * own helper, which does nothing else.
	 */
	const char *worker_program;
	/*
	 * Limits of a worker; 0: those of the program.  Whatever they are, what
	 * a worker executes gets no more rights than it has
	 * (PR_SET_NO_NEW_PRIVS).
	 *
	 * Bytes of all that a worker maps: the program with its libraries, its
	 * stacks and heap, and all buffers of the executor that there are, used
	 * by it or not.  As long as there is a buffer for which it has no room
	 * jobs are -ENOMEM.
	 */
	uint64_t address_space;
	uint64_t cpu_seconds; /* of all its jobs together; then SIGXCPU */
	unsigned open_files;
	int core_dumps; /* 0: none; 1: as the program */
	/* 0 to 1000: who is killed first; the program's, if that is larger. */
	int oom_score_adj;
	unsigned nice; /* 0 to 19, added to the program's */
	/*
	 * No system calls but those for memory, time and threads: for code that
	 * only computes.  -ENOTSUP if quern was built without libseccomp.
	 */
	int confined;
	unsigned reserved1;
	/* What a worker begins with; NULL: the program's. */
	char *const *environment;
	const char *folder;
	uint64_t reserved[8]; /* keep 0 */
} quern_processes_options;

QUERN_API void quern_processes_options_init(quern_processes_options *options);

/*
 * Start worker processes.  What is said of executors in executor.h holds for
 * this one, too; but
 * - quern_run() waits while workers compute, and does not help,
 * - a quern_blocking() takes a worker like a quern_call(), and a quern_team()
 *   has the OpenMP threads of one worker: its share of the cores,
 * - short calls that wait may be sent together, 16 at most; one that has not
 *   begun 10 ms later goes back in line,
 * - quern_run_inside(), in a worker, is serial.
 *
 * Workers are processes of their own: their group is killed with them, so what
 * they start goes when they go.  They end when the program ends, however it
 * does.  No file, socket or shared memory has a name.  A host may ignore
 * SIGCHLD, or wait for any child, as libev's default loop does: before Linux 6.15
 * quern_job_crash() may know less then, and before 6.9 what a worker that crashed
 * had started may stay.
 *
 * Takes   options, copied; NULL for the defaults.
 * Blocks  until the workers are there: some milliseconds.
 *
 * Returns 0
 *         -EINVAL   out is NULL, a reserved word is not 0, an option is out of
 *                   range.
 *         -EPERM    quern_worker_main() was not called, and neither a module nor
 *                   a worker_program is given; or this process is a worker
 *                   itself and has not called it.
 *         -ENOEXEC  worker_start is not registered, or a worker is not of the
 *                   same build.
 *         -ENOTSUP  confined, without libseccomp.
 *         -ENOMEM, -EAGAIN, -EMFILE, -ENFILE, -ENOENT, -EACCES   workers cannot
 *                   be had; or what worker_start returned.
 */
QUERN_API QUERN_MUST_USE int quern_processes_create(
    quern_executor **out, const quern_processes_options *options);

/* ---- memory that is shared with workers ---- */

/*
 * Memory that an executor's workers see at the same address, so that pointers
 * into it, also from within it, are good there.  On threads plain memory,
 * aligned to a page.  Not cleared when it is reused.
 *
 * A buffer of processes takes a descriptor and two mappings, so keep a few large
 * ones.  Its pages are there when this returns, up to 256 MiB: some 0.3 ms for
 * each MiB, unless another buffer's are reused.
 *
 * Thread  any.
 * Blocks  for that.
 * Returns 0; -EINVAL: out or executor is NULL, or bytes is 0; -ENOMEM, -EMFILE,
 *         -ENFILE, -ESTALE.
 */
QUERN_API QUERN_MUST_USE int quern_buffer_create(
    void **out, quern_executor *executor, size_t bytes);

/*
 * Give it back; before the executor is destroyed, after all jobs that use it
 * have completed.
 *
 * Returns 0, also for NULL; -EINVAL: not one; -ESTALE.
 */
QUERN_API int quern_buffer_destroy(void *buffer);

/* ---- what became of a worker ---- */

typedef struct quern_crash {
	int signal;      /* that ended it; 0: none */
	int exit_status; /* if it ended by itself */
	int core;        /* 1: core dumped */
	/*
	 * 1: somebody else has waited for it, and the kernel is older than Linux
	 * 6.15.  A newer one tells all above, and nothing below.
	 */
	int unknown;
	/*
	 * Resident at most, with what it has touched of buffers.  0: unknown,
	 * since it was less than the program's own peak when the worker began.
	 */
	uint64_t peak_bytes;
	uint64_t cpu_seconds; /* rounded down */
	uint64_t reserved[4];
} quern_crash;

/*
 * Why did the job end with -EOWNERDEAD, or was its worker killed for it?  After
 * its completion, until it is submitted again.
 *
 * Returns 0; -EINVAL; -ENODATA: its worker did not die.
 */
QUERN_API int quern_job_crash(const quern_job *job, quern_crash *out);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.c -- what a worker process does: the other side of wire.h.
 *
 *     conversation.c --wire.h--> [child.c] --> grid.c --> kind->range()
 *
 * The same program, or quern's helper, which has found itself to be a worker in
 * quern_worker_main().  One thread runs what is on the desk.  Another one does
 * nothing but wait for the other end of the socket pair to close: then the
 * program has gone, and so go we and what we have started, whatever is being
 * computed.  The kernel is asked to tell of the same, should somebody else hold
 * the other end; it ties that to the thread that started us.
 */
#include "child.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "channel.h"
#include "confine.h"
#include "registry.h"
#include "src/claim.h"
#include "src/cpus.h"
#include "src/fd.h"
#include "src/fpmode.h"
#include "src/grid.h"
#include "src/job.h"
#include "src/omp.h"
#include "src/thread.h"

/* Of a worker that should have ended by itself. */
enum { LINGER_MS = 500 };

/* A worker is one of these. */
struct child {
	int socket;
	unsigned index, omp_threads;
	uint64_t start_key;
	bool confined;
	bool leads;    /* a team of OpenMP's */
	uint64_t peak; /* when we began */
	int err;       /* why it cannot be one */
	struct quern__desk *desk;
};

/* ---- the program is gone ---- */

/* The kernel says so: not SIGKILL, which would leave what we have started. */
static void
go_with_all(int signal)
{
	(void)signal;
	(void)kill(0, SIGKILL);
	_exit(EXIT_FAILURE);
}

/* Whether this thread is the one that takes the kernel's word. */
static int
take_word(bool take)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMAX);
	return -pthread_sigmask(take ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

static void *
watch_program(void *arg)
{
	const struct child *child = arg;
	struct pollfd end = { .fd = child->socket, .events = POLLRDHUP };

	(void)take_word(true);
	while (poll(&end, 1, -1) <= 0)
		;
	/* If it has nothing to do it is ending in good order. */
	(void)poll(NULL, 0, LINGER_MS);
	(void)kill(0, SIGKILL);
	_exit(EXIT_FAILURE);
}

static int
follow_program(struct child *child, pid_t program)
{
	pthread_t thread;
	int err;

	/* Whatever jobs block, or however long they compute: the watcher's. */
	err = take_word(false);
	if (err)
		return err;
	if (signal(SIGRTMAX, go_with_all) == SIG_ERR ||
	    prctl(PR_SET_PDEATHSIG, SIGRTMAX, 0, 0, 0))
		return -errno;
	if (getppid() != program)
		_exit(EXIT_FAILURE); /* it has gone already */
	return quern__thread_start(
	    &thread, "quern-watch", watch_program, child);
}

/* ---- before the first job ---- */

static int
load(const char *path)
{
	/* Its constructors register its functions. */
	return dlopen(path, RTLD_NOW | RTLD_GLOBAL) ? 0 : -ENOEXEC;
}

static int
begin(
    struct child *child, const struct quern__message *message, const char *path)
{
	char name[16];
	int err;

	child->index = message->u.begin.index;
	child->omp_threads = message->u.begin.omp_threads;
	child->start_key = message->u.begin.start_key;
	child->confined = message->u.begin.limits.confined;
	if (message->u.begin.build != quern__registry_build())
		return -ENOEXEC;
	snprintf(name, sizeof(name), "quern-p%u", child->index);
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	err = follow_program(child, message->u.begin.parent);
	if (!err)
		err = quern__limit(&message->u.begin.limits);
	return !err && *path ? load(path) : err;
}

static int
start(struct child *child, const struct quern__message *message)
{
	int (*fn)(unsigned index);
	int err = child->err;

	child->desk = (struct quern__desk *)(uintptr_t)message->u.start.desk;
	/* OpenMP binds the first thread of each worker to the same core. */
	quern__cpus_unbind();
	if (!err && child->start_key) {
		fn = (int (*)(unsigned))quern__registry_find(child->start_key);
		err = fn ? fn(child->index) : -ENOEXEC;
	}
	if (!err && child->confined)
		err = quern__confine();
	return err < 0 ? err : 0;
}

/*
 * What the kernel will call our peak begins with the program's: between its
 * vfork() and our exec() its memory was ours.
 */
static uint64_t
peak_so_far(void)
{
	struct rusage used;

	return getrusage(RUSAGE_SELF, &used) ? 0 :
					       (uint64_t)used.ru_maxrss * 1024;
}

/* ---- jobs ---- */

/* The ops of a chain have keys in the place of kinds. */
static int
find_kinds(quern_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uintptr_t kind = quern__registry_find((uintptr_t)ops[i].kind);

		if (!kind)
			return -ENOEXEC;
		ops[i].kind = (const struct quern_kind *)kind;
	}
	return 0;
}

/* Put in what the program knows by other addresses. */
static int
find_functions(struct quern__on_desk *on)
{
	uintptr_t kind = quern__registry_find(on->kind_key);
	uintptr_t how = on->how_key ? quern__registry_find(on->how_key) : 0;
	quern_op *op = &on->job.op;

	if (!kind || (on->how_key && !how))
		return -ENOEXEC;
	op->kind = (const struct quern_kind *)kind;
	/* A kernel has a number there. */
	if (!quern__is_kernel(op->kind))
		memcpy(&op->how, &how, sizeof(how));
	return op->kind->chain ?
	    find_kinds(op->arg, op->arg_bytes / sizeof(*op)) :
	    0;
}

/* It is ours to run; false: the program has taken it back. */
static bool
begin_job(struct quern__on_desk *on)
{
	uint32_t waiting = QUERN__DESK_WAITING;

	/* relaxed: the message came with all that it hands over. */
	return __atomic_compare_exchange_n(&on->state, &waiting,
	    QUERN__DESK_BEGUN, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static void
surround(void)
{
	quern__fpmode_reset();
	quern__omp_stay_at_one();
}

/* Only a team has more than one OpenMP thread. */
static int
call(struct child *child, quern_context *ctx)
{
	surround();
	if (!ctx->job->op.kind->team)
		return quern__op_call(ctx);
	child->leads = child->leads || quern__omp_lead(child->omp_threads);
	return quern__omp_lead_call(ctx, child->leads ? child->omp_threads : 1);
}

static void
run_calls(struct child *child, unsigned n)
{
	quern_context ctx = { .index = child->index };

	for (unsigned i = 0; i < n && i < QUERN__DESK_MOST; i++) {
		struct quern__on_desk *on = &child->desk->on[i];

		if (!begin_job(on))
			continue;
		ctx.job = &on->job;
		on->status = find_functions(on);
		if (!on->status)
			on->status = call(child, &ctx);
		/* release: with what it has written, its status too. */
		__atomic_store_n(
		    &on->state, QUERN__DESK_ENDED, __ATOMIC_RELEASE);
	}
}

static int
run_blocks(quern_context *ctx, const struct quern__message *run)
{
	quern__grid_run(
	    ctx, (struct quern__blocks) { run->u.run.begin, run->u.run.end });
	return __atomic_load_n(&ctx->job->own.status, __ATOMIC_RELAXED);
}

static int
run_loop(const struct child *child, quern_context *ctx,
    const struct quern__message *run)
{
	struct quern__on_desk *on = &child->desk->on[0];
	int status = find_functions(on);

	if (!begin_job(on))
		return -ECANCELED;
	if (status)
		return status;
	surround();
	ctx->job = &on->job;
	return run->u.run.what == QUERN__RUN_BLOCKS ?
	    run_blocks(ctx, run) :
	    quern__grid_join(ctx->job);
}

static void
run(struct child *child, const struct quern__message *run,
    struct quern__message *answer)
{
	quern_context ctx = { .index = child->index };
	int status = 0;

	if (run->u.run.what == QUERN__RUN_CALLS)
		run_calls(child, run->u.run.n);
	else
		status = run_loop(child, &ctx, run);
	*answer = (struct quern__message) {
		.verb = QUERN__SAY_ENDED,
		.number = run->number,
		.u.ended = { status, (uint32_t)ctx.blocks_run },
	};
}

/* ---- the conversation ---- */

static void
map(struct child *child, const struct quern__message *message, int fd)
{
	int err = quern__arena_map(
	    fd, (void *)(uintptr_t)message->u.map.start, message->u.map.bytes);

	if (!err)
		return;
	/* Something of ours is there: another one may have more luck. */
	if (child->desk)
		_exit(EXIT_FAILURE);
	child->err = child->err ? child->err : err;
}

/* True: `answer` is to be sent. */
static bool
heed(struct child *child, const struct quern__message *message, int fd,
    const char *more, struct quern__message *answer)
{
	switch (message->verb) {
	case QUERN__SAY_BEGIN:
		child->err = begin(child, message, more);
		return false;
	case QUERN__SAY_MAP:
		map(child, message, fd);
		return false;
	case QUERN__SAY_UNMAP:
		quern__arena_unmap((void *)(uintptr_t)message->u.map.start,
		    message->u.map.bytes);
		return false;
	case QUERN__SAY_START:
		*answer = (struct quern__message) {
			.verb = QUERN__SAY_STARTED,
			.u.started = { start(child, message), child->peak },
		};
		return true;
	case QUERN__SAY_RUN:
		run(child, message, answer);
		return true;
	default:
		_exit(EXIT_FAILURE);
	}
}

static _Noreturn void
be_worker(int socket)
{
	struct child child = { .socket = socket, .peak = peak_so_far() };
	struct quern__message message, answer;
	char more[QUERN__PATH_MOST + 1];
	int fd, n;

	for (;;) {
		n = quern__channel_receive(
		    socket, &message, &fd, more, QUERN__PATH_MOST);
		if (n < 0)
			break;
		more[n] = '\0';
		if (heed(&child, &message, fd, more, &answer) &&
		    quern__channel_send(socket, &answer, -1, NULL, 0))
			break;
		quern__fd_close(fd);
	}
	/* The program has no more to say. */
	exit(EXIT_SUCCESS);
}

/* The variable goes when it has said so. */
bool
quern__child_is_silent(void)
{
	int type = 0, saved = errno;
	socklen_t bytes = sizeof(type);

	if (!getenv(QUERN__WORKER_VARIABLE))
		return false;
	(void)getsockopt(QUERN__WORKER_FD, SOL_SOCKET, SO_TYPE, &type, &bytes);
	errno = saved;
	return type == SOCK_SEQPACKET;
}

int
quern_worker_main(void)
{
	bool worker = quern__child_is_silent();

	/* Neither is for what we start. */
	(void)unsetenv(QUERN__WORKER_VARIABLE);
	if (worker && !quern__fd_close_on_exec(QUERN__WORKER_FD))
		be_worker(QUERN__WORKER_FD);
	quern__registry_open();
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conversation.c -- a worker thread and its process talk, see conversation.h.
 *
 *     remote.c --> [conversation.c] --> channel.c, start.c
 *
 * The thread waits in recvmsg(), which returns each TICK_US (start.c): then it
 * looks whether the process is gone although somebody still holds its end of
 * the pair, whether the job is to stop, and how far it is.  A job that is to
 * stop is told so through its desk, and has the grace to come to an end; after
 * that the process is killed.
 */
#include "conversation.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "keeper.h"
#include "registry.h"
#include "start.h"
#include "src/clock.h"
#include "src/job.h"

enum {
	FULL_MS = 10,       /* between two looks at a socket without room */
	START_SECONDS = 60, /* until a process that does not begin is killed */
	END_MS = 1000       /* until one that does not end is */
};

static uint64_t
in_seconds(unsigned seconds)
{
	return quern__now_ns() + seconds * UINT64_C(1000000000);
}

/* ---- patience ---- */

/* The job is to stop: its process is told, and has some time. */
static void
tell(struct quern__remote *remote, struct quern__patience *patience)
{
	enum quern__reason reason = quern__job_reason(patience->job);
	uint32_t *word = &remote->desk->on[patience->at].job.own.word;

	patience->told = true;
	patience->until_ns = quern__now_ns() + remote->all->grace_ns;
	/* relaxed: reasons carry no data. */
	__atomic_store_n(word,
	    QUERN__MAGIC | QUERN__IN_FLIGHT |
		(uint32_t)(reason ? reason : QUERN__CANCELED)
		    << QUERN__REASON_SHIFT,
	    __ATOMIC_RELAXED);
}

/* How far a call is; a worker may write what it likes. */
static void
copy_progress(
    const struct quern__remote *remote, const struct quern__patience *patience)
{
	quern_job *job = patience->job;
	double fraction;

	if (quern__op_is_loop(&job->op))
		return;
	__atomic_load(&remote->desk->on[patience->at].job.own.progress.fraction,
	    &fraction, __ATOMIC_RELAXED);
	if (fraction >= 0 && fraction <= 1)
		__atomic_store(
		    &job->own.progress.fraction, &fraction, __ATOMIC_RELAXED);
}

/* A look around, while it waits.  False: the process is gone. */
static bool
look_around(struct quern__remote *remote, struct quern__patience *patience)
{
	if (quern__process_is_gone(remote))
		return false;
	if (patience->look)
		patience->look(patience);
	if (patience->job && !patience->told &&
	    quern__job_should_stop(patience->job))
		tell(remote, patience);
	if (patience->until_ns && quern__passed(patience->until_ns))
		quern__process_kill(remote);
	if (patience->job)
		copy_progress(remote, patience);
	return true;
}

/* ---- one message ---- */

static int
say(struct quern__remote *remote, struct quern__patience *patience,
    const struct quern__message *message, int fd, const void *more,
    size_t more_bytes)
{
	struct pollfd room = { .fd = remote->socket, .events = POLLOUT };
	int err;

	for (;;) {
		err = quern__channel_send(
		    remote->socket, message, fd, more, more_bytes);
		if (err != -EAGAIN)
			return err;
		(void)poll(&room, 1, FULL_MS);
		if (!look_around(remote, patience))
			return -EPIPE;
	}
}

/* The next message, which is a `verb`; or a negative errno. */
static int
hear(struct quern__remote *remote, struct quern__patience *patience,
    enum quern__verb verb, struct quern__message *message)
{
	int n;

	for (;;) {
		n = quern__channel_receive(
		    remote->socket, message, NULL, NULL, 0);
		if (n != -EAGAIN)
			break;
		if (look_around(remote, patience))
			continue;
		/* It may have answered just before. */
		n = quern__channel_receive(
		    remote->socket, message, NULL, NULL, 0);
		if (n == -EAGAIN)
			n = -EPIPE;
		break;
	}
	if (n == 0 && message->verb != verb)
		n = -EPROTO;
	return n > 0 ? -EPROTO : n;
}

/* ---- begin ---- */

/* Which memory of an arena is there, and which is not any more. */
static int
tell_of(struct quern__remote *remote, struct quern__patience *patience,
    struct quern__arena *arena, struct quern__arena_view *view)
{
	struct quern__message message = { .verb = 0 };
	struct quern__change change;
	int err = 0;

	for (; !err;
	     err = say(remote, patience, &message, change.fd, NULL, 0)) {
		change = quern__arena_next(arena, view);
		if (change.kind == QUERN__CHANGE_NONE)
			break;
		message.verb = change.kind == QUERN__CHANGE_MAP ?
		    QUERN__SAY_MAP :
		    QUERN__SAY_UNMAP;
		message.u.map.start = (uintptr_t)change.start;
		message.u.map.bytes = change.bytes;
	}
	return err;
}

static int
tell_of_memory(struct quern__remote *remote, struct quern__patience *patience)
{
	int err;

	err = tell_of(remote, patience, &remote->all->arena, &remote->view);
	return err ? err :
		     tell_of(remote, patience, &remote->own, &remote->own_view);
}

static int
introduce(struct quern__remote *remote, struct quern__patience *patience)
{
	const struct quern__processes *all = remote->all;
	const quern_processes_options *options = &all->options;
	struct quern__message message = {
		.verb = QUERN__SAY_BEGIN,
		.u.begin = {
			.build = quern__registry_build(),
			.start_key = all->start_key,
			.index = remote->index,
			.omp_threads = all->omp_threads,
			.parent = (int32_t)getpid(),
			.limits = {
				.address_space = options->address_space,
				.cpu_seconds = options->cpu_seconds,
				.open_files = options->open_files,
				.nice = options->nice,
				.oom_score_adj = options->oom_score_adj,
				.core_dumps = options->core_dumps != 0,
				.confined = options->confined != 0,
			},
		},
	};

	if (options->module)
		message.u.begin.path_bytes = (uint32_t)strlen(options->module);
	return say(remote, patience, &message, -1, options->module,
	    message.u.begin.path_bytes);
}

/* It has ended, or was killed. */
static void
bury(struct quern__remote *remote, quern_crash *crash)
{
	quern__process_reap(remote, crash);
	quern__arena_detach(&remote->all->arena, &remote->view);
	quern__arena_detach(&remote->own, &remote->own_view);
	remote->starting = false;
}

/* Start a process, and say all up to START.  0, or why there is none. */
static int
begin(struct quern__remote *remote)
{
	struct quern__message message = {
		.verb = QUERN__SAY_START,
		.u.start.desk = (uintptr_t)remote->desk,
	};
	struct quern__patience patience = { 0 };
	int err;

	remote->jobs = 0;
	remote->worn = remote->used = false;
	err = quern__process_spawn(remote);
	/* Nobody was there any more when we looked. */
	if (err)
		return err == -ESRCH ? -ENOEXEC : err;
	quern__arena_attach(&remote->all->arena, &remote->view);
	quern__arena_attach(&remote->own, &remote->own_view);
	remote->starting = true;
	remote->started_by_ns = in_seconds(START_SECONDS);
	quern__keeper_watch(remote);
	patience.until_ns = remote->started_by_ns;
	err = introduce(remote, &patience);
	if (!err)
		err = tell_of_memory(remote, &patience);
	if (!err)
		err = say(remote, &patience, &message, -1, NULL, 0);
	if (err)
		quern__remote_drop(remote, NULL);
	return err == -EPIPE ? -ENOEXEC : err;
}

/*
 * Hear that it has started: 0, or what it says.  -ENOEXEC: it ended, or was
 * killed, before it said anything, or that was no status.
 */
static int
hear_start(struct quern__remote *remote, struct quern__patience *patience)
{
	struct quern__patience for_start = *patience;
	struct quern__message message;
	int err;

	for_start.until_ns = remote->started_by_ns;
	err = hear(remote, &for_start, QUERN__SAY_STARTED, &message);
	if (!err) {
		remote->peak_at_start = message.u.started.peak_bytes;
		err = message.u.started.status;
		err = err > 0 ? -ENOEXEC : err;
	} else if (err == -EPIPE || err == -EPROTO) {
		err = -ENOEXEC;
	}
	if (err)
		quern__remote_drop(remote, NULL);
	remote->starting = false;
	return err;
}

int
quern__remote_ready(
    struct quern__remote *remote, struct quern__patience *patience)
{
	int err;

	if (remote->pid && quern__process_is_gone(remote))
		bury(remote, NULL);
	else if (remote->worn)
		quern__remote_end(remote);
	/* One that the keeper has begun. */
	if (remote->starting && !hear_start(remote, patience))
		return 0;
	if (remote->pid)
		return 0;
	err = begin(remote);
	return err ? err : hear_start(remote, patience);
}

void
quern__remote_replace(struct quern__remote *remote)
{
	struct quern__patience patience = { 0 };

	if (remote->pid && quern__process_is_gone(remote))
		bury(remote, NULL);
	else if (remote->worn)
		quern__remote_end(remote);
	/* It dies before it is of any use: the next job is to try, and be told. */
	if (!remote->pid && remote->used)
		(void)begin(remote);
	else if (remote->pid && !remote->starting)
		(void)tell_of_memory(remote, &patience);
}

/* ---- run ---- */

/* Is that what a worker would answer? */
static bool
is_sound(const struct quern__message *run, const struct quern__message *answer,
    bool told)
{
	uint32_t asked = run->u.run.end - run->u.run.begin;
	uint32_t ran = answer->u.ended.blocks;

	if (answer->number != run->number || ran > asked)
		return false;
	/* Blocks are left out for a reason. */
	return ran == asked || told || answer->u.ended.status < 0;
}

int
quern__remote_ask(struct quern__remote *remote,
    struct quern__patience *patience, struct quern__message *run,
    struct quern__message *answer, quern_crash *crash)
{
	int err;

	run->number = ++remote->number;
	remote->used = true;
	err = tell_of_memory(remote, patience);
	if (!err)
		err = say(remote, patience, run, -1, NULL, 0);
	if (!err)
		err = hear(remote, patience, QUERN__SAY_ENDED, answer);
	if (!err && is_sound(run, answer, patience->told))
		return 0;
	quern__remote_drop(remote, crash);
	return err && err != -EPROTO ? -EOWNERDEAD : -EPROTO;
}

void
quern__remote_drop(struct quern__remote *remote, quern_crash *crash)
{
	quern__process_kill(remote);
	bury(remote, crash);
}

void
quern__remote_end(struct quern__remote *remote)
{
	if (!remote->pid)
		return;
	quern__process_hang_up(remote, remote->starting ? 0 : END_MS);
	bury(remote, NULL);
}

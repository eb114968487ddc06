/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_garbage.c -- what a worker sends is believed only if it is
 * exactly what a worker would send; anything else is as good as its death.
 *
 * The linker sends the calls of the channel here: a worker that was told to
 * sends something else in the place of its answer.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "isolated.h"
#include "src/grid.h"
#include "src/process/channel.h"
#include "watchdog.h"

enum garbage {
	NONE,
	NOTHING, /* a packet of no bytes */
	ONE_BYTE,
	TRUNCATED,
	TOO_LONG,
	FAR_TOO_LONG,
	ZEROS,
	OTHER_NUMBER,
	LAST_NUMBER,
	OTHER_VERB,
	OUR_VERB,
	TOO_MANY_BLOCKS,
	NOISE,
	NOISE_BEHIND_VERB,
	WITH_DESCRIPTORS, /* but right */
	TWICE,            /* the second one is wrong */
	CLOSED,
	HALF_CLOSED,
	KINDS
};

enum { LONG_BYTES = 100000, DESCRIPTORS = 200 };

/* ---- in the worker ---- */

static int next_answer; /* which garbage it is to be */
static uint64_t noise = 88172645463325252;

int __real_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes);
int __wrap_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes);

static void
fill_with_noise(void *memory, size_t bytes)
{
	unsigned char *byte = memory;

	while (bytes-- > 0)
		*byte++ = (unsigned char)(next_random(&noise) >> 32);
}

static void
send_bytes(int socket, const struct quern__message *message, size_t bytes)
{
	static char packet[LONG_BYTES];

	memcpy(packet, message, sizeof(*message));
	(void)!send(socket, packet, bytes, MSG_NOSIGNAL);
}

static void
send_with_descriptors(int socket, const struct quern__message *message)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec part = { (void *)message, sizeof(*message) };
	struct msghdr header = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	int fd[DESCRIPTORS];

	for (int i = 0; i < DESCRIPTORS; i++)
		fd[i] = STDIN_FILENO;
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&control.head), fd, sizeof(fd));
	(void)!sendmsg(socket, &header, MSG_NOSIGNAL);
}

/* True: that is all. */
static bool
send_garbage(int socket, struct quern__message *message, enum garbage kind)
{
	size_t bytes = sizeof(*message);

	switch (kind) {
	case NOTHING:
		bytes = 0;
		break;
	case ONE_BYTE:
		bytes = 1;
		break;
	case TRUNCATED:
		bytes--;
		break;
	case TOO_LONG:
		bytes++;
		break;
	case FAR_TOO_LONG:
		bytes = LONG_BYTES;
		break;
	case ZEROS:
		memset(message, 0, sizeof(*message));
		break;
	case OTHER_NUMBER:
		message->number++;
		break;
	case LAST_NUMBER:
		message->number--;
		break;
	case OTHER_VERB:
		message->verb = QUERN__SAY_STARTED;
		break;
	case OUR_VERB:
		message->verb = QUERN__SAY_RUN;
		break;
	case TOO_MANY_BLOCKS:
		message->u.ended.blocks = 1000000;
		break;
	case NOISE:
		fill_with_noise(message, sizeof(*message));
		break;
	case NOISE_BEHIND_VERB:
		fill_with_noise(
		    &message->number, sizeof(*message) - sizeof(message->verb));
		break;
	case WITH_DESCRIPTORS:
		send_with_descriptors(socket, message);
		return true;
	case TWICE:
		send_bytes(socket, message, bytes);
		break;
	case CLOSED:
		close(socket);
		return true;
	case HALF_CLOSED:
		shutdown(socket, SHUT_WR);
		return true;
	default:
		return false;
	}
	send_bytes(socket, message, bytes);
	return true;
}

int
__wrap_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes)
{
	struct quern__message changed = *message;
	enum garbage kind = (enum garbage)next_answer;

	next_answer = NONE;
	if (kind != NONE && send_garbage(socket, &changed, kind))
		return 0;
	return __real_quern__channel_send(
	    socket, message, fd, more, more_bytes);
}

/* The answer to this is garbage. */
static int
answer_with(quern_context *ctx, void *kind)
{
	(void)ctx;
	next_answer = *(int *)kind;
	noise ^= (uint64_t)getpid() << 20;
	return 1;
}
QUERN_REGISTER(answer_with)

static void
block_with(quern_context *ctx, size_t begin, size_t end, void *kind)
{
	(void)ctx;
	(void)begin;
	(void)end;
	next_answer = *(int *)kind;
}
QUERN_REGISTER(block_with)

/* ---- in the program ---- */

static bool
is_right(int kind)
{
	return kind == NONE || kind == WITH_DESCRIPTORS || kind == TWICE;
}

/* An empty packet looks like the end of the conversation, too. */
static bool
hangs_up(int kind)
{
	return kind == NOTHING || kind == CLOSED || kind == HALF_CLOSED;
}

static void
answer_to(struct rig *rig, quern_op op, int kind, int right)
{
	struct noted noted[4];
	struct tally tally;

	watchdog("garbage", (uint64_t)kind);
	noted_init(&noted[0], quern_with_arg(op, sizeof(kind)));
	for (int i = 1; i < 4; i++)
		noted_init(&noted[i], quern_call(return_one, NULL));
	for (int i = 0; i < 4; i++)
		noted_submit(rig, &noted[i]);
	rig_run(rig);
	tally = tally_of(noted, 4);
	if (hangs_up(kind) && noted[0].status == right) {
		/* As if it had died when the job had ended. */
		CU_ASSERT_EQUAL(tally.died, 0);
	} else if (is_right(kind)) {
		CU_ASSERT_EQUAL(noted[0].status, right);
		/* Of a second answer those of the next message may die. */
		CU_ASSERT(tally.died <= (kind == TWICE ? 3 : 0));
	} else {
		CU_ASSERT_EQUAL(noted[0].status, -EOWNERDEAD);
		CU_ASSERT_EQUAL(crash_of(&noted[0]).unknown, 0);
		/* Nor is it believed in what came with the same message. */
		CU_ASSERT(tally.died >= 1);
	}
	CU_ASSERT_EQUAL(tally.done + tally.died, 4);
}

static void
garbage_after_a_call_is_as_good_as_a_death(void)
{
	struct rig rig;

	if (!isolated_open_one(&rig))
		return;
	for (int kind = NONE; kind < KINDS; kind++)
		answer_to(&rig, quern_call(answer_with, &kind), kind, 1);
	rig_close(&rig);
	expect_no_children();
}

static void
garbage_after_blocks_is_as_good_as_a_death(void)
{
	struct rig rig;

	if (!isolated_open_one(&rig))
		return;
	for (int kind = NONE; kind < KINDS; kind++)
		answer_to(&rig, quern_for(1, 1, block_with, &kind), kind, 0);
	rig_close(&rig);
	expect_no_children();
}

static void
noise_is_never_believed(void)
{
	int noisy = NOISE, verb = NOISE_BEHIND_VERB;
	unsigned long most = fewer_rounds(50);
	struct footprint before, after;
	struct rig rig;

	if (!isolated_open_one(&rig))
		return;
	answer_to(&rig, quern_call(answer_with, &noisy), noisy, 1);
	before = footprint();
	for (unsigned long n = 0; n < most; n++) {
		answer_to(&rig, quern_call(answer_with, &noisy), noisy, 1);
		answer_to(&rig, quern_call(answer_with, &verb), verb, 1);
	}
	after = footprint();
	CU_ASSERT(after.descriptors <= before.descriptors);
	rig_close(&rig);
}

/* Descriptors that come along unasked are not kept. */
static void
descriptors_that_a_worker_sends_are_not_kept(void)
{
	struct footprint before, after;
	int kind = WITH_DESCRIPTORS;
	struct rig rig;

	if (!isolated_open_one(&rig))
		return;
	answer_to(&rig, quern_call(answer_with, &kind), kind, 1);
	before = footprint();
	for (int n = 0; n < 20; n++)
		answer_to(&rig, quern_call(answer_with, &kind), kind, 1);
	after = footprint();
	CU_ASSERT_EQUAL(after.descriptors, before.descriptors);
	rig_close(&rig);
}

/* ---- the desk, which a worker can write ---- */

static int
scribble(quern_context *ctx, void *unused)
{
	/* Its job is what the desk begins with. */
	(void)unused;
	memset((void *)ctx->job, 0x5a, sizeof(struct quern__desk));
	for (;;)
		;
	return 0;
}
QUERN_REGISTER(scribble)

static void
what_a_worker_writes_on_the_desk_breaks_nothing(void)
{
	struct noted noted;
	quern_crash crash;
	struct rig rig;
	double progress;

	if (!isolated_open_one(&rig))
		return;
	for (int round = 0; round < 3; round++) {
		/* Long enough for it to begin. */
		for (double timeout = 0.03;; timeout *= 2) {
			noted_init(&noted, quern_call(scribble, NULL));
			noted.job.timeout = timeout;
			CU_ASSERT_EQUAL(noted_run(&rig, &noted), -ETIMEDOUT);
			if (quern_job_crash(&noted.job, &crash) != -ENODATA)
				break;
		}
		progress = quern_job_progress(&noted.job);
		CU_ASSERT(progress >= 0 && progress <= 1);
		CU_ASSERT_EQUAL(crash_of(&noted).signal, SIGKILL);
		CU_ASSERT_EQUAL(
		    isolated_run(&rig, quern_call(return_one, NULL)), 1);
	}
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "garbage after a call is as good as a death",
		    garbage_after_a_call_is_as_good_as_a_death },
		{ "garbage after blocks is as good as a death",
		    garbage_after_blocks_is_as_good_as_a_death },
		{ "noise is never believed", noise_is_never_believed },
		{ "descriptors that a worker sends are not kept",
		    descriptors_that_a_worker_sends_are_not_kept },
		{ "what a worker writes on the desk breaks nothing",
		    what_a_worker_writes_on_the_desk_breaks_nothing },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process garbage", tests);
	return run_suites();
}

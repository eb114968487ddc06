/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_process_calls.c -- tests src/process/calls.c: short calls share a message,
 * and one that has not begun is nobody's for long.
 */
#include <errno.h>
#include <ev.h>
#include <stdlib.h>

#include "isolated.h"
#include "src/process/channel.h"
#include "src/process/wire.h"
#include "threads.h"
#include "watchdog.h"

enum { FLOOD = 3000, BEHIND = 12 };

/* ---- messages, as the program sends them ---- */

/* atomic */
static unsigned messages, calls_sent, most_together;

int __real_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes);
int __wrap_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes);

int
__wrap_quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes)
{
	unsigned n = message->u.run.n;
	int err =
	    __real_quern__channel_send(socket, message, fd, more, more_bytes);

	if (!err && message->verb == QUERN__SAY_RUN &&
	    message->u.run.what == QUERN__RUN_CALLS) {
		__atomic_add_fetch(&messages, 1, __ATOMIC_RELAXED);
		__atomic_add_fetch(&calls_sent, n, __ATOMIC_RELAXED);
		if (n > __atomic_load_n(&most_together, __ATOMIC_RELAXED))
			__atomic_store_n(&most_together, n, __ATOMIC_RELAXED);
	}
	return err;
}

/* ---- in workers ---- */

static int
run_until_told(quern_context *ctx, void *begun)
{
	__atomic_store_n((int *)begun, 1, __ATOMIC_RELEASE);
	while (!quern_should_stop(ctx))
		;
	return -EIO;
}
QUERN_REGISTER(run_until_told)

static int
die_if_seven(quern_context *ctx, void *number)
{
	(void)ctx;
	if (*(int *)number == 7)
		_Exit(7);
	return ++*(int *)number;
}
QUERN_REGISTER(die_if_seven)

/* ---- in the program ---- */

static bool
open_workers(struct rig *rig, unsigned workers)
{
	quern_processes_options options;

	watchdog("calls", workers);
	isolated_options(&options, workers);
	return isolated_open(rig, &options);
}

/* So many calls, at once; afterwards the executor knows that they are short. */
static void
run_flood(struct rig *rig)
{
	struct noted *noted = calloc(FLOOD, sizeof(*noted));
	struct tally tally;

	CU_ASSERT_PTR_NOT_NULL_FATAL(noted);
	for (int i = 0; i < FLOOD; i++) {
		noted_init(&noted[i], quern_call(return_one, NULL));
		noted_submit(rig, &noted[i]);
	}
	rig_run(rig);
	tally = tally_of(noted, FLOOD);
	CU_ASSERT_EQUAL(tally.done, FLOOD);
	free(noted);
}

static void
short_calls_share_messages(void)
{
	struct rig rig;

	if (!open_workers(&rig, 2))
		return;
	messages = calls_sent = most_together = 0;
	run_flood(&rig);
	CU_ASSERT_EQUAL(calls_sent, FLOOD);
	CU_ASSERT(messages < FLOOD);
	CU_ASSERT(most_together > 1);
	CU_ASSERT(most_together <= QUERN__DESK_MOST);
	rig_close(&rig);
}

static uint64_t
waiting(const struct rig *rig)
{
	quern_stats stats;

	CU_ASSERT_EQUAL(quern_executor_stats(rig->executor, &stats), 0);
	return stats.waiting;
}

/* Submit one that runs until told, with others behind it, and await its begin. */
static void
submit_behind(struct rig *rig, int *begun, struct noted noted[1 + BEHIND])
{
	quern_job *job[1 + BEHIND];

	*begun = 0;
	noted_init(&noted[0], quern_call(run_until_told, begun));
	for (int i = 1; i <= BEHIND; i++)
		noted_init(&noted[i], quern_call(return_one, NULL));
	for (int i = 0; i <= BEHIND; i++)
		job[i] = &noted[i].job;
	CU_ASSERT_EQUAL(
	    quern_submit_many(rig->loop, job, 1 + BEHIND), 1 + BEHIND);
	(void)await_int(begun);
}

/* Whether they went along with it or not, in the end all of them wait. */
static void
what_has_not_begun_goes_back_in_line(void)
{
	struct noted noted[1 + BEHIND];
	struct tally tally;
	struct rig rig;
	void *begun;

	if (!open_workers(&rig, 1))
		return;
	CU_ASSERT_EQUAL(
	    quern_buffer_create(&begun, rig.executor, sizeof(int)), 0);
	for (int round = 0; round < 3; round++) {
		run_flood(&rig);
		submit_behind(&rig, begun, noted);
		while (waiting(&rig) < BEHIND)
			nap();
		/* Where they are cancelled at once. */
		for (int i = 1; i <= BEHIND; i += 2)
			CU_ASSERT_EQUAL(quern_cancel(&noted[i].job), 0);
		CU_ASSERT_EQUAL(quern_cancel(&noted[0].job), -EINPROGRESS);
		rig_run(&rig);
		tally = tally_of(noted, 1 + BEHIND);
		CU_ASSERT_EQUAL(tally.done, BEHIND / 2);
		CU_ASSERT_EQUAL(tally.cancelled, 1 + BEHIND / 2);
		CU_ASSERT_EQUAL(noted[0].status, -ECANCELED);
		/* In their order. */
		for (int i = 4; i <= BEHIND; i += 2)
			CU_ASSERT(noted[i].at > noted[i - 2].at);
	}
	CU_ASSERT_EQUAL(quern_buffer_destroy(begun), 0);
	rig_close(&rig);
}

/* Another worker has time for them. */
static void
others_run_what_has_not_begun(void)
{
	struct noted noted[1 + BEHIND];
	struct rig rig;
	void *begun;

	if (!open_workers(&rig, 2))
		return;
	CU_ASSERT_EQUAL(
	    quern_buffer_create(&begun, rig.executor, sizeof(int)), 0);
	run_flood(&rig);
	submit_behind(&rig, begun, noted);
	while (quern_loop_pending(rig.loop) > 1) {
		ev_run(rig.ev, EVRUN_ONCE);
		CU_ASSERT_EQUAL_FATAL(noted[0].times, 0);
	}
	for (int i = 1; i <= BEHIND; i++)
		CU_ASSERT_EQUAL(noted[i].status, 1);
	CU_ASSERT_EQUAL(quern_cancel(&noted[0].job), -EINPROGRESS);
	rig_run(&rig);
	CU_ASSERT_EQUAL(noted[0].status, -ECANCELED);
	CU_ASSERT_EQUAL(quern_buffer_destroy(begun), 0);
	rig_close(&rig);
}

/* And what each has written to its argument comes back to its own. */
static void
of_those_in_a_message_one_dies(void)
{
	enum { SEVERAL = 16 };
	struct noted noted[SEVERAL];
	quern_job *job[SEVERAL];
	int number[SEVERAL];
	struct rig rig;

	if (!open_workers(&rig, 1))
		return;
	for (int round = 0; round < 8; round++) {
		run_flood(&rig);
		for (int i = 0; i < SEVERAL; i++) {
			number[i] = i;
			noted_init(&noted[i],
			    quern_with_arg(quern_call(die_if_seven, &number[i]),
				sizeof(number[i])));
			job[i] = &noted[i].job;
		}
		CU_ASSERT_EQUAL(
		    quern_submit_many(rig.loop, job, SEVERAL), SEVERAL);
		rig_run(&rig);
		for (int i = 0; i < SEVERAL; i++) {
			CU_ASSERT_EQUAL(
			    noted[i].status, i == 7 ? -EOWNERDEAD : i + 1);
			CU_ASSERT_EQUAL(number[i], i == 7 ? 7 : i + 1);
		}
		CU_ASSERT_EQUAL(crash_of(&noted[7]).exit_status, 7);
	}
	rig_close(&rig);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "short calls share messages", short_calls_share_messages },
		{ "what has not begun goes back in line",
		    what_has_not_begun_goes_back_in_line },
		{ "others run what has not begun",
		    others_run_what_has_not_begun },
		{ "of those in a message one dies",
		    of_those_in_a_message_one_dies },
		CU_TEST_INFO_NULL,
	};

	isolated_main();
	add_suite("process calls", tests);
	return run_suites();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* spawned.c -- tasks on a rig that note what they do, see spawned.h. */
#include "spawned.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "forked.h"

struct rig task_rig;
char said[64];

void
say(char letter)
{
	size_t n = strlen(said);

	if (n + 1 < sizeof(said)) {
		said[n] = letter;
		said[n + 1] = '\0';
	}
}

bool
tasks_open(unsigned workers)
{
	memset(said, 0, sizeof(said));
	return rig_open(&task_rig, workers);
}

bool
tasks_open_with_room(size_t room)
{
	quern_threads_options options;

	memset(said, 0, sizeof(said));
	quern_threads_options_init(&options);
	options.workers = 1;
	options.queue_limit = room;
	return rig_open_with(&task_rig, &options);
}

void
spawn(quern_task **out, quern_task_fn *fn, void *arg)
{
	CU_ASSERT_EQUAL(quern_spawn(task_rig.loop, out, fn, arg), 0);
}

void
spawn_named(quern_task **out, quern_task_fn *fn, void *arg, const char *name)
{
	quern_task_options options;

	quern_task_options_init(&options);
	options.name = name;
	CU_ASSERT_EQUAL(
	    quern_spawn_with(task_rig.loop, out, fn, arg, &options), 0);
}

int
result_of(quern_task *task)
{
	int result = -1;

	CU_ASSERT_EQUAL(quern_join(task, &result), 0);
	return result;
}

int
run_alone(quern_task_fn *fn, void *arg)
{
	long alive = faults_alive();
	quern_task *task;
	int result;

	if (!tasks_open(1))
		return -1;
	spawn(&task, fn, arg);
	rig_run(&task_rig);
	result = result_of(task);
	rig_close(&task_rig);
	CU_ASSERT_EQUAL(faults_alive(), alive);
	return result;
}

struct cancelled {
	quern_task_fn *fn;
	void *arg;
};

static int
cancel_soon(void *arg)
{
	const struct cancelled *cancelled = arg;
	quern_task *task;

	spawn(&task, cancelled->fn, cancelled->arg);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_task_cancel(task), 0);
	return result_of(task);
}

int
run_cancelled(quern_task_fn *fn, void *arg)
{
	struct cancelled cancelled = { fn, arg };

	return run_alone(cancel_soon, &cancelled);
}

int
cancel_it(void *task)
{
	CU_ASSERT_EQUAL(quern_yield(), 0);
	return quern_task_cancel(*(quern_task **)task);
}

int
nap_and_return(void *arg)
{
	struct napper *napper = arg;

	napper->slept = quern_sleep(napper->seconds);
	return napper->slept ? napper->slept : napper->returns;
}

static void
look_who_overflowed(int number, siginfo_t *info, void *context)
{
	char whose[64] = "";

	(void)number;
	(void)context;
	EXPECT(!quern_task_describe(info->si_addr, whose, sizeof(whose)));
	EXPECT(!strcmp(whose, "task deep: stack overflow"));
	_exit(0);
}

void
expect_overflow_of_deep(void)
{
	static char memory[65536];
	const stack_t apart = { .ss_sp = memory, .ss_size = sizeof(memory) };
	const struct sigaction action = { .sa_sigaction = look_who_overflowed,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };

	EXPECT(!sigaltstack(&apart, NULL));
	EXPECT(!sigaction(SIGSEGV, &action, NULL));
}

int
say_and_return(void *letter)
{
	say(*(const char *)letter);
	return 7;
}

int
sleep_long(void *unused)
{
	(void)unused;
	return quern_sleep(LONG);
}

int
take_a_while(void *unused)
{
	(void)unused;
	CU_ASSERT_EQUAL(quern_yield(), 0);
	CU_ASSERT_EQUAL(quern_yield(), 0);
	say('e');
	return 10;
}

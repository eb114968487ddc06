/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support.h -- what the tests share: gates to meet at, a loop with a pool
 * behind it, faults on demand.
 */
#ifndef QUERN_TESTS_SUPPORT_H
#define QUERN_TESTS_SUPPORT_H

#include <CUnit/Basic.h>
#include <pthread.h>
#include <quern/loop.h>

struct ev_loop;

/*
 * SANITIZED: everything takes ten times as long, so fewer rounds will do.
 * SANITIZED_THREAD: by the thread sanitizer.
 */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZED_THREAD 1
#elif __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define SANITIZED_THREAD 1
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif
#ifndef SANITIZED_THREAD
#define SANITIZED_THREAD 0
#endif
#ifndef SANITIZED
#define SANITIZED SANITIZED_THREAD
#endif

/*
 * Where threads meet instead of sleeping.  A job waits until the gate is open;
 * the test waits until so many have arrived.
 */
struct gate {
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t changed;
	unsigned arrived;
	bool open;
};

#define GATE_INITIALIZER                                                       \
	{                                                                      \
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false  \
	}

void gate_init(struct gate *gate);
void gate_open(struct gate *gate);
void gate_shut(struct gate *gate);
/* Arrive, and wait until the gate is open. */
void gate_pass(struct gate *gate);
/* Arrive, and go on. */
void gate_arrive(struct gate *gate);
/* Wait until n have arrived, all told. */
void gate_await(struct gate *gate, unsigned n);

/* A quern_call that arrives at the gate `arg` and waits until it is open. */
int pass_gate(quern_context *ctx, void *gate);
/* A quern_call that arrives at the gate `arg` and runs until told to stop. */
int run_until_stopped(quern_context *ctx, void *gate);
/* A quern_call that adds 1 to the int `arg`, atomically, and returns 0. */
int add_one(quern_context *ctx, void *count);

/* A done callback that counts: job->data points to an int, or is NULL. */
void count_done(quern_loop *loop, quern_job *job, int status);
/* quern_job_init() with count_done() and `told` to count in. */
void counted_job(quern_job *job, quern_op op, int *told);

/* An executor with so many workers; leaves the test if it cannot be made. */
quern_executor *open_executor(unsigned workers);
/* Asserts that it could be destroyed. */
void end_executor(quern_executor *executor);

/* An executor with so many workers, a libev loop of its own and a quern loop. */
struct rig {
	quern_executor *executor;
	struct ev_loop *ev;
	quern_loop *loop;
};

/* False, with a failed assertion, if it could not be made. */
bool rig_open(struct rig *rig, unsigned workers);
bool rig_open_with(struct rig *rig, const quern_threads_options *options);
/* Runs the loop until it returns by itself. */
void rig_run(struct rig *rig);
/* Asserts that everything could be destroyed. */
void rig_close(struct rig *rig);

/*
 * Every worker held at a gate, so that what is submitted now waits in line.
 * The jobs that hold them have no done callback.
 */
struct jam {
	struct gate gate;
	quern_job job[4];
};

/* Hold that many workers; returns when all are held. */
void jam_begin(struct jam *jam, quern_loop *loop, unsigned workers);
/* The workers go on. */
void jam_end(struct jam *jam);

/* More rounds in `make check-long`: `rounds`, or `rounds` * 20. */
unsigned long rounds(unsigned long rounds);

/* Seed of random choices: QUERN_TEST_SEED or the time; printed on first use. */
uint64_t seed(void);
/* The next number of a sequence that `state` (not 0) determines. */
uint64_t next_random(uint64_t *state);

/*
 * ---- faults ----
 *
 * The library's wrappers for memory, threads, locks and descriptors fail on
 * demand: the test programs are linked so that calls to quern__alloc() and so
 * on go through faults.c.
 */

/* The n-th call from now on fails (0: none does), and if `on` those after. */
void faults_arm(unsigned long n, bool on);
/* Back to normal; returns how many calls there were since faults_arm(). */
unsigned long faults_disarm(void);
/* Allocations, descriptors, mappings and threads that are alive now. */
long faults_alive(void);
/* For more wrappers: does this call fail?  So many more are alive. */
bool faults_strike(void);
void faults_count(long difference);

/* Run the registered suites; for main() to return. */
int run_suites(void);

/* A suite of its own for a table of tests that ends with a NULL name. */
void add_suite(const char *name, const CU_TestInfo tests[]);

#endif

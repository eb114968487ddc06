/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schedule.h -- threads held back at random where the library does something.
 *
 * Around each call that a test program sends through hold_back() a thread may
 * wait for a moment: at one place often and for long, at the others seldom.
 * All of it follows from the schedule's number.
 *
 * One schedule exactly, by a script: test_scripts_*.c.
 */
#ifndef QUERN_TESTS_SCHEDULE_H
#define QUERN_TESTS_SCHEDULE_H

#include <ev.h>

#include "src/front.h"
#include "src/job.h"
#include "src/pool.h"

enum point {
	LOCK,
	UNLOCK,
	WAIT,
	SIGNAL,
	RING,
	PUSH,
	DELIVER,
	LINK,
	STOP,
	FINISH,
	TAKE_SLOTS,
	GIVE_SLOT,
	WANT_ROOM,
	GRID_BEGIN,
	GRID_END,
	WAKE_WAITER,
	REMOVE_TIMEOUT,
	UNPIN,
	POINTS
};

/* The schedule of that number, until its end; while nobody else runs. */
void schedule_begin(uint64_t number);
void schedule_end(void);

/* Perhaps wait a moment. */
void hold_back(enum point point);

/* Note if a descriptor that is about to be rung was closed before. */
void note_ring(int event);
/* How many were since this was asked last. */
unsigned long take_lost_rings(void);

/*
 * ---- the calls that go through hold_back() ----
 *
 * Only the programs that play schedules take them.  So each of these names all
 * of them in its own file, where the Makefile looks for __wrap_.
 */

/* `look` comes right before the call. */
#define HOLD_BACK(point, look, type, real, wrap, parameters, arguments)        \
	type real parameters;                                                  \
	type wrap parameters;                                                  \
	type wrap parameters                                                   \
	{                                                                      \
		type result;                                                   \
                                                                               \
		hold_back(point);                                              \
		look;                                                          \
		result = real arguments;                                       \
		hold_back(point);                                              \
		return result;                                                 \
	}
#define HOLD_BACK_VOID(point, look, real, wrap, parameters, arguments)         \
	void real parameters;                                                  \
	void wrap parameters;                                                  \
	void wrap parameters                                                   \
	{                                                                      \
		hold_back(point);                                              \
		look;                                                          \
		real arguments;                                                \
		hold_back(point);                                              \
	}
#define NO_LOOK (void)0
/*
 * What is signalled or rung must still be there after all this time.  A look
 * by ourselves, since the C library and libev are not instrumented.
 */
#define LOOK_AT(object) (void)*(volatile char *)(object)

#define HOLD_BACK_LOCKS(lock, unlock, wait, signal)                            \
	HOLD_BACK(LOCK, NO_LOOK, int, __real_pthread_mutex_lock, lock,         \
	    (pthread_mutex_t * m), (m))                                        \
	HOLD_BACK(UNLOCK, NO_LOOK, int, __real_pthread_mutex_unlock, unlock,   \
	    (pthread_mutex_t * m), (m))                                        \
	HOLD_BACK(WAIT, NO_LOOK, int, __real_pthread_cond_wait, wait,          \
	    (pthread_cond_t * c, pthread_mutex_t * m), (c, m))                 \
	HOLD_BACK(SIGNAL, LOOK_AT(c), int, __real_pthread_cond_signal, signal, \
	    (pthread_cond_t * c), (c))

#define HOLD_BACK_RINGS(send, raise, wake)                                     \
	HOLD_BACK_VOID(RING, LOOK_AT(watcher), __real_ev_async_send, send,     \
	    (struct ev_loop * ev, ev_async * watcher), (ev, watcher))          \
	HOLD_BACK_VOID(RING, note_ring(event), __real_quern__fd_raise, raise,  \
	    (int event), (event))                                              \
	HOLD_BACK_VOID(WAKE_WAITER, NO_LOOK, __real_quern__waiter_wake, wake,  \
	    (struct quern_waiter * waiter), (waiter))

#define HOLD_BACK_JOBS(link, stop, finish, begin, end)                         \
	HOLD_BACK(LINK, NO_LOOK, int, __real_quern__pool_link, link,           \
	    (quern_executor * pool, quern_job * latest, quern_job * earliest,  \
		unsigned lanes, bool kept),                                    \
	    (pool, latest, earliest, lanes, kept))                             \
	HOLD_BACK(STOP, NO_LOOK, int, __real_quern__job_stop, stop,            \
	    (quern_job * job, enum quern__reason reason), (job, reason))       \
	HOLD_BACK_VOID(FINISH, NO_LOOK, __real_quern__job_finish, finish,      \
	    (quern_job * job, int status, struct quern__counts *mine),         \
	    (job, status, mine))                                               \
	HOLD_BACK(GRID_BEGIN, NO_LOOK, int, __real_quern__grid_begin, begin,   \
	    (quern_job * job), (job))                                          \
	HOLD_BACK(GRID_END, NO_LOOK, int, __real_quern__grid_end, end,         \
	    (quern_job * job), (job))

#define HOLD_BACK_SLOTS(take, give, want)                                      \
	HOLD_BACK(TAKE_SLOTS, NO_LOOK, size_t, __real_quern__pool_take_slots,  \
	    take, (quern_executor * pool, size_t most), (pool, most))          \
	HOLD_BACK_VOID(GIVE_SLOT, NO_LOOK, __real_quern__pool_give_slots,      \
	    give, (quern_executor * pool, size_t n), (pool, n))                \
	HOLD_BACK_VOID(WANT_ROOM, NO_LOOK, __real_quern__pool_want_room, want, \
	    (quern_executor * pool, quern_loop * loop), (pool, loop))

#define HOLD_BACK_ENDS(push, deliver, remove, unpin)                           \
	HOLD_BACK(PUSH, NO_LOOK, enum quern__pushed,                           \
	    __real_quern__mailbox_push, push,                                  \
	    (struct quern__mailbox * box, quern_job * latest,                  \
		quern_job * earliest),                                         \
	    (box, latest, earliest))                                           \
	HOLD_BACK_VOID(DELIVER, NO_LOOK, __real_quern__deliver_push, deliver,  \
	    (quern_loop * loop, quern_job * job), (loop, job))                 \
	HOLD_BACK_VOID(REMOVE_TIMEOUT, NO_LOOK, __real_quern__timeouts_remove, \
	    remove,                                                            \
	    (struct quern__timeouts * timeouts,                                \
		struct quern_deadline * deadline),                             \
	    (timeouts, deadline))                                              \
	HOLD_BACK_VOID(UNPIN, NO_LOOK, __real_quern__loop_unpin, unpin,        \
	    (quern_loop * loop), (loop))

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * held_back.h -- the calls that go through hold_back(), see schedule.h.
 *
 * To include this is to send them there: for the programs that play schedules.
 * Each names its wrapper in full, which is what the Makefile looks for.
 */
#ifndef QUERN_TESTS_HELD_BACK_H
#define QUERN_TESTS_HELD_BACK_H

#include <ev.h>

#include "schedule.h"
#include "src/front.h"
#include "src/job.h"
#include "src/pool.h"

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

HOLD_BACK(LOCK, NO_LOOK, int, __real_pthread_mutex_lock,
    __wrap_pthread_mutex_lock, (pthread_mutex_t * m), (m))
HOLD_BACK(UNLOCK, NO_LOOK, int, __real_pthread_mutex_unlock,
    __wrap_pthread_mutex_unlock, (pthread_mutex_t * m), (m))
HOLD_BACK(WAIT, NO_LOOK, int, __real_pthread_cond_wait,
    __wrap_pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
HOLD_BACK(SIGNAL, LOOK_AT(c), int, __real_pthread_cond_signal,
    __wrap_pthread_cond_signal, (pthread_cond_t * c), (c))

HOLD_BACK_VOID(RING, LOOK_AT(watcher), __real_ev_async_send,
    __wrap_ev_async_send, (struct ev_loop * ev, ev_async *watcher),
    (ev, watcher))
HOLD_BACK_VOID(RING, note_ring(event), __real_quern__fd_raise,
    __wrap_quern__fd_raise, (int event), (event))
HOLD_BACK_VOID(WAKE_WAITER, NO_LOOK, __real_quern__waiter_wake,
    __wrap_quern__waiter_wake, (struct quern_waiter * waiter), (waiter))

HOLD_BACK(LINK, NO_LOOK, int, __real_quern__pool_link, __wrap_quern__pool_link,
    (quern_executor * pool, quern_job *latest, quern_job *earliest,
	unsigned lanes, bool kept),
    (pool, latest, earliest, lanes, kept))
HOLD_BACK(STOP, NO_LOOK, int, __real_quern__job_stop, __wrap_quern__job_stop,
    (quern_job * job, enum quern__reason reason), (job, reason))
HOLD_BACK_VOID(FINISH, NO_LOOK, __real_quern__job_finish,
    __wrap_quern__job_finish,
    (quern_job * job, int status, struct quern__counts *mine),
    (job, status, mine))
HOLD_BACK(GRID_BEGIN, NO_LOOK, int, __real_quern__grid_begin,
    __wrap_quern__grid_begin, (quern_job * job), (job))
HOLD_BACK(GRID_END, NO_LOOK, int, __real_quern__grid_end,
    __wrap_quern__grid_end, (quern_job * job), (job))

HOLD_BACK(TAKE_SLOTS, NO_LOOK, size_t, __real_quern__pool_take_slots,
    __wrap_quern__pool_take_slots, (quern_executor * pool, size_t most),
    (pool, most))
HOLD_BACK_VOID(GIVE_SLOT, NO_LOOK, __real_quern__pool_give_slots,
    __wrap_quern__pool_give_slots, (quern_executor * pool, size_t n), (pool, n))
HOLD_BACK_VOID(WANT_ROOM, NO_LOOK, __real_quern__pool_want_room,
    __wrap_quern__pool_want_room, (quern_executor * pool, quern_loop *loop),
    (pool, loop))

HOLD_BACK(PUSH, NO_LOOK, enum quern__pushed, __real_quern__mailbox_push,
    __wrap_quern__mailbox_push,
    (struct quern__mailbox * box, quern_job *latest, quern_job *earliest),
    (box, latest, earliest))
HOLD_BACK_VOID(DELIVER, NO_LOOK, __real_quern__deliver_push,
    __wrap_quern__deliver_push, (quern_loop * loop, quern_job *job),
    (loop, job))
HOLD_BACK_VOID(REMOVE_TIMEOUT, NO_LOOK, __real_quern__timeouts_remove,
    __wrap_quern__timeouts_remove,
    (struct quern__timeouts * timeouts, struct quern_deadline *deadline),
    (timeouts, deadline))
HOLD_BACK_VOID(UNPIN, NO_LOOK, __real_quern__loop_unpin,
    __wrap_quern__loop_unpin, (quern_loop * loop), (loop))

#endif

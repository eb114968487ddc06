/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dispatch.pml -- a Promela model of how jobs and workers meet: arrive.c,
 * idle.c, worker.c, batch.c and the half of job.c that drops jobs.
 *
 *     submitter --> inbox ----> line --> batch --> run
 *     loop --> outbox --^  ^      ^--------+
 *                          canceller
 *
 * Two workers, a thread that submits, a loop's callback that submits twice and
 * may never return, and a thread that cancels.  One job may never end.
 *
 * A step has at most one operation on what others touch without the lock
 * (arrived, inbox, outbox, asleep, spinning, the wake word, and the slots while
 * somebody else may empty them).  What the lock guards goes along with it: to take the
 * lock a little later, or to give it back a little sooner, changes nothing for
 * others.  The hints that crowds_out_a_loop() reads count as one.
 *
 * Mailboxes, line and batches are sets: which job comes first is no matter of
 * this model.  There is one lane; instead of a more urgent one, a worker may
 * look at the line between any two calls.  What the clock decides (whether
 * spinning pays, how large a batch is, whether calls are short) may go either
 * way; but calls are short where workers may step aside.
 *
 * The model is sequentially consistent.  That the memory orders in the code are
 * strong enough where this is needed is argued there, at each of them.
 *
 * Checked:
 *   D1  When nobody can go on, no job waits anywhere while a worker sleeps.
 *   D2  A job ends exactly once, and none that was accepted is left over unless
 *       all workers sit in jobs that do not end.
 *   D3  A job whose cancel said 0 never runs.
 *   D4  Nobody touches a job that has ended: its owner may have freed it.
 *   D5  Workers that are told to leave all leave.
 *
 * MUTATE_... breaks one rule of the code each; model.sh sees that each is
 * found out.  SCENE_... choose who takes part.
 */

#define W 2 /* workers */
#define S 2 /* slots of a batch */

#if defined(SCENE_SUBMIT) /* two threads submit, workers spin */
#define SUBMITTERS 2
#define SPIN 1
#elif defined(SCENE_CANCEL) /* three jobs at once, one is cancelled */
#define SUBMITTERS 1
#define CANCELLER 1
#define URGENT 1
#elif defined(SCENE_GATHER) /* a callback submits, another thread cancels */
#define GATHER 1
#define CANCELLER 1
#else /* SCENE_ASIDE: a thread and a callback submit, workers step aside */
#define SUBMITTERS 1
#define GATHER 1
#define ASIDE 1
#endif

#define J 3 /* jobs; 0 may never end, 2 is the one that is cancelled */

#define BIT(job) (1 << (job))

/* ---- struct quern_executor and the loop's outbox ---- */

byte inbox, outbox, line; /* sets of jobs */
byte slot[W * S];         /* job + 1; 0: emptied */
bool arrived, waking, watching;
byte asleep, spinning;
/*
 * Of the wake word it matters only whether it has changed since a worker, about
 * to sleep, has looked at it.
 */
bool same[W];
bool fed, leaving;
bool loops_awake = true;
bool moved; /* `visits` has changed since the watcher looked */
bool lock;

/* ---- the jobs ---- */

#define ELSEWHERE 0
#define IN_LINE 1
#define IN_BATCH 2 /* + the slot's number */

byte place[J];
byte accepted, ended, dropped; /* sets of jobs */

/* ---- the machine ---- */

bool in_futex[W];
byte looks; /* of the watcher, in a row, while nobody else could go on */
byte gone;  /* workers that have left */
byte busy;  /* threads that may still submit or cancel */

/* D4 */
#define TOUCH(job) assert(!(ended & BIT(job)))

/* Inside of a step only: where it blocks, the step is not begun. */
#define LOCK !lock -> lock = true
#define UNLOCK lock = false

#define SEE_WORD same[me] = true
#define CHANGE_WORD same[0] = false; same[1] = false

/* ---- idle.c: waking ---- */

#define AWAKE (W - asleep)
/* Time has passed since something came in, or has not yet. */
#define LAPSE if :: fed = false :: skip fi
#define LOOPS (loops_awake || fed)
#define CROWDS(more) (LOOPS && AWAKE > 0 && AWAKE + more > 1 && \
	AWAKE + more + 1 > W)

#ifdef MUTATE_NO_WAKE
#define WANTS_WAKE false
#else
#define WANTS_WAKE (asleep && !waking && !spinning && \
	!(watching && CROWDS(1)))
#endif

inline wants_wake_locked(wake)
{
	wake = WANTS_WAKE;
	if
	:: wake ->
		waking = true;
#ifndef MUTATE_WORD_NOT_CHANGED
		CHANGE_WORD
#endif
	:: else
	fi
}

/* One step: any of the sleepers. */
inline futex_wake(wake)
{
	atomic {
		if
		:: wake && in_futex[0] -> in_futex[0] = false
		:: wake && in_futex[1] -> in_futex[1] = false
		:: !wake || (!in_futex[0] && !in_futex[1])
		fi;
		wake = false
	}
}

inline call_for(wake)
{
	wake = (asleep > 0);
	if
	:: wake -> wake = !spinning
	:: else
	fi;
#ifdef ASIDE
	if
	:: wake -> wake = !(watching && CROWDS(1))
	:: else
	fi;
#endif
	if
	:: wake ->
		atomic {
			LOCK;
			wants_wake_locked(wake);
			UNLOCK
		}
		if
		:: wake -> futex_wake(wake)
		:: else
		fi
	:: else
	fi
}

/* ---- arrive.c ---- */

#ifdef MUTATE_BEHIND_NOTHING
#define BEHIND_OTHERS true
#else
#define BEHIND_OTHERS inbox
#endif

inline push(jobs, wake)
{
	if
	:: atomic { BEHIND_OTHERS -> inbox = inbox | (jobs) }
	:: true -> push_and_call(jobs, wake)
	fi
}

inline push_and_call(jobs, wake)
{
#ifdef MUTATE_ARRIVED_BEFORE_PUSH
	wake = !arrived;
	arrived = true;
	inbox = inbox | (jobs);
#else
	inbox = inbox | (jobs); /* an exchange: all at once */
	wake = !arrived;
#endif
	if
	:: wake ->
		arrived = true;
		call_for(wake)
	:: else
	fi
}

#define HOLDS(set, job) ((set) & BIT(job))

/* One job of a chain that was taken comes to the line. */
inline line_up_one(set, job)
{
	if
	:: HOLDS(set, job) ->
		TOUCH(job);
		line = line | BIT(job);
		place[job] = IN_LINE
	:: else
	fi
}

/* One exchange; what follows is guarded by the lock. */
inline take_to_line(mailbox)
{
	d_step {
		line_up_one(mailbox, 0);
		line_up_one(mailbox, 1);
		line_up_one(mailbox, 2);
		mailbox = 0
	}
}

/* What comes after the look at `arrived`, if it was set: two steps. */
inline absorb_seen_locked()
{
	atomic {
		fed = true;
#ifdef MUTATE_CLEAR_AFTER_TAKE
		take_to_line(inbox)
#else
		arrived = false
#endif
	}
#ifdef MUTATE_CLEAR_AFTER_TAKE
	arrived = false
#else
	take_to_line(inbox)
#endif
}

/* ---- batch.c ---- */

/* An exchange. */
inline return_slot(n)
{
	d_step {
		if
		:: slot[n] ->
			TOUCH(slot[n] - 1);
			line = line | BIT(slot[n] - 1);
			place[slot[n] - 1] = IN_LINE;
			slot[n] = 0
		:: else
		fi
	}
}

/* ---- job.c, with the lock held ---- */

/* D2 */
inline end_job(job)
{
	assert(HOLDS(accepted, job) && !HOLDS(ended, job));
	ended = ended | BIT(job)
}

/* ---- who submits ---- */

#ifdef SUBMITTERS
proctype submitter(byte jobs)
{
	bool wake;

	accepted = accepted | jobs;
	push(jobs, wake);
	busy--
}
#endif

#ifdef GATHER
#if defined(MUTATE_GATHER_NEVER_LOOKS)
#define HAS_IDLE_CORE false
#elif defined(MUTATE_GATHER_CROWDED)
#define HAS_IDLE_CORE (asleep && !CROWDS(1))
#else
#define HAS_IDLE_CORE (asleep && !(watching && CROWDS(1)))
#endif

inline send(chain, wake)
{
	if
	:: outbox ->
		d_step { chain = outbox; outbox = 0 } /* one exchange */
		if
		:: chain -> push(chain, wake)
		:: else
		fi;
		chain = 0
	:: else
	fi
}

inline gather(job, chain, wake)
{
	accepted = accepted | BIT(job);
	d_step { /* an exchange */
		wake = (outbox == 0);
		outbox = outbox | BIT(job)
	}
	if
	:: wake ->
		if
		:: HAS_IDLE_CORE -> send(chain, wake)
		:: else
		fi
	:: else
	fi
}

proctype loop()
{
	byte chain;
	bool wake;

	#ifdef ASIDE
	if
	:: HOLDS(accepted, 2) /* enough is under way */
	:: else -> gather(1, chain, wake)
	fi;
#else
	gather(0, chain, wake);
	gather(2, chain, wake);
#endif
	if
	:: true -> /* the callback never returns */
		busy--;
end_stays:	false
	:: true
	fi;
	send(chain, wake);
	loops_awake = false;
	busy--
}
#endif

#ifdef CANCELLER
active proctype canceller()
{
	byte at;

	HOLDS(accepted, 2);
	if
	:: HOLDS(ended, 2) -> goto out
	:: else
	fi;
	atomic {
		LOCK;
		at = arrived
	}
	if
	:: at -> absorb_seen_locked()
	:: else
	fi;
#ifdef GATHER
	take_to_line(outbox);
#endif
	atomic {
		at = place[2];
		if
		:: HOLDS(ended, 2)
		:: !HOLDS(ended, 2) && at == IN_LINE ->
			line = line & ~BIT(2);
			place[2] = ELSEWHERE;
			dropped = dropped | BIT(2);
			end_job(2)
		:: !HOLDS(ended, 2) && at >= IN_BATCH ->
			/* one compare and exchange */
			at = at - IN_BATCH;
			if
#ifdef MUTATE_WITHDRAW_UNSEEN
			:: true ->
#else
			:: slot[at] == 2 + 1 ->
#endif
				slot[at] = 0;
				dropped = dropped | BIT(2);
				end_job(2)
#ifndef MUTATE_WITHDRAW_UNSEEN
			:: else
#endif
			fi
		:: else
		fi;
		at = 0;
		UNLOCK
	}
out:	busy--
}
#endif

/* ---- worker.c ---- */

#define SLEEPS !in_futex[me]
/* Until the timer goes off, which is when nobody else can go on. */
#define SLEEPS_TIMED \
	if \
	:: !in_futex[me] \
	:: atomic { timeout && looks < 3 -> looks++; in_futex[me] = false } \
	fi

inline futex_wait()
{
	atomic {
		if
		:: same[me] -> in_futex[me] = true
		:: else
		fi;
		same[me] = false
	}
}

#define LEFT_LOCKED \
	(line || arrived || OUTBOX_LEFT || slot[0] || slot[1] || slot[2] || \
	    slot[3])
#if defined(MUTATE_WATCHER_WITHOUT_OUTBOX) || defined(MUTATE_NO_OUTBOX_LOOK)
#define OUTBOX_LEFT false
#else
#define OUTBOX_LEFT outbox
#endif

#define MINE(n) (me * S + (n))
#define OTHERS(n) ((1 - me) * S + (n))

/* Put waiting job `number` into the next slot of the own batch. */
inline fill_one(number)
{
	if
	:: HOLDS(line, number) ->
		TOUCH(number);
		slot[MINE(next)] = number + 1;
		place[number] = IN_BATCH + MINE(next);
		next++
	:: else
	fi
}

proctype worker(byte me)
{
	byte job, next = S;
	bool wake, spun, helps;

next_job:
	/* quern__batch_take() */
	if
	:: next < S ->
#ifdef MUTATE_SLOT_WITHOUT_EXCHANGE
		job = slot[MINE(next)];
#endif
		d_step {
#ifndef MUTATE_SLOT_WITHOUT_EXCHANGE
			job = slot[MINE(next)];
#endif
			slot[MINE(next)] = 0;
			next++
		}
		if
		:: job -> goto run_it
		:: else -> goto next_job
		fi
#ifdef URGENT
	:: next < S /* something urgent has come */
#endif
	:: next == S
	fi;

	/* visit_line() */
	atomic {
		LOCK;
		moved = true;
		looks = 0;
		if
		:: next < S ->
			return_slot(MINE(1));
			return_slot(MINE(0));
			next = S
		:: else
		fi;
		goto look
	}

	/* pick_locked() */
look:	atomic {
		if
		:: arrived -> skip
		:: line & (line - 1) -> goto absorbed /* enough */
		:: else ->
			LAPSE;
			goto absorbed
		fi
	}
	absorb_seen_locked();
absorbed:
#ifdef ASIDE
	/* quern__idle_step_aside_locked() */
	atomic {
		if
		:: !leaving && !helps && CROWDS(0) -> skip
		:: else -> goto pick
		fi
	}
	asleep++;
	/* With two workers nobody else can be watching. */
	assert(!watching);
watch:	atomic {
		watching = true;
		moved = false;
		SEE_WORD;
		UNLOCK
	}
	futex_wait();
end_watch:
	SLEEPS_TIMED;
	atomic {
		LOCK;
		waking = false;
		if
		:: !leaving && moved && CROWDS(1) && LEFT_LOCKED -> goto watch
		:: else
		fi;
		watching = false;
#ifndef MUTATE_WATCHER_NEVER_HELPS
		helps = !moved && LEFT_LOCKED;
#endif
		asleep--;
		goto look
	}
#endif
pick:	if
	:: line -> goto picked
	:: else
	fi;
#ifndef MUTATE_NO_BATCH_LOOK
	return_slot(OTHERS(1));
	atomic {
		return_slot(OTHERS(0));
		if
		:: line -> goto look
		:: else
		fi
	}
#endif
	/* quern__pool_absorb_all_locked() */
	if
	:: arrived -> absorb_seen_locked()
	:: else -> LAPSE
	fi;
	atomic {
#if defined(GATHER) && !defined(MUTATE_NO_OUTBOX_LOOK)
		take_to_line(outbox);
#endif
		if
		:: line -> goto look
		:: leaving -> goto leave
		:: else
		fi
	}
	if
#ifdef SPIN
	:: atomic { !spun -> spinning++; UNLOCK }
		/* quern__spin_for_work_locked(), for any time at all */
#ifdef MUTATE_NO_RECHECK_AFTER_SPIN
		atomic { LOCK; spinning--; spun = true; goto sleep }
#else
		atomic { LOCK; spinning--; spun = true; goto look }
#endif
#endif
	:: true
	fi;
sleep:
	/* quern__idle_sleep_locked() */
#ifdef MUTATE_LOOK_BEFORE_COUNT
	atomic {
		wake = arrived;
		spun = false
	}
	asleep++;
#else
	atomic {
		asleep++;
		spun = false
	}
	wake = arrived;
#endif
	atomic {
#if defined(GATHER) && !defined(MUTATE_SLEEP_WITHOUT_OUTBOX) && \
    !defined(MUTATE_NO_OUTBOX_LOOK)
		wake = wake || outbox;
#endif
		if
		:: !line && !leaving && !wake ->
			SEE_WORD;
			UNLOCK
		:: else -> goto awake
		fi
	}
	futex_wait();
end_sleep:
	SLEEPS;
	atomic {
		LOCK;
		waking = false;
		goto awake
	}
awake:	atomic {
		wake = false;
		asleep--;
		goto look
	}

picked:	/* still visit_line(): a job, and perhaps more for the batch */
	atomic {
		spun = false;
		helps = false;
		if
		:: HOLDS(line, 0) -> job = 1
		:: !HOLDS(line, 0) && HOLDS(line, 1) -> job = 2
		:: else -> job = 3
		fi;
		TOUCH(job - 1);
		line = line & ~BIT(job - 1);
		place[job - 1] = ELSEWHERE;
		next = 0;
		if
		:: line ->
			fill_one(1);
			fill_one(2);
			line = 0
		:: true
		fi;
		wake = (next || line);
		next = (next -> 0 : S);
		if
		:: wake -> wants_wake_locked(wake)
		:: else
		fi;
		UNLOCK
	}
	if
	:: wake -> futex_wake(wake)
	:: else
	fi;

run_it:	atomic {
		job--;
		TOUCH(job);
		assert(!HOLDS(dropped, job)) /* D3 */
	}
	if
	:: job == 0 ->
end_stuck:	false /* it never ends */
	:: true
	fi;
	/* quern__job_finish(): from here on its owner may free it */
	d_step {
		end_job(job);
		job = 0
	}
	goto next_job;

leave:	atomic {
		gone++;
		UNLOCK
	}
}

/* ---- what must hold ---- */

#define WAITING (inbox || outbox || line || \
	slot[0] || slot[1] || slot[2] || slot[3])

init
{
	atomic {
#ifdef CANCELLER
		busy++;
#endif
		run worker(0);
		run worker(1);
#if defined(SCENE_SUBMIT)
		run submitter(BIT(0) | BIT(2));
		run submitter(BIT(1));
#elif defined(SCENE_CANCEL)
		run submitter(BIT(0) | BIT(1) | BIT(2));
#elif defined(SCENE_ASIDE)
		/* Two in a batch, or one that runs and one in the outbox. */
		if
		:: accepted = BIT(0)
		:: accepted = BIT(0) | BIT(2)
		fi;
		run submitter(accepted);
#endif
#ifdef SUBMITTERS
		busy = busy + SUBMITTERS;
#endif
#ifdef GATHER
		busy++;
		run loop()
#endif
	}
	if
#ifndef ASIDE
	:: !busy && accepted == ended ->
		/* quern_executor_destroy(), wherever the workers are */
		atomic {
			LOCK;
			leaving = true;
#ifndef MUTATE_LEAVE_QUIETLY
			CHANGE_WORD;
#endif
			UNLOCK
		}
		d_step {
			in_futex[0] = false;
			in_futex[1] = false
		}
		timeout;
		assert(gone == W) /* D5 */
#endif
	:: atomic {
		timeout && !(watching && looks < 3);
		assert(!WAITING || !asleep); /* D1 */
		assert(WAITING || (accepted & ~ended & ~BIT(0)) == 0) /* D2 */
	}
	fi
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * complete.pml -- a Promela model of how jobs end and get back to their loop:
 * the words of job.c, mailbox.c, deliver.c and the sleep in loop.c.
 *
 *     worker --> done list --ring--> the loop: backlog --> done()
 *        canceller --^
 *
 * Three threads each end a job; a fourth tells one of these jobs to stop and
 * goes by what it is answered.  The loop sleeps until it is rung, or says that
 * it looks by itself and does so some time; a worker that runs dry has it look
 * no more.  It delivers two jobs a turn at most, and is destroyed as soon as
 * nothing is in flight.  That
 * libev's front also rings for its backlog before it sleeps is left out: the
 * other front does not.
 *
 * A step is one atomic operation.  The done list is a set.  Exchanges that are
 * tried until they work are one step.  The model is sequentially consistent;
 * that the memory orders in the code are strong enough is argued there.
 *
 * Checked:
 *   C1  Every job is delivered, once; the loop does not sleep for ever.
 *   C2  Whoever finishes a job sees every reason that cancel said it had set.
 *   C3  Nobody touches a job that was delivered, nor a loop that was destroyed.
 *
 * MUTATE_... breaks one rule of the code each; model.sh sees that each is
 * found out.
 */

#define J 3
#define TURN 2 /* jobs */

#define BIT(job) (1 << (job))

/* The loop: done list, backlog and so on. */
byte done, backlog; /* sets of jobs */
byte ringing, in_flight = J;
bool rung, looks, destroyed;

/* The jobs' words. */
bool has_reason[J], is_done[J];
byte delivered; /* a set of jobs */

/* Job 0, which is told to stop, failed for that reason; so cancel said. */
bool ended_by_reason, said_it_would;

#define TOUCH_LOOP assert(!destroyed)
#define TOUCH_JOB(job) assert(!(delivered & BIT(job)))

inline ring()
{
	d_step {
		TOUCH_LOOP;
		rung = true
	}
}

inline unpin()
{
	d_step {
		TOUCH_LOOP;
		ringing--
	}
}

/* An exchange; `first`: there was nothing. */
inline mailbox_push(job, first)
{
	d_step {
		TOUCH_LOOP;
		TOUCH_JOB(job);
#if defined(MUTATE_NEVER_RING)
		first = false;
#else
		first = (done == 0);
#endif
		done = done | BIT(job)
	}
}

/* The same, unless there is nothing: `pushed`. */
inline mailbox_push_behind(job, pushed)
{
	d_step {
		TOUCH_LOOP;
		TOUCH_JOB(job);
#ifdef MUTATE_PUSH_BEHIND_NOTHING
		pushed = true;
#else
		pushed = (done != 0);
#endif
		if
		:: pushed -> done = done | BIT(job)
		:: else
		fi
	}
}

/* quern__deliver_look_no_more(): it is to be rung for, for all we know. */
inline look_no_more(rings)
{
#ifdef MUTATE_LOOK_THEN_CLEAR
	rings = looks && done;
	looks = false
#else
	d_step { /* an exchange */
		TOUCH_LOOP;
		rings = looks;
		looks = false
	}
	rings = rings && done
#endif
}

/* The ring of a push that was the first. */
inline ring_unless_it_looks()
{
#ifdef MUTATE_LOOK_BEFORE_PUSH
	if
	:: seen_looking
	:: else -> ring()
	fi
#else
	if
	:: looks
	:: else -> ring()
	fi
#endif
}

/* quern__deliver_now_locked(); the lock keeps the loop while it is not pinned. */
active proctype dry_worker()
{
	bool rings;

	do
	:: destroyed -> break
	:: atomic { /* the lock, which destroying takes too */
		!destroyed && looks ->
#ifndef MUTATE_PIN_AFTER_LOOK
		ringing++
#endif
		};
		look_no_more(rings);
#ifdef MUTATE_PIN_AFTER_LOOK
		ringing++;
#endif
		if
		:: rings -> ring()
		:: else
		fi;
		unpin()
	od
}

/* quern__job_finish(), then quern__deliver_push() */
proctype ender(byte job)
{
	bool yes;
#ifdef MUTATE_LOOK_BEFORE_PUSH
	bool seen_looking = looks;
#endif

#ifdef MUTATE_FINISH_WITHOUT_EXCHANGE
	yes = has_reason[job];
	d_step {
		TOUCH_JOB(job);
		is_done[job] = true
	}
#else
	d_step {
		TOUCH_JOB(job);
		yes = has_reason[job];
		is_done[job] = true
	}
#endif
	d_step { /* settle() */
		TOUCH_JOB(job);
		if
		:: job == 0 -> ended_by_reason = yes
		:: else
		fi
	}
	mailbox_push_behind(job, yes);
	if
	:: yes -> goto out
	:: else
	fi;
#ifdef MUTATE_NO_PIN
	mailbox_push(job, yes);
	if
	:: yes -> ring_unless_it_looks()
	:: else
	fi;
#else
#ifdef MUTATE_PIN_AFTER_PUSH
	mailbox_push(job, yes);
	ringing++;
#else
	d_step {
		TOUCH_LOOP;
		ringing++
	}
	mailbox_push(job, yes);
#endif
#ifdef MUTATE_UNPIN_BEFORE_RING
	unpin();
	if
	:: yes -> ring_unless_it_looks()
	:: else
	fi;
#else
	if
	:: yes -> ring_unless_it_looks()
	:: else
	fi;
	unpin();
#endif
#endif
out:	skip
}

/* set_reason() for a job that somebody is inside of */
active proctype canceller()
{
#ifdef MUTATE_REASON_WITHOUT_EXCHANGE
	if
	:: is_done[0] -> goto out
	:: else
	fi;
	d_step {
		has_reason[0] = true;
		said_it_would = true
	}
#else
	d_step {
		if
		:: !is_done[0] ->
			has_reason[0] = true;
			said_it_would = true
		:: else
		fi
	}
#endif
out:	skip
}

#define HAS_ENDS (backlog || done)

/* quern__deliver() */
inline deliver()
{
	count = 0;
	do
	:: count < TURN ->
		if
		:: !backlog && !done -> break
		:: !backlog && done ->
			d_step { /* an exchange */
				backlog = done;
				done = 0
			}
		:: backlog
		fi;
		d_step { /* the loop's own */
			if
			:: backlog & BIT(0) -> backlog = backlog & ~BIT(0);
				TOUCH_JOB(0);
				assert(is_done[0]);
				delivered = delivered | BIT(0)
			:: !(backlog & BIT(0)) && (backlog & BIT(1)) ->
				backlog = backlog & ~BIT(1);
				TOUCH_JOB(1);
				assert(is_done[1]);
				delivered = delivered | BIT(1)
			:: else ->
				backlog = backlog & ~BIT(2);
				TOUCH_JOB(2);
				assert(is_done[2]);
				delivered = delivered | BIT(2)
			fi;
			count++
		}
	:: count == TURN -> break
	od;
#ifndef MUTATE_NO_RING_FOR_THE_REST
	if
	:: HAS_ENDS -> ring()
	:: else
	fi;
#endif
	in_flight = in_flight - count /* settle_turn() */
}

active proctype loop()
{
	byte count;
	bool looking, rings;

	do
	:: in_flight ->
		/* Before it polls, and reads what it was rung with. */
		if
		:: true
		:: HAS_ENDS -> deliver();
#ifndef MUTATE_POLL_FOR_NOTHING
			if
			:: !in_flight -> break
			:: else
			fi
#endif
		fi;
		if
		:: looking = false
		:: looking = true;
			looks = true
		fi;
		/* In the poll; its timer may go off at any time. */
		(rung || looking);
		if
		:: looking ->
			look_no_more(rings);
			if
			:: rings -> ring()
			:: else
			fi
		:: else
		fi;
		if
		:: rung
		:: else -> goto next
		fi;
#ifndef MUTATE_FORGET_RING_LATE
		rung = false;
#endif
		deliver();
#ifdef MUTATE_FORGET_RING_LATE
		rung = false;
#endif
next:		skip
	:: else -> break
	od;
	/* quern_loop_destroy() */
#ifndef MUTATE_DESTROY_WITHOUT_WAIT
	ringing == 0;
#endif
	destroyed = true;
	assert(delivered == (BIT(0) | BIT(1) | BIT(2))) /* C1 */
}

init
{
	atomic {
		run ender(0);
		run ender(1);
		run ender(2)
	}
	timeout;
	assert(destroyed); /* C1 */
	assert(!said_it_would || ended_by_reason) /* C2 */
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * permit.h -- cores are permits: one account of the process for all who
 * compute.
 *
 * A thread that computes holds a permit: a worker one, an OpenMP team one for
 * each of its threads, a blocking caller one.  There are as many as cores, so
 * that P threads compute however many executors, lanes and callers there are.
 * Nobody is kept from working for ever: a wait ends with its patience, and who
 * has no permit at all then gets one that there was not.  So permits are about
 * speed only, and nobody may rely on them for exclusion.
 *
 * All of it from any thread; errno stays the caller's.  Reading the limit means
 * opening files and allocating, some 200 us: quern__permits_limit() and raise()
 * do that when it is time, and whoever is the very first; hold no lock then.
 * A child of fork() begins with an account in which nothing is out.
 */
#ifndef QUERN_SRC_PERMIT_H
#define QUERN_SRC_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

enum quern__permits_wanted {
	QUERN__NOBODY_WAITS = 0,
	/* Who has held a permit for long gives way at a block border. */
	QUERN__WORKER_WAITS = 1,
	/* Everybody who can does, at the next one.  Also: too many are out. */
	QUERN__LANE_WAITS = 2,
};

/*
 * How many permits there are now; at least 1.  Reads anew what the process may
 * use if that is more than a second old, and is as cheap as a look at the
 * clock otherwise.  Workers call it now and then, or a change goes unnoticed.
 */
unsigned quern__permits_limit(void);
/* The same as of the last time that it was read. */
unsigned quern__permits_limit_as_read(void);

/*
 * Was the process stopped, between the last two times that was read, since it
 * had used up its quota of CPU time?  Then nobody should spin.
 */
bool quern__permits_throttled(void);

/*
 * An executor was asked for more workers than there are cores: it gets permits
 * for them all until it takes that back, with the same number.  One that was
 * not calls neither, so that its permits shrink with the cores.
 */
void quern__permits_raise(unsigned workers);
void quern__permits_lower(unsigned workers);

/* Take one, if one is free and nobody waits for it. */
bool quern__permit_try(void);

/* Take what is free and nobody waits for, `most` at most; returns how many. */
unsigned quern__permits_take_free(unsigned most);

/* Take n more, free or not: for who runs in any case. */
void quern__permits_force(unsigned n);

/*
 * For a caller that computes at once, on up to `most` threads: one permit, free
 * or not, and what is free besides.  Who wants more threads than there are
 * cores says so on purpose and gets them all.  Returns how many were taken.
 */
unsigned quern__permits_enter(unsigned most);

/*
 * Wait in line, first come first served, until there are `want` together with
 * the `have` that the caller holds already, but no more than there are in all;
 * and no longer than `patience_ns`.  What came by then stays taken.
 *
 * Returns how many were taken; if `have` is 0 and `want` is not, at least 1.
 */
unsigned quern__permits_take(
    unsigned want, unsigned have, uint64_t patience_ns, bool lane);

/* Give n back; cheap if nobody waits. */
void quern__permits_give(unsigned n);

/*
 * One of enum quern__permits_wanted.  Read by all who compute, at every block
 * border and before every call; seldom written.  Atomic; a hint, so relaxed on
 * both sides.
 */
extern int quern__permits_hint __attribute__((visibility("hidden")));

static inline int
quern__permits_wanted(void)
{
	return __atomic_load_n(&quern__permits_hint, __ATOMIC_RELAXED);
}

/* In a child of fork(), before it has a second thread: a new account. */
void quern__permits_restart(void);

#endif

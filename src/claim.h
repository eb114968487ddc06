/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * claim.h -- which blocks of a loop are whose, while several work on it.
 */
#ifndef QUERN_SRC_CLAIM_H
#define QUERN_SRC_CLAIM_H

#include <quern/loop.h>

/* Neighbouring blocks, [at, end). */
struct quern__blocks {
	uint32_t at, end;
};

/* What one of those inside a loop has claimed and not begun. */
struct quern__claim {
	uint64_t range; /* atomic; packed, see claim.c */

	/* The owner's. */
	uint64_t since_ns; /* when it claimed last; 0: not measured */
	uint32_t size;     /* of that claim; 0: there was none */
	uint32_t step;     /* blocks that are begun together */
	uint32_t counted;  /* blocks in it that count as done already */
	bool far;          /* blocks run in another process */

	/* The pool's lock, while others may steal from it. */
	quern_job *job;
	struct quern__claim *next;
};

/*
 * The next blocks to run, as a part of what the owner has claimed or, if that
 * is used up, of a new claim.  `others` is how many may be inside besides,
 * `ran` how many blocks the owner has run since the last call, which counts
 * them as done.  False: all are claimed.
 */
bool quern__claim_next(struct quern__claim *claim, quern_job *job,
    uint32_t blocks, unsigned others, uint32_t *ran,
    struct quern__blocks *next);

/*
 * Before a second one is inside: the first n blocks are for some who are sure
 * to come, and count as done.  So those who find no other block to run need not
 * exchange anything with each other.  One of them finds [i, end) in `claim`,
 * which was empty.
 */
void quern__claim_reserve(quern_job *job, uint32_t n);
void quern__claim_reserved(
    struct quern__claim *claim, uint32_t i, uint32_t end);

/* How many blocks are done, as far as has been counted. */
uint32_t quern__claim_done(const quern_job *job);

/* Count `ran` blocks as done. */
void quern__claim_count(quern_job *job, uint32_t ran);

/*
 * Give back what was claimed and not begun, if nobody has claimed anything
 * since.  False: it is the owner's to run.
 */
bool quern__claim_give_back(struct quern__claim *claim, quern_job *job);

/* Nobody need run the rest: of the loop, and of what the owner has claimed. */
void quern__claim_drop_rest(
    struct quern__claim *claim, quern_job *job, uint32_t blocks);

/* Is the last block claimed? */
bool quern__claim_none_left(const quern_job *job, uint32_t blocks);

/*
 * Others who are inside the job's loop may steal from now on, or no more; with
 * the pool's lock held, while the owner is inside.
 */
void quern__claim_open_locked(
    quern_executor *pool, struct quern__claim *claim, quern_job *job);
void quern__claim_close_locked(
    quern_executor *pool, struct quern__claim *claim);

/*
 * Take one block from the far end of another's claim of the same loop, with the
 * pool's lock held; the own claim is used up.  False: there is none, or the
 * job was told to stop.
 */
bool quern__claim_steal_locked(
    quern_executor *pool, struct quern__claim *claim);

#endif

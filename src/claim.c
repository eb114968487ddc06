/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * claim.c -- which blocks of a loop are whose, while several work on it.
 *
 *     the loop's counter --claim--> [claim.c] --step--> grid.c
 *                                       |
 *                                       +------steal--> others inside
 *
 * A claim is as many neighbours as seem worth AIM_NS, going by what the last
 * ones took: one at first, at most twice as many as before, and never so many
 * that the others would have to wait for them at the end.  Of these the owner
 * begins a step at a time, worth a fifth of that, and between two steps it
 * looks around (grid.c).
 *
 * Where another process runs them each step costs a message: so a claim is one
 * step, of up to 1024 blocks, begins with more than one if there are many, grows
 * faster, and stays worth a message until the end.
 *
 * What the last blocks took says nothing certain of the next ones.  Should they
 * take a thousand times as long, whoever finds no block left steals what the
 * others have claimed and not begun: one block at a time and from the far end,
 * so that the owner keeps its neighbours and nobody sits on what it has stolen.
 *
 * A claim of several never reaches the last block, which is claimed alone.  So
 * once none is left nothing is given back any more, and whoever finds none left
 * may close the loop.
 *
 * Both the loop's counter (with the number of blocks done, so that one exchange
 * tells both) and a claim are a pair of numbers in one word.  Exchanges are
 * tried until they work; nothing ever counts beyond the blocks.
 *
 * relaxed throughout: to claim a block hands over no data.  The inputs were
 * published by whatever let us in, and the results are published on leaving
 * (the pool's lock, or the end of the OpenMP region).
 *
 * A thief holds the pool's lock, which the owner needs to leave its loop: so
 * the claim is one of the same loop until the exchange has worked.
 */
#include "claim.h"

#include "clock.h"
#include "job.h"
#include "pool.h"

enum {
	AIM_NS = 20000,
	STEPS = 5,      /* of a claim worth AIM_NS */
	STEP_MOST = 16, /* blocks, however short */
	/* To ask another process takes some 10 us. */
	FAR_AIM_NS = 500000,
	FAR_LEAST_NS = 50000, /* also towards the end */
	FAR_STEP_MOST = 1024,
	GROWTH = 2, /* from one claim to the next */
	FAR_GROWTH = 8,
	/* What is left, shared out: at most one such part of one's share. */
	PARTS = 4,
	FAR_PARTS = 2,
	FAR_FIRST_PARTS = 32 /* as long as nothing has been measured */
};

static uint64_t
pack(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static uint32_t
low(uint64_t word)
{
	return (uint32_t)word;
}

static uint32_t
high(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

/* If the word is *seen it becomes `wanted`; else *seen is what it is. */
static bool
exchange(uint64_t *word, uint64_t *seen, uint64_t wanted)
{
	return __atomic_compare_exchange_n(
	    word, seen, wanted, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Low: the first block that is unclaimed; high: how many are done. */
static uint64_t *
counter_of(quern_job *job)
{
	return &job->own.progress.loop;
}

/* ---- the owner ---- */

/*
 * How many of the blocks left for each are worth AIM_NS, going by the last claim?
 * *least is how many are worth a message.
 */
static uint32_t
measure(struct quern__claim *claim, uint32_t left, uint64_t *least)
{
	uint64_t aim_ns = claim->far ? FAR_AIM_NS : AIM_NS;
	uint32_t steps = claim->far ? 1 : STEPS;
	uint32_t most = claim->far ? FAR_STEP_MOST : STEP_MOST;
	uint64_t grown =
	    (uint64_t)claim->size * (claim->far ? FAR_GROWTH : GROWTH);
	uint64_t now = quern__now_ns(), worth = 1;

	if (claim->since_ns)
		worth = claim->size * aim_ns / (now - claim->since_ns + 1);
	else if (claim->far)
		worth = grown = left / FAR_FIRST_PARTS;
	claim->step = worth < steps ? 1 :
	    worth < steps * most    ? (uint32_t)worth / steps :
				      most;
	claim->since_ns = now;
	*least = claim->far ? worth / (FAR_AIM_NS / FAR_LEAST_NS) : 0;
	worth = worth < grown ? worth : grown;
	return worth ? (uint32_t)worth : 1;
}

static bool
take_own(struct quern__claim *claim, struct quern__blocks *next)
{
	uint64_t seen = __atomic_load_n(&claim->range, __ATOMIC_RELAXED);
	uint32_t at, end;

	do {
		at = low(seen);
		end = high(seen);
		if (at >= end)
			return false;
		next->at = at;
		next->end = end - at < claim->step ? end : at + claim->step;
	} while (!exchange(&claim->range, &seen, pack(next->end, end)));
	return true;
}

/* The most that is claimed at once, but towards the end. */
static uint32_t
share_of(const struct quern__claim *claim, uint32_t left, unsigned others)
{
	return left / ((claim->far ? FAR_PARTS : PARTS) * (others + 1));
}

/*
 * The most that one may claim of so many that are left: towards the end little
 * at a time, so that all end together, but no less than `least`.
 */
static uint32_t
most_of(const struct quern__claim *claim, uint32_t left, unsigned others,
    uint64_t least)
{
	uint32_t share = share_of(claim, left, others);

	if (share < least)
		share = least < left ? (uint32_t)least : left - 1;
	return share ? share : 1;
}

/* Claim the next neighbours that nobody has; false: there are none. */
static bool
claim_more(struct quern__claim *claim, uint64_t *counter, uint32_t blocks,
    unsigned others, uint32_t *ran, struct quern__blocks *next)
{
	uint64_t seen = __atomic_load_n(counter, __ATOMIC_RELAXED);
	uint32_t left = blocks - low(seen), wanted = 1, size;
	uint64_t least = 0;

	if (claim->far || share_of(claim, left, others) > 1)
		wanted = measure(claim, left / (others + 1), &least);
	do {
		left = blocks - low(seen);
		if (!left)
			return false;
		size = most_of(claim, left, others, least);
		size = size < wanted ? size : wanted;
	} while (!exchange(
	    counter, &seen, pack(low(seen) + size, high(seen) + *ran)));
	*ran = 0;
	claim->size = size;
	next->at = low(seen);
	next->end = next->at + (size < claim->step ? size : claim->step);
	__atomic_store_n(
	    &claim->range, pack(next->end, low(seen) + size), __ATOMIC_RELAXED);
	return true;
}

bool
quern__claim_next(struct quern__claim *claim, quern_job *job, uint32_t blocks,
    unsigned others, uint32_t *ran, struct quern__blocks *next)
{
	if (!claim->step)
		claim->step = 1;
	return take_own(claim, next) ||
	    claim_more(claim, counter_of(job), blocks, others, ran, next);
}

void
quern__claim_reserve(quern_job *job, uint32_t n)
{
	__atomic_store_n(counter_of(job), pack(n, n), __ATOMIC_RELAXED);
}

void
quern__claim_reserved(struct quern__claim *claim, uint32_t i, uint32_t end)
{
	__atomic_store_n(&claim->range, pack(i, end), __ATOMIC_RELAXED);
	claim->counted = end - i;
}

void
quern__claim_count(quern_job *job, uint32_t ran)
{
	if (ran)
		__atomic_fetch_add(
		    counter_of(job), pack(0, ran), __ATOMIC_RELAXED);
}

uint32_t
quern__claim_done(const quern_job *job)
{
	return high(__atomic_load_n(&job->own.progress.loop, __ATOMIC_RELAXED));
}

bool
quern__claim_none_left(const quern_job *job, uint32_t blocks)
{
	return low(__atomic_load_n(
		   &job->own.progress.loop, __ATOMIC_RELAXED)) >= blocks;
}

bool
quern__claim_give_back(struct quern__claim *claim, quern_job *job)
{
	/* Out of reach of thieves first. */
	uint64_t mine = __atomic_exchange_n(&claim->range, 0, __ATOMIC_RELAXED);
	uint64_t *counter = counter_of(job);
	uint64_t seen = __atomic_load_n(counter, __ATOMIC_RELAXED);

	if (low(mine) >= high(mine))
		return true;
	while (low(seen) == high(mine))
		if (exchange(counter, &seen, pack(low(mine), high(seen))))
			return true;
	__atomic_store_n(&claim->range, mine, __ATOMIC_RELAXED);
	return false;
}

void
quern__claim_drop_rest(
    struct quern__claim *claim, quern_job *job, uint32_t blocks)
{
	uint64_t *counter = counter_of(job);
	uint64_t seen = __atomic_load_n(counter, __ATOMIC_RELAXED);

	__atomic_store_n(&claim->range, 0, __ATOMIC_RELAXED);
	while (low(seen) < blocks &&
	    !exchange(counter, &seen, pack(blocks, high(seen))))
		;
}

/* ---- thieves ---- */

void
quern__claim_open_locked(
    quern_executor *pool, struct quern__claim *claim, quern_job *job)
{
	claim->job = job;
	claim->next = pool->claims;
	pool->claims = claim;
}

void
quern__claim_close_locked(quern_executor *pool, struct quern__claim *claim)
{
	struct quern__claim **at;

	if (!claim->job)
		return;
	for (at = &pool->claims; *at != claim; at = &(*at)->next)
		;
	*at = claim->next;
	claim->job = NULL;
}

static bool
steal_last(struct quern__claim *from, uint32_t *block)
{
	uint64_t seen = __atomic_load_n(&from->range, __ATOMIC_RELAXED);

	do {
		if (low(seen) >= high(seen))
			return false;
		*block = high(seen) - 1;
	} while (!exchange(&from->range, &seen, pack(low(seen), *block)));
	return true;
}

bool
quern__claim_steal_locked(quern_executor *pool, struct quern__claim *claim)
{
	struct quern__claim *from;
	uint32_t block;

	/* Nobody need run what is left of a job that was told to stop. */
	if (!claim->job || quern__job_was_told(claim->job))
		return false;
	for (from = pool->claims; from; from = from->next) {
		if (from == claim || from->job != claim->job ||
		    !steal_last(from, &block))
			continue;
		claim->since_ns = 0; /* what it takes says nothing */
		__atomic_store_n(
		    &claim->range, pack(block, block + 1), __ATOMIC_RELAXED);
		return true;
	}
	return false;
}

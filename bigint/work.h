/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work.h -- a long operation in stages, each of many pieces.
 *
 * The pieces of a stage run in any order on all workers that are free; stages
 * follow each other.  Between two pieces the operation can be cancelled, and
 * after each one its progress is told: each stage has its share of the whole.
 */
#ifndef QUERN_BIGINT_WORK_H
#define QUERN_BIGINT_WORK_H

#include <quern/op.h>

/* Piece i of a stage; negative: the operation fails. */
typedef int quern__big_piece(void *arg, size_t i);

struct quern__big_work {
	quern_context *ctx; /* of the operation's call */
	double reached;     /* 0 to 1; the thread that runs the call */

	/* of the stage under way; fixed in it but for `done` */
	quern__big_piece *piece;
	void *arg;
	size_t count;
	double share;
	size_t done; /* atomic, relaxed: a number to look at */
};

/*
 * Run piece(arg, i) for each i in [0, count), `grain` neighbours at a time.
 * 0; what a piece returned; or the reason to stop.
 */
int quern__big_stage(struct quern__big_work *work, double share, size_t count,
    size_t grain, quern__big_piece *piece, void *arg);

/* A step is done that was not a stage.  0; -ECANCELED: go no further. */
int quern__big_step(struct quern__big_work *work, double share);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.h -- what a process cannot see is copied to where it can, and back.
 */
#ifndef QUERN_SRC_PROCESS_STAGE_H
#define QUERN_SRC_PROCESS_STAGE_H

#include <quern/fuse.h>

#include "kernels/kernel.h"
#include "remote.h"

struct quern__staged_part {
	char *here;       /* the program's; NULL: nothing to copy */
	char *there;      /* the same on the stage, contiguous */
	size_t n, size;   /* elements, and bytes of one */
	size_t before;    /* bytes of those that are not sent */
	ptrdiff_t stride; /* in elements, here */
	bool in, out;     /* copied there; copied back */
};

/* Arrays of a loop; a chain of ops has those of each of them. */
enum { QUERN__PARTS_MOST = QUERN_FUSE_MOST * QUERN__ARRAYS };

struct quern__staged {
	quern_op op; /* as the process gets it */
	struct quern__staged_part arg;
	struct quern__staged_part *part;
	size_t parts;
};

/*
 * Blocks from `at` on, up to `end`, that fit on the stage together: where the
 * first begins that does not.  All, if nothing need be copied.
 */
uint32_t quern__stage_part(
    struct quern__arena *arena, const quern_op *op, uint32_t at, uint32_t end);

/*
 * Copy what `run` reads.  With remote->lock held.  `used` bytes of the stage are
 * taken; afterwards more are.  `part` has room for QUERN__PARTS_MOST and lives as
 * long as `out`; for calls, which have none, it is NULL.  0, -ENOMEM, -EMFILE,
 * -ENFILE; -ENOSPC: what is taken leaves no room.
 */
int quern__stage_fill(struct quern__remote *remote, const quern_op *op,
    const struct quern__message *run, size_t *used,
    struct quern__staged_part part[], struct quern__staged *out);

/* Copy back what it has written, when it has come to a good end. */
void quern__stage_fetch(struct quern__staged *staged);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lane.h -- OpenMP lanes: threads of an executor that lead a team of one fixed
 * width each.
 */
#ifndef QUERN_SRC_LANE_H
#define QUERN_SRC_LANE_H

#include <pthread.h>
#include <quern/loop.h>

#include "grid.h"

struct quern__leader;

struct quern__lanes {
	pthread_mutex_t lock; /* guards all here, and the leaders' states */
	struct quern__leader *first;
	unsigned alive;   /* that have not ended */
	bool leaving;     /* the executor is being destroyed: leaders return */
	uint64_t idle_ns; /* after so long without a job a leader ends */
};

int quern__lanes_init(struct quern__lanes *lanes);
/* End and join the leaders.  No job is with a lane or on its way to one. */
void quern__lanes_fini(struct quern__lanes *lanes);

/* Would the loop `op` go to a lane, if one can be had? */
bool quern__lanes_want_loop(const quern_executor *pool, const quern_op *op);
/* And any op? */
static inline bool
quern__lanes_want(const quern_executor *pool, const quern_op *op)
{
	return quern__op_is_loop(op) ? quern__lanes_want_loop(pool, op) :
				       op->kind->team;
}

/*
 * Hand a running job that wants one over to a lane, together with the `have`
 * permits that the caller holds.  Waits for more of them, but not for long.
 *
 * True: it will be finished there, and may be already.  False: it is the
 * caller's to run on this thread alone, and so are its permits: there are no
 * cores or no threads to make a lane of.
 */
bool quern__lanes_run(quern_executor *pool, quern_job *job, unsigned have);

/* Is the calling thread one of the leaders? */
bool quern__lanes_is_own(struct quern__lanes *lanes);

unsigned quern__lanes_alive(struct quern__lanes *lanes);

#endif

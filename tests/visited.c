/* SPDX-License-Identifier: BSD-2-Clause */
/* visited.c -- a loop whose blocks note that somebody was there, see visited.h. */
#include "visited.h"

#include "src/grid.h"
#include "src/job.h"
#include "support.h"

int visited[VISITED_MOST];

static void
visit(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	(void)ctx;
	(void)arg;
	CU_ASSERT_EQUAL(end, begin + 1);
	visited[begin]++;
}

void
visited_begin(quern_job *job, size_t blocks)
{
	memset(visited, 0, sizeof(visited));
	quern__job_init_sync(
	    job, quern_for(blocks, 1, visit, NULL), NULL, NULL);
	quern__job_move(job, QUERN__IN_FLIGHT);
	CU_ASSERT_EQUAL(quern__grid_begin(job), 0);
}

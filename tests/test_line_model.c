/* SPDX-License-Identifier: BSD-2-Clause */
/* test_line_model.c -- random steps on src/line.c against a plain model. */
#include <string.h>

#include "line_check.h"

enum { JOBS = 24 };

struct model {
	quern_job *job[QUERN__LANES][JOBS];
	unsigned n[QUERN__LANES];
	unsigned passed_over[QUERN__LANES];
};

static void
model_remove(struct model *model, unsigned lane, unsigned at)
{
	quern_job **job = model->job[lane];

	memmove(job + at, job + at + 1, (--model->n[lane] - at) * sizeof(*job));
	if (!model->n[lane])
		model->passed_over[lane] = 0;
}

static unsigned
model_due(const struct model *model, unsigned n)
{
	bool open = n == 1 || n == 3 || n == 5;

	return open && model->n[n - 1] ? 16384 : 16;
}

/* From the lanes [first, end). */
static quern_job *
model_pick(struct model *model, unsigned first, unsigned end)
{
	unsigned chosen, *passed = model->passed_over;
	quern_job *job;

	while (first < end && !model->n[first])
		first++;
	if (first == end)
		return NULL;
	chosen = first;
	for (unsigned n = first + 1; n < end; n++)
		passed[n] += model->n[n] > 0;
	for (unsigned n = first + 1; n < end; n++)
		if (passed[n] > model_due(model, n) &&
		    passed[n] > passed[chosen])
			chosen = n;
	job = model->job[chosen][0];
	model_remove(model, chosen, 0);
	passed[chosen] = 0;
	if (chosen == 1 || chosen == 3 || chosen == 5)
		model->job[chosen][model->n[chosen]++] = job;
	return job;
}

static void
check_same(const struct quern__line *line, const struct model *model)
{
	bool same = true;

	for (unsigned n = 0; n < QUERN__LANES; n++) {
		const quern_job *job = line->lane[n].first;

		for (unsigned i = 0; i < model->n[n] && job; i++) {
			same = same && job == model->job[n][i];
			job = job->own.next;
		}
		same =
		    same && !job && line->lane[n].age == model->passed_over[n];
	}
	CU_ASSERT_TRUE_FATAL(same);
}

/* Several at once, chained from the latest, each in a lane of its own. */
static void
push_some(struct quern__line *line, struct model *model, quern_job job[],
    uint64_t *state)
{
	quern_job *latest = NULL;

	for (int i = 0; i < JOBS; i++) {
		unsigned lane = next_random(state) % QUERN__LANES;

		if (job[i].own.place == QUERN__IN_LINE ||
		    next_random(state) % 4)
			continue;
		set_lane(&job[i], lane);
		model->job[lane][model->n[lane]++] = &job[i];
		job[i].own.next = latest;
		latest = &job[i];
	}
	quern__line_push_all(line, latest);
	check_line(line);
}

static void
random_steps_agree_with_a_plain_model(void)
{
	static quern_job job[JOBS];
	struct quern__line line = { .held = 0 };
	struct model model = { .n = { 0 } };
	uint64_t state = seed();
	unsigned oldest = 0;

	for (unsigned long i = 0; i < rounds(20000); i++) {
		/* Long stretches in which picks, or pushes, prevail. */
		bool filling = i / 200 % 2;
		unsigned choice = next_random(&state) % 8;
		quern_job *any = &job[next_random(&state) % JOBS];
		unsigned lane = any->own.lane, at = 0;

		if (any->own.place != QUERN__IN_LINE &&
		    (filling || choice < 2)) {
			lane = next_random(&state) % QUERN__LANES;
			model.job[lane][model.n[lane]++] = any;
			push(&line, any, lane);
		} else if (filling && choice == 3) {
			push_some(&line, &model, job, &state);
		} else if (any->own.place == QUERN__IN_LINE && choice == 7) {
			while (model.job[lane][at] != any)
				at++;
			model_remove(&model, lane, at);
			take_out(&line, any);
		} else if (choice % 3) {
			CU_ASSERT_PTR_EQUAL_FATAL(
			    pick(&line), model_pick(&model, 0, 6));
		} else {
			CU_ASSERT_PTR_EQUAL_FATAL(
			    pick_from(&line, QUERN__BLOCKING),
			    model_pick(&model, 6, 9));
		}
		check_same(&line, &model);
		for (unsigned n = 0; n < QUERN__LANES; n++)
			if (line.lane[n].age > oldest)
				oldest = line.lane[n].age;
	}
	/* The steps did reach what ageing is about. */
	CU_ASSERT_TRUE(oldest > QUERN__LANE_AGE);
}

int
main(void)
{
	static const CU_TestInfo against[] = {
		{ "random steps agree with a plain model",
		    random_steps_agree_with_a_plain_model },
		CU_TEST_INFO_NULL,
	};

	add_suite("line and model", against);
	return run_suites();
}

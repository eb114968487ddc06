/* SPDX-License-Identifier: BSD-2-Clause */
/* test_trace_way.c -- a job's way on the timeline, from submit to callback. */
#include <errno.h>
#include <stdlib.h>

#include "src/front.h"
#include "src/trace_way.h"
#include "threads.h"
#include "trace_file.h"

enum { WORKERS = 2 };

enum { JOBS_MANY = 100 };

/* The three events of one kind agree in order, and the arrow with them. */
static void
check_way(const struct trace_file *file, const quern_job *job, unsigned loop)
{
	static const char *const category[] = { "submit", "job", "callback" };
	static const char phase[] = { 's', 't', 'f' };
	const struct trace_event *slice, *arrow;
	uint64_t at_ns = 0;

	for (int i = 0; i < 3; i++) {
		slice = trace_find(file, 'X', category[i], job);
		arrow = trace_find(file, phase[i], NULL, job);
		CU_ASSERT_EQUAL(trace_count(file, 'X', category[i], job), 1);
		CU_ASSERT_EQUAL(trace_count(file, phase[i], NULL, job), 1);
		if (!slice || !arrow)
			return;
		CU_ASSERT_EQUAL(arrow->begin_ns, slice->begin_ns);
		CU_ASSERT_EQUAL(arrow->tid, slice->tid);
		CU_ASSERT_EQUAL(slice->tid == loop, i != 1);
		CU_ASSERT(slice->begin_ns >= at_ns);
		at_ns = slice->begin_ns;
	}
}

static int
answer(quern_context *ctx, void *arg)
{
	(void)ctx;
	return *(int *)arg;
}

static void
each_job_is_submitted_run_and_delivered_once(void)
{
	static quern_job job[JOBS_MANY];
	const struct trace_event *told;
	struct trace_file file;
	struct rig rig;
	int status = -EDOM;
	unsigned loop;

	if (!trace_rig_open(&rig, WORKERS))
		return;
	loop = rig.loop->track.name.id;
	for (int i = 0; i < JOBS_MANY; i++) {
		quern_job_init(&job[i], quern_call(answer, &status), NULL);
		CU_ASSERT_EQUAL(quern_submit(rig.loop, &job[i]), 0);
	}
	rig_run(&rig);
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "submit", NULL), JOBS_MANY);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "job", NULL), JOBS_MANY);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "callback", NULL), JOBS_MANY);
	for (int i = 0; i < JOBS_MANY; i++)
		check_way(&file, &job[i], loop);
	told = trace_find(&file, 'X', "callback", &job[0]);
	if (told) {
		CU_ASSERT_EQUAL(told->status, -EDOM);
		CU_ASSERT_STRING_EQUAL(told->name, "call");
	}
	CU_ASSERT_EQUAL(file.overwritten, 0);
	CU_ASSERT_EQUAL(file.lost, 0);
	trace_free(&file);
}

/* Submits itself until data counts down to 0. */
static void
once_more(quern_loop *loop, quern_job *job, int status)
{
	(void)status;
	if (--*(int *)job->data)
		CU_ASSERT_EQUAL(quern_submit(loop, job), 0);
}

static int
by_time(const void *left, const void *right)
{
	const struct trace_event *a = left, *b = right;

	return (a->begin_ns > b->begin_ns) - (a->begin_ns < b->begin_ns);
}

static void
a_job_used_again_has_an_arrow_for_each_trip(void)
{
	static const char trip[] = { 's', 't', 'f' };
	int left = 5, ran = 0, arrows = 0;
	uint64_t id = 0, used = 0; /* a bit for each id */
	struct trace_file file;
	struct rig rig;
	quern_job job;

	if (!trace_rig_open(&rig, 1))
		return;
	quern_job_init(&job, quern_call(add_one, &ran), once_more);
	job.data = &left;
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	rig_run(&rig);
	trace_rig_end(&rig, &file);
	if (file.n)
		qsort(file.event, file.n, sizeof(*file.event), by_time);
	/* Each has an id of its own, or Perfetto would join them. */
	for (size_t i = 0; i < file.n; i++) {
		if (strcmp(file.event[i].category, "way"))
			continue;
		CU_ASSERT_EQUAL(file.event[i].job, (uintptr_t)&job);
		CU_ASSERT_EQUAL(file.event[i].phase, trip[arrows % 3]);
		if (arrows++ % 3 == 0) {
			id = file.event[i].id;
			CU_ASSERT_FATAL(id < 64);
			CU_ASSERT_FALSE(used >> id & 1);
			used |= UINT64_C(1) << id;
		}
		CU_ASSERT_EQUAL(file.event[i].id, id);
	}
	CU_ASSERT_EQUAL(arrows, 5 * 3);
	trace_free(&file);
}

static void
a_cancelled_job_never_ran(void)
{
	const struct trace_event *told;
	struct trace_file file;
	struct jam jam;
	struct rig rig;
	quern_job job;
	int ran = 0;

	if (!trace_rig_open(&rig, 1))
		return;
	jam_begin(&jam, rig.loop, 1);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), 0);
	CU_ASSERT_EQUAL(quern_cancel(&job), 0);
	jam_end(&jam);
	rig_run(&rig);
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "submit", &job), 1);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "job", &job), 0);
	told = trace_find(&file, 'X', "callback", &job);
	CU_ASSERT_PTR_NOT_NULL(told);
	if (told)
		CU_ASSERT_EQUAL(told->status, -ECANCELED);
	trace_free(&file);
}

static void
a_refused_job_was_not_submitted(void)
{
	struct trace_file file;
	struct rig rig;
	quern_job job;
	int ran = 0;

	if (!trace_rig_open(&rig, 1))
		return;
	CU_ASSERT_EQUAL(quern_executor_shutdown(rig.executor, 0), 0);
	quern_job_init(&job, quern_call(add_one, &ran), NULL);
	CU_ASSERT_EQUAL(quern_submit(rig.loop, &job), -ESHUTDOWN);
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(trace_count(&file, 'X', "submit", NULL), 0);
	trace_free(&file);
}

static void
end_of_group(quern_loop *loop, quern_group *group, int first_error)
{
	(void)loop;
	(void)first_error;
	*(int *)group->data += 1;
}

static void
an_empty_group_has_an_arrow_too(void)
{
	struct trace_file file;
	quern_group group;
	struct rig rig;
	int ended = 0;

	if (!trace_rig_open(&rig, 1))
		return;
	quern_group_init(&group, end_of_group, 0);
	group.data = &ended;
	CU_ASSERT_EQUAL(quern_group_submit(rig.loop, &group, NULL, 0), 0);
	rig_run(&rig);
	CU_ASSERT_EQUAL(ended, 1);
	trace_rig_end(&rig, &file);
	CU_ASSERT_EQUAL(trace_count(&file, 's', NULL, NULL), 1);
	CU_ASSERT_EQUAL(trace_count(&file, 'f', NULL, NULL), 1);
	trace_free(&file);
}

static const quern_job pair[2]; /* in this order */

static const struct quern__record *
put_record(struct quern__ring *ring, enum quern__mark mark,
    const quern_job *job, uint64_t begin_ns)
{
	struct quern__record *record = &ring->record[ring->count++];

	*record = (struct quern__record) {
		.span = { .begin_ns = begin_ns, .job = job },
		.span.mark = mark,
	};
	return record;
}

static void
what_began_without_a_submit_is_on_no_way(void)
{
	static struct quern__ring loop, worker = { .next = &loop };
	const struct quern__record *first, *second, *stranger;
	struct quern__ways ways;
	size_t number;

	stranger = put_record(&worker, QUERN__MARK_RUN, &pair[1], 9);
	(void)put_record(&loop, QUERN__MARK_SUBMIT, &pair[1], 10);
	(void)put_record(&loop, QUERN__MARK_SUBMIT, &pair[0], 20);
	first = put_record(&worker, QUERN__MARK_RUN, &pair[0], 21);
	(void)put_record(&loop, QUERN__MARK_SUBMIT, &pair[0], 30);
	second = put_record(&worker, QUERN__MARK_RUN, &pair[0], 30);
	CU_ASSERT_EQUAL_FATAL(quern__ways_init(&ways, &worker, 0), 0);
	CU_ASSERT_EQUAL(quern__ways_number(&ways, stranger), 0);
	number = quern__ways_number(&ways, first);
	CU_ASSERT(number > 0);
	CU_ASSERT_EQUAL(quern__ways_number(&ways, &loop.record[1]), number);
	CU_ASSERT_EQUAL(quern__ways_number(&ways, second), number + 1);
	quern__ways_fini(&ways);
	/* A timeline that begins in between. */
	CU_ASSERT_EQUAL_FATAL(quern__ways_init(&ways, &worker, 25), 0);
	CU_ASSERT_EQUAL(quern__ways_number(&ways, first), 0);
	CU_ASSERT_EQUAL(quern__ways_number(&ways, second), 1);
	quern__ways_fini(&ways);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each job is submitted, run and delivered once",
		    each_job_is_submitted_run_and_delivered_once },
		{ "a job used again has an arrow for each trip",
		    a_job_used_again_has_an_arrow_for_each_trip },
		{ "a cancelled job never ran", a_cancelled_job_never_ran },
		{ "a refused job was not submitted",
		    a_refused_job_was_not_submitted },
		{ "an empty group has an arrow too",
		    an_empty_group_has_an_arrow_too },
		{ "what began without a submit is on no way",
		    what_began_without_a_submit_is_on_no_way },
		CU_TEST_INFO_NULL,
	};

	add_suite("trace: a job's way", tests);
	return run_suites();
}
